package trail

import (
	"fmt"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal/memory"
)

// TestRefused holds that the same try is recorded once a day, and that nobody fills the log.
func TestRefused(t *testing.T) {
	now := time.Date(2026, 3, 10, 1, 0, 0, 0, time.UTC)
	log := memory.New()
	k := &Keeper{Log: log, Now: func() time.Time { return now }}
	a := events.Actor{ID: "zhang", Role: events.Handler, Post: "承办人"}
	recorded := func() int {
		t.Helper()
		h, err := log.LoadOf(t.Context(), events.TrailAggregate, events.TrailID(a.ID, events.DateOf(now)))
		if err != nil {
			t.Fatal(err)
		}
		return len(h)
	}
	try := func(rule string) {
		t.Helper()
		if err := k.Refused(t.Context(), a, events.AccessRefused{Command: "close", Rule: rule}); err != nil {
			t.Fatal(err)
		}
	}
	try("close.role")
	try("close.role")
	if n := recorded(); n != 1 {
		t.Errorf("the same try: %d records", n)
	}
	for i := range maxRefused + 10 {
		try(fmt.Sprint("rule ", i))
	}
	if n := recorded(); n != maxRefused {
		t.Errorf("%d records, want %d", n, maxRefused)
	}
	if err := k.Exported(t.Context(), a, "", events.ExportMade{What: events.LedgerExport, Format: "csv"}); err != nil || recorded() != maxRefused+1 {
		t.Errorf("an export after that: %v", err)
	}
	now = now.AddDate(0, 0, 1)
	try("close.role")
	if n := recorded(); n != 1 {
		t.Errorf("the next day: %d records", n)
	}
}
