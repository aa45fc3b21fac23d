package ledger

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"xiaohao/events"
)

// truthItem is a problem as the property test makes it up.
type truthItem struct {
	problem, lead string
	co            []string
	deadline      events.Date
	mode          events.Mode
	status        events.State
	measures      []string
}

var (
	someUnits    = []string{"住建局", "城管局", "水利局", "东庄镇人民政府", "党政办公室", "县委宣传部", "供电公司", "发展和改革局", "江山村", "第一中学"}
	someHeadings = map[Field][]string{
		Problem: {"存在问题", "具体问题", "问题描述", "反馈问题", "查摆的问题", "问题", "意见建议", "主要问题"}, LeadUnit: {"责任单位", "牵头单位", "主办单位", "整改单位", "承办部门"},
		DeadlineDay: {"整改时限", "完成时限", "办结时限", "整改期限", "计划完成时间", "完成时间"}, Measures: {"整改措施", "工作举措", "措施"}, Status: {"完成情况", "整改状态", "是否完成", "状态"},
		ModeField: {"整改类型", "整改方式"}, CoUnits: {"配合单位", "协办单位"},
	}
	someStates = map[events.State][]string{events.InProgress: {"整改中", "未完成", "正在整改"}, events.Rectified: {"已完成", "已整改到位", "整改完成"}, events.Closed: {"已销号"},
		events.Standing: {"长期坚持", "已完成，长期坚持"}, events.SuspendedAccount: {"挂账"}}
	someModes = map[events.Mode][]string{events.Immediate: {"立行立改", "立即改"}, events.TimeLimited: {"限期改", "限期整改"}, events.Planned: {"计划改", "分阶段整改"}, events.StandingMode: {"常态整改", "长期坚持"}}
	anyText   = rapid.StringOfN(rapid.SampledFrom([]rune("路灯不亮河道淤积会议多，。、（）=+-@\"12𠮷㐂䶮村民反映出行难LED")), 4, 30, -1)
)

func drawTruth(t *rapid.T, i int) truthItem {
	units := slices.Clone(someUnits)
	units = rapid.Permutation(units).Draw(t, "units")
	on := events.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 364).Draw(t, "day"))
	it := truthItem{problem: fmt.Sprintf("问题%d号：%s", i, rapid.Custom(func(t *rapid.T) string { return trim(anyText.Draw(t, "x")) }).Draw(t, "problem")), lead: units[0], deadline: on,
		co: units[1 : 1+rapid.IntRange(0, 3).Draw(t, "co")], mode: rapid.SampledFrom(events.Modes).Draw(t, "mode"),
		status: rapid.SampledFrom([]events.State{events.InProgress, events.Rectified, events.Closed, events.Standing, events.SuspendedAccount}).Draw(t, "status")}
	for m := range rapid.IntRange(1, 4).Draw(t, "measures") {
		it.measures = append(it.measures, fmt.Sprintf("措施%d之%d", i, m+1))
	}
	return it
}

// shape is how an office writes a ledger down.
type shape struct {
	order    []Field
	headings map[Field]string
	title    bool
	merged   bool // measures on rows of their own under a merged problem
	joint    string
	dates    int
}

func drawShape(t *rapid.T) shape {
	s := shape{headings: map[Field]string{Seq: "序号"}, title: rapid.Bool().Draw(t, "title"), merged: rapid.Bool().Draw(t, "merged"),
		joint: rapid.SampledFrom([]string{"、", "；", "，", "/", "\n"}).Draw(t, "joint"), dates: rapid.IntRange(0, 4).Draw(t, "dates")}
	s.order = rapid.Permutation([]Field{Seq, Problem, LeadUnit, CoUnits, DeadlineDay, Measures, Status, ModeField}).Draw(t, "order")
	for _, f := range s.order {
		if f != Seq {
			s.headings[f] = rapid.SampledFrom(someHeadings[f]).Draw(t, string(f))
		}
	}
	return s
}

func (s shape) date(d events.Date) string {
	switch s.dates {
	case 0:
		return d.String()
	case 1:
		return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.Day())
	case 2:
		return fmt.Sprintf("%d.%d.%d", d.Year(), d.Month(), d.Day())
	case 3:
		return fmt.Sprintf("%d月%d日前", d.Month(), d.Day())
	}
	return fmt.Sprintf("%d%02d%02d", d.Year(), d.Month(), d.Day())
}

// write lays the items out; it returns the rows, what to merge, and the first row of each item.
func (s shape) write(t *rapid.T, items []truthItem) (rows [][]string, merges []span, firsts []int) {
	if s.title {
		rows = append(rows, []string{"某县2026年整改台账"}, []string{"填报单位：某县", "", "联系人：张三"})
	} else {
		rows = append(rows, []string{"2026年台账"})
	}
	var head []string
	for _, f := range s.order {
		head = append(head, s.headings[f])
	}
	rows = append(rows, head)
	for i, it := range items {
		if rapid.IntRange(0, 9).Draw(t, "blank") == 0 {
			rows = append(rows, make([]string, len(head)))
		}
		firsts = append(firsts, len(rows)+1)
		n := 1
		if s.merged {
			n = len(it.measures)
		}
		for k := range n {
			var r []string
			for _, f := range s.order {
				r = append(r, s.cell(t, it, i, f, k))
			}
			rows = append(rows, r)
		}
		for c, f := range s.order {
			if n > 1 && f != Measures {
				merges = append(merges, span{len(rows) - n + 1, c, len(rows), c})
			}
		}
	}
	total := make([]string, len(head))
	total[0] = "合计"
	return append(rows, total), merges, firsts
}

func (s shape) cell(t *rapid.T, it truthItem, i int, f Field, k int) string {
	if f == Measures {
		if s.merged {
			return it.measures[k]
		}
		return strings.Join(it.measures, "\n")
	}
	if k > 0 {
		return ""
	}
	switch f {
	case Seq:
		return fmt.Sprint(i + 1)
	case Problem:
		return it.problem
	case LeadUnit:
		return it.lead
	case CoUnits:
		return strings.Join(it.co, s.joint)
	case DeadlineDay:
		return s.date(it.deadline)
	case Status:
		return rapid.SampledFrom(someStates[it.status]).Draw(t, "word")
	}
	return rapid.SampledFrom(someModes[it.mode]).Draw(t, "word")
}

// TestWhole: random ledgers written in random shapes come back whole.
func TestWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []truthItem
		for i := range rapid.IntRange(1, 8).Draw(t, "items") {
			items = append(items, drawTruth(t, i))
		}
		s := drawShape(t)
		asCSV := !s.merged && rapid.Bool().Draw(t, "csv")
		rows, merges, firsts := s.write(t, items)
		name, data := "a.xlsx", []byte(nil)
		if asCSV {
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			if err := w.WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			name, data = "a.csv", b.Bytes()
			if rapid.Bool().Draw(t, "gb") {
				data = gb(b.String())
			}
		} else {
			data = bookBytes(t, rows, merges)
		}
		l, err := Read(name, bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, it := range l.Items {
			got = append(got, show(it))
		}
		for i, it := range items {
			want = append(want, show(Item{Row: firsts[i], Problem: it.problem, LeadUnit: it.lead, CoUnits: it.co, Deadline: &it.deadline, Mode: it.mode, Status: it.status, Measures: it.measures}))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s\ncolumns %v\nrejected %v\nskipped %v", d, l.Columns, l.Rejected, l.Skipped)
		}
	})
}

func bookBytes(t *rapid.T, rows [][]string, merges []span) []byte {
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		for c, v := range r {
			if v != "" {
				if err := f.SetCellStr("Sheet1", cellName(i+1, c), v); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, m := range merges {
		if err := f.MergeCell("Sheet1", cellName(m.top, m.left), cellName(m.bottom, m.right)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
