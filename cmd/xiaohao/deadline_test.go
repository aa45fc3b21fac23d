package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestDeadlineCommand(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ from, rule, due string }{
		{"2026-09-30", "3wd", "2026-10-10"}, {"2026-09-30", "7d", "2026-10-08"}, {"2026-09-30T14:30", "24h", "2026-10-01"}, {"2026-12-31", "1wd", "2027-01-01"},
	} {
		var text, obj strings.Builder
		if err := (&deadlineCmd{Data: dir, From: c.from, Rule: c.rule}).write(t.Context(), &text); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(text.String()), "\n")
		if lines[len(lines)-1] != c.due {
			t.Errorf("%s from %s prints last %q, want %s", c.rule, c.from, lines[len(lines)-1], c.due)
		}
		if err := (&deadlineCmd{Data: dir, From: c.from, Rule: c.rule, JSON: true}).write(t.Context(), &obj); err != nil {
			t.Fatal(err)
		}
		var got deadlineAnswer
		if err := json.Unmarshal([]byte(obj.String()), &got); err != nil {
			t.Fatal(err)
		}
		provisional := strings.HasPrefix(c.due, "2027")
		if got.Due.String() != c.due || got.Provisional != provisional || len(got.Days) < 2 || got.Days[len(got.Days)-1].Date != got.Due {
			t.Errorf("%s from %s as JSON: %s", c.rule, c.from, obj.String())
		}
	}
}

func TestDeadlineCommandRefuses(t *testing.T) {
	for name, c := range map[string]deadlineCmd{
		"no rule":     {From: "2026-09-30", Rule: "3"},
		"no such day": {From: "2026-02-30", Rule: "3wd"},
		"long ago":    {From: "1026-02-20", Rule: "3wd"},
		"no date":     {From: "tomorrow", Rule: "3wd"},
		"no area":     {From: "2026-09-30", Rule: "3wd", Area: "月亮"},
	} {
		c.Data = t.TempDir()
		var exit *exitError
		var out strings.Builder
		if err := c.write(t.Context(), &out); !errors.As(err, &exit) || exit.code != 2 || !strings.HasSuffix(err.Error(), "。") || out.Len() > 0 {
			t.Errorf("%s: %v, printed %q", name, err, out.String())
		}
	}
}
