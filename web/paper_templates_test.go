package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"xiaohao/domain"
	papers "xiaohao/web/paper/form"
	"xiaohao/web/paper/own"
)

// A template is handed in on the page: one without its placeholders is refused by their names
// and nothing changes; a good one is what Word files are made of, until it is withdrawn.
func TestOwnTemplates(t *testing.T) {
	x, st := withFiles(t)
	x.s.cfg.Own = &own.Shelf{Log: x.s.desk.Journal.(domain.Histories), Files: st, Now: time.Now}
	receipt, err := papers.Template(papers.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	if status, page := x.template("reply", receipt); status != http.StatusUnprocessableEntity || !strings.Contains(page, "{{答复意见}}") {
		t.Errorf("a template without its placeholders: %d", status)
	}
	if page := x.get("clerk", "/admin/templates"); strings.Contains(page, "本单位的，") {
		t.Error("a refused template is kept")
	}
	if status, page := x.template("receipt", receipt); status != http.StatusSeeOther {
		t.Fatalf("%d %.500s", status, page)
	}
	if page := x.get("clerk", "/admin/templates"); !strings.Contains(page, "本单位的，") || !strings.Contains(page, "改用系统自带的") {
		t.Error("what is kept is not shown")
	}
	if err := papers.Check(papers.Receipt, []byte(x.get("clerk", "/admin/templates/receipt"))); err != nil {
		t.Errorf("what comes back is no template: %v", err)
	}
	number := x.raise("", js{"text": "路灯不亮。", "category": "民生"})
	x.settle()
	if status, word, _ := x.post("clerk", "/items/"+number+"/print/receipt", url.Values{"format": {"docx"}}); status != http.StatusOK || !strings.HasPrefix(word, "PK") {
		t.Errorf("no Word file of it: %d %.200s", status, word)
	}
	if status, _ := x.template("receipt", nil); status != http.StatusSeeOther {
		t.Errorf("withdraw: %d", status)
	}
	if page := x.get("clerk", "/admin/templates"); strings.Contains(page, "本单位的，") {
		t.Error("withdrawn and still there")
	}
	if status, _, _ := x.ask("unit|住建局|UNIT_HEAD", "GET", "/admin/templates", nil); status != http.StatusForbidden {
		t.Errorf("a unit sees the templates: %d", status)
	}
}

// template hands in a template of a paper, or withdraws it when there is none.
func (x *site) template(paper string, file []byte) (int, string) {
	x.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	err := w.WriteField("paper", paper)
	if err == nil && file == nil {
		err = w.WriteField("do", "withdraw")
	}
	if err == nil && file != nil {
		p, failed := w.CreateFormFile(fileField, "红头.docx")
		if err = failed; err == nil {
			_, err = p.Write(file)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		x.t.Fatal(err)
	}
	status, page, _ := x.ask("clerk", "POST", "/admin/templates", &b, "Content-Type", w.FormDataContentType())
	return status, page
}
