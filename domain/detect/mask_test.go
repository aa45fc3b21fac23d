package detect

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "",
		"末班车 18:30，2026-10-13 起":            "末班车 18:30，2026-10-13 起",
		"打13800131234。":                     "打138****1234。",
		"138-0013-8000 或 +86 138 0013 8000": "138-****-8000 或 +86 138 **** 8000",
		"１３８００１３８０００":                       "１３８****８０００",
		"一三八零零一三八零零零":                       "一三八****八零零零",
		"0595-87000000":                     "0595-******00",
		"身份证11010519491231002X":             "身份证1****************X",
		"卡号 6222 0212 3456 7890 128":        "卡号 **** **** **** ***0 128",
		"闽C·12345 乱停":                       "闽C·***45 乱停",
		"单号 20131380013800012":              "单号 2***************2",
		"闽C12345，13800138000":               "闽C***45，138****8000",
	} {
		if got := Mask(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		if again := Mask(want); again != want {
			t.Errorf("%q, masked already, became %q", want, again)
		}
	}
	if got := Mask("我叫欧阳修，王 说 13800138000", "欧阳修", "王", ""); got != "我叫欧某某，王 说 138****8000" {
		t.Errorf("names: %q", got)
	}
	for k := range zh {
		if _, ok := shown[k]; !ok {
			t.Errorf("nobody says how much of a %s is shown", k)
		}
	}
}

func TestMaskName(t *testing.T) {
	for in, want := range map[string]string{"": "", "张三丰": "张某某", "李四": "李某", "欧阳修之": "欧某某", "王": "王某某", "（打不开）": "（打不开）"} {
		if got := MaskName(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"": "", "13812345678": "138****5678", "0595-12345678": "059*****5678", "8712345": "*******", "（打不开）": "（打不开）"} {
		if got := MaskPhone(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// Nothing that was found is found again, and everything else stays as it was written.
func FuzzMask(f *testing.F) {
	f.Add("卡号 6222 0212 3456 7890 128，闽C·12345，110105 19491231 002 x")
	f.Add("1380013800013800138000，0086 138 0013 8000")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, '*') {
			return
		}
		masked := Mask(text)
		if utf8.RuneCountInString(masked) != utf8.RuneCountInString(text) {
			t.Fatalf("%q became %q", text, masked)
		}
		for _, x := range In(text) {
			if number := text[x.Start:x.End]; strings.Contains(masked, number) && strings.Count(text, number) == 1 {
				t.Fatalf("%q still has %q", masked, number)
			}
		}
	})
}
