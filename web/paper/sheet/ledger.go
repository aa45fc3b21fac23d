package sheet

import (
	"fmt"

	"xiaohao/events"
)

// Ledger names one of the ledgers of domain.md §5.1.
type Ledger string

const (
	L1 Ledger = "L1" // 问题整改台账
	L2 Ledger = "L2" // 整改情况公开一览表
	L3 Ledger = "L3" // 民情来访台账
	L4 Ledger = "L4" // 单位办理统计表
	L5 Ledger = "L5" // 不满意返工清单
)

// Ledgers lists them in order.
var Ledgers = []Ledger{L1, L2, L3, L4, L5}

// Zh is what the ledger is called.
func (l Ledger) Zh() string {
	return map[Ledger]string{L1: "问题整改台账", L2: "整改情况公开一览表", L3: "民情来访台账", L4: "单位办理统计表", L5: "不满意返工清单"}[l]
}

// Column is one column of a ledger.
type Column struct {
	Group    string // heading over several columns (L4)
	Head     string
	Width    float64 // in characters
	Personal bool    // only for who may see names and telephone numbers
}

// Heads are the headings of its columns, without those that name a day.
func (l Ledger) Heads() (out []string) {
	for _, c := range l.columns(Order{}) {
		out = append(out, c.Head)
	}
	return out
}

// columns are the headings as the field uses them; the importer knows them all.
func (l Ledger) columns(o Order) []Column {
	switch l {
	case L2:
		return []Column{{"", "序号", 6, false}, {"", "受理编号", 16, false}, {"", "交办问题基本情况", 40, false}, {"", "行政区域", 12, false}, {"", "问题类型", 12, false},
			{"", "调查核实情况", 36, false}, {"", "是否属实", 10, false}, {"", "处理和整改情况", 40, false}, {"", "是否办结", 12, false}, {"", "责任人被处理情况", 16, false}}
	case L3:
		return []Column{{"", "序号", 6, false}, {"", "编号", 16, false}, {"", "类型", 14, false}, {"", "接件时间", 17, false}, {"", "提出时间", 12, false}, {"", "姓名", 10, true}, {"", "联系电话", 14, true},
			{"", "内容", 44, false}, {"", "地点", 16, false}, {"", "详细地点", 20, true}, {"", "办理情况", 24, false}, {"", "结果", 36, false}}
	case L4:
		return unitColumns
	case L5:
		return []Column{{"", "序号", 6, false}, {"", "单位", 18, false}, {"", "工单内容", 40, false}, {"", "工单号", 16, false}, {"", "评价时间", 12, false}, {"", "评价", 16, false}, {"", "不满意原因", 40, false},
			{"", "返工轮次", 10, false}, {"", "现在到哪一步", 14, false}}
	}
	return []Column{{"", "序号", 5, false}, {"", "编号", 15, false}, {"", "问题来源", 8, false}, {"", "提出时间", 11, false}, {"", "反映人", 8, true}, {"", "问题类别", 8, false},
		{"", "具体问题（原文）", 26, false}, {"", "属实情况", 6, false}, {"", "整改类型", 7, false}, {"", "整改目标", 14, false}, {"", "整改措施", 18, false}, {"", "牵头单位", 10, false}, {"", "责任单位", 10, false},
		{"", "挂钩领导", 8, false}, {"", "责任人", 8, false}, {"", "整改时限", 11, false}, {"", "进展情况（截至" + zhDay(o.day()) + "）", 18, false}, {"", "完成数量/总量", 8, false}, {"", "是否完成", 8, false},
		{"", "销号时间", 11, false}, {"", "销号审批人", 8, false}, {"", "群众满意度", 8, false}, {"", "公开情况", 7, false}, {"", "佐证材料", 10, false}, {"", "备注", 9, false}}
}

// day is the day that the rows are of.
func (o Order) day() events.Date {
	if !o.Filter.AsOf.IsZero() {
		return o.Filter.AsOf
	}
	return o.Filter.Today
}

func zhDay(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.Day())
}
