package projections

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
	"xiaohao/events/journal/memory"
)

// TestStory tells one item from registration to 销号 and 复号, as office and public read it.
func TestStory(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	it := st.raise()
	due := events.NewDate(2026, 10, 13)
	for _, e := range []events.Event{
		events.ItemAccepted{Title: "晚上没有公交车", Category: "民生", Category2: "公交", Class: events.Ordinary},
		events.ModeClassified{Mode: events.Immediate, Due: due, Rule: "5wd"},
		events.ItemAssigned{Assignments: []events.Assigned{{ID: "a", Unit: units[0], Part: events.Lead}, {ID: "b", Unit: units[3], Part: events.Co}}},
		events.AssignmentSigned{Assignment: "b", Late: true},
		events.ReturnRequested{Assignment: "a", Grounds: "不归我们管", Basis: "三定方案", Suggested: units[1]},
		events.ReturnRejected{Assignment: "a", Reason: "公交就是交通局的事"},
		events.ProgressReported{Assignment: "a", Note: "加了 3 班", Quantity: events.Quantity{Done: 3, Total: 6, Unit: "班"}},
		events.ExtensionGranted{Due: due.AddDays(7), Was: due, Reason: "等新车"},
		events.SupervisionIssued{Slip: "督1", Level: events.Blue, Text: "快一点", Due: due},
		events.RectificationReported{Result: "末班车延到 21:40"},
		events.SiteChecked{Passed: true, Conclusion: "21:12 有车", Checkers: []string{"甲岗", "乙岗"}, On: due, Place: "曹氏服装厂门口"},
		events.ReplyIssued{Public: "夜班车末班延到 21:40", Way: "电话"},
		events.ItemClosed{Round: 1, LateDays: 2},
		events.ItemReopened{Reason: "又停了", Round: 2, Due: due.AddDays(30)},
	} {
		st.commit(it, e)
	}
	s.catchUp(t, st.log, nil)
	es, err := s.Timeline(t.Context(), it.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := len(es) - 1; i >= 0; i-- {
		e := es[i]
		got = append(got, strings.TrimRight(string(e.Visibility)+" "+e.Title+"｜"+e.Text+"｜"+e.PublicText, "｜"))
	}
	want := []string{
		"PUBLIC 登记｜编号 QG-2026-000001。原话已封存。",
		"PUBLIC 受理｜定为“晚上没有公交车”，民生 / 公交。｜受理了，这件事叫“晚上没有公交车”。",
		"INTERNAL 定整改类型｜定为立即改，期限 2026-10-13。",
		"PUBLIC 交办｜主办区交通运输局，协办增口乡。｜交给区交通运输局，增口乡配合。",
		"INTERNAL 签收｜增口乡签收了，晚了。",
		"INTERNAL 申请退单｜区交通运输局要求退单：不归我们管。依据：三定方案。建议交给区农林水局。",
		"INTERNAL 驳回退单｜不同意区交通运输局退单，由它接着办。理由：公交就是交通局的事。",
		"INTERNAL 报进展｜加了 3 班。做了 3 / 6 班。",
		"PUBLIC 批准延期｜期限改到 2026-10-20，原定 2026-10-13。理由：等新车。｜期限改到 2026-10-20，原定 2026-10-13。",
		"INTERNAL 督办｜蓝单 督1：快一点。2026-10-13 前答复。",
		"PUBLIC 整改完成（单位报的）｜末班车延到 21:40。｜区交通运输局说改好了，还要有人去核查，才能销号。",
		"PUBLIC 现场核查｜10月13日，2 人到曹氏服装厂门口看过：21:12 有车。｜10月13日，有 2 人到现场看过，查实。",
		"PUBLIC 答复群众｜夜班车末班延到 21:40。怎么告诉的：电话。｜夜班车末班延到 21:40。",
		"PUBLIC 销号｜签批都齐了，销号。晚 2 个工作日才办完。｜各步都签了，也答复您了，销号。晚 2 个工作日才办完。",
		"PUBLIC 复号｜第 2 轮重办，编号不变，期限 2026-11-12。理由：又停了。｜第 2 轮重办，编号不变，期限 2026-11-12。",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	row, err := s.ItemByID(t.Context(), it.ID)
	if err != nil {
		t.Fatal(err)
	}
	if row.Round != 2 || row.Reopened != 1 || row.Extensions != 1 || row.Returns != 1 || row.Replied || !row.Late ||
		!row.ClosedOn.IsZero() || !row.RectifiedOn.IsZero() || row.DueOriginal != row.Due || row.Lead != units[0] || row.CoUnits != 1 ||
		row.Supervision != "" || row.Detail.Assignments[0].State != events.PartSentBack {
		t.Errorf("%+v", row)
	}
}

// TestWithJournal runs on the journal that the program uses in tests.
func TestWithJournal(t *testing.T) {
	t.Parallel()
	j := memory.New()
	st := newStory(newSeeded(30))
	for range 120 {
		st.advance()
	}
	last := map[string]events.Recorded{}
	for _, r := range st.log {
		c, key := r.Commit, r.Item.String()
		c.Prev = last[key].Hash
		rs, err := j.Append(t.Context(), events.Write{Commit: c, Expected: last[key].Sequence})
		if err != nil {
			t.Fatal(err)
		}
		last[key] = rs[0]
	}
	s := openStore(t)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- s.Run(ctx, j) }()
	if err := s.WaitFor(t.Context(), uint64(len(st.log))); err != nil {
		t.Fatal(err)
	}
	for _, x := range st.items {
		if it, err := s.ItemByID(t.Context(), x.ID); err != nil || it.State != x.State || it.Sequence != last[x.ID].Sequence {
			t.Errorf("%s: %v %s", x.Number, err, it.State)
		}
	}
	stop()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
