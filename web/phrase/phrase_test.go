package phrase

import (
	"strings"
	"testing"

	"xiaohao/domain"
	"xiaohao/events"
)

// TestPhrases: every phrase is for a field that its command has, fits in it, and is a full
// sentence or a beginning; a variable that is not known leaves its phrase out.
func TestPhrases(t *testing.T) {
	full := Item{Number: "QG-2026-000001", Title: "夜间公交", Lead: "区交通运输局", Due: "12月2日", Category: "交通出行", Phone: "12345", State: events.InProgress}
	for _, k := range all {
		spec, ok := domain.SpecOf(k.command)
		if !ok {
			t.Errorf("no command %s", k.command)
			continue
		}
		text, ok := fill(k.text, full)
		if !ok || strings.ContainsAny(text, "{}") {
			t.Errorf("%s: %q is not filled in: %q", k.command, k.text, text)
		}
		found := false
		for _, f := range domain.Fields(spec.New()) {
			if f.Name == k.field {
				found = len([]rune(text)) <= f.Max
			}
		}
		if !found {
			t.Errorf("%s: %q does not fit the field %s", k.command, text, k.field)
		}
	}
	if got := For("answer", full); len(got) != 3 || !strings.Contains(got[0].Text, "班次") {
		t.Errorf("those of the category do not come first: %v", got)
	}
	if got := For("answer", Item{Category: "水利"}); len(got) != 0 {
		t.Errorf("%v, want none without what they name", got)
	}
}

// TestTo: what is previewed is what was typed, and nothing is told for an empty form.
func TestTo(t *testing.T) {
	form := map[string]string{"public": "夜班车开了。", "private": "谢谢您。", "reason": "理由成立。"}
	got := To("submit_reply", func(f string) string { return form[f] })
	if len(got) != 2 || !strings.Contains(got[0].Text, "谢谢您") || strings.Contains(got[1].Text, "谢谢您") {
		t.Errorf("%v", got)
	}
	if got := To("answer", func(string) string { return "" }); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
