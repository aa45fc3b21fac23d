package projections

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
	"xiaohao/projections/localpg/pgtest"
)

// TestMain has properties tried on a few random lives, and on many by `make soak`.
func TestMain(m *testing.M) {
	checks := "20"
	if os.Getenv("XIAOHAO_SOAK") != "" {
		checks = "500"
	}
	if err := flag.Set("rapid.checks", checks); err != nil {
		panic(err)
	}
	pgtest.Main(m)
}

func openStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c, ok := conns.LoadAndDelete(s); ok {
			closeConn(c.(*pgx.Conn))
		}
		s.Close()
	})
	return s
}

// tables are all that a rebuild must bring back.
var tables = []string{"position", "parked", "audit", "item", "watch", "slip", "sample", "saved_view", "item_doc", "item_search", "assignment", "timeline", "opinion", "opinion_item", "verbatim",
	"item_day", "board_sum", "board_day", "board_due", "week_count", "kpi_count", "kpi_item", "named", "root", "evidence_file", "erasure",
	"directory_fact", "directory_size", "log_day", "follow", "evaluation", "expiry"}

func (s *Store) query(t fataler, sql string, args ...any) []string {
	t.Helper()
	rows, err := s.pool.Query(context.Background(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// empty brings the store back to before the first commit.
func (s *Store) empty(t fataler) {
	t.Helper()
	all := slices.Clone(tables)
	for _, a := range adding() {
		all = append(all, a.table+"_added")
	}
	for _, name := range all {
		if name != "position" {
			s.query(t, `with x as (delete from `+name+` returning 1) select count(*)::text from x`)
		}
	}
	s.query(t, `with x as (update position set identity = '', sequence = 0, hash = '' returning 1) select count(*)::text from x`)
	s.news.mu.Lock()
	s.news.at = 0
	s.news.mu.Unlock()
}

// dump returns every row of every table, in order; sums with what is yet to be added.
func (s *Store) dump(t fataler) []string {
	t.Helper()
	var out []string
	for _, name := range tables {
		from := name
		for _, a := range adding() {
			if a.table == name {
				from = "(" + fmt.Sprintf(a.total, s.serving.Load().schema()) + ")"
			}
		}
		for _, r := range s.query(t, `select (to_jsonb(x) - 'moved' - 'epoch' - 'since')::text from `+from+` x order by 1`) {
			out = append(out, name+" "+r)
		}
	}
	return out
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// fakeLog is a log in memory. Follow returns when ctx ends, or at the end of the log when
// once is set.
type fakeLog struct {
	id    string
	sizes func() int // of the next batch
	once  bool
	more  chan events.Recorded // each is appended by whoever follows

	mu      sync.Mutex
	commits []events.Recorded
}

func (l *fakeLog) after(seq uint64) []events.Recorded {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.commits[seq:])
}

func (l *fakeLog) append(r events.Recorded) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.commits = append(slices.Clip(l.commits), r)
}

func (l *fakeLog) end() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.commits))
}

func (l *fakeLog) Identity() string                         { return l.id }
func (l *fakeLog) Last(ctx context.Context) (uint64, error) { return l.end(), nil }

func (l *fakeLog) At(ctx context.Context, seq uint64) (events.Recorded, error) {
	r := l.after(seq - 1)[0]
	if r.Fault != nil {
		return r, r.Fault.Err
	}
	return r, nil
}

func (l *fakeLog) Follow(ctx context.Context, after uint64, f func([]events.Recorded, uint64) error) error {
	rest := l.after(after)
	for len(rest) > 0 {
		n := len(rest)
		if l.sizes != nil {
			n = min(max(l.sizes(), 1), n)
		}
		if err := f(rest[:n], uint64(len(rest)-n)); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if l.once {
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case r := <-l.more:
			l.append(r)
			if err := f([]events.Recorded{r}, 0); err != nil {
				return err
			}
		}
	}
}

// catchUp has a runner read to the end of the log. It keeps its connection from call to
// call; Run itself is what runner_test.go is about.
func (s *Store) catchUp(t fataler, commits []events.Recorded, size func() int) {
	t.Helper()
	g := *s.serving.Load()
	c, ok := conns.Load(s)
	if !ok || c.(*pgx.Conn).Config().RuntimeParams["search_path"] != g.schema() {
		if ok {
			closeConn(c.(*pgx.Conn))
		}
		conn, err := s.connect(context.Background(), g)
		if err != nil {
			t.Fatalf("run: %v", err)
		}
		conns.Store(s, conn)
		c = conn
	}
	k := newKeeper(s, g, c.(*pgx.Conn))
	noted := 0
	k.noted = func(rows int) { noted += rows }
	k.moved = s.news.moved
	err := k.conn.QueryRow(context.Background(), `select state from rm.generation where id = $1`, g.ID).Scan(&k.gen.State)
	if err == nil {
		err = k.keep(context.Background(), &fakeLog{id: "S", commits: commits, sizes: size, once: true})
	}
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	if noted >= addFrom { // else queries read the notes
		s.addUp(t)
	}
}

var conns sync.Map // of stores

// chooser is where a generated story takes its decisions from.
type chooser interface{ n(n int) int } // 0 … n-1

type seeded struct{ r *rand.Rand }

func (s seeded) n(n int) int { return s.r.IntN(n) }

func newSeeded(seed uint64) seeded { return seeded{rand.New(rand.NewPCG(seed, 7))} }

var (
	epoch   = time.Date(2026, 8, 3, 1, 0, 0, 0, time.UTC)
	today   = events.NewDate(2026, 10, 23)
	minute  = 11 * 60 // of today, up to which it is over
	now     = events.Moment{Day: today, Minute: minute}
	near    = events.NewDate(2026, 10, 26)
	units   = []events.Unit{{ID: "u1", Name: "区交通运输局"}, {ID: "u2", Name: "区农林水局"}, {ID: "u3", Name: "区民政局"}, {ID: "u4", Name: "增口乡"}}
	leaders = []events.Leader{{ID: "l1", Post: "区分管领导（交通）", Rank: "处级"}, {ID: "l2", Post: "区分管领导（民政）", Rank: "处级"}}
	office  = events.Actor{ID: "a1", Role: events.Dispatcher, Unit: events.Unit{ID: "o", Name: "领导小组办公室"}, Post: "交办员"}
)

func sealed(s string) events.Sealed { return events.Sealed{Key: "k", At: "x/0/text", Box: []byte(s)} }

// story makes plausible logs: each next fact is one that may happen to its item.
type story struct {
	c     chooser
	items []*Item
	log   []events.Recorded
	step  time.Duration

	before int // items made earlier, so that ids go on
}

func newStory(c chooser) *story { return &story{c: c, step: 3 * time.Hour} }

func id(kind byte, n int) uuid.UUID {
	var u uuid.UUID
	u[0], u[6], u[8] = kind, 0x40, 0x80
	binary.BigEndian.PutUint32(u[12:], uint32(n))
	return u
}

// commit appends one commit and folds it.
func (st *story) commit(item *Item, es ...events.Event) events.Recorded {
	n := len(st.log) + 1
	r := events.Recorded{Sequence: uint64(n), Time: epoch.Add(time.Duration(n) * st.step),
		Commit: events.Commit{Item: item.uuid(), Rev: item.Rev + 1, CommandID: id('c', n), Command: "test", Actor: office, Events: es}}
	r.At, r.Hash = r.Time, fmt.Sprintf("%064x", n)
	if st.c.n(9) == 0 {
		r.Occurred = events.DateOf(r.Time).AddDays(-st.c.n(5))
	}
	if st.c.n(20) == 0 {
		r.Actor.Demo = true
	}
	for _, e := range es {
		item.apply(&r, e, func(id string) *Item {
			for _, it := range st.items {
				if it.ID == id {
					return it
				}
			}
			return nil
		})
	}
	st.log = append(st.log, r)
	return r
}

func one[T any](st *story, vs []T) T { return vs[st.c.n(len(vs))] }

func (st *story) day() events.Date { return today.AddDays(st.c.n(30) - 14) }

// item is a row that the generator folds, to know what may come next.
func (st *story) item() *Item {
	return &Item{ID: id('i', st.before+len(st.items)+1).String(), Group: GroupPending, Round: 1}
}

func (st *story) raise() *Item {
	n := st.before + len(st.items) + 1
	it := st.item()
	number := fmt.Sprintf("QG-2026-%06d", n)
	o := events.Opinion{ID: fmt.Sprintf("o%d", n), Text: sealed("原话"), Channel: one(st, events.Channels),
		Area: one(st, []string{"", "海滨村", "增口村"}), Confidential: st.c.n(8) == 0, Anonymous: st.c.n(5) == 0}
	st.commit(it, events.ItemRaised{Number: number, PublicID: fmt.Sprintf("P%d", n), CodeHash: fmt.Sprintf("hash%d", n),
		Preset: one(st, events.Presets[:2]), Source: one(st, events.Sources), Category: one(st, []string{"民生", "四风"}), Opinion: o})
	st.items = append(st.items, it)
	return it
}

// advance lets something happen.
func (st *story) advance() {
	if len(st.items) == 0 || st.c.n(10) == 0 {
		st.raise()
		return
	}
	it := one(st, st.items)
	switch it.Group {
	case GroupPending:
		st.pending(it)
	case GroupWaiting:
		st.waiting(it)
	case GroupOpen:
		st.working(it)
	case GroupDone:
		st.verifying(it)
	default:
		st.resting(it)
	}
}

func (st *story) pending(it *Item) {
	if it.State == events.ReturnedForInfo {
		st.commit(it, events.InfoSupplied{Text: sealed("补充")})
		return
	}
	switch st.c.n(8) {
	case 0:
		st.commit(it, events.InfoRequested{Question: "末班车要到几点"})
	case 1:
		st.commit(it, events.ItemNotAccepted{Reason: "法院正在审理", Route: "诉讼"})
	case 2:
		st.commit(it, events.ItemAnswered{Title: "咨询社保", Took: st.took()}, events.ReplyIssued{Public: "带身份证办", Way: "电话"})
	case 3:
		st.commit(it, events.OpinionAdded{Opinion: events.Opinion{ID: fmt.Sprintf("x%d", len(st.log)), Text: sealed("也"), Channel: events.ByCall}})
	default:
		class := events.Ordinary
		if st.c.n(6) == 0 {
			class = one(st, []events.Class{events.Conduct, events.Stability})
		}
		var against []events.Unit
		if st.c.n(5) == 0 {
			against = []events.Unit{one(st, units)}
		}
		st.commit(it, events.ItemAccepted{Title: one(st, []string{"晚上没有公交车", "河道淤积", "会议多 100%_\\"}), Category: one(st, []string{"民生", "政务服务"}),
			Category2: "河道", Class: class, Level: events.Normal, Campaign: one(st, []string{"", "", "边学边改"}), ComplainedOf: against})
	}
}

func (st *story) waiting(it *Item) {
	switch st.c.n(12) {
	case 0:
		st.commit(it, events.LeaderLinked{Leader: one(st, leaders)})
	case 1:
		e := events.ModeClassified{Mode: one(st, events.Modes), Rule: "15wd", From: events.DateOf(it.Touched)}
		if e.Mode != events.StandingMode {
			e.Due = st.day()
		}
		if !e.Due.IsZero() && st.c.n(2) == 0 { // in hours, so that it is over within its day
			e.Rule, e.From, e.Counted.Minute = "24h", e.Due.AddDays(-1), st.c.n(events.DayEnd)
		}
		st.commit(it, e)
	case 2:
		st.mergeInto(it)
	case 3:
		st.split(it)
	default:
		u := st.c.n(len(units))
		as := []events.Assigned{{ID: fmt.Sprintf("as%d", len(st.log)), Unit: units[u], Part: events.Lead, Due: st.day()}}
		if st.c.n(3) == 0 {
			as = append(as, events.Assigned{ID: fmt.Sprintf("co%d", len(st.log)), Unit: units[(u+1)%len(units)], Part: events.Co})
		}
		st.commit(it, events.ItemAssigned{Assignments: as})
	}
}

func (st *story) mergeInto(it *Item) {
	for _, x := range st.items {
		if x != it && (x.Group == GroupWaiting || x.Group == GroupOpen) {
			st.commit(it, events.ItemMerged{Into: x.ID, IntoNumber: x.Number, Basis: "同一件事"})
			st.commit(x, events.ItemAbsorbed{From: it.ID, FromNumber: it.Number, Opinions: []string{fmt.Sprintf("o%d", st.before+slices.Index(st.items, it)+1)}})
			return
		}
	}
	st.commit(it, events.LeaderLinked{Leader: leaders[0]})
}

func (st *story) split(it *Item) {
	n := st.before + len(st.items) + 1
	child := st.item()
	number := fmt.Sprintf("QG-2026-%06d", n)
	st.commit(it, events.ItemSplit{Children: []events.SplitChild{{ID: child.ID, Number: number, Title: "分出来"}}})
	st.commit(child, events.ItemSplitOff{Number: number, PublicID: fmt.Sprintf("P%d", n), CodeHash: "h", Parent: it.ID, ParentNumber: it.Number,
		Preset: it.Preset, Source: it.Source, Title: "分出来", Category: it.Category, Class: it.Class, Level: it.Level, Channel: it.Channel,
		Opinions: []string{"o1"}, Confidential: it.Confidential})
	st.items = append(st.items, child)
}

func (st *story) working(it *Item) {
	part := ""
	if as := it.Detail.Assignments; len(as) > 0 {
		part = one(st, as).ID
	}
	switch st.c.n(20) {
	case 0:
		st.commit(it, events.AssignmentSigned{Assignment: part, Late: st.c.n(2) == 0})
	case 1, 2:
		st.commit(it, events.ReturnRequested{Assignment: part, Grounds: "不归我管", Basis: "三定", Suggested: units[0]})
	case 3:
		st.commit(it, events.ReturnUpheld{Assignment: part, Reason: "是"}, events.ItemUnassigned{Reason: "退单"})
	case 4:
		st.commit(it, events.ReturnRejected{Assignment: part, Reason: "就是你"})
	case 5:
		st.commit(it, events.CoUnitAdded{Assignment: events.Assigned{ID: fmt.Sprintf("co%d", len(st.log)), Unit: one(st, units), Part: events.Co}})
	case 6:
		st.commit(it, events.ProgressReported{Assignment: part, Note: "清淤", Place: "海滨", Quantity: events.Quantity{Done: 2.5, Total: 11, Unit: "公里"}})
	case 7:
		st.commit(it, events.BlockReported{Assignment: part, Cause: events.NoMoney, Note: "缺钱"})
	case 8:
		st.commit(it, events.ExtensionRequested{Due: st.day(), Reason: "汛期"})
	case 9:
		st.commit(it, events.ExtensionGranted{Due: st.day(), Was: it.Due, Reason: "汛期"})
	case 10:
		st.commit(it, events.SupervisionIssued{Slip: fmt.Sprintf("s%d", len(st.log)), Level: one(st, events.SupervisionLevels), Text: "抓紧"})
	case 11:
		st.commit(it, events.ItemSuspended{From: it.State, Cause: events.NoMoney, Body: "党委", Reason: "没钱", NextReview: st.day()})
	case 12:
		st.commit(it, events.ArbitrationDecided{Assignment: part, Unit: one(st, units), Basis: "三定"})
	case 13:
		st.commit(it, events.ReplySubmitted{Public: "改好了", Private: sealed("您家")})
	case 14:
		st.commit(it, events.AssignmentReported{Assignment: part, Result: "做完"})
	case 15:
		day := st.day()
		st.commit(it, events.PlanSubmitted{Goal: "通", Due: day, Milestones: []events.Milestone{{Name: "清沟", Due: day}}})
	default:
		st.commit(it, events.RectificationReported{Result: "改好", Truth: events.True, Solved: events.SolvedYes, Late: st.c.n(3) == 0,
			Took: st.took()})
	}
}

func (st *story) verifying(it *Item) {
	switch st.c.n(12) {
	case 0:
		st.commit(it, events.ClosureApplied{Attempt: 1, Profile: events.P2, Chain: []events.Step{events.StepHandler, events.StepReply, events.StepClose}})
	case 1:
		st.commit(it, events.SignOffRefused{Step: events.StepOfficeCheck, Reason: "没改", Round: it.Round + 1})
	case 2:
		st.commit(it, events.PublicityOpened{Text: "公示", Medium: "网站", Until: st.day()})
	case 3:
		st.commit(it, events.PublicityClosed{})
	case 4:
		st.commit(it, events.ItemMadeStanding{Reason: "长期", ReviewDays: 90, NextReview: st.day()})
	case 5:
		st.commit(it, events.ReplyIssued{Public: "改好了", Way: "电话"})
	case 6, 7:
		st.publish(it)
	default:
		st.commit(it, events.ItemClosed{Round: it.Round, LateDays: st.c.n(3)})
	}
}

func (st *story) publish(it *Item) {
	st.commit(it, events.PublicTextDrafted{Summary: "改好的事"})
	st.commit(it, events.ItemReleased{Summary: "改好的事"})
}

func (st *story) resting(it *Item) {
	if it.Group == GroupMerged {
		st.raise()
		return
	}
	switch st.c.n(10) {
	case 0, 1:
		st.publish(it)
	case 2:
		st.commit(it, events.Evaluated{Round: it.Round, Solved: events.SolvedNo, Satisfied: events.Dissatisfied, Words: sealed("没人联系"), By: "CODE"})
	case 3:
		st.commit(it, events.ItemReopened{Reason: "反弹", Round: it.Round + 1, Due: st.day()})
	case 4:
		st.commit(it, events.ItemArchived{File: "2026-1"})
	case 5:
		if it.Group == GroupHeld {
			st.commit(it, events.ItemResumed{To: events.InProgress, Reason: "钱到了"})
			return
		}
		st.commit(it, events.LookBackScheduled{Due: []events.Date{st.day()}})
	case 6:
		st.commit(it, events.RedoOrdered{To: events.InProgress, Reason: "有道理", Round: it.Round + 1})
	case 7:
		st.commit(it, events.ItemUnpublished{Reason: "期满"})
	case 8:
		st.commit(it, events.ErasureRequested{Reason: events.PersonWishes, Asked: events.AskedByPerson, Ground: "申请书"})
	case 9:
		st.commit(it, events.ErasureCompleted{Request: it.Rev})
	}
}

// waitLong is how long a test waits for what must come; tick is when it looks again.
const waitLong = 20 * time.Second

func tick() <-chan time.Time { return time.After(5 * time.Millisecond) }
