package events

import "strings"

// PersonalRevealed says that somebody was shown personal data of one opinion in full (看个人信息).
// Who, for whom and from where stands in the commit; what was shown stands nowhere.
type PersonalRevealed struct {
	Opinion string          `json:"opinion"` // id
	Fields  []PersonalField `json:"fields"`
	Reason  string          `json:"reason"` // without personal data: it stays readable when the person is erased
}

func (PersonalRevealed) fact() kind { return personalRevealed }

// PersonalField is a part of an opinion that is masked unless somebody says why he needs it.
type PersonalField string

const (
	PersonName  PersonalField = "NAME"  // 姓名
	PersonPhone PersonalField = "PHONE" // 电话
	PersonText  PersonalField = "TEXT"  // 原话里的号码：telephone, identity and card numbers, plates and the own name, wherever somebody wrote them
)

var personalFieldZh = map[PersonalField]string{PersonName: "姓名", PersonPhone: "电话", PersonText: "原话里的号码"}

// Zh returns the Chinese word.
func (v PersonalField) Zh() string { return word(personalFieldZh, v) }

// FieldsZh returns the words of several fields: 姓名、电话.
func FieldsZh(fs []PersonalField) string {
	words := make([]string, len(fs))
	for i, f := range fs {
		words[i] = f.Zh()
	}
	return strings.Join(words, "、")
}
