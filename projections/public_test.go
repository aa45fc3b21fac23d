package projections

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"xiaohao/events"
)

// TestPublicFiguresTie holds that each number of the public page is the number of rows its
// link lists, and that no list shows what may not be shown.
func TestPublicFiguresTie(t *testing.T) {
	t.Parallel()
	s, st := built(t, 20, 1500)
	f, err := s.PublicFigures(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if f.Total == 0 || f.Total != f.Closed+f.Done+f.InProgress+f.Standing+f.Held+f.Waiting {
		t.Errorf("%+v", f)
	}
	base := 0
	for _, it := range st.items {
		if inBase(it.Group) && !it.restricted() {
			base++
		}
	}
	if f.Total+f.Unreleased != base {
		t.Errorf("%d shown and %d not, of %d", f.Total, f.Unreleased, base)
	}
	for name, x := range map[string]struct {
		n int
		f PublicFilter
	}{
		"immediate done":  {f.ImmediateDone, PublicFilter{Mode: events.Immediate, Groups: []Group{GroupDone, GroupClosed}}},
		"immediate total": {f.ImmediateTotal, PublicFilter{Mode: events.Immediate, Groups: Base}},
		"closed":          {f.Closed, PublicFilter{Groups: []Group{GroupClosed}}},
		"closed by state": {f.Closed, PublicFilter{State: events.Closed}},
		"in progress":     {f.InProgress, PublicFilter{Groups: []Group{GroupOpen}}},
		"overdue":         {f.Overdue, PublicFilter{Overdue: true, Now: now}},
		"waiting":         {f.Waiting, PublicFilter{Groups: []Group{GroupWaiting}}},
		"done":            {f.Done, PublicFilter{Groups: []Group{GroupDone}}},
		"standing":        {f.Standing, PublicFilter{Groups: []Group{GroupStanding}}},
		"held":            {f.Held, PublicFilter{Groups: []Group{GroupHeld}}},
		"total":           {f.Total, PublicFilter{Groups: Base}},
	} {
		n := 0
		x.f.Limit = 3
		for {
			ps, next, total, err := s.PublicItems(t.Context(), x.f)
			if err != nil || total != x.n {
				t.Fatalf("%s: %v, %d of %d", name, err, total, x.n)
			}
			for _, p := range ps {
				if !p.Released || p.Summary == "" || p.Restricted || p.Question != "" {
					t.Errorf("%s: %+v", name, p)
				}
			}
			if n += len(ps); next == "" {
				break
			}
			x.f.After = next
		}
		if n != x.n {
			t.Errorf("%s is %d and lists %d", name, x.n, n)
		}
	}
	if _, _, _, err := s.PublicItems(t.Context(), PublicFilter{After: "x"}); !errors.Is(err, ErrBadCursor) {
		t.Error(err)
	}
}

// TestPublicOnlyReleased holds that an item is found by its public id exactly when it may be
// shown, whatever was released.
func TestPublicOnlyReleased(t *testing.T) {
	t.Parallel()
	s, st := built(t, 21, 800)
	forbidden := 0
	for _, it := range st.items {
		may := it.Released && it.Class != events.Conduct && it.Class != events.Stability && !it.Confidential
		if it.Released && !may {
			forbidden++
		}
		p, err := s.PublicByID(t.Context(), it.PublicID)
		switch {
		case may && (err != nil || p.Number != it.Number || len(p.Timeline) == 0):
			t.Errorf("%s: %v %+v", it.Number, err, p)
		case !may && !errors.Is(err, ErrNotFound):
			t.Errorf("%s (%s, confidential %v) came out: %v", it.Number, it.Class, it.Confidential, err)
		}
	}
	if forbidden == 0 {
		t.Error("the story releases nothing that it must not")
	}
	if _, err := s.PublicByID(t.Context(), ""); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

// TestPublicByCode holds that number and code must both be right, that neither drafts nor
// posts come out, and that of 举报 only the state is told.
func TestPublicByCode(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	open, conduct := st.raise(), st.raise()
	for it, class := range map[*Item]events.Class{open: events.Ordinary, conduct: events.Conduct} {
		st.commit(it, events.InfoRequested{Question: "几点"})
		st.commit(it, events.InfoSupplied{Text: sealed("九点")})
		st.commit(it, events.ItemAccepted{Title: "标题", Category: "民生", Class: class})
		st.commit(it, events.ItemAssigned{Assignments: []events.Assigned{{ID: "a" + it.Number, Unit: units[0], Part: events.Lead, Due: today}}})
		st.commit(it, events.LeaderInstructed{Text: "内部批示"})
		st.commit(it, events.PublicTextDrafted{Summary: "草稿"})
		st.commit(it, events.ReplySubmitted{Public: "答复草稿", Private: sealed("私")})
	}
	s.catchUp(t, st.log, nil)
	for _, x := range [][2]string{{open.Number, "hash2"}, {"QG-2026-999999", "hash1"}, {"", ""}, {open.Number, ""}, {open.Number, "HASH1"}} {
		if _, err := s.PublicByCode(t.Context(), x[0], x[1]); err != ErrNotFound { //nolint:errorlint // the very same answer
			t.Errorf("%v: %v", x, err)
		}
	}
	p, err := s.PublicByCode(t.Context(), open.Number, "hash1")
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := json.Marshal(p)
	for _, secret := range []string{"内部批示", "草稿", "交办员", office.Unit.Name, "hash1"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("%s comes out: %s", secret, raw)
		}
	}
	if p.Title != "标题" || p.Question != "几点" || p.Lead != units[0].Name || p.CanEvaluate || len(p.Timeline) != 5 {
		t.Errorf("%+v", p)
	}
	if p, err = s.PublicByCode(t.Context(), conduct.Number, "hash2"); err != nil {
		t.Fatal(err)
	}
	if p.State != events.InProgress || p.Title != "" || p.Lead != "" || p.Timeline != nil || !p.Restricted {
		t.Errorf("%+v", p)
	}
	st.commit(open, events.ReplyIssued{Public: "改好了", Way: "电话"})
	s.catchUp(t, st.log, nil)
	p, err = s.PublicByCode(t.Context(), open.Number, "hash1")
	if err != nil || p.Reply != "改好了" || p.ReplyPrivate.IsZero() || !p.CanEvaluate {
		t.Errorf("%v %+v", err, p)
	}
	st.commit(open, events.Evaluated{Round: 1, Satisfied: events.Satisfied, Solved: events.SolvedYes})
	s.catchUp(t, st.log, nil)
	if p, err = s.PublicByCode(t.Context(), open.Number, "hash1"); err != nil || p.CanEvaluate || !p.Evaluated {
		t.Errorf("%v %+v", err, p)
	}
}

// TestLatestClosed: newest first, the public sees the released ones only, and an item that
// is taken up again is no longer among them.
func TestLatestClosed(t *testing.T) {
	for seed := range uint64(3) {
		s, _ := built(t, seed, 800)
		all, err := s.LatestClosed(t.Context(), "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		if want := listed(t, s, Filter{Groups: []Group{GroupClosed}, Today: today, Minute: minute, Near: near}); len(all) != want {
			t.Errorf("%d struck off last, the ledger lists %d", len(all), want)
		}
		for i, it := range all {
			if i > 0 && it.ClosedAt.After(all[i-1].ClosedAt) {
				t.Errorf("%s was struck off after %s, and stands behind it", it.Number, all[i-1].Number)
			}
		}
		shown, err := s.PublicLatestClosed(t.Context(), 1000)
		if err != nil {
			t.Fatal(err)
		}
		_, _, total, err := s.PublicItems(t.Context(), PublicFilter{Groups: []Group{GroupClosed}, Now: now})
		if err != nil || len(shown) != total {
			t.Errorf("%d shown, the public list has %d (%v)", len(shown), total, err)
		}
	}
}
