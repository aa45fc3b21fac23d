package ledger

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// trap is one workbook that offices really make, and what must be read of it.
type trap struct {
	name  string
	file  string // name of the file, "台账.xlsx" when empty
	rows  [][]any
	merge []string
	make  func(t *testing.T, f *excelize.File) // after rows and merges
	csv   func() []byte                        // instead of a workbook

	sheet    string // wanted, when not Sheet1
	header   []int
	items    []string // row|problem|lead|co,co|deadline|mode|status|measures
	rejected []string // row cell, and what the reason says after it if need be
	dups     []string // row=of
	warned   []int    // rows that carry a warning; others must not when strict
	strict   bool
}

// show writes an item as the traps do.
func show(it Item) string {
	on := "null"
	if it.Deadline != nil {
		on = it.Deadline.String()
	}
	return fmt.Sprintf("%d|%s|%s|%s|%s|%s|%s|%s", it.Row, it.Problem, it.LeadUnit, strings.Join(it.CoUnits, ","), on, it.Mode, it.Status, strings.Join(it.Measures, ";"))
}

func (c trap) bytes(t *testing.T) []byte {
	t.Helper()
	if c.csv != nil {
		return c.csv()
	}
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range c.rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range c.merge {
		from, to, _ := strings.Cut(m, ":")
		if err := f.MergeCell("Sheet1", from, to); err != nil {
			t.Fatal(err)
		}
	}
	if c.make != nil {
		c.make(t, f)
	}
	return save(t, f)
}

func save(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func styled(t testing.TB, f *excelize.File, sheet, at, format string) {
	t.Helper()
	s, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	must(t, err)
	must(t, f.SetCellStyle(sheet, at, at, s))
}

func gb(s string) []byte {
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

var plain = []any{"序号", "存在问题", "责任单位", "整改时限", "整改措施", "完成情况"}

// TestCorpus reads every trap of domain.md §5.1 and more.
func TestCorpus(t *testing.T) {
	for _, c := range append(append(corpusHeads(), corpusRows()...), corpusCells()...) {
		t.Run(c.name, func(t *testing.T) {
			name := c.file
			if name == "" {
				name = "台账.xlsx"
			}
			data := c.bytes(t)
			l, err := Read(name, bytes.NewReader(data), int64(len(data)), nil)
			must(t, err)
			c.check(t, l)
		})
	}
}

func (c trap) check(t *testing.T, l *Ledger) {
	t.Helper()
	var items, rejected, dups []string
	warned := map[int]bool{}
	for _, it := range l.Items {
		items = append(items, show(it))
		warned[it.Row] = len(it.Warnings) > 0
	}
	for _, r := range l.Rejected {
		at := fmt.Sprintf("%d %s", r.Row, r.Cell)
		if i := len(rejected); i < len(c.rejected) {
			if want, says, _ := strings.Cut(c.rejected[i], r.Cell+" "); want == fmt.Sprintf("%d ", r.Row) && strings.Contains(r.Reason, says) {
				at = c.rejected[i]
			}
		}
		rejected = append(rejected, at)
	}
	for _, d := range l.Duplicates {
		dups = append(dups, fmt.Sprintf("%d=%d", d.Row, d.Of))
	}
	for _, d := range []string{cmp.Diff(c.items, items), cmp.Diff(c.rejected, rejected), cmp.Diff(c.dups, dups)} {
		if d != "" {
			t.Errorf("want -, got +\n%s\nrejected %v\nskipped %v\ncolumns %v", d, l.Rejected, l.Skipped, l.Columns)
		}
	}
	if c.header != nil && !cmp.Equal(c.header, l.HeaderRows) {
		t.Errorf("header rows %v, want %v", l.HeaderRows, c.header)
	}
	if c.sheet != "" && l.Sheet != c.sheet {
		t.Errorf("sheet %s, want %s", l.Sheet, c.sheet)
	}
	for _, n := range c.warned {
		if !warned[n] {
			t.Errorf("row %d carries no warning", n)
		}
		delete(warned, n)
	}
	for n, w := range warned {
		if w && c.strict {
			t.Errorf("row %d carries a warning: %v", n, l.Items)
		}
	}
}

// corpusHeads are traps of sheets, headers and encodings.
func corpusHeads() []trap {
	simple := "序号,存在问题,责任单位,整改时限,整改措施,完成情况\r\n1,路灯不亮𠮷㐂䶮,住建局、城管局,2026年3月5日,修好,整改中\r\n"
	simpleItem := []string{"2|路灯不亮𠮷㐂䶮|住建局|城管局|2026-03-05|TIME_LIMITED|IN_PROGRESS|修好"}
	return []trap{
		{name: "title, 填报 rows and remarks above the header", strict: true, rows: [][]any{
			{"桂东县2026年“四风”问题整改台账"}, {"填报单位：增口乡", nil, nil, "填报时间：2026年3月1日", nil, "联系人：张三"}, {}, plain,
			{1, "会议多", "党政办", "3月底前", "减少会议", "已完成"}}, merge: []string{"A1:F1"}, header: []int{4},
			items: []string{"5|会议多|党政办||2026-03-31|TIME_LIMITED|RECTIFIED|减少会议"}},
		{name: "two-row merged header", strict: true, rows: [][]any{
			{"2026年台账"}, {"序号", "问题情况", nil, "整改责任", nil, nil, "整改情况", nil}, {nil, "类别", "具体问题", "牵头单位", "配合单位", "责任人", "时限", "是否完成"},
			{1, "作风", "门难进", "政务办", "各窗口单位", "李四", "2026.6.30", "否"}},
			merge: []string{"A1:H1", "A2:A3", "B2:C2", "D2:F2", "G2:H2"}, header: []int{2, 3},
			items: []string{"4|门难进|政务办|各窗口单位|2026-06-30|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "two-row header whose ends need their group", rows: [][]any{
			{"序号", "问题", "时间", nil, "单位", nil}, {nil, nil, "提出", "整改完成", "牵头", "配合"},
			{1, "井盖缺失", "2026-01-03", "2026-02-03", "住建局", "供水公司"}},
			merge: []string{"A1:A2", "B1:B2", "C1:D1", "E1:F1"}, header: []int{1, 2},
			items: []string{"3|井盖缺失|住建局|供水公司|2026-02-03|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "unmerged two-row header in csv", file: "台账.csv", csv: func() []byte {
			return []byte("2026年台账,,,,\n序号,问题,责任,,时限\n,,牵头单位,配合单位,\n1,路灯不亮,住建局,城管局,3月5日\n")
		}, header: []int{2, 3}, items: []string{"4|路灯不亮|住建局|城管局|2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "columns in another order and wording", strict: true, rows: [][]any{
			{"整改期限", "主办部门", "协办部门", "整改方式", "查摆出的问题", "目前进展"},
			{"2026/4/1", "教育局", "公安局；卫健委", "立行立改", "校门口拥堵", "正在推进"}},
			items: []string{"2|校门口拥堵|教育局|公安局,卫健委|2026-04-01|IMMEDIATE|IN_PROGRESS|"}},
		{name: "wording nobody foresaw", rows: [][]any{
			{"序号", "群众心里的疙瘩", "谁来管", "办结时限"},
			{1, "村口的水渠堵了三年，一下大雨就淹到各家院子里", "水利局", "2026年5月1日"}, {2, "卫生室常年没有人值班，看病要走到镇上去", "卫健局", "2026年5月2日"}},
			items: []string{"2|村口的水渠堵了三年，一下大雨就淹到各家院子里|水利局||2026-05-01|TIME_LIMITED|IN_PROGRESS|",
				"3|卫生室常年没有人值班，看病要走到镇上去|卫健局||2026-05-02|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "ledger on the second of three sheets", sheet: "问题台账", rows: [][]any{{"单位", "问题数", "完成数"}, {"住建局", 3, 2}}, make: func(t *testing.T, f *excelize.File) {
			for _, s := range []string{"问题台账", "填写说明"} {
				_, err := f.NewSheet(s)
				must(t, err)
			}
			must(t, f.SetSheetRow("问题台账", "A1", &plain))
			must(t, f.SetSheetRow("问题台账", "A2", &[]any{1, "路灯不亮", "住建局", "2026年3月5日", "修好", "已整改"}))
			must(t, f.SetSheetRow("填写说明", "A1", &[]any{"一、问题要写具体"}))
		}, items: []string{"2|路灯不亮|住建局||2026-03-05|TIME_LIMITED|RECTIFIED|修好"}},
		{name: "old ledger on a hidden sheet", sheet: "新", rows: [][]any{{"x"}}, make: func(t *testing.T, f *excelize.File) {
			_, err := f.NewSheet("新")
			must(t, err)
			must(t, f.SetSheetRow("Sheet1", "A1", &plain))
			for i := range 5 {
				must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+2), &[]any{i, fmt.Sprintf("旧问题%d号", i), "甲局", "2025年1月1日"}))
			}
			must(t, f.SetSheetRow("新", "A1", &plain))
			must(t, f.SetSheetRow("新", "A2", &[]any{1, "新问题", "乙局", "2026年3月5日"}))
			must(t, f.SetSheetVisible("Sheet1", true))
			f.SetActiveSheet(1)
			must(t, f.SetSheetVisible("Sheet1", false))
		}, items: []string{"2|新问题|乙局||2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "csv UTF-8", file: "a.csv", csv: func() []byte { return []byte(simple) }, items: simpleItem},
		{name: "csv UTF-8 with mark", file: "a.csv", csv: func() []byte { return []byte("\ufeff" + simple) }, items: simpleItem},
		{name: "csv GB18030", file: "a.csv", csv: func() []byte { return gb(simple) }, items: simpleItem},
		{name: "csv of tabs, quoted line breaks, an empty line", file: "2026年.csv", csv: func() []byte {
			return []byte("存在问题\t责任单位\t整改时限\n\n\"门口\n积水\"\t\"水务局\n城管局\"\t3月5日\n")
		}, items: []string{"3|门口\n积水|水务局|城管局|2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "year from the file's name", file: "2025年下半年台账.xlsx", rows: [][]any{plain, {1, "路灯不亮", "住建局", "11月30日前"}},
			items: []string{"2|路灯不亮|住建局||2025-11-30|TIME_LIMITED|IN_PROGRESS|"}},
	}
}

// corpusRows are traps of rows: merged, blank, hidden, total, signature.
func corpusRows() []trap {
	return []trap{
		{name: "one problem merged over measures and units", strict: true, rows: [][]any{{"2026年台账"}, plain,
			{1, "河道淤积", "水利局", "2026年6月30日", "清淤", "整改中"}, {nil, nil, "东庄镇", "2026年9月30日", "巡查", "整改中"}, {nil, nil, "环保局", nil, "长效管护", nil},
			{2, "路灯不亮", "住建局", "3月5日", "修好", "已完成"}},
			merge: []string{"A1:F1", "A3:A5", "B3:B5"}, warned: []int{3},
			items: []string{"3|河道淤积|水利局|东庄镇,环保局|2026-09-30|TIME_LIMITED|IN_PROGRESS|清淤;巡查;长效管护", "6|路灯不亮|住建局||2026-03-05|TIME_LIMITED|RECTIFIED|修好"}},
		{name: "continuation rows left blank, not merged", rows: [][]any{plain,
			{1, "河道淤积", "水利局", "2026年6月30日", "清淤", "已完成"}, {nil, nil, nil, nil, "巡查"}, {2, "路灯不亮", "住建局", "2026年3月5日", "修好", "已完成"}},
			items: []string{"2|河道淤积|水利局||2026-06-30|TIME_LIMITED|RECTIFIED|清淤;巡查", "4|路灯不亮|住建局||2026-03-05|TIME_LIMITED|RECTIFIED|修好"}},
		{name: "of three measures one is struck off", rows: [][]any{{"序号", "存在问题", "责任单位", "整改措施", "是否完成销号"},
			{1, "会议多", "党政办", "精简会议", "否"}, {nil, nil, nil, "合并简报", "是"}, {nil, nil, nil, "建立制度", "否"}}, warned: []int{2},
			items: []string{"2|会议多|党政办||null|TIME_LIMITED|IN_PROGRESS|精简会议;合并简报;建立制度"}},
		{name: "a day of raising that is none", rows: [][]any{{"序号", "存在问题", "责任单位", "提出时间"}, {1, "会议多", "党政办", "2026年13月1日"}}, warned: []int{2},
			items: []string{"2|会议多|党政办||null|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "filled down under one number", rows: [][]any{plain,
			{1, "河道淤积", "水利局", "2026年6月30日", "清淤", "已完成"}, {1, "河道淤积", "水利局", "2026年6月30日", "巡查", "整改中"}},
			items: []string{"2|河道淤积|水利局||2026-06-30|TIME_LIMITED|IN_PROGRESS|清淤;巡查"}, warned: []int{2}},
		{name: "unit and deadline merged over several problems", rows: [][]any{plain,
			{1, "路灯不亮", "住建局", "2026年3月5日", "修好", "整改中"}, {2, "井盖缺失", nil, nil, "补齐", "已整改"}}, merge: []string{"C2:C3", "D2:D3"},
			items: []string{"2|路灯不亮|住建局||2026-03-05|TIME_LIMITED|IN_PROGRESS|修好", "3|井盖缺失|住建局||2026-03-05|TIME_LIMITED|RECTIFIED|补齐"}},
		{name: "blank, section, total, signature and repeated header rows", strict: true, rows: [][]any{plain,
			{"一、形式主义方面"}, {1, "会议多", "党政办", "2026年3月5日", "减少", "已完成"}, {}, plain, {"二、官僚主义方面"}, {2, "门难进", "政务办", "2026年3月6日", "培训", "未完成"},
			{}, {"合  计", 2, nil, nil, nil, 1}, {"填表人：张三", nil, "审核人：李四", nil, "负责人签字："}, {"注：本表一式两份。"}},
			merge: []string{"A2:F2", "A6:F6", "A11:F11"},
			items: []string{"3|会议多|党政办||2026-03-05|TIME_LIMITED|RECTIFIED|减少", "7|门难进|政务办||2026-03-06|TIME_LIMITED|IN_PROGRESS|培训"}},
		{name: "column numbers, sample row and rows only numbered", rows: [][]any{plain,
			{1, 2, 3, 4, 5, 6}, {"例", "路灯不亮要写明地点", "某局", "2026年1月1日", "…", "已完成"}, {1, "会议多", "党政办", "2026年3月5日", "减少", "已完成"}, {2}, {3}},
			items: []string{"4|会议多|党政办||2026-03-05|TIME_LIMITED|RECTIFIED|减少"}},
		{name: "hidden rows and columns are read and said", rows: [][]any{{"序号", "存在问题", "责任单位", "整改时限", "旧整改时限"}, {1, "会议多", "党政办", "2026年3月5日", "2025年1月1日"}, {2, "门难进", "政务办", "2026年3月6日", "2025年1月1日"}},
			make: func(t *testing.T, f *excelize.File) {
				must(t, f.SetRowVisible("Sheet1", 3, false))
				must(t, f.SetColVisible("Sheet1", "E", false))
			}, strict: true, warned: []int{3},
			items: []string{"2|会议多|党政办||2026-03-05|TIME_LIMITED|IN_PROGRESS|", "3|门难进|政务办||2026-03-06|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "the same row twice", rows: [][]any{plain,
			{1, "会议多", "党政办", "2026年3月5日", "减少", "已完成"}, {2, "会议 多。", "党政办", "2026年3月5日", "减少", "已完成"}, {3, "会议多", "教育局", "2026年3月5日", "减少", "已完成"}},
			items: []string{"2|会议多|党政办||2026-03-05|TIME_LIMITED|RECTIFIED|减少", "4|会议多|教育局||2026-03-05|TIME_LIMITED|RECTIFIED|减少"}, dups: []string{"3=2"}},
		{name: "a second table below with its columns in another order", rows: [][]any{plain, {1, "会议多", "党政办", "2026年3月5日", "减少", "已完成"}, {},
			{"责任单位", "存在问题", "整改措施", "整改时限"}, {"政务办", "门难进", "培训", "2026年3月6日"}},
			items: []string{"2|会议多|党政办||2026-03-05|TIME_LIMITED|RECTIFIED|减少", "5|门难进|政务办||2026-03-06|TIME_LIMITED|IN_PROGRESS|培训"}},
		{name: "a row without a problem is refused, the rest goes in", rows: [][]any{plain, {1, nil, "党政办", "2026年3月5日"}, {2, "门难进", "政务办", "2026年3月6日"}},
			rejected: []string{"2 B2"}, items: []string{"3|门难进|政务办||2026-03-06|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "heading merged over two columns", rows: [][]any{{"序号", "存在问题", nil, "责任单位"}, {1, "会议多", nil, "党政办"}, {2, nil, "门难进", "政务办"}}, merge: []string{"B1:C1", "B2:C2"},
			items: []string{"2|会议多|党政办||null|TIME_LIMITED|IN_PROGRESS|", "3|门难进|政务办||null|TIME_LIMITED|IN_PROGRESS|"}},
	}
}

// corpusCells are traps of cells: dates, units, states, numbers, faults.
func corpusCells() []trap {
	cells := []trap{
		{name: "dates as Excel keeps them", strict: true, rows: [][]any{plain, {1, "甲问题", "甲局", time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)}, {2, "乙问题", "甲局", 46086}},
			warned: []int{3}, items: []string{"2|甲问题|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|", "3|乙问题|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "dates counted from 1904", rows: [][]any{plain, {1, "甲问题", "甲局", 46086 - 1462}}, make: func(t *testing.T, f *excelize.File) {
			yes := true
			must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
			styled(t, f, "Sheet1", "D2", `yyyy"年"m"月"d"日"`)
		}, items: []string{"2|甲问题|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "a number 2026.1 may be January or October", rows: [][]any{plain, {1, "甲问题", "甲局", 2026.1}, {2, "乙问题", "甲局", 2026.3}},
			rejected: []string{"2 D2"}, items: []string{"3|乙问题|甲局||2026-03-31|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "formulas with and without their results", rows: [][]any{plain, {1, nil, "甲局", "2026年3月5日"}, {2, nil, "甲局", "2026年3月5日"}, {nil, "丙问题", "甲局", "2026年3月5日"}}, make: func(t *testing.T, f *excelize.File) {
			must(t, f.SetCellFormula("Sheet1", "B2", `"甲"&"问题"`))
			must(t, f.SetCellValue("Sheet1", "B3", "乙问题"))
			must(t, f.SetCellFormula("Sheet1", "A4", `ROW()-1`))
		}, rejected: []string{"2 B2 公式"}, items: []string{"3|乙问题|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|", "4|丙问题|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "telephone and identity numbers cut off", rows: [][]any{{"序号", "存在问题", "责任单位", "联系电话", "身份证号"},
			{1, "甲问题", "甲局", 13800138000, "430102199001011234"}, {2, "乙问题", "甲局", "1.38E+10", nil}, {3, "丙问题", "甲局", nil, 430102199001011234.0}, {4, "丁问题", "甲局", "13800138000", "43010219900101123X"}},
			rejected: []string{"3 D3", "4 E4"}, items: []string{"2|甲问题|甲局||null|TIME_LIMITED|IN_PROGRESS|", "5|丁问题|甲局||null|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "full-width characters", rows: [][]any{{"序　号", "存 在 问 题", "责任\n单位", "整改时限（年／月／日）"}, {"１", "ＬＥＤ灯坏了", "住　建　局，城管局", "２０２６．３．５"}},
			items: []string{"2|ＬＥＤ灯坏了|住建局|城管局|2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "units labelled, marked, with persons", rows: [][]any{{"序号", "存在问题", "责任单位及责任人"},
			{1, "甲问题", "牵头单位：住建局；配合单位：城管局、供电公司"}, {2, "乙问题", "各镇（街道）、住建局（牵头）"}, {3, "丙问题", "住建局 张三"}, {4, "丁问题", "水利局（李四）\n东庄镇（王五）"}},
			items: []string{"2|甲问题|住建局|城管局,供电公司|null|TIME_LIMITED|IN_PROGRESS|", "3|乙问题|住建局|各镇（街道）|null|TIME_LIMITED|IN_PROGRESS|",
				"4|丙问题|住建局||null|TIME_LIMITED|IN_PROGRESS|", "5|丁问题|水利局|东庄镇|null|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "ticks under the names of states and modes", rows: [][]any{{"序号", "问题", "责任单位", "立即改", "限期改", "长期坚持", "已完成", "整改中"},
			{1, "甲问题", "甲局", "√", nil, nil, "√", nil}, {2, "乙问题", "甲局", nil, nil, "√", nil, "√"}},
			items: []string{"2|甲问题|甲局||null|IMMEDIATE|RECTIFIED|", "3|乙问题|甲局||null|STANDING|IN_PROGRESS|"}},
		{name: "the remark tells what is really so", rows: [][]any{{"序号", "问题", "责任单位", "是否完成", "备注"},
			{1, "甲问题", "甲局", "是", "资金未到位，挂账"}, {2, "乙问题", "甲局", "是", "实际未完成"}, {3, "丙问题", "甲局", nil, "已销号"}, {4, "丁问题", "甲局", "是", "无"}, {5, "戊问题", "甲局", "已完成", "长期坚持"}},
			warned: []int{3},
			items: []string{"2|甲问题|甲局||null|TIME_LIMITED|SUSPENDED_ACCOUNT|", "3|乙问题|甲局||null|TIME_LIMITED|IN_PROGRESS|", "4|丙问题|甲局||null|TIME_LIMITED|CLOSED|",
				"5|丁问题|甲局||null|TIME_LIMITED|RECTIFIED|", "6|戊问题|甲局||null|TIME_LIMITED|STANDING|"}},
		{name: "struck off by its date", rows: [][]any{{"问题", "责任单位", "完成情况", "是否销号", "销号时间"}, {"甲问题", "甲局", "已完成", "是", "2026.3.1"}, {"乙问题", "甲局", "已完成", "否", nil}, {"丙问题", "甲局", "已完成", nil, "2026年3月2日"}},
			items: []string{"2|甲问题|甲局||null|TIME_LIMITED|CLOSED|", "3|乙问题|甲局||null|TIME_LIMITED|RECTIFIED|", "4|丙问题|甲局||null|TIME_LIMITED|CLOSED|"}},
		{name: "text that looks like a formula stays text", rows: [][]any{plain, {1, "=cmd|' /C calc'!A0", "甲局", "2026年3月5日"}, {2, "@路灯", "甲局", "2026年3月5日"}, {3, "+86 的电话打不通", "甲局", "2026年3月5日"}, {4, "-5度时水管冻裂", "甲局", "2026年3月5日"}},
			items: []string{"2|=cmd|' /C calc'!A0|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|", "3|@路灯|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|",
				"4|+86 的电话打不通|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|", "5|-5度时水管冻裂|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "error values", file: "a.csv", csv: func() []byte {
			return []byte("存在问题,责任单位,整改时限,备注\n#REF!,甲局,2026年3月5日,\n乙问题,#N/A,2026年3月5日,\n丙问题,甲局,#VALUE!,\n丁问题,甲局,2026年3月5日,#REF!\n")
		}, rejected: []string{"2 A2", "3 B3", "4 C4"}, warned: []int{5}, items: []string{"5|丁问题|甲局||2026-03-05|TIME_LIMITED|IN_PROGRESS|"}},
		{name: "an impossible day", rows: [][]any{plain, {1, "甲问题", "甲局", "2026年2月30日"}, {2, "乙问题", "甲局", "3/5/2026"}, {3, "丙问题", "甲局", "3月5日"}},
			rejected: []string{"2 D2", "3 D3", "4 D4"}},
	}
	return cells
}
