package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	vault "xiaohao/events/vault/memory"
	"xiaohao/web/paper/ledger"
)

var (
	now   = time.Date(2026, 11, 24, 9, 0, 0, 0, events.Beijing)
	clerk = events.Actor{ID: "office.clerk", Role: events.Dispatcher, Post: "交办员"}
)

// shelf counts the files it is given.
type shelf struct {
	mu   sync.Mutex
	puts int
}

func (s *shelf) PutWorkbook(_ context.Context, _ uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error) {
	_, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts++
	return events.EvidenceFile{Object: fmt.Sprint(s.puts), Original: "o", Kept: "k", Name: events.Secret(name)}, err
}

// office is a desk over a log in memory.
type office struct {
	*testing.T
	desk  *domain.Desk
	log   *memory.Journal
	files *shelf
}

func newOffice(t *testing.T) office {
	log := memory.New()
	return office{t, &domain.Desk{Journal: log, Vault: vault.New(), Calendars: calendar.Official(), Prefix: "ZG", Now: func() time.Time { return now }}, log, &shelf{}}
}

func (o office) run(ctx context.Context, csv string, show func(Progress)) (Result, error) {
	o.Helper()
	l, err := ledger.Read("2026年.csv", strings.NewReader(csv), int64(len(csv)), nil)
	if err != nil {
		o.Fatal(err)
	}
	return Run(ctx, o.desk, o.files, Import{Ledger: "2026年台账", Name: "2026年.csv", Data: []byte(csv), Read: l, Actor: clerk, Preset: events.CountyLedger, Today: events.DateOf(now)}, show)
}

func (o office) imports(csv string) Result {
	o.Helper()
	res, err := o.run(o.Context(), csv, nil)
	if err != nil {
		o.Fatal(err)
	}
	return res
}

func (o office) item(id uuid.UUID) *domain.Item {
	o.Helper()
	it, err := o.desk.Look(o.Context(), id)
	if err != nil {
		o.Fatal(err)
	}
	return it
}

func (o office) last() uint64 {
	o.Helper()
	n, err := o.log.Last(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	return n
}

const head = "存在问题,责任单位,整改类型,整改时限,整改措施,完成情况,反映人,联系电话\n"

// TestStates: a row goes as far as it may honestly go, and no further.
func TestStates(t *testing.T) {
	o := newOffice(t)
	res := o.imports(head +
		"甲路灯不亮,住建局、城管局,限期改,2026年12月30日,修好,整改中,张三,13800138000\n" +
		"乙河道淤积,水利局,限期改,2025年6月30日,清淤,已销号,,\n" +
		"丙长年积水,水务局,长期坚持,长期坚持,巡查,长期坚持,,\n" +
		"丁规划不全,发改局,计划改,,编规划,整改中,,\n" +
		"戊没有单位,,限期改,2026年12月30日,,,,\n" +
		"己立行立改的事,教育局,立行立改,立行立改,,已完成,,\n")
	if res.New != 6 || res.Refused != 0 || len(res.Rows) != 6 {
		t.Fatalf("%+v", res)
	}
	want := []struct {
		state events.State
		says  events.State
		due   string
	}{{events.InProgress, events.InProgress, "2026-12-30"}, {events.InProgress, events.Closed, "2025-06-30"}, {events.InProgress, events.Standing, ""},
		{events.Registered, events.InProgress, ""}, {events.Accepted, events.InProgress, "2026-12-30"}, {events.InProgress, events.Rectified, "2026-12-01"}}
	for i, w := range want {
		it := o.item(res.Rows[i].Item)
		if it.State != w.state || it.Claim == nil || it.Claim.Says != w.says || it.Due.String() != w.due {
			t.Errorf("row %d: %s, claim %+v, due %s, want %+v", i, it.State, it.Claim, it.Due, w)
		}
	}
	if a := o.item(res.Rows[0].Item).Assignments; len(a) != 2 || a[0].Unit.Name != "住建局" || a[1].Part != events.Co {
		t.Errorf("assignments %+v", a)
	}
	if o.files.puts != 1 {
		t.Errorf("workbook kept %d times", o.files.puts)
	}
}

// TestAgain: the same file twice changes nothing, a changed row says what changed.
func TestAgain(t *testing.T) {
	o := newOffice(t)
	rows := head + "甲路灯不亮,住建局,限期改,2026年12月30日,修好,整改中,,\n乙河道淤积,水利局,限期改,2026年12月30日,清淤,整改中,,\n"
	first := o.imports(rows)
	at := o.last()
	if res := o.imports(rows); res.Same != 2 || o.last() != at || o.files.puts != 1 {
		t.Fatalf("%+v, log %d → %d", res, at, o.last())
	}
	// Another order, one row with another status.
	changed := head + "乙河道淤积,水利局,限期改,2026年12月30日,清淤,已销号,,\n甲路灯不亮,住建局,限期改,2026年12月30日,修好,整改中,,\n"
	res := o.imports(changed)
	if res.Same != 1 || res.Changed != 1 || o.last() != at+1 || len(res.Rows[0].Changes) != 1 {
		t.Fatalf("%+v, log %d → %d", res, at, o.last())
	}
	if d := res.Rows[0].Changes[0]; d.Field != "status" || d.Was != "整改中" || d.Now != "已销号" {
		t.Errorf("difference %+v", d)
	}
	if it := o.item(first.Rows[1].Item); it.State != events.InProgress {
		t.Errorf("a claim made it %s", it.State)
	}
	// Back to what it was, and once more the same.
	if res := o.imports(rows); res.Changed != 1 || o.last() != at+2 {
		t.Fatalf("%+v", res)
	}
	if res := o.imports(rows); res.Same != 2 || o.last() != at+2 {
		t.Fatalf("%+v", res)
	}
}

// TestRefused: good rows go in without the bad.
func TestRefused(t *testing.T) {
	o := newOffice(t)
	res := o.imports(head + strings.Repeat("长", 1001) + ",住建局,限期改,2026年12月30日,,,,\n乙河道淤积,水利局,限期改,2026年12月30日,,,,\n")
	if res.New != 1 || res.Refused != 1 || res.Rows[0].Reason == "" {
		t.Fatalf("%+v", res)
	}
}

// TestCut: an import that was cut off leaves whole commands, and once more completes it.
func TestCut(t *testing.T) {
	o := newOffice(t)
	var b strings.Builder
	b.WriteString(head)
	const n = 60
	for i := range n {
		fmt.Fprintf(&b, "第%d个问题是路灯不亮,住建局,限期改,2026年12月30日,修好,整改中,,\n", i)
	}
	ctx, cancel := context.WithCancel(t.Context())
	res, err := o.run(ctx, b.String(), func(p Progress) {
		if p.Done == 20 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !res.Cut || len(res.Rows) == n {
		t.Fatalf("%v, %d rows", err, len(res.Rows))
	}
	o.imports(b.String())
	if res := o.imports(b.String()); res.Same != n {
		t.Fatalf("%d of %d are whole", res.Same, n)
	}
	if o.last() != 4*n {
		t.Errorf("%d commits, want %d", o.last(), 4*n)
	}
}
