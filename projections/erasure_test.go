package projections

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/events"
)

// erasable is an item with a personal field in every fact that has one.
func erasable(st *story, n int) (*Item, []string) {
	var boxes []string
	box := func(name string) events.Sealed {
		text := fmt.Sprintf("box of %s of item %d", name, n)
		boxes = append(boxes, text)
		return events.Sealed{Key: id('i', n).String(), At: "c/0/" + name, Box: []byte(text)}
	}
	it := &Item{ID: id('i', n).String()}
	said := func(o string) events.Opinion {
		return events.Opinion{ID: fmt.Sprintf("%s%d", o, n), Channel: events.ByCall, Area: "前黄镇", Text: box(o + "text"), Name: box(o + "name"), Phone: box(o + "phone")}
	}
	st.commit(it, events.ItemRaised{Number: fmt.Sprintf("QG-2026-%06d", n), Opinion: said("a")})
	st.commit(it, events.OpinionAdded{Opinion: said("b")})
	st.commit(it, events.InfoSupplied{Text: box("answer")})
	st.commit(it, events.RectificationReported{ContactNote: box("contact")})
	st.commit(it, events.ObjectionRaised{ID: "o", Text: box("objection"), Contact: box("contact of objection")})
	st.commit(it, events.ReplySubmitted{Public: "已修", Private: box("private")})
	st.commit(it, events.ReplyIssued{Public: "已修"})
	st.commit(it, events.Evaluated{Round: 1, Words: box("words")})
	st.commit(it, events.EvidenceRecorded{ID: "e", Name: "照片", Kind: events.ResultEvidence, File: events.EvidenceFile{Object: "o", Original: "h", Kept: "k", Name: box("file")}})
	return it, boxes
}

// From the fact on nothing of a sealed field is left in any row, also of opinions that are
// answered elsewhere now; that something was given still shows, and another item keeps its
// own. It is the same in one batch or in many.
func TestErasureScrubs(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 3, 100} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			s := openStore(t)
			st := newStory(never{})
			it, boxes := erasable(st, 1)
			other, kept := erasable(st, 2)
			st.commit(it, events.ItemMerged{Into: other.ID, IntoNumber: other.Number, Basis: "同事"})
			st.commit(other, events.ItemAbsorbed{From: it.ID, FromNumber: it.Number, Opinions: []string{"a1", "b1"}})
			s.catchUp(t, st.log, func() int { return size })
			if dump := strings.Join(s.dump(t), "\n"); !strings.Contains(dump, boxed(boxes[0])) {
				t.Fatal("the boxes are not in the rows: this test looks at nothing")
			}
			st.commit(it, events.ErasureRequested{Reason: events.PersonWishes, Asked: events.AskedByPerson, Ground: "申请书"})
			late, more := erasable(&story{step: st.step, c: never{}}, 1)
			st.commit(it, events.OpinionAdded{Opinion: events.Opinion{ID: "c1", Text: events.Sealed{Key: late.ID, Box: []byte(more[0] + " late")}}}) // never happens
			s.catchUp(t, st.log, func() int { return size })

			dump := strings.Join(s.dump(t), "\n")
			for _, b := range append(boxes, more[0]+" late") {
				if strings.Contains(dump, boxed(b)) {
					t.Errorf("%s is still in a row", b)
				}
			}
			if !strings.Contains(dump, boxed(kept[0])) {
				t.Error("the other item lost its own")
			}
			os, err := s.Opinions(t.Context(), other.ID)
			if err != nil || len(os) < 4 {
				t.Fatalf("%d opinions, %v", len(os), err)
			}
			for _, o := range os {
				gone := o.ID == "a1" || o.ID == "b1"
				if o.Text.IsErased() != gone || o.Phone.IsErased() != gone || !o.Place.IsZero() || o.Area != "前黄镇" {
					t.Errorf("opinion %s: text %q, phone %q, place %q", o.ID, o.Text.Box, o.Phone.Box, o.Place.Box)
				}
			}
			got, err := s.ItemByID(t.Context(), it.ID)
			if err != nil || got.ErasureOn.IsZero() || got.Erased || !got.Detail.Answer.IsErased() || !got.Detail.Evaluations[0].Words.IsErased() {
				t.Errorf("item: %+v, %v", got, err)
			}
			expectErasures(t, s, true, it.uuid())
			st.commit(it, events.ErasureCompleted{Request: it.Rev})
			s.catchUp(t, st.log, func() int { return size })
			expectErasures(t, s, true)
			expectErasures(t, s, false, it.uuid())
		})
	}
}

// boxed is a box as it stands in a row.
func boxed(text string) string {
	b, _ := json.Marshal([]byte(text))
	return strings.Trim(string(b), `"`)
}

func expectErasures(t *testing.T, s *Store, openOnly bool, want ...uuid.UUID) {
	t.Helper()
	got, err := s.Erasures(t.Context(), openOnly)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("erasures (open only: %v): %v, %v; want %v", openOnly, got, err, want)
	}
}

// An item whose rows stand still is erased all the same.
func TestErasureOfAParkedItem(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	it, boxes := erasable(st, 1)
	it.Rev++ // a commit is missing
	st.commit(it, events.ItemArchived{File: "2026-1"})
	st.commit(it, events.ErasureRequested{Reason: events.PersonWishes, Asked: events.AskedByPerson, Ground: "申请书"})
	s.catchUp(t, st.log, func() int { return 100 })
	if parked, err := s.Parked(t.Context()); err != nil || len(parked) != 1 {
		t.Fatalf("%d items are parked, %v: this test looks at nothing", len(parked), err)
	}
	expectErasures(t, s, true, it.uuid())
	os, err := s.Opinions(t.Context(), it.ID)
	if err != nil || len(os) != 2 || !os[0].Text.IsErased() || !os[1].Phone.IsErased() {
		t.Errorf("opinions %v (of %s …), %v", os, boxes[0], err)
	}
}
