package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/directory"
	"xiaohao/events"
	"xiaohao/projections/localpg/pgtest"
	"xiaohao/web"
)

func benchStack(b *testing.B) *stack {
	b.Helper()
	st, err := openStack(context.Background(), stackConfig{dir: b.TempDir(), postgres: pgtest.Database(b), prefix: "QG", logger: discard()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(st.close)
	return st
}

var benchClerk = events.Actor{ID: "office.clerk", Role: events.Dispatcher, Post: "交办员"}

func give(b *testing.B, st *stack, item uuid.UUID, a events.Actor, c domain.Command) domain.Receipt {
	b.Helper()
	rc, err := st.desk.Do(context.Background(), domain.Order{ID: uuid.New(), Item: item, Command: c, Actor: a})
	if err != nil {
		b.Fatal(err)
	}
	return rc
}

// BenchmarkCommand measures one command through the whole desk on the real log, every
// write synced: load, decide, seal, append. It reports the median and the 99th percentile.
func BenchmarkCommand(b *testing.B) {
	st := benchStack(b)
	unit := events.Unit{ID: "增口乡", Name: "增口乡"}
	handler := events.Actor{ID: "h", Role: events.Handler, Unit: unit, Post: "承办人"}
	liaison := events.Actor{ID: "l", Role: events.UnitLiaison, Unit: unit, Post: "联络员"}
	var item uuid.UUID
	var took []time.Duration
	i := 0
	for b.Loop() {
		if i%10 == 0 { // a real item has some ten commands
			b.StopTimer()
			item = give(b, st, uuid.Nil, benchClerk, domain.Raise{Text: "晚上没有公交车", Name: "张三", Phone: "13800000000"}).Item
			give(b, st, item, benchClerk, domain.Accept{Title: "夜间公交", Category: "民生", Mode: events.Immediate})
			give(b, st, item, benchClerk, domain.Assign{Units: []domain.Assignee{{Unit: unit, Part: events.Lead}}})
			give(b, st, item, liaison, domain.Sign{})
			b.StartTimer()
		}
		i++
		t := time.Now()
		give(b, st, item, handler, domain.ReportProgress{Note: "又做了一段", Done: float64(i % 10), Total: 11, Unit: "公里"})
		took = append(took, time.Since(t))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/p99")
}

// BenchmarkLedgerPage measures the server time of a page of 50 ledger rows with 20,000
// items in the store, query and rendering together.
func BenchmarkLedgerPage(b *testing.B) {
	st := benchStack(b)
	const items, writers = 20_000, 16
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < items; i += writers {
				id := give(b, st, uuid.Nil, benchClerk, domain.Raise{Text: fmt.Sprintf("第 %d 件：河道淤积", i), Area: fmt.Sprintf("%d 村", i%200)}).Item
				give(b, st, id, benchClerk, domain.Accept{Title: fmt.Sprintf("第 %d 件河道疏浚", i), Category: "民生", Mode: events.TimeLimited})
				u := events.Unit{ID: fmt.Sprintf("单位%d", i%40), Name: fmt.Sprintf("单位%d", i%40)}
				give(b, st, id, benchClerk, domain.Assign{Units: []domain.Assignee{{Unit: u, Part: events.Lead}}})
			}
		})
	}
	wg.Wait()
	if err := st.caughtUp(context.Background()); err != nil {
		b.Fatal(err)
	}
	h, err := web.New(web.Config{Site: "整改销号", Demo: true, Log: discard(), Status: st.status}, st.desk, st.reads, st.vault)
	if err != nil {
		b.Fatal(err)
	}
	for _, page := range []string{"/items?size=50", "/items?size=50&unit=单位7", "/items?size=50&q=河道", "/items?size=50&q=河道&unit=单位7", "/board"} {
		b.Run(page, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				r := httptest.NewRequest("GET", page, nil)
				r.AddCookie(&http.Cookie{Name: "act", Value: "clerk"})
				w := httptest.NewRecorder()
				t := time.Now()
				h.ServeHTTP(w, r)
				took = append(took, time.Since(t))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms/p95")
		})
	}
}

// BenchmarkSignedIn measures what a sign-in adds to a page: the same page of the same unit, with
// a session that is looked up and a post that is checked, and in the demonstration's way without.
func BenchmarkSignedIn(b *testing.B) {
	st := benchStack(b)
	for _, c := range []directory.Command{directory.PutUnit{ID: "增口乡", Name: "增口乡", Level: events.Township, Type: events.TerritorialUnit},
		directory.PutOfficer{ID: "zhang", Name: "张三"}, directory.TakePost{Officer: "zhang", Unit: "增口乡", Role: events.UnitHead, Title: "乡长"}} {
		if _, err := st.directory.Do(b.Context(), directory.Order{ID: uuid.New(), Command: c, Actor: shell}); err != nil {
			b.Fatal(err)
		}
	}
	if err := st.caughtUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := st.accounts.SetPassword(b.Context(), shell, "zhang", password, false); err != nil {
		b.Fatal(err)
	}
	h, err := web.New(web.Config{Site: "整改销号", Demo: true, Log: discard(), Accounts: st.accounts}, st.desk, st.reads, st.vault)
	if err != nil {
		b.Fatal(err)
	}
	in := httptest.NewRequest("POST", "/signin", strings.NewReader(url.Values{"officer": {"zhang"}, "password": {password}}.Encode()))
	in.Header.Set("Content-Type", formType)
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, in); w.Code != http.StatusSeeOther {
		b.Fatal(w.Code, w.Body)
	}
	cookies := []*http.Cookie{w.Result().Cookies()[0], {Name: "act", Value: url.QueryEscape(staff("增口乡", "UNIT_HEAD"))}}
	var took [2][]time.Duration
	for b.Loop() {
		for i, c := range cookies {
			r := httptest.NewRequest("GET", "/unit", nil)
			r.AddCookie(c)
			w := httptest.NewRecorder()
			t := time.Now()
			h.ServeHTTP(w, r)
			took[i] = append(took[i], time.Since(t))
			if w.Code != http.StatusOK {
				b.Fatal(w.Code, w.Body)
			}
		}
	}
	median := func(ts []time.Duration) float64 {
		slices.Sort(ts)
		return float64(ts[len(ts)/2].Microseconds()) / 1000
	}
	with, without := median(took[0]), median(took[1])
	b.ReportMetric(with, "ms/with")
	b.ReportMetric(without, "ms/without")
	b.ReportMetric(with-without, "ms/added")
	b.ReportMetric(with/without, "ratio")
}
