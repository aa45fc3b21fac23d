package web

import (
	"context"
	"errors"
	"net/http"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/web/paper/intake"
	paper "xiaohao/web/paper/ledger"
)

// importAPI are the same steps for programs: hand in and look at what was read, take it in,
// ask how far it is, stop; or all at one go.
func (s *Server) importAPI() []route {
	return []route{
		{"POST /api/v1/import", s.imports(s.uploading(s.apiImport))},
		{"POST /api/v1/imports", s.imports(s.uploading(s.apiStage))},
		{"GET /api/v1/imports/{id}", s.imports(s.apiStaged)},
		{"POST /api/v1/imports/{id}/take", s.imports(s.apiTake)},
		{"POST /api/v1/imports/{id}/cancel", s.imports(s.apiCancel)},
		{"GET /api/v1/imports/{id}/errors.xlsx", s.imports(s.importErrors)},
	}
}

// apiImport answers with the same objects as the command line: with dry_run=1 what was
// read, else what came of the import.
func (s *Server) apiImport(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	im, errs, err := s.readImport(r, a)
	if err != nil {
		return err
	}
	if len(errs) > 0 {
		return errs
	}
	if r.URL.Query().Get("dry_run") == "1" {
		return sendJSON(w, http.StatusOK, im.Read)
	}
	res, err := intake.Run(r.Context(), s.desk, s.cfg.Files, im, nil)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return sendJSON(w, http.StatusOK, struct {
		intake.Result
		Rejected   []paper.Rejection `json:"rejected"`
		Duplicates []paper.Duplicate `json:"duplicates"`
	}{res, im.Read.Rejected, im.Read.Duplicates})
}

// stagedJSON is a file that was handed in, as programs see it.
type stagedJSON struct {
	ID       string          `json:"id"`
	File     string          `json:"file"`
	Ledger   string          `json:"ledger"`
	Read     *paper.Ledger   `json:"read,omitempty"` // only in the answer to handing in
	Running  bool            `json:"running"`
	Progress intake.Progress `json:"progress"`
	Result   *intake.Result  `json:"result,omitempty"`
	Error    string          `json:"error,omitempty"` // why it stopped; taking it in once more goes on
}

func stagedJSONOf(id string, v intake.View) stagedJSON {
	out := stagedJSON{ID: id, File: v.Name, Ledger: v.Ledger, Running: v.Running, Progress: v.Progress, Result: v.Result}
	switch rs := domain.RefusalsOf(v.Err); {
	case len(rs) > 0:
		out.Error = rs[0].Message
	case v.Err != nil:
		out.Error = "导入停下了：已导入的都完整，再导一次就接着做。"
	}
	return out
}

// apiStage keeps a file and says what was read; nothing is taken in yet.
func (s *Server) apiStage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	im, errs, err := s.readImport(r, a)
	if err != nil {
		return err
	}
	if len(errs) > 0 {
		return errs
	}
	f, ok := s.stage.Put(im, s.cfg.Now())
	if !ok {
		return &domain.Refusal{Rule: "import.busy", Message: "正在导入的太多，请过几分钟再交。"}
	}
	out := stagedJSONOf(f.ID, f.Look())
	out.Read = im.Read
	return sendJSON(w, http.StatusCreated, out)
}

func (s *Server) apiStaged(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.staged(r, a)
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, stagedJSONOf(f.ID, f.Look()))
}

func (s *Server) apiTake(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.staged(r, a)
	if err != nil {
		return err
	}
	f.Start(s.desk, s.cfg.Files)
	return sendJSON(w, http.StatusAccepted, stagedJSONOf(f.ID, f.Look()))
}

func (s *Server) apiCancel(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.staged(r, a)
	if err != nil {
		return err
	}
	f.Cancel()
	return sendJSON(w, http.StatusAccepted, stagedJSONOf(f.ID, f.Look()))
}

// describeImports puts these addresses into the description of the interface.
func (d *openapi) describeImports() {
	upload := &apiBody{Required: true, Content: map[string]apiMedia{"multipart/form-data": {&schema{Type: "object", AdditionalProperties: no(), Required: []string{"ledger", fileField},
		Properties: map[string]*schema{"ledger": {Type: "string", Title: "台账名称", MaxLength: 60}, fileField: {Type: "string", Format: "binary", Title: ".xlsx 或 .csv"}}}}}}
	id := []apiParam{{Name: "id", In: "path", Required: true, Schema: &schema{Type: "string"}}}
	d.put("post", "/api/v1/import", &apiOp{OperationID: "import_ledger", Summary: "导入台账", Description: "一次办完：读、导入、答每一行的结果。dry_run=1 只读不导。同一份交两次，什么都不会多；请求断了就停下，再交一次接着做。",
		Parameters: params("dry_run"), RequestBody: upload, Responses: answers("读到的，或者每一行的结果", "403", "422"), Security: signed})
	staged := answers("交上来了，读成了什么", "403", "422")
	staged["201"] = staged["200"]
	delete(staged, "200")
	d.put("post", "/api/v1/imports", &apiOp{OperationID: "stage_import", Summary: "交台账，先看读成了什么", Description: "只读不导，留一个小时。", RequestBody: upload, Responses: staged, Security: signed})
	d.put("get", "/api/v1/imports/{id}", &apiOp{OperationID: "read_import", Summary: "导到哪了", Parameters: id, Responses: answers("进度；做完了就是每一行的结果", "404"), Security: signed})
	for _, op := range []struct{ path, id, summary, good string }{{"take", "take_import", "导入交上来的台账", "开始了"}, {"cancel", "cancel_import", "停下导入", "做完手上的就停；已导入的都完整"}} {
		accepted := answers(op.good, "404")
		accepted["202"] = accepted["200"]
		delete(accepted, "200")
		d.put("post", "/api/v1/imports/{id}/"+op.path, &apiOp{OperationID: op.id, Summary: op.summary, Parameters: id, Responses: accepted, Security: signed})
	}
	d.put("get", "/api/v1/imports/{id}/errors.xlsx", &apiOp{OperationID: "read_import_errors", Summary: "标了错的表", Parameters: id, Responses: answers("有错的格子标出来的工作簿", "404"), Security: signed})
}
