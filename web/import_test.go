package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/intake"
	paper "xiaohao/web/paper/ledger"
	"xiaohao/web/paper/sheet"
)

// handIn makes the upload of a ledger.
func handIn(t *testing.T, name, file, data string) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	if err := w.WriteField("ledger", name); err != nil {
		t.Fatal(err)
	}
	p, err := w.CreateFormFile(fileField, file)
	if err == nil {
		_, err = p.Write([]byte(data))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return body, w.FormDataContentType()
}

const officeLedger = "2026年台账,,,\n序号,存在问题,责任单位,整改时限,进度说明\n1,路灯不亮,住建局、城管局,12月30日,已销号\n2,井盖缺失,住建局,2月30日,\n"

// TestImportPages walks an import: upload, mapping, error workbook, import, the same again.
func TestImportPages(t *testing.T) {
	x, _ := withFiles(t)
	const clerk = "clerk"
	body, kind := handIn(t, "2026年台账", "台账.csv", officeLedger)
	status, page, h := x.ask(clerk, "POST", "/import", body, "Content-Type", kind)
	at := h.Get("Location")
	if status != http.StatusSeeOther || !strings.HasPrefix(at, "/import/") {
		t.Fatalf("%d %s: %.300s", status, at, page)
	}
	status, page, _ = x.ask(clerk, "GET", at, nil)
	balanced(t, "staged", page)
	for _, want := range []string{"路灯不亮", "住建局", "2026-12-30", "已销号", "D4", "没有这一天", "导入这 1 件"} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d: the page lacks %q", status, want)
		}
	}
	if status, _, _ := x.ask("checker", "GET", at, nil); status != http.StatusNotFound {
		t.Errorf("somebody else sees the file: %d", status)
	}
	if status, _, h := x.ask(clerk, "GET", at+"/errors.xlsx", nil); status != http.StatusOK || !strings.Contains(h.Get("Content-Type"), "spreadsheetml") {
		t.Errorf("error workbook: %d", status)
	}
	// The last column is corrected, and the unit's next file is read so.
	form := "c0=seq&c1=problem&c2=lead_unit&c3=deadline&c4=note"
	if status, _, _ := x.ask(clerk, "POST", at+"/map", strings.NewReader(form), "Content-Type", "application/x-www-form-urlencoded"); status != http.StatusSeeOther {
		t.Fatalf("mapping: %d", status)
	}
	if _, page, _ = x.ask(clerk, "GET", at, nil); !strings.Contains(page, `value="note" selected`) {
		t.Error("the mapping was not taken")
	}
	if status, _, _ := x.ask(clerk, "POST", at+"/take", nil); status != http.StatusSeeOther {
		t.Fatalf("take: %d", status)
	}
	for end := time.Now().Add(20 * time.Second); ; {
		_, page, _ = x.ask(clerk, "GET", at, nil)
		if strings.Contains(page, "新导入 1 件") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("not imported: %.2000s", page)
		}
	}
	if !strings.Contains(page, "<td>新登记，整改中 <a") || !strings.Contains(page, at+"/errors.xlsx") {
		t.Errorf("once it is in, the page does not say what came of the row or where the marked table is: %s", page)
	}
	body, kind = handIn(t, "2026年台账", "台账.csv", strings.Replace(officeLedger, "12月30日", "13月30日", 1))
	_, _, h = x.ask(clerk, "POST", "/import", body, "Content-Type", kind)
	if _, page, _ = x.ask(clerk, "GET", h.Get("Location"), nil); !strings.Contains(page, "/errors.xlsx") || strings.Contains(page, "/take") {
		t.Errorf("a file without a good row: %s", page)
	}
	body, kind = handIn(t, "2026年台账", "台账.csv", officeLedger)
	_, page, _ = x.ask(clerk, "POST", "/api/v1/import", body, "Content-Type", kind)
	var same struct {
		Rows []struct{ Number string }
	}
	if err := json.Unmarshal([]byte(page), &same); err != nil || len(same.Rows) != 1 {
		t.Fatalf("%v %s", err, page)
	}
	x.imported(same.Rows[0].Number)
	// Before it goes in once more each row says what it will be.
	more := strings.NewReplacer("12月30日", "12月31日", "已销号", "已销号，灯已换").Replace(officeLedger) + "3,河道淤积,水利局,12月30日,\n"
	body, kind = handIn(t, "2026年台账", "台账.csv", more)
	_, _, h = x.ask(clerk, "POST", "/import", body, "Content-Type", kind)
	_, page, _ = x.ask(clerk, "GET", h.Get("Location"), nil)
	balanced(t, "staged again", page)
	for _, want := range []string{"有变化：整改时限原为“2026-12-30”，现为“2026-12-31”。备注原为“已销号”，现为“已销号，灯已换”。", "新登记，整改中", "照这样导入：新登记 1 件，有变化 1 件，没有变化 0 件，按规定不收 0 件。", "5 栏都认得"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	body, kind = handIn(t, "2026年台账", "台账.csv", officeLedger)
	_, page, _ = x.ask(clerk, "POST", "/api/v1/import", body, "Content-Type", kind)
	var again struct{ Same, New int }
	if err := json.Unmarshal([]byte(page), &again); err != nil || again.Same != 1 || again.New != 0 {
		t.Errorf("the same again: %v %s", err, page)
	}
	body, kind = handIn(t, "2026年台账", "台账.csv", officeLedger)
	if _, page, _ = x.ask(clerk, "POST", "/api/v1/import?dry_run=1", body, "Content-Type", kind); !strings.Contains(page, `"header_rows":[2]`) {
		t.Errorf("dry run: %.300s", page)
	}
	// Step by step: handed in, taken in, asked for.
	body, kind = handIn(t, "2026年台账", "台账.csv", strings.Replace(officeLedger, "路灯", "红绿灯", 1))
	status, page, _ = x.ask(clerk, "POST", "/api/v1/imports", body, "Content-Type", kind)
	var staged struct {
		ID     string
		Read   struct{ Items []struct{ Problem string } }
		Result *struct{ New int }
	}
	if err := json.Unmarshal([]byte(page), &staged); err != nil || status != http.StatusCreated || len(staged.Read.Items) != 1 || staged.Result != nil {
		t.Fatalf("%d %v %.300s", status, err, page)
	}
	at = "/api/v1/imports/" + staged.ID
	if status, page, _ = x.ask(clerk, "POST", at+"/take", nil); status != http.StatusAccepted {
		t.Fatalf("%d %.300s", status, page)
	}
	for end := time.Now().Add(20 * time.Second); staged.Result == nil; {
		if _, page, _ = x.ask(clerk, "GET", at, nil); time.Now().After(end) {
			t.Fatalf("not imported: %.2000s", page)
		}
		if err := json.Unmarshal([]byte(page), &staged); err != nil {
			t.Fatal(err)
		}
	}
	if staged.Result.New != 1 {
		t.Errorf("taken in: %s", page)
	}
	if status, _, _ := x.ask("checker", "GET", at, nil); status != http.StatusForbidden && status != http.StatusNotFound {
		t.Errorf("somebody else sees the file: %d", status)
	}
	body, kind = handIn(t, "", "台账.csv", "没有表")
	if status, page, _ = x.ask(clerk, "POST", "/import", body, "Content-Type", kind); status != http.StatusUnprocessableEntity || !strings.Contains(page, "没有找到台账的表头") {
		t.Errorf("%d %.300s", status, page)
	}
	if status, _, _ = x.ask("unit|住建局|UNIT_HEAD", "GET", "/import", nil); status != http.StatusForbidden {
		t.Errorf("a unit may import: %d", status)
	}
}

// hasWorkbook waits until the read models have the claim of an item that was imported, which no
// answer to an import waits for.
func (x *site) hasWorkbook(number string) {
	x.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if status, _, _ := x.ask("clerk", "POST", "/items/"+number+"/workbook", nil); status == http.StatusOK {
			return
		}
		if time.Now().After(end) {
			x.t.Fatalf("%s is not there", number)
		}
	}
}

// imported looks at an item that was imported: its page says what the row said, and the office
// has the file back as it came, which leaves a line of the trail.
func (x *site) imported(number string) {
	t := x.t
	t.Helper()
	x.hasWorkbook(number)
	page := x.get("clerk", "/items/"+number)
	for _, want := range []string{"台账怎么写的", "只是导入时称", "第 3 行", "<dd>2026-12-30</dd>", "<dd>已销号</dd>", "下载导入的原文件"} {
		if !strings.Contains(page, want) {
			t.Errorf("the item's page lacks %q", want)
		}
	}
	if got := x.file("clerk", "/items/"+number+"/workbook", ""); got != officeLedger {
		t.Errorf("the workbook came back as %.200q", got)
	}
	if line := x.get("auditor", "/admin/audit"); !strings.Contains(line, "导入的原文件") {
		t.Error("nobody knows that the workbook was taken out")
	}
	if status, _, _ := x.ask(of("住建局", events.UnitHead), "POST", "/items/"+number+"/workbook", nil); status != http.StatusForbidden {
		t.Errorf("a unit has the workbook: %d", status)
	}
	if page := x.get(of("住建局", events.UnitHead), "/items/"+number); !strings.Contains(page, "台账怎么写的") || strings.Contains(page, "下载导入的原文件") {
		t.Error("a unit is offered the workbook, or not told of its row")
	}
}

// TestWorkbookOfConduct: a row became a 举报 about a clerk. He gets the file of its ledger from no
// other item of it; who may know of it does.
func TestWorkbookOfConduct(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	body, kind := handIn(t, "巡察台账", "台账.csv", "序号,存在问题,责任单位,整改类型\n1,路灯不亮,,立即改\n2,干部吃拿卡要,,计划改\n")
	_, page, _ := x.ask("clerk", "POST", "/api/v1/import", body, "Content-Type", kind)
	var in struct{ Rows []struct{ Number string } }
	if err := json.Unmarshal([]byte(page), &in); err != nil || len(in.Rows) != 2 {
		t.Fatalf("%v %s", err, page)
	}
	lamp, bribe := in.Rows[0].Number, in.Rows[1].Number
	x.hasWorkbook(lamp)
	x.hasWorkbook(bribe)
	get := func(as string) (status int, offered bool) {
		t.Helper()
		status, _, _ = x.ask(as, "POST", "/items/"+lamp+"/workbook", nil)
		return status, strings.Contains(x.get(as, "/items/"+lamp), "下载导入的原文件")
	}
	for _, as := range []string{"clerk", "clerk2"} {
		if status, offered := get(as); status != http.StatusOK || !offered {
			t.Errorf("before, %s: %d, offered %v", as, status, offered)
		}
	}
	x.do("clerk", bribe, "accept", js{"title": "吃拿卡要", "category": "作风", "mode": "IMMEDIATE", "class": "CONDUCT", "complained": []string{"office.clerk2"}})
	x.settle()
	if status, offered := get("clerk"); status != http.StatusOK || !offered {
		t.Errorf("who may know: %d, offered %v", status, offered)
	}
	if status, offered := get("clerk2"); status != http.StatusNotFound || offered {
		t.Errorf("whom it is about: %d, offered %v", status, offered)
	}
	// A later file has the row, too, which did not change and leaves no fact of that file.
	body, kind = handIn(t, "巡察台账", "台账二.csv", "序号,存在问题,责任单位,整改类型\n1,路灯不亮,,立即改\n2,干部吃拿卡要,,计划改\n3,井盖破了,,立即改\n")
	if _, page, _ = x.ask("clerk", "POST", "/api/v1/import", body, "Content-Type", kind); json.Unmarshal([]byte(page), &in) != nil || len(in.Rows) != 3 {
		t.Fatal(page)
	}
	lamp = in.Rows[2].Number
	x.hasWorkbook(lamp)
	if status, offered := get("clerk"); status != http.StatusOK || !offered {
		t.Errorf("the later file, who may know: %d, offered %v", status, offered)
	}
	if status, offered := get("clerk2"); status != http.StatusNotFound || offered {
		t.Errorf("the later file, whom it is about: %d, offered %v", status, offered)
	}
}

// cameBack hands a ledger in and tells what came of it.
func (x *site) cameBack(name, content string) (res struct {
	New, Same, Changed, Refused int
	Rejected, Duplicates        []any
	Rows                        []intake.Outcome
}) {
	x.t.Helper()
	body, kind := handIn(x.t, strings.TrimSuffix(name, filepath.Ext(name)), name, content)
	status, page, _ := x.ask("clerk", "POST", "/api/v1/import", body, "Content-Type", kind)
	if err := json.Unmarshal([]byte(page), &res); err != nil || status != http.StatusOK {
		x.t.Fatalf("%s: %d %v %.1500s", name, status, err, page)
	}
	x.settle()
	return res
}

// TestLedgerComesBack: each ledger that went out and comes in again, of items in every state,
// raises nothing and changes nothing.
func TestLedgerComesBack(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	x.town()
	before := x.file("clerk", "/items/export", "ledger=L1&format=csv")
	rows := strings.Count(before, ",QG-")
	for _, l := range []sheet.Ledger{sheet.L1, sheet.L2, sheet.L3, sheet.L5} {
		for _, f := range []string{"csv", "xlsx"} {
			res := x.cameBack(l.Zh()+"."+f, x.file("clerk", "/items/export", "ledger="+string(l)+"&format="+f))
			least := rows
			if l == sheet.L5 {
				least = 1
			}
			if res.Same < least || res.New+res.Changed+res.Refused+len(res.Rejected)+len(res.Duplicates) != 0 {
				t.Errorf("%s.%s of %d items: %+v", l, f, rows, res)
			}
		}
	}
	for _, l := range []sheet.Ledger{sheet.L1, sheet.L3} { // with names and numbers in full, as the command line writes them
		var full bytes.Buffer
		o := sheet.Order{Ledger: l, Format: sheet.CSV, Personal: true, Whole: true, Filter: projections.Filter{Today: events.DateOf(x.now()), Near: events.DateOf(x.now())}}
		out, err := sheet.Write(t.Context(), x.s.reads, x.s.vault.Open, o, &full)
		if err != nil || !strings.Contains(full.String(), "李四") {
			t.Fatal(err, full.String())
		}
		if res := x.cameBack(l.Zh()+".csv", full.String()); res.Same != out.Rows {
			t.Errorf("%s in full: %+v", l, res)
		}
	}
	if after := x.file("clerk", "/items/export", "ledger=L1&format=csv"); after != before {
		t.Errorf("the ledger is another one now:\n%s\nwas\n%s", after, before)
	}
}

// TestChangedInOffice: what somebody changes in a ledger that went out is shown cell by cell when it
// comes back, each column that can be changed; nothing of it moves an item, and the second time
// it is nothing new.
func TestChangedInOffice(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	river := x.town()["river"]
	export := func() [][]string {
		t.Helper()
		table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(x.file("clerk", "/items/export", "ledger=L1&format=csv"), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	changed := 0
	for col, head := range export()[0] {
		if head == "序号" || head == "编号" || head == "提出时间" { // by these it is known
			continue
		}
		to := map[string]string{"整改时限": "2027-01-15", "整改类型": "常态整改", "是否完成": "已销号", "销号时间": "2026-09-01", "牵头单位": "区水务局", "责任单位": "金山镇", "完成数量/总量": "3/11公里"}[head]
		if to == "" {
			to = "改成这样"
		}
		var out strings.Builder
		w := csv.NewWriter(&out)
		was, table := "", export()
		for _, row := range table {
			if row[1] == river {
				was, row[col] = row[col], to
			}
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		for again := range 2 {
			res := x.cameBack("问题整改台账.csv", out.String())
			if res.Changed != 1-again || res.Same != len(table)-2+again || res.New+res.Refused != 0 {
				t.Errorf("%s, time %d: %+v", head, again+1, res)
			}
			for _, o := range res.Rows {
				if o.Kind == intake.Changed && (o.Number != river || len(o.Changes) != 1 || o.Changes[0].Was != paper.Short(was, 40) || o.Changes[0].Now != to) {
					t.Errorf("%s from %q: %+v", head, was, o)
				}
			}
		}
		changed++
	}
	if changed < 20 {
		t.Errorf("only %d columns", changed)
	}
	if page := x.get("clerk", "/items/"+river); !strings.Contains(page, "台账怎么写的") || !strings.Contains(page, "文字有改动") || strings.Contains(page, "写“改成这样") {
		t.Error("the item's page lacks what changed, or tells words written by hand")
	}
}

// TestWhoseNumber: a number alone does not make a row ours, and nothing is guessed.
func TestWhoseNumber(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	river := x.town()["river"]
	if res := x.cameBack("别处的台账.csv", "编号,提出时间,存在问题\n"+river+",2020年1月1日,别处的路灯不亮\n"); res.New != 1 || res.Rows[0].Number == river {
		t.Errorf("raised on another day: %+v", res)
	}
	if res := x.cameBack("某台账.csv", "编号,存在问题\n"+river+",路灯不亮\n"); res.Refused != 1 || !strings.Contains(res.Rows[0].Reason, "请去掉编号") {
		t.Errorf("another problem: %+v", res)
	}
}

// TestLongRequests: what is handed in may be longer than a form.
func TestLongRequests(t *testing.T) {
	for path, want := range map[string]bool{"/import": true, "/api/v1/import": true, "/api/v1/imports": true, "/admin/templates": true, "/items/ZG-1/record_evidence": true,
		"/items/ZG-1/accept": false, "/api/v1/imports/x/take": false, "/admin/ladders": false} {
		if takesFiles(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}
