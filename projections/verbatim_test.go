package projections

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

// openBoxes is a vault whose boxes lie open.
type openBoxes struct{}

func (openBoxes) IndexKey() []byte { return bytes.Repeat([]byte{7}, 32) }

func (openBoxes) Texts(_ context.Context, fields []events.Sealed) ([]string, error) {
	return column(fields, func(s events.Sealed) string {
		if s.IsErased() {
			return ""
		}
		return string(s.Box)
	}), nil
}

// TestVerbatim holds that what people said is found by words of any length, only by those
// who may read it, within filters, and no longer than it may be known; and that the index
// says none of it.
func TestVerbatim(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(300))
	texts := []string{"晚上九点以后没有公交车，曹氏服装厂的工人回不了家，打13900139000", "坝头溪下游淤积，一下雨水就进屋", "公交司机拒载老人，停了车公然不开门"}
	var items []*Item
	for i, text := range texts {
		it := st.item()
		st.items = append(st.items, it)
		items = append(items, it)
		st.commit(it, events.ItemRaised{Number: fmt.Sprintf("QG-2026-%06d", i+1), PublicID: fmt.Sprint("P", i), CodeHash: fmt.Sprint("h", i),
			Preset: events.CountyLedger, Source: events.FromPublic, Category: "民生",
			Opinion: events.Opinion{ID: fmt.Sprint("o", i), Text: sealed(text), Place: sealed(fmt.Sprint("幸福路", i, "号")), Channel: events.ByWeb, Area: "海滨村"}})
		st.commit(it, events.ItemAccepted{Title: fmt.Sprint("标题", i), Category: "民生", Class: events.Ordinary, Level: events.Normal})
	}
	st.commit(items[1], events.ItemMerged{Into: items[2].ID, IntoNumber: items[2].Number, Basis: "同一件事"})
	st.commit(items[2], events.ItemAbsorbed{From: items[1].ID, FromNumber: items[1].Number, Opinions: []string{"o1"}})

	s := openStore(t)
	mask := func(text string, _ ...string) string { return strings.ReplaceAll(text, "13900139000", "139****9000") }
	if err := s.SearchVerbatim(openBoxes{}, mask); err != nil {
		t.Fatal(err)
	}
	s.catchUp(t, st.log, nil)
	if err := s.verbatim.indexAll(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	find := func(f Filter) (got []string) {
		t.Helper()
		f.Today, f.Minute, f.Near = today, minute, near
		p, err := s.Items(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range p.Items {
			got = append(got, it.Number[len(it.Number)-1:])
			if said := p.Said[it.ID]; said == "" == f.Verbatim && !strings.Contains(f.Q, "标题") {
				t.Errorf("%q: what was said about %s is %q", f.Q, it.Number, said)
			} else if strings.Contains(said, "13900139000") {
				t.Errorf("%q shows %q", f.Q, said)
			}
		}
		return got
	}
	for _, x := range []struct {
		q    string
		want []string
	}{{"溪", []string{"3"}}, {"公交", []string{"3", "1"}}, {"曹氏服装厂", []string{"1"}}, {"车公", []string{"3"}}, {"公交车公", nil}, {"公交 老人", []string{"3"}},
		{"标题0 工人", []string{"1"}}, {"幸福路2号", []string{"3"}}, {"幸福路 溪", []string{"3"}}, {"没有人说过", nil},
		{"13900139000", []string{"1"}}, {"1390013", nil}, {"工人 39001390", nil}, {"工人 9000", []string{"1"}}} {
		if diff := cmp.Diff(x.want, find(Filter{Q: x.q, Verbatim: true})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", x.q, diff)
		}
		if got := find(Filter{Q: x.q}); got != nil {
			t.Errorf("%q is found by those who may not read it: %v", x.q, got)
		}
	}
	if got := find(Filter{Q: "公交", Verbatim: true, Groups: []Group{GroupClosed}}); got != nil {
		t.Errorf("found outside the filter: %v", got)
	}
	for _, row := range s.query(t, `select v::text from verbatim v`) {
		if strings.ContainsAny(row, "公交溪幸福") {
			t.Errorf("the index says %s", row)
		}
	}
	if d, err := s.checkVerbatim(t.Context()); err != nil || d != "" {
		t.Errorf("verify says %q: %v", d, err)
	}
	s.query(t, `with x as (update verbatim set grams = '{1}' where opinion = 'o0' returning 1) select count(*)::text from x`)
	if d, err := s.checkVerbatim(t.Context()); err != nil || !strings.Contains(d, "o0") {
		t.Errorf("verify says %q of a wrong row: %v", d, err)
	}

	st.commit(items[0], events.ErasureRequested{Reason: events.PersonWishes, Asked: events.AskedByPerson, Ground: "申请书"})
	st.commit(items[0], events.OpinionAdded{Opinion: events.Opinion{ID: "late", Text: sealed("曹氏服装厂又来"), Channel: events.ByCall}})
	s.catchUp(t, st.log, nil)
	if err := s.verbatim.indexAll(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if got := find(Filter{Q: "曹氏服装厂", Verbatim: true}); got != nil {
		t.Errorf("erased and still found: %v", got)
	}
	if rows := s.query(t, `select opinion from verbatim order by 1`); len(rows) != 2 {
		t.Errorf("the index has %v", rows)
	}
}
