package projections

import (
	"fmt"
	"testing"
	"time"

	"xiaohao/events"
)

// listed reads every page of f and returns how many rows there are.
func listed(t *testing.T, s *Store, f Filter) int {
	t.Helper()
	if f.AsOf.IsZero() {
		f.Today, f.Minute, f.Near = today, minute, near
	}
	f.Limit = 200
	n := 0
	for {
		p, err := s.Items(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		n += len(p.Items)
		if p.Next == "" {
			if n != p.Total {
				t.Fatalf("%+v lists %d rows and says %d", f, n, p.Total)
			}
			return n
		}
		f.After = p.Next
	}
}

// key is a cell's key as a filter takes it.
func key(k string) string { return pick(k == "", None, k) }

// TestBoardTies holds that every number of a board is the number of rows its filter lists,
// and that the sums come out.
func TestBoardTies(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			st := newStory(newSeeded(seed))
			st.step = time.Hour // so that it ends before today
			for range 1200 {
				st.advance()
			}
			s := openStore(t)
			s.catchUp(t, st.log, func() int { return 1 + st.c.n(200) })
			for _, f := range []BoardFilter{{}, {Unit: None}, {Leader: Any}, randomBoard(st.c), randomBoard(st.c), randomBoard(st.c)} {
				f.Today, f.Near, f.Areas = today, near, true
				checkBoard(t, s, f)
			}
			checkOptions(t, s)
			checkQueues(t, s)
			checkViews(t, s)
		})
	}
}

// randomBoard narrows a board by up to three dimensions.
func randomBoard(c chooser) (f BoardFilter) {
	for range 1 + c.n(3) {
		key := []string{Any, None}[c.n(2)]
		pick := func(vs ...string) string {
			if i := c.n(len(vs) + 1); i < len(vs) {
				return vs[i]
			}
			return key
		}
		switch c.n(8) {
		case 0:
			f.Preset = events.Preset(pick(string(events.CountyLedger), string(events.TownshipBox)))
		case 1:
			f.Unit = pick("u1", "u2", "u3")
		case 2:
			f.Leader = pick("l1", "l2")
		case 3:
			f.Campaign = pick("边学边改")
		case 4:
			f.Mode = events.Mode(pick(string(events.Immediate), string(events.Planned)))
		case 5:
			f.Source = events.Source(pick(string(events.Sources[0]), string(events.Sources[1])))
		case 6:
			f.Category = pick("民生", "四风")
		case 7:
			f.Area = pick("海滨村")
		}
	}
	return f
}

func checkBoard(t *testing.T, s *Store, bf BoardFilter) {
	t.Helper()
	b, err := s.Board(t.Context(), bf)
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := s.Position(t.Context()); b.AsOf != p.Sequence {
		t.Errorf("as of %d, rows stand at %d", b.AsOf, p.Sequence)
	}
	base := Filter{Preset: bf.Preset, Unit: bf.Unit, LeadOnly: true, Leader: bf.Leader, Campaign: bf.Campaign, Source: bf.Source,
		Category: bf.Category, Area: bf.Area, AsOf: bf.AsOf, Near: bf.Near}
	if bf.Mode != "" {
		base.Modes = []events.Mode{bf.Mode}
	}
	is := func(what string, n int, f Filter) {
		t.Helper()
		if m := listed(t, s, f); m != n {
			t.Errorf("%+v: %s is %d, its list has %d rows", bf, what, n, m)
		}
	}
	with := func(f Filter, change func(f *Filter)) Filter { change(&f); return f }
	cell := func(what string, c Cell, f Filter) {
		t.Helper()
		is(what+" overdue", c.Overdue, with(f, func(f *Filter) { f.Lamp = LampOverdue }))
		is(what+" near", c.Near, with(f, func(f *Filter) { f.Lamp = LampNear }))
		is(what+" running", c.Running, with(f, func(f *Filter) { f.Groups, f.Lamp = []Group{GroupOpen}, LampCalm }))
		is(what+" waiting", c.Waiting, with(f, func(f *Filter) { f.Groups, f.Lamp = []Group{GroupWaiting}, LampCalm }))
		is(what+" held", c.Held, with(f, func(f *Filter) { f.Groups = []Group{GroupHeld} }))
		is(what+" done", c.Done, with(f, func(f *Filter) { f.Groups = []Group{GroupDone} }))
		is(what+" standing", c.Standing, with(f, func(f *Filter) { f.Groups = []Group{GroupStanding} }))
		is(what+" closed", c.Closed, with(f, func(f *Filter) { f.Groups = []Group{GroupClosed} }))
		is(what+" total", c.Total, with(f, func(f *Filter) { f.Groups = Base }))
		if sum := c.Overdue + c.Near + c.Running + c.Held + c.Done + c.Standing + c.Closed + c.Waiting; sum != c.Total {
			t.Errorf("%s: buckets sum to %d of %d", what, sum, c.Total)
		}
	}
	cell("all", b.All, base)
	is("pending", b.Pending, with(base, func(f *Filter) { f.Groups = []Group{GroupPending} }))
	is("answered", b.Answered, with(base, func(f *Filter) { f.Groups = []Group{GroupAnswered} }))
	is("ended", b.Ended, with(base, func(f *Filter) { f.Groups = []Group{GroupEnded} }))
	is("merged", b.Merged, with(base, func(f *Filter) { f.Groups = []Group{GroupMerged} }))
	if b.Concluded != b.All.Done+b.All.Closed+b.Answered || b.OnPlan != b.All.Running+b.All.Near+b.All.Waiting {
		t.Errorf("concluded %d, on plan %d of %+v", b.Concluded, b.OnPlan, b)
	}
	for name, rows := range map[string][]Cell{"preset": b.ByPreset, "area": b.ByArea, "unit": b.ByUnit, "mode": b.ByMode, "source": b.BySource, "category": b.ByCategory,
		"leader": b.ByLeader, "campaign": b.ByCampaign} {
		sum := 0
		for _, c := range rows {
			sum += c.Total
			cell(name+" "+c.Key, c, with(base, func(f *Filter) {
				switch name {
				case "preset":
					f.Preset = events.Preset(key(c.Key))
				case "area":
					f.Area = key(c.Key)
				case "unit":
					f.Unit = key(c.Key)
				case "mode":
					f.Modes = []events.Mode{events.Mode(c.Key)}
				case "source":
					f.Source = events.Source(key(c.Key))
				case "category":
					f.Category = key(c.Key)
				case "leader":
					f.Leader = key(c.Key)
				case "campaign":
					f.Campaign = key(c.Key)
				}
			}))
			if c.Key != "" && c.Name == "" {
				t.Errorf("%s %s has no name", name, c.Key)
			}
		}
		if sum != b.All.Total {
			t.Errorf("rows by %s sum to %d of %d", name, sum, b.All.Total)
		}
	}
	checkLinked(t, b, base, is)
	if !bf.AsOf.IsZero() {
		return // a board of a past day has no weeks
	}
	fresh, closed := b.EarlierNew, b.EarlierClosed
	for _, w := range b.Weeks {
		fresh, closed = fresh+w.New, closed+w.Closed
		is("new in "+w.Start.String(), w.New, with(base, func(f *Filter) { f.NewIn = w.Start }))
		is("closed in "+w.Start.String(), w.Closed, with(base, func(f *Filter) { f.ClosedIn = w.Start }))
	}
	if len(b.Weeks) != 12 || fresh != b.All.Total || closed != b.All.Closed {
		t.Errorf("%d weeks have %d new and %d closed of %+v", len(b.Weeks), fresh, closed, b.All)
	}
}

func checkLinked(t *testing.T, b Board, base Filter, is func(string, int, Filter)) {
	t.Helper()
	if base.Leader == "" {
		base.Leader = Any
	}
	narrowed := len(base.Modes) > 0 || base.Campaign != ""
	for _, l := range b.Linked {
		f := base
		if narrowed {
			continue // the tally's own filter would take the board's place
		}
		if l.IsCampaign {
			f.Campaign = l.Key
		} else {
			f.Modes, f.Campaign = []events.Mode{events.Mode(l.Key)}, None
		}
		sum := 0
		for state, n := range l.Counts {
			sum += n
			g := f
			g.Groups, g.States = Base, []events.State{state}
			switch state { // an archived item keeps its place
			case events.Closed:
				g.Groups, g.States = []Group{GroupClosed}, nil
			case events.Standing:
				g.Groups, g.States = []Group{GroupStanding}, nil
			case events.SuspendedAccount:
				g.Groups, g.States = []Group{GroupHeld}, nil
			}
			is("linked "+l.Key+" "+string(state), n, g)
		}
		if sum != l.Total {
			t.Errorf("linked %s sums to %d of %d", l.Key, sum, l.Total)
		}
	}
}

func checkOptions(t *testing.T, s *Store) {
	t.Helper()
	for name, x := range map[string]struct {
		read   func() ([]Option, error)
		filter func(k string) Filter
	}{
		"units":      {func() ([]Option, error) { return s.Units(t.Context()) }, func(k string) Filter { return Filter{Unit: k, LeadOnly: true} }},
		"leaders":    {func() ([]Option, error) { return s.Leaders(t.Context()) }, func(k string) Filter { return Filter{Leader: k} }},
		"categories": {func() ([]Option, error) { return s.Categories(t.Context(), Sight{}) }, func(k string) Filter { return Filter{Category: k} }},
		"areas":      {func() ([]Option, error) { return s.Areas(t.Context(), Sight{}) }, func(k string) Filter { return Filter{Area: k} }},
		"campaigns":  {func() ([]Option, error) { return s.Campaigns(t.Context(), Sight{}) }, func(k string) Filter { return Filter{Campaign: k} }},
	} {
		os, err := x.read()
		if err != nil {
			t.Fatal(err)
		}
		if len(os) == 0 {
			t.Errorf("no %s", name)
		}
		for _, o := range os {
			n := listed(t, s, x.filter(o.Key))
			if once := name == "units" || name == "leaders"; o.Name == "" || (n == 0 && !once) { // named once, even if no more
				t.Errorf("%s: %+v lists %d rows", name, o, n)
			}
		}
	}
}

func checkViews(t *testing.T, s *Store) {
	t.Helper()
	soon := today.AddDays(1)
	v, err := s.Views(t.Context(), now, soon, Sight{})
	if err != nil {
		t.Fatal(err)
	}
	in := func(f Filter) int {
		f.Today, f.Minute, f.Near = today, minute, near
		return listed(t, s, f)
	}
	want := Views{All: in(Filter{}), Overdue: in(Filter{Lamp: LampOverdue}), Soon: in(Filter{Lamp: LampNear, DueBy: soon}),
		Verify: in(Filter{Queue: QueueVerify}), Return: in(Filter{Queue: QueueReturn}), Standing: in(Filter{Groups: []Group{GroupStanding}}),
		Held: in(Filter{Groups: []Group{GroupHeld}})}
	if v != want {
		t.Errorf("saved views count %+v, their rows %+v", v, want)
	}
}

// checkToday holds that the queue of a day has the items of which [Item.Owed] says so, on that
// day and on any other.
func checkToday(t *testing.T, s *Store) {
	t.Helper()
	var all []Item
	for f := (Filter{Limit: 200}); ; {
		p, err := s.Items(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if all, f.After = append(all, p.Items...), p.Next; p.Next == "" {
			break
		}
	}
	for _, d := range []int{-30, -7, 0, 1, 400} {
		f, want := Filter{Queue: QueueToday, Today: today.AddDays(d)}, 0
		for _, it := range all {
			if o, ok := it.Owed(); ok && !o.Due.After(f.Today) {
				want++
			}
		}
		p, err := s.Items(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if p.Total != want || d == 400 && want == 0 {
			t.Errorf("on %s the office owes %d, its queue has %d", f.Today, want, p.Total)
		}
	}
}

func checkQueues(t *testing.T, s *Store) {
	t.Helper()
	some := 0
	for _, f := range []Filter{{}, {Unit: "u1"}, {Unit: "u2", LeadOnly: true}, {Sight: Sight{Extent: SeesAll, Self: []string{"u3"}}}, {Q: "公交"}} {
		f.Today, f.Minute, f.Near = today, minute, near
		counts, err := s.Queues(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if len(counts) != len(queues) {
			t.Errorf("%d queues of %d", len(counts), len(queues))
		}
		for q, n := range counts {
			some += n
			f.Queue = q
			if m := listed(t, s, f); m != n {
				t.Errorf("queue %s of %+v says %d and lists %d", q, f, n, m)
			}
		}
		f.Queue = ""
		st, err := s.Stuck(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for name, x := range map[string]struct {
			rows   []Item
			filter Filter
		}{"overdue": {st.Overdue, Filter{Lamp: LampOverdue}}, "near": {st.Near, Filter{Lamp: LampNear}},
			"bounced": {st.Bounced, Filter{Queue: QueueBounced}}, "unsatisfied": {st.Unsatisfied, Filter{Queue: QueueUnsatisfied}},
			"reopened": {st.Reopened, Filter{Queue: QueueReopened}}} {
			g := f
			g.Lamp, g.Queue = x.filter.Lamp, x.filter.Queue
			if n := listed(t, s, g); n != st.Counts[name] || len(x.rows) != min(n, 10) {
				t.Errorf("stuck %s says %d, shows %d, lists %d", name, st.Counts[name], len(x.rows), n)
			}
		}
	}
	if some == 0 {
		t.Error("the story fills no queue")
	}
	checkToday(t, s)
}
