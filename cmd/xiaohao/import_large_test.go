package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"xiaohao/events/journal/natstest"
)

// largeRows says how many rows the ledger of TestImportLarge has; 10,000 within a minute are
// the bar, held where this is set: on a machine that does nothing else.
const largeRows = "XIAOHAO_IMPORT_ROWS"

// staging is what the interface says of an import.
type staging struct {
	ID       string
	Running  bool
	Progress struct{ Done, Total int }
	Result   *struct {
		New, Same, Refused int
		Cut                bool
	}
	Error string
}

// A ledger is handed in to a running server, cancelled under way and taken in once more: what
// was taken is whole, nothing is there twice, and the figures are logged.
func TestImportLarge(t *testing.T) {
	t.Parallel()
	rows, measured := 400, os.Getenv(largeRows)
	if n, err := strconv.Atoi(measured); err == nil {
		rows = n
	}
	s := newSite(t)
	began := time.Now()
	at := s.stageImport(largeLedger(t, rows))
	read := time.Since(began)
	began = time.Now()
	s.imports("POST", at+"/take")
	if _, page := s.page("clerk", strings.Replace(at, "/api/v1/imports", "/import", 1)); s.imports("GET", at).Running && !strings.Contains(page, "<progress max=") {
		t.Errorf("the page shows no progress: %.2000s", page)
	}
	natstest.Eventually(t, 2*time.Minute, "progress", func() error {
		if now := s.imports("GET", at); now.Running && now.Progress.Done < rows/8 {
			return fmt.Errorf("%d of %d", now.Progress.Done, now.Progress.Total)
		}
		return nil
	})
	s.imports("POST", at+"/cancel")
	cut := s.importEnds(at)
	part := time.Since(began)
	if cut.Result == nil || !cut.Result.Cut && cut.Result.New != rows {
		t.Fatalf("cancelled: %+v", cut)
	}
	began = time.Now()
	s.imports("POST", at+"/take")
	whole := s.importEnds(at)
	rest := time.Since(began)
	if whole.Result == nil || whole.Result.Cut || whole.Result.New+whole.Result.Same != rows || whole.Result.Refused != 0 {
		t.Fatalf("taken in again: %+v", whole)
	}
	s.settled()
	seen := time.Since(began)
	if n := s.total("clerk", ""); n != rows {
		t.Errorf("the ledger has %d items of %d rows", n, rows)
	}
	if all := read + part + rest; measured != "" && all > time.Minute*time.Duration(max(rows, 1000))/10_000 {
		t.Errorf("%d rows took %s", rows, all)
	}
	t.Logf("%d rows: read in %.1f s; %d taken in %.1f s, then cancelled; the rest in %.1f s, %.0f rows/s, seen on pages after %.1f s; memory at most %s",
		rows, read.Seconds(), cut.Result.New, part.Seconds(), rest.Seconds(), float64(rows-cut.Result.New)/rest.Seconds(), seen.Seconds(), mostMemory(t))
}

// largeLedger is a workbook of so many problems.
func largeLedger(t *testing.T, rows int) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	put := func(row int, cells ...any) {
		if err := w.SetRow("A"+strconv.Itoa(row), cells); err != nil {
			t.Fatal(err)
		}
	}
	put(1, "2026年问题整改台账")
	put(2, "序号", "存在问题", "整改措施", "责任单位", "整改类型", "整改时限", "完成情况")
	for i := range rows {
		put(i+3, i+1, fmt.Sprintf("第%d组村道路灯不亮，晚上群众出行不便。", i+1), "更换灯头，接通线路。", "住建局、城管局", "限期改", "2027年3月30日", "正在整改")
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// stageImport hands a workbook in and returns the address of the import.
func (s *site) stageImport(data []byte) string {
	s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	err := w.WriteField("ledger", "2026年问题整改台账")
	if err == nil {
		var p io.Writer
		if p, err = w.CreateFormFile("file", "台账.xlsx"); err == nil {
			_, err = p.Write(data)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	out := s.importCall("POST", "/api/v1/imports", &body, w.FormDataContentType())
	return "/api/v1/imports/" + out.ID
}

func (s *site) imports(method, path string) staging { return s.importCall(method, path, nil, "") }

func (s *site) importCall(method, path string, body io.Reader, kind string) (out staging) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Xiaohao-Act", "clerk")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 != 2 {
		s.t.Fatalf("%s %s: %s %v %.300s", method, path, res.Status, err, raw)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// importEnds waits until an import runs no more.
func (s *site) importEnds(at string) (out staging) {
	s.t.Helper()
	natstest.Eventually(s.t, 3*time.Minute, "the import ends", func() error {
		if out = s.imports("GET", at); out.Running {
			return fmt.Errorf("%d of %d", out.Progress.Done, out.Progress.Total)
		}
		return nil
	})
	return out
}

// mostMemory is the most that this process had in memory.
func mostMemory(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}
