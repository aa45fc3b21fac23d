package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/ledger"
	"xiaohao/web/paper/officetest"
)

// fixed is a ledger in memory.
type fixed struct {
	n  int
	at func(i int) projections.Entered
}

func (f fixed) Each(_ context.Context, _ projections.Filter, do func(projections.Entered) error) (projections.Position, error) {
	for i := range f.n {
		if err := do(f.at(i)); err != nil {
			return projections.Position{}, err
		}
	}
	return projections.Position{Identity: "ID", Sequence: 42, Hash: "abc"}, nil
}

func of(its ...projections.Entered) fixed {
	return fixed{len(its), func(i int) projections.Entered { return its[i] }}
}

// plain opens what a test put into a box.
func plain(_ context.Context, s events.Sealed) (string, error) {
	if s.IsErased() {
		return "", events.ErrErased
	}
	return string(s.Box), nil
}

func boxed(s string) events.Sealed { return events.Sealed{Key: "k", At: "a", Box: []byte(s)} }

var day = events.NewDate(2026, 10, 23)

// sample is an item with everything in it.
func sample(text string) projections.Entered {
	return projections.Entered{
		Item: projections.Item{Number: "QG-2026-000005", Title: "水田村缺水", State: events.Closed, Group: projections.GroupClosed, Mode: events.TimeLimited,
			Source: events.FromPublic, Channel: events.ByHotline, Category: "民生", Category2: "饮水", Area: "水田村", Goal: "通水", Class: events.Ordinary, Released: true,
			Lead: events.Unit{ID: "u1", Name: "区农林水局"}, Leader: events.Leader{ID: "l1", Post: "区分管领导"}, RaisedOn: events.NewDate(2026, 9, 14), Due: events.NewDate(2026, 10, 10),
			ClosedOn: events.NewDate(2026, 10, 19), Round: 2, Detail: projections.Detail{
				Plan: &events.PlanSubmitted{Measures: []string{"铺管道", "新建工程"}, Person: "副局长"}, Report: &events.RectificationReported{Truth: events.True, Result: "通水了"},
				Assignments: []projections.Assignment{{Assignment: events.Assignment{Assigned: events.Assigned{Unit: events.Unit{ID: "u2", Name: "水田村委会"}, Part: events.Co}}}},
				Quantities:  []projections.PlaceQuantity{{Place: "水田村", Quantity: events.Quantity{Done: 2400, Total: 2400, Unit: "米"}}},
				Released:    "水田村已经通水。", Reply: "通水了，请您看看。",
				Evaluations: []projections.Evaluation{{On: day, Evaluated: events.Evaluated{Solved: events.SolvedNo, Satisfied: events.Dissatisfied, Words: boxed("水压不够")}}},
				Chain:       []projections.ChainStep{{Step: events.StepClose, On: day, Post: "销号员"}}}},
		Opinions: []projections.Opinion{{Raised: time.Date(2026, 9, 14, 1, 5, 0, 0, time.UTC), RaisedOn: events.NewDate(2026, 9, 14),
			Opinion: events.Opinion{Text: boxed(text), Name: boxed("𠮷㐂䶮"), Phone: boxed("+8613800138000"), Place: boxed("三组"), Area: "水田村", Channel: events.ByHotline}}},
	}
}

func write(t testing.TB, reads Reads, o Order) []byte {
	t.Helper()
	var b bytes.Buffer
	o.Filter.Today, o.Says = day, "全部"
	if _, err := Write(t.Context(), reads, plain, o, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBook(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// part is one file of a workbook.
func part(t *testing.T, data []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func records(t *testing.T, data []byte) [][]string {
	t.Helper()
	text, ok := bytes.CutPrefix(data, []byte("\ufeff"))
	if !ok {
		t.Error("no mark at the beginning")
	}
	rs, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// TestTextStaysText holds that what looks like a formula is text in both formats, and can be
// had back as it was said.
func TestTextStaysText(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"=cmd|' /C calc'!A0", "+86 打不通", "-1 楼漏水", "@SUM(1)", "\t=1+1", "＝1+1", "'=1", "100%_\\", "𠮷㐂䶮，“引号”\n第二行"} {
		x := write(t, of(sample(said)), Order{Ledger: L1, Format: XLSX, Whole: true})
		if xml := part(t, x, "xl/worksheets/sheet1.xml"); strings.Contains(xml, "<f>") || strings.Contains(xml, "<f ") {
			t.Errorf("%q became a formula", said)
		}
		got, err := openBook(t, x).GetCellValue(L1.Zh(), "F2")
		if err != nil || got != said {
			t.Errorf("xlsx says %q (%v), said was %q", got, err, said)
		}
		field := records(t, write(t, of(sample(said)), Order{Ledger: L1, Format: CSV, Whole: true}))[1][5]
		if strings.ContainsAny(field[:1], "=+-@\t") {
			t.Errorf("csv says %q, which is a formula", field)
		}
		if back := strings.TrimPrefix(field, "'"); back != said {
			t.Errorf("csv gives back %q, said was %q", back, said)
		}
	}
}

// TestTypedCells holds what a clerk relies on in Excel: dates, numbers, the frozen header,
// the filter, the paper.
func TestTypedCells(t *testing.T) {
	t.Parallel()
	x := write(t, of(sample("缺水"), sample("缺水")), Order{Ledger: L1, Format: XLSX, Personal: true, Whole: true})
	f := openBook(t, x)
	for cell, want := range map[string]string{"A3": "2", "B2": "QG-2026-000005", "D2": "2026-09-14", "E2": "𠮷㐂䶮", "P2": "2026-10-10", "R2": "水田村 2400/2400米", "K2": "铺管道\n新建工程",
		"L2": "区农林水局", "M2": "水田村委会", "S2": "已销号", "T2": "2026-10-19"} {
		if got, err := f.GetCellValue(L1.Zh(), cell); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", cell, got, err, want)
		}
	}
	for cell, want := range map[string]string{"P2": "46305", "A2": "1"} {
		if got, err := f.GetCellValue(L1.Zh(), cell, excelize.Options{RawCellValue: true}); err != nil || got != want {
			t.Errorf("%s holds %q (%v), want the number %s", cell, got, err, want)
		}
	}
	xml := part(t, x, "xl/worksheets/sheet1.xml")
	for _, want := range []string{`ySplit="1"`, `state="frozen"`, `<autoFilter ref="$A$1:$Y$3"`, `orientation="landscape"`, `paperSize="9"`, `fitToPage="true"`} {
		if !strings.Contains(xml, want) {
			t.Errorf("sheet has no %s", want)
		}
	}
	if !slices.ContainsFunc(f.GetDefinedName(), func(n excelize.DefinedName) bool {
		return n.Name == "_xlnm.Print_Titles" && n.RefersTo == "'问题整改台账'!$1:$1" && n.Scope == L1.Zh()
	}) {
		t.Error("the header is not repeated on each page")
	}
	if again := write(t, of(sample("缺水"), sample("缺水")), Order{Ledger: L1, Format: XLSX, Personal: true, Whole: true}); !bytes.Equal(x, again) {
		t.Error("the same rows gave other bytes")
	}
}

// TestPersonal holds that names, telephone numbers and exact places are in no file that may
// not have them, and masked where the order masks.
func TestPersonal(t *testing.T) {
	t.Parallel()
	called := sample("缺水，𠮷㐂䶮，打138 0013 8000")
	called.Opinions[0].Place = boxed("三组 13800138000 家")
	called.Detail.Evaluations[0].Words = boxed("再打13800138000")
	for _, l := range Ledgers {
		text := string(write(t, of(called), Order{Ledger: l, Format: CSV}))
		masked := string(write(t, of(called), Order{Ledger: l, Format: CSV, Personal: true}))
		whole := string(write(t, of(called), Order{Ledger: l, Format: CSV, Personal: true, Whole: true}))
		for _, secret := range []string{"𠮷㐂䶮", "13800138000", "138 0013 8000"} {
			if strings.Contains(text+masked, secret) {
				t.Errorf("%s shows %s", l, secret)
			}
		}
		for full, covered := range map[string]string{"𠮷㐂䶮，打138 0013 8000": "𠮷某某，打138 **** 8000", "再打13800138000": "再打138****8000"} {
			if strings.Contains(whole, full) != strings.Contains(text, covered) {
				t.Errorf("%s of %q:\n%s\nmasked:\n%s", l, full, whole, text)
			}
		}
		if strings.Contains(text, "三组") {
			t.Errorf("%s shows the exact place", l)
		}
	}
	secret := sample("缺水")
	secret.Confidential = true
	if text := string(write(t, of(secret), Order{Ledger: L2, Format: CSV})); strings.Contains(text, "通水") {
		t.Errorf("L2 shows what may not be public:\n%s", text)
	}
}

// TestLedgers holds the rows of the other ledgers.
func TestLedgers(t *testing.T) {
	t.Parallel()
	last := func(l Ledger) []string {
		rs := records(t, write(t, of(sample("缺水")), Order{Ledger: l, Format: CSV}))
		return rs[len(rs)-1]
	}
	for l, want := range map[Ledger][]string{
		L2: {"1", "QG-2026-000005", "水田村已经通水。", "水田村", "民生/饮水", "通水了", "属实", "通水了，请您看看。", "已办结", ""},
		L3: {"1", "QG-2026-000005", "12345 转", "2026-09-14 09:05", "2026-09-14", "缺水", "水田村", "已销号，区农林水局", "通水了，请您看看。"},
		L4: {"", "合计", "1", "1", "0", "0", "0", "0", "0", "1", "0", "0", "不足 5", "不足 5", "1", "不足 5"},
		L5: {"1", "区农林水局", "水田村缺水", "QG-2026-000005", "2026-10-23", "没解决，不满意", "承办单位未联系当事人；水压不够", "1", "已销号"},
	} {
		if diff := cmp.Diff(want, last(l)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", l, diff)
		}
	}
	f := openBook(t, write(t, of(sample("缺水")), Order{Ledger: L4, Format: XLSX}))
	merged, err := f.GetMergeCells(L4.Zh())
	if err != nil {
		t.Fatal(err)
	}
	var ranges []string
	for _, m := range merged {
		ranges = append(ranges, m.GetStartAxis()+":"+m.GetEndAxis()+"="+m.GetCellValue())
	}
	if !slices.Contains(ranges, "D1:F1=12345热线") || !slices.Contains(ranges, "B1:B2=单位") {
		t.Errorf("header of two rows is %v", ranges)
	}
}

// TestAnotherProgramReads has LibreOffice print the ledgers: A4 across, the header on every
// page, texts to their last word, rare characters kept.
func TestAnotherProgramReads(t *testing.T) {
	t.Parallel()
	many := fixed{200, func(int) projections.Entered {
		return sample("=缺水，𠮷㐂䶮，" + strings.Repeat("从去年起就没有水喝，", 9) + "饕餮")
	}}
	var files []string
	for _, l := range []Ledger{L1, L3} {
		file := filepath.Join(t.TempDir(), string(l)+".xlsx")
		if err := os.WriteFile(file, write(t, many, Order{Ledger: l, Format: XLSX, Personal: true, Whole: true}), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	for i, pdf := range officetest.Convert(t, "pdf", files...) {
		pages := officetest.Text(t, pdf)
		if i == 0 && (len(pages) < 3 || !strings.Contains(pages[1], "牵头单位")) {
			t.Errorf("L1 has %d pages, the second begins\n%.300s", len(pages), pages[1])
		}
		if all := strings.Join(pages, ""); !strings.Contains(all, "=缺水") || !strings.ContainsAny(all, "𠮷") || !strings.ContainsAny(all, "㐂") || !strings.ContainsAny(all, "䶮") || strings.Count(all, "饕") < 200 {
			t.Errorf("%s lost characters:\n%.600s", filepath.Base(pdf), all)
		}
	}
}

// TestComesBackWhole holds that a ledger that went out can be taken in again: problems, units,
// deadlines, modes, measures and what each row claims.
func TestComesBackWhole(t *testing.T) {
	t.Parallel()
	var its []projections.Entered
	for i, said := range []string{"=cmd|' /C calc'!A0", "+86 打不通", "水田村缺水𠮷㐂䶮，“人畜”饮水告急。", "@办事处的灯不亮"} {
		it := sample(said)
		it.Number = fmt.Sprintf("QG-2026-%06d", i+1)
		it.Due = it.Due.AddDays(i)
		if i == 1 {
			it.State, it.Group, it.Mode, it.ClosedOn = events.InProgress, projections.GroupOpen, events.Immediate, events.Date{}
		}
		if i == 2 {
			it.State, it.Group, it.Detail.Plan, it.ClosedOn = events.Rectified, projections.GroupDone, nil, events.Date{}
		}
		its = append(its, it)
	}
	for _, format := range []Format{XLSX, CSV} {
		data := write(t, of(its...), Order{Ledger: L1, Format: format, Whole: true})
		l, err := ledger.Read("台账."+string(format), bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Items) != len(its) || len(l.Rejected) > 0 {
			t.Fatalf("%s: %d rows of %d came back, refused %v", format, len(l.Items), len(its), l.Rejected)
		}
		for i, got := range l.Items {
			it := its[i]
			want := ledger.Item{Problem: string(it.Opinions[0].Text.Box), LeadUnit: it.Lead.Name, CoUnits: []string{"水田村委会"}, Deadline: &it.Due, Mode: it.Mode, Status: it.State}
			if it.Detail.Plan != nil {
				want.Measures = it.Detail.Plan.Measures
			}
			have := ledger.Item{Problem: got.Problem, LeadUnit: got.LeadUnit, CoUnits: got.CoUnits, Deadline: got.Deadline, Mode: got.Mode, Status: got.Status, Measures: got.Measures}
			if diff := cmp.Diff(want, have, cmp.AllowUnexported(events.Date{}), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(ledger.Item{})); diff != "" {
				t.Errorf("%s row %d (-out +back):\n%s", format, i+1, diff)
			}
			if got.More.Number != it.Number || got.More.Raised != it.RaisedOn || got.More.Goal != it.Goal || got.More.Leader != it.Leader.Post || got.More.ClosedOn != it.ClosedOn {
				t.Errorf("%s row %d came back with %+v", format, i+1, got.More)
			}
		}
	}
}

// TestImportedComesBack holds that what an imported ledger said, and nobody has said here since,
// goes out again: measures, progress, and as a remark the status that was only claimed.
func TestImportedComesBack(t *testing.T) {
	t.Parallel()
	it := sample("村道路灯不亮，晚上出行不便。")
	it.State, it.Group, it.ClosedOn = events.InProgress, projections.GroupOpen, events.Date{}
	it.Detail.Plan, it.Detail.Report, it.Detail.Chain = nil, nil, nil
	it.Detail.Claim = &events.LedgerClaimed{Says: events.Closed, Measures: boxed("换灯头\n接线路"), Note: boxed("正在等材料")}
	for _, format := range []Format{XLSX, CSV} {
		data := write(t, of(it), Order{Ledger: L1, Format: format})
		l, err := ledger.Read("台账."+string(format), bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Items) != 1 {
			t.Fatalf("%s: %+v", format, l)
		}
		if got := l.Items[0]; !slices.Equal(got.Measures, []string{"换灯头", "接线路"}) || got.More.Progress != "正在等材料" || got.Status != events.InProgress || got.More.Note != "原台账称已销号" {
			t.Errorf("%s came back as %+v", format, got)
		}
	}
	it.Detail.Plan, it.Progress = &events.PlanSubmitted{Measures: []string{"整条换新"}}, "已换三盏"
	if rs := records(t, write(t, of(it), Order{Ledger: L1, Format: CSV})); !slices.Contains(rs[1], "整条换新") || !slices.Contains(rs[1], "已换三盏") || slices.Contains(rs[1], "正在等材料") {
		t.Errorf("what is said here goes before: %v", rs[1])
	}
}

// BenchmarkWrite says how long a ledger takes and how much memory it holds at most; what
// excelize keeps beyond memory is in a temporary file.
func BenchmarkWrite(b *testing.B) {
	for _, format := range []Format{XLSX, CSV} {
		for _, n := range []int{10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", format, n), func(b *testing.B) {
				runtime.GC()
				var m runtime.MemStats
				peak := uint64(0)
				reads := fixed{n, func(i int) projections.Entered {
					if i%2000 == 0 {
						runtime.ReadMemStats(&m)
						peak = max(peak, m.HeapInuse)
					}
					return sample("水田村委会第七、第八村民小组因持续干旱，人畜饮水告急。")
				}}
				for b.Loop() {
					if _, err := Write(b.Context(), reads, plain, Order{Ledger: L1, Format: format, Filter: projections.Filter{Today: day}}, io.Discard); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(peak)/(1<<20), "MB-peak")
			})
		}
	}
}
