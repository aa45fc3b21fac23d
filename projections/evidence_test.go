package projections

import (
	"fmt"
	"testing"

	"xiaohao/events"
)

// A file is found by the hash in which it came and in which it is kept, on whatever item, and
// a rebuild in other batches finds the same.
func TestFileUses(t *testing.T) {
	t.Parallel()
	s, st := openStore(t), newStory(newSeeded(1))
	a, b := st.raise(), st.raise()
	enter := func(it *Item, id, original, kept string) {
		st.commit(it, events.EvidenceRecorded{ID: id, Name: "照片", Kind: events.ResultEvidence,
			File: events.EvidenceFile{Object: "o-" + id, Original: original, Kept: kept, Name: sealed("照片.jpg")}})
	}
	enter(a, "e-1", "h-1", "h-1k")
	enter(b, "e-2", "h-1", "h-1k") // the same photo on another item
	enter(a, "e-3", "h-1k", "h-1k")
	enter(b, "e-4", "h-2", "h-2")
	st.commit(b, events.EvidenceRecorded{ID: "e-5", Name: "没有文件", Kind: events.PaperEvidence})
	want := map[string][]string{
		"h-1":  {a.Number + " e-1", b.Number + " e-2"},
		"h-1k": {a.Number + " e-1", b.Number + " e-2", a.Number + " e-3"},
		"h-2":  {b.Number + " e-4"},
		"":     nil,
		"h-3":  nil,
	}
	for _, size := range []int{1, 100} {
		s.empty(t)
		s.catchUp(t, st.log, func() int { return size })
		for hash, uses := range want {
			got, err := s.FileUses(t.Context(), []string{hash})
			if err != nil || len(got) != len(uses) {
				t.Fatalf("%q: %+v, %v", hash, got, err)
			}
			for i, u := range got {
				if fmt.Sprint(u.Number, " ", u.ID) != uses[i] || u.Hash != hash || u.On.IsZero() {
					t.Errorf("%q, use %d: %+v, want %s", hash, i, u, uses[i])
				}
			}
		}
	}
	it, err := s.Item(t.Context(), a.Number)
	if err != nil || len(it.Detail.Evidence) != 2 || it.Detail.Evidence[0].File.Object != "o-e-1" || len(it.Detail.Evidence[0].File.Name.Box) == 0 {
		t.Errorf("evidence of the item: %+v, %v", it.Detail.Evidence, err)
	}
}
