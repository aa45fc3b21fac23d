package events

// ErasureRequested says that the personal data of the item is to be erased (抹除个人信息).
// From here on nobody opens it and the item takes no more of it; read models drop what they
// hold. It covers what was sealed under this item: also opinions that a merge or a split
// then took elsewhere, but not those that came from another item. The history stays.
type ErasureRequested struct {
	Reason ErasureReason `json:"reason"`
	Asked  ErasureAsker  `json:"asked"`
	Ground string        `json:"ground"` // on what it rests, without personal data
}

// ErasureCompleted says that the keys are destroyed: nobody can open the data any more, in
// any process. Written by the program itself, once, after every process forgot the key.
type ErasureCompleted struct {
	Request int `json:"request"` // revision of the commit that asked
}

func (ErasureRequested) fact() kind { return erasureRequested }
func (ErasureCompleted) fact() kind { return erasureCompleted }

// ErasureReason is why personal data is erased.
type ErasureReason string

const (
	PersonWishes ErasureReason = "WISH"     // 本人要求
	PurposeOver  ErasureReason = "PURPOSE"  // 目的已达到，不再需要
	NotToBeKept  ErasureReason = "UNLAWFUL" // 本不应收集
	ErasureOrder ErasureReason = "ORDER"    // 有权机关要求
)

// ErasureReasons lists them in the order of a form.
var ErasureReasons = []ErasureReason{PersonWishes, PurposeOver, NotToBeKept, ErasureOrder}

// Zh returns the Chinese word.
func (v ErasureReason) Zh() string { return word(erasureReasonZh, v) }

// ErasureAsker is who asked for it. A name would be what is to be erased.
type ErasureAsker string

const (
	AskedByPerson ErasureAsker = "PERSON"    // 反映人本人
	AskedByAgent  ErasureAsker = "AGENT"     // 监护人、代理人
	AskedByOffice ErasureAsker = "OFFICE"    // 办公室自己
	AskedByLaw    ErasureAsker = "AUTHORITY" // 有权机关
)

// ErasureAskers lists them in the order of a form.
var ErasureAskers = []ErasureAsker{AskedByPerson, AskedByAgent, AskedByOffice, AskedByLaw}

// Zh returns the Chinese word.
func (v ErasureAsker) Zh() string { return word(erasureAskerZh, v) }

var erasureReasonZh = map[ErasureReason]string{PersonWishes: "本人要求", PurposeOver: "事情已办完，不再需要",
	NotToBeKept: "本不应收集", ErasureOrder: "有权机关要求"}

var erasureAskerZh = map[ErasureAsker]string{AskedByPerson: "反映人本人", AskedByAgent: "监护人或代理人",
	AskedByOffice: "本办公室", AskedByLaw: "有权机关"}
