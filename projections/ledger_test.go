package projections

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"xiaohao/events"
)

func built(t *testing.T, seed uint64, facts int) (*Store, *story) {
	t.Helper()
	st := newStory(newSeeded(seed))
	for range facts {
		st.advance()
	}
	s := openStore(t)
	s.catchUp(t, st.log, nil)
	return s, st
}

func numbers(its []Item) []string {
	return column(its, func(it Item) string { return it.Number })
}

// TestPaging walks the ledger to its end and back and must see each row once, in order.
func TestPaging(t *testing.T) {
	t.Parallel()
	s, st := built(t, 10, 500)
	all, err := s.Items(t.Context(), Filter{Limit: 200})
	if err != nil || all.Total != len(st.items) {
		t.Fatal(err, all.Total, len(st.items))
	}
	for _, f := range []Filter{{}, {Unit: "u1"}, {States: []events.State{events.InProgress, events.Closed}}} {
		f.Limit = 7
		var pages []Page
		for {
			p, err := s.Items(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, p)
			if p.Next == "" {
				break
			}
			f.After = p.Next
		}
		var seen []string
		for i, p := range pages {
			if (p.Prev == "") != (i == 0) || p.Total != pages[0].Total {
				t.Errorf("page %d: prev %q, total %d", i, p.Prev, p.Total)
			}
			seen = append(seen, numbers(p.Items)...)
		}
		if len(seen) != pages[0].Total {
			t.Errorf("%d rows of %d", len(seen), pages[0].Total)
		}
		sorted := slices.Clone(seen)
		slices.Sort(sorted)
		if len(slices.Compact(sorted)) != len(seen) {
			t.Error("a row stands on two pages")
		}
		for i := len(pages) - 1; i > 0; i-- {
			f.After = pages[i].Prev
			p, err := s.Items(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(numbers(pages[i-1].Items), numbers(p.Items)); diff != "" {
				t.Errorf("page %d backwards:\n%s", i-1, diff)
			}
			if p.Next == "" || (p.Prev == "") != (i == 1) {
				t.Errorf("page %d backwards: prev %q next %q", i-1, p.Prev, p.Next)
			}
		}
	}
	for _, bad := range []string{"x", "!", "Znww", strings.Repeat("A", 40)} {
		if _, err := s.Items(t.Context(), Filter{After: bad}); !errors.Is(err, ErrBadCursor) {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

// TestOrder holds that open items stand first by deadline, then what follows them.
func TestOrder(t *testing.T) {
	t.Parallel()
	s, _ := built(t, 11, 600)
	p, err := s.Items(t.Context(), Filter{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(p.Items); i++ {
		a, b := &p.Items[i-1], &p.Items[i]
		switch ra, rb := rankOf(a), rankOf(b); {
		case ra > rb:
			t.Errorf("%s (%s) before %s (%s)", a.Number, a.State, b.Number, b.State)
		case ra == rb && ra == 0 && !b.Due.IsZero() && (a.Due.IsZero() || a.Due.After(b.Due)):
			t.Errorf("%s due %s before %s due %s", a.Number, a.Due, b.Number, b.Due)
		}
	}
}

// TestSearch holds that a search finds exactly the rows whose words contain it.
func TestSearch(t *testing.T) {
	t.Parallel()
	s, st := built(t, 12, 400)
	var its []Item
	for _, x := range st.items {
		it, err := s.ItemByID(t.Context(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		its = append(its, it)
	}
	for _, q := range []string{"公交", "车", "河道淤积", "qg-2026-00001", "QG-2026-000010", "海滨 河道", "%", "_", `\`, "100%_", "没有这个", "水局 民生", "a\x00", " "} {
		want := 0
		for i := range its {
			hit := true
			for _, w := range words(q) {
				hit = hit && strings.Contains(searchBody(&its[i]), w)
			}
			if hit {
				want++
			}
		}
		if n := listed(t, s, Filter{Q: q}); n != want {
			t.Errorf("%q finds %d rows of %d", q, n, want)
		}
	}
}

// TestBrief holds that a row that is read in brief says of the item what the whole row does,
// but for what lists do not show.
func TestBrief(t *testing.T) {
	t.Parallel()
	s, st := built(t, 15, 600)
	runs, asked := 0, 0
	for _, f := range []Filter{{}, {Unit: "u1"}, {Q: st.items[0].Title[:3]}, {AsOf: today.AddDays(-3)}} {
		f.Limit = 200
		whole, err := s.Items(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		f.Brief = true
		brief, err := s.Items(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if len(whole.Items) == 0 || brief.Total != whole.Total || brief.Next != whole.Next {
			t.Errorf("%d rows of %d in brief, want %d of %d", len(brief.Items), brief.Total, len(whole.Items), whole.Total)
		}
		for i := range whole.Items {
			want, got := whole.Items[i], brief.Items[i]
			if got.Node() != want.Node() {
				t.Errorf("%s: its next node is %v in brief, %v in whole", want.Number, got.Node(), want.Node())
			}
			if !want.Node().IsZero() {
				runs++
			}
			if want.Detail.Extension != nil || want.Detail.Pause != nil {
				asked++
			}
			want.Detail = Detail{Clock: want.Detail.Clock, Extension: want.Detail.Extension, Pause: want.Detail.Pause}
			got.NodeOn = events.Date{}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(events.Date{}, events.Sealed{})); diff != "" {
				t.Error(diff)
			}
		}
	}
	if runs == 0 || asked == 0 {
		t.Errorf("%d rows with a node and %d with something asked for: nothing was held", runs, asked)
	}
}

func TestItem(t *testing.T) {
	t.Parallel()
	s, st := built(t, 14, 400)
	for _, x := range st.items {
		it, err := s.Item(t.Context(), x.Number)
		if err != nil {
			t.Fatal(err)
		}
		same, err := s.ItemByID(t.Context(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(it, same, cmp.AllowUnexported(events.Date{}, events.Sealed{})); diff != "" {
			t.Error(diff)
		}
		if it.State != x.State || it.CodeHash != x.CodeHash || it.Rev != x.Rev {
			t.Errorf("%s is %s at %d, want %s at %d", it.Number, it.State, it.Rev, x.State, x.Rev)
		}
		es, err := s.Timeline(t.Context(), x.ID)
		if err != nil || len(es) < it.Rev || es[0].Sequence != it.Sequence {
			t.Errorf("%s: %d lines for %d commits: %v", it.Number, len(es), it.Rev, err)
		}
		public, err := s.Timeline(t.Context(), x.ID, Public)
		if err != nil || slices.ContainsFunc(public, func(e Entry) bool { return e.Visibility != Public }) {
			t.Errorf("%v %+v", err, public)
		}
	}
	for _, no := range []string{"", "x", uuid.NewString()} {
		if _, err := s.Item(t.Context(), no); !errors.Is(err, ErrNotFound) {
			t.Error(no, err)
		}
		if _, err := s.ItemByID(t.Context(), no); !errors.Is(err, ErrNotFound) {
			t.Error(no, err)
		}
		if _, _, found, err := s.CommandResult(t.Context(), no); found || err != nil {
			t.Error(no, found, err)
		}
	}
}

// TestOpinions follows an opinion through a merge and a split.
func TestOpinions(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	a, b, d := st.raise(), st.raise(), st.raise() // d is merged and taken back
	for _, it := range []*Item{a, b} {
		st.commit(it, events.ItemAccepted{Title: "公交", Category: "民生", Class: events.Ordinary})
	}
	st.commit(b, events.OpinionAdded{Opinion: events.Opinion{ID: "more", Text: sealed("也要"), Confidential: true}})
	st.commit(b, events.ItemMerged{Into: a.ID, IntoNumber: a.Number, Basis: "同一件事"})
	st.commit(a, events.ItemAbsorbed{From: b.ID, FromNumber: b.Number, Opinions: []string{"o2", "more"}})
	c := st.item()
	st.commit(a, events.ItemSplit{Children: []events.SplitChild{{ID: c.ID, Number: "C"}}})
	st.commit(c, events.ItemSplitOff{Number: "C", Parent: a.ID, ParentNumber: a.Number, Opinions: []string{"more"}})
	st.commit(d, events.ItemMerged{Into: a.ID, IntoNumber: a.Number, Basis: "像"})
	st.commit(a, events.ItemAbsorbed{From: d.ID, FromNumber: d.Number, Opinions: []string{"o3", "more"}})
	s.catchUp(t, st.log, nil)
	st.commit(d, events.ItemUnmerged{From: a.ID, FromNumber: a.Number, To: events.Registered})
	st.commit(a, events.ItemSeparated{Out: d.ID, OutNumber: d.Number, Opinions: []string{"o3", "more"}})
	s.catchUp(t, st.log, nil)
	if it, err := s.ItemByID(t.Context(), d.ID); err != nil || it.State != events.Registered || it.MergedInto != "" {
		t.Errorf("taken back: %s %q %v", it.State, it.MergedInto, err)
	}
	for item, want := range map[string][]string{
		a.ID: {"o1 QG-2026-000001 [QG-2026-000001]", "o2 QG-2026-000002 [QG-2026-000001]", "more QG-2026-000002 [C QG-2026-000001]"},
		b.ID: {"o2 QG-2026-000002 [QG-2026-000001]", "more QG-2026-000002 [C QG-2026-000001]"},
		c.ID: {"more QG-2026-000002 [C QG-2026-000001]"},
	} {
		os, err := s.Opinions(t.Context(), item)
		if err != nil {
			t.Fatal(err)
		}
		got := column(os, func(o Opinion) string { return fmt.Sprint(o.ID, " ", o.Item, " ", o.Items) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if os[0].Text.IsZero() || os[0].Raised.IsZero() {
			t.Errorf("%+v", os[0])
		}
	}
	if it, err := s.ItemByID(t.Context(), a.ID); err != nil || !it.Confidential {
		t.Errorf("a confidential opinion was merged in: %v %v", it.Confidential, err)
	}
}

// never always chooses the last: nothing happens by chance.
type never struct{}

func (never) n(n int) int { return n - 1 }
