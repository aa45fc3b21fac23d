package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaohao/domain/calendar"
)

// A notice that comes late is entered by file, once; then the calculator goes by it, for the
// area that it is of.
func TestCalendarCommand(t *testing.T) {
	dir := t.TempDir()
	st, err := openWriting(t.Context(), stackConfig{dir: dir, prefix: "QG", logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.almanac.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	st.close()

	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	store := calendarStore{Data: dir}
	enter := func(path, area string) error {
		return (&calendarImportCmd{calendarStore: store, File: path, Area: area, JSON: true}).Run(t.Context())
	}
	due := func(area, from, rule string) string {
		var out strings.Builder
		if err := (&deadlineCmd{Data: dir, Area: area, From: from, Rule: rule}).write(t.Context(), &out); err != nil {
			return err.Error()
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		return lines[len(lines)-1]
	}
	if got := due("", "2026-12-30", "3wd"); got != "2027-01-04" {
		t.Errorf("before the notice: %s", got)
	}
	notice := file("2027.json", `{"year":2027,"papers":[],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`)
	for range 2 {
		if err := enter(notice, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := enter(file("local.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260420\nSUMMARY:三月三(休)\nEND:VEVENT\nEND:VCALENDAR\n"), "壮乡"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ area, from, rule, want string }{
		{"", "2026-12-30", "3wd", "2027-01-05"}, {"", "2026-04-17", "1wd", "2026-04-20"}, {"壮乡", "2026-04-17", "1wd", "2026-04-21"},
		{"壮乡", "2026-09-30", "3wd", "2026-10-10"},
	} {
		if got := due(c.area, c.from, c.rule); got != c.want {
			t.Errorf("%s from %s in %q: %s, want %s", c.rule, c.from, c.area, got, c.want)
		}
	}
	all, err := store.load(t.Context(), true)
	if err != nil || all.Version != 3 || len(all.Published) != 9 {
		t.Errorf("version %d with %d notices, %v", all.Version, len(all.Published), err)
	}
	if err := enter(file("empty.json", `{"year":2028,"days":[]}`), ""); !errors.Is(err, calendar.ErrNotice) {
		t.Errorf("a year that is not out yet is entered: %v", err)
	}
}
