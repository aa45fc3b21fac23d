package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal/natstest"
	"xiaohao/projections/localpg/pgtest"
	"xiaohao/web"
)

// asProgram makes the test binary behave as xiaohao itself, for tests that kill it.
const asProgram = "XIAOHAO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	pgtest.Main(m)
}

// site is a whole running tracker: real JetStream, real Postgres, real pages.
type site struct {
	t     *testing.T
	stack *stack
	url   string
	web   *web.Server
	ahead atomic.Int64 // days that the desk's clock is ahead of the server's
	skew  atomic.Int64 // nanoseconds besides, which may be negative
}

// newSite starts one, in demonstration mode so that anybody may act as anybody, but empty.
func newSite(t *testing.T) *site { return newSiteOn(t, t.TempDir(), remoteFlags{}) }

// newSiteOn starts one with a data directory and log servers of the test's choice.
func newSiteOn(t *testing.T, dir string, remote remoteFlags) *site {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return newSiteWith(t, stackConfig{dir: dir, remote: remote, postgres: pgtest.Database(t), logger: logger})
}

// newSiteWith starts one of the test's choice; prefix and clock are the site's own.
func newSiteWith(t *testing.T, cfg stackConfig) *site {
	t.Helper()
	s := &site{t: t}
	now := func() time.Time {
		return time.Now().AddDate(0, 0, int(s.ahead.Load())).Add(time.Duration(s.skew.Load()))
	}
	cfg.prefix, cfg.site, cfg.now = "QG", "整改销号", now
	logger := cfg.logger
	st, err := openStack(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.close)
	s.stack = st
	s.listen(now, logger)
	return s
}

// siteOf opens the pages of a stack that the test started itself.
func siteOf(t *testing.T, st *stack) *site {
	t.Helper()
	s := &site{t: t, stack: st}
	s.listen(time.Now, discard())
	return s
}

// listen lets the pages answer, as in the demonstration.
func (s *site) listen(now func() time.Time, logger *slog.Logger) { s.listenAs(now, logger, true) }

// listenAs lets the pages answer at another address: as in the demonstration, or for people
// who sign in.
func (s *site) listenAs(now func() time.Time, logger *slog.Logger, demo bool) {
	t, st := s.t, s.stack
	t.Helper()
	cfg := web.Config{Site: "泉港区整改销号", Owner: "区整改工作领导小组办公室", Phone: "12345", Demo: demo, Log: logger, Now: now,
		Status: st.status, Case: st.caseFile, Files: st.files, Own: st.own(), Ladders: st.ladders, Accounts: st.accounts, Directory: st.directory, Trail: st.trail, Rules: st.rules, Calendars: calendarDesk{st.almanac, st}}
	if st.notices != nil {
		cfg.Notices, cfg.Follow = st.notices, st.follow
	}
	cfg.Views = st.views
	h, err := web.New(cfg, st.desk, st.reads, st.vault)
	if err != nil {
		t.Fatal(err)
	}
	s.web = h
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	t.Cleanup(srv.CloseClientConnections)
	s.url = srv.URL
}

// settled waits until the read models have everything that is in the log.
func (s *site) settled() {
	s.t.Helper()
	natstest.Eventually(s.t, time.Minute, "the read models have what is in the log", func() error {
		return s.stack.caughtUp(context.Background())
	})
}

// answer is what the API said.
type answer struct {
	Status   int
	Number   string
	Code     string
	PublicID string `json:"public_id"`
	Sequence uint64
	Rev      int
	Repeated bool
	Detail   string
	Errors   []struct{ Rule, Field, Message string }
	Body     string      `json:"-"`
	Header   http.Header `json:"-"`
}

func (a answer) rules() string {
	var out []string
	for _, e := range a.Errors {
		out = append(out, e.Field+":"+e.Rule)
	}
	return strings.Join(out, " ")
}

// fields is the body of a request, untyped so that a test can send what no client would.
type fields map[string]any

// call sends one API request as somebody ("clerk", "unit|增口乡|UNIT_HEAD", "" for the public).
func (s *site) call(as, method, path string, body any, header ...string) answer {
	s.t.Helper()
	var rd io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		rd = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		rd = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, rd)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	if as != "" {
		req.AddCookie(&http.Cookie{Name: "act", Value: url.QueryEscape(as)})
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{Status: res.StatusCode, Body: string(raw), Header: res.Header}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		_ = json.Unmarshal(raw, &a) // not every answer has these fields
	}
	a.Status = res.StatusCode
	return a
}

// raise registers an opinion as the public and returns its number and code.
func (s *site) raise(f fields) answer {
	s.t.Helper()
	a := s.call("", "POST", "/api/v1/items", f)
	if a.Status != http.StatusCreated {
		s.t.Fatalf("raise: %d %s", a.Status, a.Body)
	}
	s.settled() // the server waits for it too, but on a busy machine not long enough
	return a
}

// do gives a command that must be carried out.
func (s *site) do(as, number, command string, f fields) answer {
	s.t.Helper()
	if f == nil {
		f = fields{}
	}
	a := s.call(as, "POST", "/api/v1/items/"+number+"/"+command, f)
	if a.Status != http.StatusOK {
		s.t.Fatalf("%s %s as %s: %d %s", command, number, as, a.Status, a.Body)
	}
	s.settled()
	return a
}

// refused gives a command that must be refused with 422, at the field and by the rule, and
// must write nothing.
func (s *site) refused(as, number, command string, body any, want string) {
	s.t.Helper()
	before := s.last()
	path := "/api/v1/items"
	if number != "" {
		path += "/" + number + "/" + command
	}
	a := s.call(as, "POST", path, body)
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(" "+a.rules()+" ", " "+want+" ") {
		s.t.Errorf("%s as %s: got %d %q, want 422 %q\n%s", command, as, a.Status, a.rules(), want, a.Body)
	}
	for _, e := range a.Errors {
		if !strings.HasSuffix(e.Message, "。") {
			s.t.Errorf("%s: %q is not a sentence", command, e.Message)
		}
	}
	if wrote := s.written(before); len(wrote) > 0 {
		s.t.Errorf("%s was refused, yet the log has %v more", command, wrote)
	}
}

// written lists the subjects of what stands in the log after a sequence, but for the trail of
// what was refused.
func (s *site) written(after uint64) (subjects []string) {
	s.t.Helper()
	last := s.last()
	if last <= after {
		return nil
	}
	err := s.stack.log.Scan(context.Background(), after+1, last, func(m events.Message) error {
		if of, _, _ := events.ParseSubject(m.Subject); of != events.TrailAggregate {
			subjects = append(subjects, m.Subject)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return subjects
}

// absent makes sure that an item does not exist for somebody, whatever he asks of it.
func (s *site) absent(as, number, command string, body any) {
	s.t.Helper()
	before := s.last()
	if a := s.call(as, "POST", "/api/v1/items/"+number+"/"+command, body); a.Status != http.StatusNotFound || len(a.Errors) > 0 {
		s.t.Errorf("%s as %s: got %d %q, want 404", command, as, a.Status, a.rules())
	}
	if after := s.last(); after != before {
		s.t.Errorf("%s of an absent item: the log grew from %d to %d", command, before, after)
	}
}

// page fetches a page as somebody.
func (s *site) page(as, path string) (int, string) {
	s.t.Helper()
	a := s.call(as, "GET", path, nil)
	return a.Status, a.Body
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func staff(unit, role string) string { return "unit|" + unit + "|" + role }

// toRectified takes a raised item to the unit's report, with one unit and no leader.
func (s *site) toRectified(number, unit string, accept fields) {
	s.t.Helper()
	f := fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"}
	for k, v := range accept {
		f[k] = v
	}
	s.do("clerk", number, "accept", f)
	s.do("clerk", number, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD", "task": "协调夜班车"}}})
	s.do(staff(unit, "UNIT_LIAISON"), number, "sign", nil)
	s.do(staff(unit, "HANDLER"), number, "record_evidence", fields{"title": "夜班车首班照片", "kind": "RESULT"})
	s.report(number, unit)
}

func (s *site) report(number, unit string) {
	s.t.Helper()
	s.do(staff(unit, "UNIT_HEAD"), number, "report_rectified", fields{"result": "夜班车开出第一班", "truth": "TRUE", "contacted": true,
		"contact_note": "打电话说了", "solved": "YES", "reply": "夜班车末班延到 21:40，在厂门口设站。"})
}

// toClosed goes on from the report along the chain of P1 or P2.
func (s *site) toClosed(number, unit string, p2 bool) {
	s.t.Helper()
	s.apply(number, unit)
	s.do(staff(unit, "UNIT_DEPUTY"), number, "sign_off", nil)
	if p2 {
		s.do(staff(unit, "UNIT_HEAD"), number, "sign_off", nil)
		s.do("checker", number, "sign_off", fields{"opinion": "查实"})
	}
	s.do("clerk", number, "issue_reply", fields{"way": "PHONE"})
	s.do("closer", number, "close", nil)
}

func (s *site) apply(number, unit string) {
	s.t.Helper()
	s.do(staff(unit, "UNIT_LIAISON"), number, "apply_closure", fields{"tasks": true, "lawful": true, "alike": true, "cause": true})
}

// today is the Beijing day of the desk's clock, as fields want it.
func (s *site) today() string {
	return events.DateOf(time.Now().AddDate(0, 0, int(s.ahead.Load()))).String()
}

// total is how many rows the ledger lists for a query.
func (s *site) total(as, query string) int {
	s.t.Helper()
	a := s.call(as, "GET", "/api/v1/items?"+query, nil)
	var out struct{ Total int }
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil || a.Status != http.StatusOK {
		s.t.Fatalf("ledger %s: %d %v\n%s", query, a.Status, err, a.Body)
	}
	return out.Total
}

var (
	tags   = regexp.MustCompile(`(?s)<(script|style|svg|head)\b.*?</(script|style|svg|head)>|<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// text is what a page says, without its markup.
func text(html string) string {
	return strings.TrimSpace(blanks.ReplaceAllString(tags.ReplaceAllString(html, " "), " "))
}

// last is the last sequence of the log.
func (s *site) last() uint64 {
	s.t.Helper()
	n, err := s.stack.log.Last(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// first is the number of the first ledger row of a query.
func (s *site) first(query string) string {
	s.t.Helper()
	a := s.call("clerk", "GET", "/api/v1/items?"+query, nil)
	var l ledger
	if err := json.Unmarshal([]byte(a.Body), &l); err != nil || len(l.Items) == 0 {
		s.t.Fatalf("ledger %s is empty: %v\n%s", query, err, a.Body)
	}
	return l.Items[0].Number
}

// unzipped are the files in what is a .docx or .xlsx.
func unzipped(body string) (out []string) {
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		return nil
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			continue
		}
		data, err := io.ReadAll(r)
		if err == nil {
			out = append(out, string(data), text(string(data)))
		}
		_ = r.Close()
	}
	return out
}
