package detect

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestIn(t *testing.T) {
	for _, c := range []struct {
		text string
		want []Kind
		what string // the first find
	}{
		{"晚上没有公交车，末班车 18:30，2026-10-13 起每 30 分钟一班。", nil, ""},
		{"2026-10-13 2026-10-15 2026-10-17", nil, ""},
		{"二〇一三年十二月二十八日，群众 3400 户", nil, ""},
		{"编号 QG-2026-000123，文号国办函〔2025〕66号", nil, ""},
		{"合同 20131012 期，投了 1234567890 元", nil, ""},
		{"打 12345、12388、0595 都行", nil, ""},
		{"电话13800138000。", []Kind{Mobile}, "13800138000"},
		{"微信 wx13800138000", []Kind{Mobile}, "13800138000"},
		{"138 0013 8000", []Kind{Mobile}, "138 0013 8000"},
		{"138-0013-8000", []Kind{Mobile}, "138-0013-8000"},
		{"１３８００１３８０００", []Kind{Mobile}, "１３８００１３８０００"},
		{"一三八零零一三八零零零", []Kind{Mobile}, "一三八零零一三八零零零"},
		{"幺三八 零零幺三 八〇〇〇", []Kind{Mobile}, "幺三八 零零幺三 八〇〇〇"},
		{"1三8零0一38零0零", []Kind{Mobile}, "1三8零0一38零0零"},
		{"+86 138 0013 8000", []Kind{Mobile}, "86 138 0013 8000"},
		{"第一13800138000", []Kind{Mobile}, "13800138000"},
		{"13800138000 13900139000", []Kind{Mobile, Mobile}, "13800138000"},
		{"2026-10-13 13800138000", []Kind{Mobile}, "13800138000"},
		{"区交通运输局 0595-87000000", []Kind{Landline}, "0595-87000000"},
		{"010 6655 1234", []Kind{Landline}, "010 6655 1234"},
		{"身份证11010519491231002X", []Kind{Identity}, "11010519491231002X"},
		{"110105 19491231 002 x", []Kind{Identity}, "110105 19491231 002 x"},
		{"110105194912310021", []Kind{Long}, "110105194912310021"}, // wrong check digit
		{"110105194913310026", []Kind{Long}, "110105194913310026"}, // no such day
		{"老的110105491231002", []Kind{Identity}, "110105491231002"},
		{"卡号 6222 0212 3456 7890 128", []Kind{Bank}, "6222 0212 3456 7890 128"},
		{"4111111111111111", []Kind{Bank}, "4111111111111111"},
		{"4111111111111112", []Kind{Long}, "4111111111111112"}, // wrong Luhn digit
		{"卡号 6222 0200 1234 5678 901，", []Kind{Long}, "6222 0200 1234 5678 901"},
		{"350583 19800101 0019", []Kind{Long}, "350583 19800101 0019"},
		{"2013 2014 2015 2016 年", nil, ""},
		{"单号 20131380013800012", []Kind{Long}, "20131380013800012"},
		{"闽C12345 乱停", []Kind{Plate}, "闽C12345"},
		{"闽c·1234d", []Kind{Plate}, "闽c·1234d"},
		{"粤BD12345", []Kind{Plate}, "粤BD12345"},
		{"粤B12345F", []Kind{Plate}, "粤B12345F"},
		{"新A股代码、川A区 3 楼、云G20峰会", nil, ""},
		{"车 闽C12345，电话 13800138000，卡 4111111111111111", []Kind{Plate, Mobile, Bank}, "闽C12345"},
	} {
		got := In(c.text)
		kinds := make([]Kind, 0, len(got))
		for _, f := range got {
			kinds = append(kinds, f.Kind)
		}
		if !slices.Equal(kinds, c.want) {
			t.Errorf("%q: found %v, want %v", c.text, kinds, c.want)
		} else if len(got) > 0 && c.text[got[0].Start:got[0].End] != c.what {
			t.Errorf("%q: found %q, want %q", c.text, c.text[got[0].Start:got[0].End], c.what)
		}
	}
}

func TestKinds(t *testing.T) {
	if got := Kinds(In("13800138000，闽C12345，13900139000")); !slices.Equal(got, []Kind{Mobile, Plate}) {
		t.Errorf("kinds %v", got)
	}
	for k, words := range zh {
		if words == "" || k.Zh() != words {
			t.Errorf("no words for %s", k)
		}
	}
}

// A text as long as may be costs one look, whatever stands in it.
func TestLongTexts(t *testing.T) {
	for _, piece := range []string{"1", "1 ", "一1", "闽", "闽A", "X", "9-"} {
		In(strings.Repeat(piece, 10_000))
	}
}

func FuzzIn(f *testing.F) {
	f.Add("卡号 6222 0212 3456 7890 128，闽C·12345，110105 19491231 002 x")
	f.Add("\xff1\xff3800138000x")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, x := range In(text) {
			if x.Start < end || x.End <= x.Start || x.End > len(text) {
				t.Fatalf("find %+v after %d in %d bytes", x, end, len(text))
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[x.Start:x.End]) {
				t.Fatalf("find %+v cuts a character", x)
			}
			end = x.End
		}
	})
}
