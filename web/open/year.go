package open

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
)

// Field is one column of the open data.
type Field struct {
	Name string `json:"name"` // key in .json
	Head string `json:"head"` // heading in .csv
	Note string `json:"note"` // what it means
	of   func(projections.PublicItem) string
}

// Fields is the dictionary, in the order of the columns. Days are ISO 8601; nothing known is
// an empty text.
var Fields = []Field{
	{"id", "公示编号", "不变，网址 /p/公示编号", func(it projections.PublicItem) string { return it.PublicID }},
	{"summary", "什么事", "经两人核过的公开文字", func(it projections.PublicItem) string { return it.Summary }},
	{"category", "类别", "", func(it projections.PublicItem) string { return it.Category }},
	{"category2", "小类", "", func(it projections.PublicItem) string { return it.Category2 }},
	{"area", "地方", "到村、社区为止", func(it projections.PublicItem) string { return it.Area }},
	{"lead_unit", "牵头单位", "", func(it projections.PublicItem) string { return it.Lead }},
	{"co_units", "配合单位", "用顿号隔开", func(it projections.PublicItem) string { return strings.Join(it.CoUnits, "、") }},
	{"mode", "怎么改", "立即改、限期改、计划改、常态改", func(it projections.PublicItem) string { return it.Mode.Zh() }},
	{"state", "办到哪一步", "已销号、常态整改是两回事：常态整改不算销号", func(it projections.PublicItem) string { return it.State.Zh() }},
	{"registered_on", "登记日", "系统记下的日子", func(it projections.PublicItem) string { return day(it.RegisteredOn) }},
	{"accepted_on", "受理日", "", func(it projections.PublicItem) string { return day(it.AcceptedOn) }},
	{"due_original", "原定期限", "延期以前的", func(it projections.PublicItem) string { return day(it.DueOriginal) }},
	{"due", "期限", "延期以后的", func(it projections.PublicItem) string { return day(it.Due) }},
	{"rectified_on", "改完日", "责任单位说改完的日子", func(it projections.PublicItem) string { return day(it.RectifiedOn) }},
	{"closed_on", "销号日", "没有销号的是空的", func(it projections.PublicItem) string { return day(it.ClosedOn) }},
	{"late_days", "晚了几天", "晚了才办完的，一直写着", func(it projections.PublicItem) string {
		if !it.Late {
			return ""
		}
		return strconv.Itoa(it.LateDays)
	}},
	{"reply", "怎么答复", "公开的答复", func(it projections.PublicItem) string { return it.Reply }},
}

func day(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// CSV writes the items as .csv: UTF-8 with a mark, so that Excel and WPS read it right. A text
// that a spreadsheet would take for a formula has an apostrophe before it.
func CSV(w io.Writer, items []projections.PublicItem) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	row := make([]string, len(Fields))
	for i, f := range Fields {
		row[i] = f.Head
	}
	if err := c.Write(row); err != nil {
		return err
	}
	for _, it := range items {
		for i, f := range Fields {
			row[i] = harmless(f.of(it))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r＝＋－＠'", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

// JSON writes the items with their dictionary: {"fields": […], "items": [{…}]}.
func JSON(w io.Writer, items []projections.PublicItem) error {
	out := struct {
		Fields []Field             `json:"fields"`
		Items  []map[string]string `json:"items"`
	}{Fields, make([]map[string]string, 0, len(items))}
	for _, it := range items {
		row := make(map[string]string, len(Fields))
		for _, f := range Fields {
			row[f.Name] = f.of(it)
		}
		out.Items = append(out.Items, row)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(out)
}
