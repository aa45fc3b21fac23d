package open

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/projections"
)

var at = time.Date(2026, 10, 22, 1, 0, 0, 0, time.UTC)

func item() projections.PublicItem {
	return projections.PublicItem{ID: "内部编号", Number: "QG-2026-000058", PublicID: "7KQ2M9XWTD4RB", Title: "夜间公交", Summary: "晚上没有公交车 <b>&", State: events.Closed,
		Mode: events.Immediate, Category: "民生", Area: "增口乡", Lead: "区交通运输局", CoUnits: []string{"增口乡", "城投"}, RegisteredOn: events.NewDate(2026, 9, 29),
		Due: events.NewDate(2026, 10, 13), ClosedOn: events.NewDate(2026, 10, 22), Late: true, LateDays: 9, Reply: "=cmd|' /C calc'!A0", Question: "您是张三吗", Touched: at,
		Words: events.Secret("张三"), Timeline: []projections.Entry{{Sequence: 9, Title: "销号", Text: "办公室销号。", Recorded: at}}}
}

func TestFeed(t *testing.T) {
	var b bytes.Buffer
	f := Feed{Origin: "https://example.cn", Path: "/feed/民生.xml", Page: "/echo", Title: "民生", Author: "办公室",
		Entries: append(Of([]projections.PublicItem{item()}, func(projections.PublicItem) string { return "已销号" }), Story(item())...)}
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		XMLName xml.Name
		Updated string `xml:"updated"`
		Entries []struct {
			ID    string `xml:"id"`
			Title string `xml:"title"`
			Link  struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.XMLName.Space != "http://www.w3.org/2005/Atom" || got.Updated != "2026-10-22T01:00:00Z" || len(got.Entries) != 2 {
		t.Errorf("%+v", got)
	}
	if e := got.Entries[0]; e.ID != "urn:xiaohao:7KQ2M9XWTD4RB" || e.Title != "晚上没有公交车 <b>&" || e.Link.Href != "https://example.cn/p/7KQ2M9XWTD4RB" {
		t.Errorf("%+v", e)
	}
	clean(t, b.String())
}

// clean makes sure that nothing that is not for the public was written.
func clean(t *testing.T, out string) {
	t.Helper()
	for _, bad := range []string{"张三", "内部编号", "QG-2026"} {
		if strings.Contains(out, bad) {
			t.Errorf("it tells %s:\n%s", bad, out)
		}
	}
}

func TestYear(t *testing.T) {
	var b, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&b, &again} {
		if err := CSV(w, []projections.PublicItem{item()}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same items, other bytes")
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || len(rows[1]) != len(Fields) {
		t.Fatalf("%v, %v", rows, err)
	}
	got := map[string]string{}
	for i, f := range Fields {
		got[f.Name] = rows[1][i]
	}
	for name, want := range map[string]string{"id": "7KQ2M9XWTD4RB", "co_units": "增口乡、城投", "state": "已销号", "mode": "立即改", "late_days": "9", "closed_on": "2026-10-22",
		"accepted_on": "", "reply": "'=cmd|' /C calc'!A0"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	clean(t, b.String())

	var j bytes.Buffer
	if err := JSON(&j, []projections.PublicItem{item()}); err != nil {
		t.Fatal(err)
	}
	var data struct {
		Fields []Field
		Items  []map[string]string
	}
	if err := json.Unmarshal(j.Bytes(), &data); err != nil || len(data.Items) != 1 || len(data.Fields) != len(Fields) {
		t.Fatalf("%+v, %v", data, err)
	}
	if data.Items[0]["reply"] != item().Reply || len(data.Items[0]) != len(Fields) {
		t.Errorf("%v", data.Items[0])
	}
	clean(t, j.String())
}

func TestSitemap(t *testing.T) {
	var b bytes.Buffer
	if err := Sitemap(&b, "https://example.cn", []string{"/", "/echo"}, []projections.PublicItem{item()}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "<loc>https://example.cn/"); n != 3 {
		t.Errorf("%d addresses:\n%s", n, b.String())
	}
	clean(t, b.String())
}
