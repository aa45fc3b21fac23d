package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"xiaohao/domain"
	"xiaohao/domain/sample"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/docx"
)

// records reads a .csv that a page sent.
func (x *site) records(as, path, form string) [][]string {
	x.t.Helper()
	body, ok := strings.CutPrefix(x.file(as, path, form), "\ufeff")
	if !ok {
		x.t.Errorf("%s has no mark at the beginning", path)
	}
	rs, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		x.t.Fatal(err)
	}
	return rs
}

// TestPapers holds what leaves the pages as a file: exactly the rows that the page shows, no
// names for who may not see them, reports for the office only, papers when their time has come.
func TestPapers(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	n := x.town()

	all := x.records("clerk", "/items/export", "ledger=L1&format=csv")
	if head := strings.Join(all[0], ","); !strings.Contains(head, "反映人") || !strings.Contains(head, "具体问题") {
		t.Errorf("the office's ledger begins %s", head)
	}
	if !strings.Contains(x.get("clerk", "/items"), "共 "+strconv.Itoa(len(all)-1)+" 件") {
		t.Errorf("the file has %d rows, the page says otherwise", len(all)-1)
	}
	closed := x.records("clerk", "/items/export", "ledger=L1&format=csv&state=CLOSED")
	if len(closed) != 2 || closed[1][1] != n["late"] || closed[1][len(closed[0])-7] != "已销号" {
		t.Errorf("what was struck off: %v", closed)
	}
	text := x.file("clerk", "/items/export", "ledger=L3&format=csv")
	if strings.Contains(text, "13812345678") || strings.Contains(text, "张三丰") || !strings.Contains(text, "张某某") {
		t.Error("names and numbers are not masked as on the pages")
	}
	unit := x.file(of("区农林水局", events.UnitHead), "/items/export", "ledger=L3&format=csv")
	if strings.Contains(unit, "姓名") || strings.Contains(unit, "张某") {
		t.Error("a unit's ledger has names")
	}
	for _, bad := range []string{"ledger=L9&format=csv", "ledger=L1&format=exe", "ledger=L1&format=csv&state=NONSENSE"} {
		if status, _, _ := x.ask("clerk", "POST", "/items/export", strings.NewReader(bad), "Content-Type", formType); status != http.StatusBadRequest {
			t.Errorf("export%s: %d", bad, status)
		}
	}
	if _, unknown := ReadFilter(url.Values{"unti": {"区民政局"}, "state": {"CLOSED"}, "as_of": {"2026-07-31"}}, projections.Filter{Today: x.s.today()}); len(unknown) != 1 || !strings.Contains(unknown[0], "unti") {
		t.Errorf("of the filters of a command line, unknown are %v", unknown)
	}
	x.reports()
	x.sampled(n["late"])
	x.papers(n)
}

// sampled draws one look-back: the quarter's check lists it, and the one before does not.
func (x *site) sampled(number string) {
	t := x.t
	t.Helper()
	it, err := x.s.reads.Item(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	d := sample.Drawer{Log: x.s.desk.Journal.(domain.Histories), Now: x.now}
	if _, err := d.Draw(t.Context(), []events.Lot{{Item: it.ID, Number: number, Due: events.DateOf(x.now()), Weight: 1}}); err != nil {
		t.Fatal(err)
	}
	last, err := x.s.desk.Journal.(clockLog).Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x.last = last
	x.settle()
	page := x.get("clerk", "/reports/show?kind=quarter&as_of="+events.DateOf(x.now()).String())
	_, list, _ := strings.Cut(page, "回头看抽样名单")
	list, _, _ = strings.Cut(list, "</table>")
	if !strings.Contains(page, "回头看抽样 1 次，抽中 1 件") || !strings.Contains(list, number) || !strings.Contains(list, sample.Period(events.DateOf(x.now()))) {
		t.Errorf("the draw is not in the quarter's check: %.1500s", list)
	}
	if page := x.get("clerk", "/reports/show?kind=quarter&as_of=2026-09-30"); !strings.Contains(page, "本期没有抽样") {
		t.Error("a later draw is in the quarter before")
	}
}

func (x *site) reports() {
	t := x.t
	t.Helper()
	for _, as := range []string{of("区农林水局", events.UnitHead), "publisher", "leader|l1|区分管领导（农业农村）"} {
		if status, _, _ := x.ask(as, "GET", "/reports/month?as_of=2026-07-31", nil); status != http.StatusForbidden {
			t.Errorf("a report to %s: %d", as, status)
		}
	}
	page := x.get("clerk", "/reports/show?kind=month&as_of=2026-07-31")
	for _, want := range []string{"整改销号月汇报", "2026年7月1日至7月31日", "销号 2 件", "附录", "分母", "下载 Word"} {
		if !strings.Contains(page, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	first := x.file("clerk", "/reports/month", "as_of=2026-07-31&format=docx")
	x.on("2026-11-30")
	x.working("又一件。", "又一件", "IMMEDIATE", "区民政局", nil)
	if x.file("clerk", "/reports/month", "as_of=2026-07-31&format=docx") != first {
		t.Error("the report of July came out other than before")
	}
}

func (x *site) papers(n map[string]string) {
	t := x.t
	t.Helper()
	page := x.get("clerk", "/items/"+n["late"]+"/print")
	if !strings.Contains(page, "/print/closure") || strings.Contains(page, "/print/extension") {
		t.Error("the choice of papers is wrong")
	}
	if page := x.get("clerk", "/items/"+n["late"]+"/print/closure"); !strings.Contains(page, "整改事项销号审批表") || !strings.Contains(page, `class="a4"`) {
		t.Error("no 销号审批表")
	}
	if status, _, _ := x.ask("clerk", "GET", "/items/"+n["late"]+"/print/extension", nil); status != http.StatusNotFound {
		t.Errorf("a paper whose time has not come: %d", status)
	}
	word := x.file("clerk", "/items/"+n["late"]+"/print/reply", "format=docx")
	if names, err := docx.Names([]byte(word)); err != nil || len(names) > 0 {
		t.Errorf("the .docx keeps %v (%v)", names, err)
	}
}
