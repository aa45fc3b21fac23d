//go:build !race

// The walk asks thousands of pages, one after the other: `make test` runs it by itself, without
// the race detector, which would find nothing in it and make it ten times as long.

package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/report"
	"xiaohao/web/paper/sheet"
)

// TestWalk walks every route as every role over a hidden, a confidential and a 举报 item and
// finds no trace where there must be none: by words, by file names, by counts (what a
// person sees is the same before and after the 举报 came in), by what an absent item says,
// and by time. And nothing that is opened writes.
func TestWalk(t *testing.T) {
	w := newWalk(t)
	people := walkers()
	blind := func(as string) bool { // must not learn of the 举报
		switch people[as] {
		case events.Dispatcher, events.Supervisor, events.Auditor:
			return as == "clerk2" // complained of himself
		case events.LeaderRole:
			return as != "leader|l-linked|区领导甲"
		}
		return !strings.HasPrefix(as, "unit|"+handling)
	}
	lists := []string{"/", "/echo", "/items", "/items?size=100", "/items?queue=OPEN", "/desk", "/unit", "/leader", "/board", "/board/wall", "/inbox", "/supervision", "/open", "/api/v1/items", "/api/v1/board", "/board/kpi", "/board/kpi?by=raised", "/items?class=CONDUCT", "/act"}
	for _, kind := range report.Kinds {
		lists = append(lists, "/reports/"+string(kind)+"?as_of="+w.today())
	}
	for _, k := range projections.KPIs {
		lists = append(lists, "/board/kpi/rows?part=den&code="+k.Code)
	}
	// Of these everything there is is compared: whom it is about, and who may not know of any.
	everywhere := slices.DeleteFunc(w.addresses(w.hidden, w.confidential), func(path string) bool {
		return slices.Contains([]string{"/metrics", "/readyz", "/api/v1/status"}, path) // how long the log is, and no item
	})
	asks := func(as string) []string {
		if slices.Contains([]string{"clerk2", staff(blamed, "UNIT_HEAD"), staff(other, "HANDLER"), "publisher", ""}, as) {
			return append(slices.Clone(lists), everywhere...)
		}
		return lists
	}
	before := map[string]string{}
	for as := range people {
		for _, path := range asks(as) {
			before[as+path] = steady(w.call(as, "GET", path, nil).Body)
		}
	}
	ledger := func(l sheet.Ledger) string {
		return steady(w.call("clerk2", "POST", "/items/export", "format=csv&ledger="+string(l), "Content-Type", formType).Body)
	}
	for _, l := range sheet.Ledgers {
		before[string(l)] = ledger(l)
	}
	w.conduct = w.item("收受红包被看见", "收受红包一事核查", "红包村", fields{"name": "上官举之", "phone": "13612345678"},
		fields{"class": "CONDUCT", "category": "作风暗号", "complained_of": []string{blamed}, "complained": []string{"office.clerk2", "unit." + other + ".handler"}})
	w.do("clerk", w.conduct.number, "reveal", fields{"phone": true, "reason": "按程序核实反映的事"}) // what the auditor reads of it must not tell either
	last := w.last()
	t.Run("counts", func(t *testing.T) {
		for as := range people {
			for _, path := range asks(as) {
				if got := steady(w.call(as, "GET", path, nil).Body); blind(as) && got != before[as+path] {
					t.Errorf("%s as %q is another one since there is a 举报:\n%s", path, as, firstDifference(before[as+path], got))
				}
			}
			if as == "clerk2" {
				for _, l := range sheet.Ledgers {
					if got := ledger(l); got != before[string(l)] {
						t.Errorf("%s for whom it is about is another one since there is a 举报:\n%s", l, firstDifference(before[string(l)], got))
					}
				}
			}
			if path := "/reports/month?as_of=" + w.today(); as == "clerk" && steady(w.call(as, "GET", path, nil).Body) == before[as+path] {
				t.Error("whoever works on a 举报 does not find it in the month's report")
			}
		}
	})
	t.Run("words", func(t *testing.T) {
		paths := w.addresses(w.hidden, w.confidential, w.conduct)
		for as, role := range people {
			var never []string
			for _, x := range []walked{w.hidden, w.confidential, w.conduct} {
				never = append(never, x.person...) // in full to nobody: only a reveal shows it
			}
			if blind(as) {
				never = append(never, append(w.conduct.traces, "作风暗号")...)
			}
			if none := role == events.Petitioner || slices.Contains(events.Administrators, role) || strings.HasPrefix(as, "unit|"+blamed) || strings.HasPrefix(as, "unit|"+other) && role != events.SectorAuthority; none {
				never = append(never, append(w.hidden.traces, w.confidential.traces...)...)
			}
			if strings.HasPrefix(as, "unit|"+handling) {
				never = append(never, "欧阳", "139****", "密巷", "作风暗号被反映", blamed)
			}
			for _, path := range paths {
				a := w.call(as, "GET", path, nil)
				for _, trace := range never {
					if strings.Contains(a.Body, trace) {
						t.Errorf("%s as %q: %d shows %q", path, as, a.Status, trace)
					}
				}
				if a.Status >= 500 && a.Status != http.StatusServiceUnavailable {
					t.Errorf("%s as %q: %d", path, as, a.Status)
				}
				if blind(as) && !strings.Contains(path, w.conduct.number) && strings.Contains(a.Body, w.conduct.number) {
					t.Errorf("%s as %q: shows the number %s", path, as, w.conduct.number)
				}
			}
		}
	})
	t.Run("absent", func(t *testing.T) {
		const absent = "QG-2026-999999"
		for as := range people {
			if !blind(as) {
				continue
			}
			for _, path := range []string{"/items/N", "/items/N/assign", "/items/N/evidence/" + w.conduct.object, "/items/N/evidence/" + w.conduct.object + "/thumb", "/api/v1/items/N", "/api/v1/items/N/timeline", "/api/v1/items/N/case"} {
				same(t, w.site, as, "GET", path, w.conduct.number, absent, nil)
			}
			for _, command := range []string{"assign", "report_progress", "instruct", "check_site", "release", "reveal"} {
				same(t, w.site, as, "POST", "/api/v1/items/N/"+command, w.conduct.number, absent, fields{})
			}
		}
	})
	t.Run("search", func(t *testing.T) {
		for as, role := range people {
			for _, word := range []string{"红包", "收受", w.conduct.number} {
				a := w.call(as, "GET", "/api/v1/items?q="+url.QueryEscape(word), nil)
				var out struct{ Total int }
				if err := json.Unmarshal([]byte(a.Body), &out); err == nil && blind(as) && out.Total != 0 {
					t.Errorf("%q as %s %q: %d found", word, role, as, out.Total)
				}
			}
		}
	})
	t.Run("time", func(t *testing.T) {
		as := staff(blamed, "UNIT_HEAD")
		there, none := w.median(as, "/items/"+w.conduct.number), w.median(as, "/items/QG-2026-999999")
		if there > 10*none+5*time.Millisecond || none > 10*there+5*time.Millisecond {
			t.Errorf("an item that must not be seen takes %v, one that is not there %v", there, none)
		}
	})
	if wrote := w.written(last); len(wrote) > 0 {
		t.Errorf("opening pages wrote %v", wrote)
	}
	t.Run("files", func(t *testing.T) { w.files(t, people, blind) })
}
