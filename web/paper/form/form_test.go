package form

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/docx"
	"xiaohao/web/paper/officetest"
)

func day(d int) events.Date { return events.NewDate(2026, 10, d) }

// full is an item that every paper has something of.
func full() Case {
	return Case{Said: []string{"水田村第七、第八村民小组𠮷㐂䶮家 <缺水> & 停电"}, Owner: "领导小组办公室", Phone: "12345", Today: day(23), Item: projections.Item{
		Number: "QG-2026-000005", PublicID: "P5", Title: "水田村人畜饮水告急", State: events.Closed, Group: projections.GroupClosed, Mode: events.TimeLimited, Source: events.FromPublic,
		Channel: events.ByVisit, Category: "民生", Lead: events.Unit{ID: "u", Name: "区农林水局"}, Leader: events.Leader{ID: "l", Post: "区分管领导"}, Raised: time.Date(2026, 9, 14, 2, 0, 0, 0, time.UTC),
		RaisedOn: events.NewDate(2026, 9, 14), AssignedOn: events.NewDate(2026, 9, 15), Due: day(10), DueOriginal: day(10), RectifiedOn: day(8), ClosedOn: day(19), Replied: true, Sequence: 17962, Rev: 21,
		Detail: projections.Detail{Plan: &events.PlanSubmitted{Goal: "恢复用水", Measures: []string{"铺管道", "送水"}, Person: "副局长"},
			Report:    &events.RectificationReported{Result: "通水了", Truth: events.True, Solved: events.SolvedYes, Contacted: true, LongTerm: "每月查管"},
			Slips:     []projections.Slip{{SupervisionIssued: events.SupervisionIssued{Slip: "D-1", Level: events.Yellow, Text: "抓紧", Due: day(5)}, On: day(1), Post: "督导组"}},
			Extension: &events.ExtensionRequested{Due: day(30), Reason: "等枯水期"}, Publicity: &events.PublicityOpened{Text: "已经通水。", Medium: "区政府网站", Until: day(16)}, PublicityOn: day(10),
			Evidence: []events.EvidenceRecorded{{Name: "竣工图", Formed: day(7), SHA256: "9f3c71ae02d89f3c71ae02d8"}}, EvidenceOn: []events.Date{day(8)}, Filed: []events.FiledUpward{{To: "市督察办", Refer: "备〔2026〕3号"}}, Checks: []projections.SiteCheck{{SiteChecked: events.SiteChecked{Passed: true, Conclusion: "出水正常", Checkers: []string{"两代表一委员", "水利科"}, On: day(8), Place: "水田村"}}},
			Reply: "通水了，请您看看。", ReplyWay: "电话", RepliedOn: day(9), Chain: []projections.ChainStep{{Step: events.StepUnitHead, Post: "区农林水局 · 主要负责人", On: day(9)}, {Step: events.StepClose}},
			Assignments: []projections.Assignment{{Assignment: events.Assignment{Assigned: events.Assigned{Unit: events.Unit{ID: "u", Name: "区农林水局"}, Part: events.Lead, Task: "铺管道"}}}}}}}
}

// TestPapers holds that each paper has its fields, says when it is too early for it, and is
// filled into the program's own template without a placeholder left.
func TestPapers(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds {
		var no *NotYet
		if _, err := Make(k, Case{}); k != Receipt && (!errors.As(err, &no) || !strings.HasSuffix(no.Why, "。")) {
			t.Errorf("%s of an empty item: %v", k, err)
		}
		f, err := Make(k, full())
		if err != nil {
			t.Fatal(err)
		}
		template, err := Template(k)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(k, template); err != nil {
			t.Error(err)
		}
		var word, again, page bytes.Buffer
		if err := errors.Join(f.WriteWord(&word, nil), f.WriteWord(&again, nil), f.WriteHTML(&page)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(word.Bytes(), again.Bytes()) {
			t.Errorf("%s: the same paper has other bytes", k)
		}
		if names, err := docx.Names(word.Bytes()); err != nil || len(names) > 0 {
			t.Errorf("%s keeps placeholders %v (%v)", k, names, err)
		}
		if !strings.Contains(page.String(), f.Title) {
			t.Errorf("%s: the page has no title", k)
		}
	}
	f, err := Make(Closure, full())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, x := range f.Fields {
		got[x.Name] = x.Value
	}
	for name, want := range map[string]string{"整改措施": "1. 铺管道\n2. 送水", "实际完成": "2026年10月8日（按期）", "公示情况": "2026年10月10日至2026年10月16日（共 7 天），区政府网站",
		"佐证清单": "1. 竣工图，形成 2026-10-07，上传 2026-10-08，校验 9f3c71ae02d89f3c", "备案号": "备〔2026〕3号（市督察办）", "交办文号": "", "群众代表意见": ""} {
		if is, ok := got[name]; is != want || !ok {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// templateOf is a template as an office's program may store it: a placeholder cut into runs.
func templateOf(t *testing.T, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(`<w:document xmlns:w="x"><w:body>` + body + `</w:body></w:document>`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestOwnTemplate holds that an office's template is checked by name and filled where its
// program has cut a placeholder into pieces.
func TestOwnTemplate(t *testing.T) {
	t.Parallel()
	bad := templateOf(t, `<w:p><w:r><w:t>编号 {{编号}} {{文号}}</w:t></w:r></w:p>`)
	var wrong *BadTemplate
	if err := Check(Reply, bad); !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&BadTemplate{Reply, []string{"答复意见"}, []string{"文号"}}, wrong); diff != "" {
		t.Error(diff)
	}
	if err := Check(Reply, []byte("not a file")); !errors.Is(err, docx.ErrNoTemplate) {
		t.Errorf("no .docx at all: %v", err)
	}
	f, err := Make(Reply, full())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WriteWord(&bytes.Buffer{}, bad); !errors.As(err, &wrong) {
		t.Errorf("a bad template was filled: %v", err)
	}
	cut := templateOf(t, `<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>答：{</w:t></w:r><w:r><w:t>{答复</w:t></w:r><w:r><w:t>意见}} 完；{{编号}}</w:t></w:r></w:p><w:p><w:r><w:t xml:space="preserve">{{反映内容}}</w:t></w:r></w:p>`)
	var out bytes.Buffer
	if err := f.WriteWord(&out, cut); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(doc); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<w:b/></w:rPr><w:t xml:space="preserve">答：通水了，请您看看。</w:t>`, `<w:t xml:space="preserve"> 完；QG-2026-000005</w:t>`, "𠮷㐂䶮家 &lt;缺水&gt; &amp; 停电"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the filled template has no %s:\n%s", want, text.String())
		}
	}
}

// TestAnotherProgramReads has LibreOffice print two papers: every value is there, and rare
// characters are kept.
func TestAnotherProgramReads(t *testing.T) {
	t.Parallel()
	var files []string
	for _, k := range []Kind{Closure, Reply} {
		f, err := Make(k, full())
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.WriteWord(&b, nil); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), string(k)+".docx")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	for i, pdf := range officetest.Convert(t, "pdf", files...) {
		said := strings.Join(strings.Fields(strings.Join(officetest.Text(t, pdf), " ")), "")
		for _, want := range [][]string{{"整改事项销号审批表", "铺管道", "主要负责人", "（签字）"}, {"答复意见书", "通水了，请您看看。", "领导小组办公室（盖章）2026年10月9日"}}[i] {
			if !strings.Contains(said, want) {
				t.Errorf("%s has no %q:\n%s", filepath.Base(pdf), want, said)
			}
		}
		for _, rare := range []string{"𠮷", "㐂", "䶮", "<缺水>&停电"} {
			if !strings.Contains(said, rare) {
				t.Errorf("%s lost %q:\n%s", filepath.Base(pdf), rare, said)
			}
		}
	}
}
