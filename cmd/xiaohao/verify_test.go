package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/journal/backup"
	"xiaohao/events/journal/journaltest"
	"xiaohao/events/proof"
)

// xiaohao runs the program as a process of its own and returns its exit code and output.
func xiaohao(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "XIAOHAO_DATA=", "XIAOHAO_NATS=", signingEnv+"=")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

const caseNumber = "ZG-2026-000001"

// withLog opens the log of a data directory for as long as f runs.
func withLog(t *testing.T, dir string, f func(log *journal.Journal, nc *nats.Conn)) {
	t.Helper()
	srv, err := journal.StartServer(journal.ServerConfig{Dir: filepath.Join(dir, "log")})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop()
	nc, err := srv.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	log, err := journal.Open(t.Context(), nc, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	f(log, nc)
}

// numbered is the first commit of an item with a number.
func numbered() events.Write {
	w := journaltest.Start(uuid.New())
	w.Commit.Command, w.Commit.Events = "raise", []events.Event{events.ItemRaised{Number: caseNumber}}
	return w
}

// provedDir is a data directory with a log, one signed root, and two commits after it, one
// of them of the numbered item.
func provedDir(t *testing.T) (dir string, key ed25519.PublicKey) {
	t.Helper()
	dir = t.TempDir()
	keys, err := loadSigning(dir)
	if err != nil {
		t.Fatal(err)
	}
	withLog(t, dir, func(log *journal.Journal, _ *nats.Conn) {
		journaltest.Fill(t, log, 3)
		got, err := log.Append(t.Context(), numbered())
		if err != nil {
			t.Fatal(err)
		}
		s := proof.Signer{Prover: &proof.Prover{Log: log, Tenant: tenant}, Key: keys.key, Now: time.Now}
		if r, err := s.Sign(t.Context()); r == nil || err != nil {
			t.Fatal(r, err)
		}
		if _, err := log.Append(t.Context(), journaltest.Next(got[0])); err != nil {
			t.Fatal(err)
		}
	})
	return dir, keys.key.Public().(ed25519.PublicKey)
}

func TestVerifyLog(t *testing.T) {
	t.Parallel()
	dir, key := provedDir(t)
	code, out, errs := xiaohao(t, "verify", "--data", dir)
	if code != 0 || !strings.Contains(out, "完好") || !strings.Contains(out, publicFile) || !strings.Contains(out, "最后 2 条还没有日根管到") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	var r proof.Report
	code, out, errs = xiaohao(t, "verify", "--data", dir, "--json", "--key", proof.KeyText(key))
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 || !r.Trusted || r.Messages != 6 || r.Uncovered != 2 || r.Wrong != nil {
		t.Errorf("exit %d, %v\n%s%s", code, err, out, errs)
	}
	other := strings.Repeat("ab", 32)
	if code, _, errs = xiaohao(t, "verify", "--data", dir, "--key", other); code != 1 || !strings.Contains(errs, "第 5 号") || !strings.Contains(errs, "不是可信的那一把") {
		t.Errorf("another key: exit %d\n%s", code, errs)
	}
	if code, _, errs = xiaohao(t, "verify", "--data", dir, "--root", r.RootIDs[0]); code != 0 {
		t.Errorf("the root that was kept: exit %d\n%s", code, errs)
	}
	if code, out, errs = xiaohao(t, "verify", "--data", dir, "--root", other); code != 1 || !strings.Contains(errs, other) || strings.Contains(out, "完好") {
		t.Errorf("a root that is not there: exit %d\n%s%s", code, out, errs)
	}
	for name, args := range map[string][]string{
		"no key":    {"verify", "--data", dir, "--key", "certainly"},
		"no file":   {"verify", "--data", dir, filepath.Join(dir, "nothing")},
		"no backup": {"verify", "--data", dir, t.TempDir()},
		"no flag":   {"verify", "--never"},
	} {
		if code, _, errs = xiaohao(t, args...); code != 2 {
			t.Errorf("%s: exit %d, want 2\n%s", name, code, errs)
		}
	}
	for name, args := range map[string][]string{
		"no log":    {"verify", "--data", t.TempDir()},
		"no server": {"verify", "--nats", "nats://127.0.0.1:1"},
	} {
		if code, _, errs = xiaohao(t, args...); code != 3 {
			t.Errorf("%s: exit %d, want 3\n%s", name, code, errs)
		}
	}
}

// What got into the log past the program is named.
func TestVerifyWrongLog(t *testing.T) {
	t.Parallel()
	dir, _ := provedDir(t)
	withLog(t, dir, func(log *journal.Journal, nc *nats.Conn) {
		m, err := log.MessagesOf(t.Context(), events.LogAggregate, uuid.MustParse(log.Identity()))
		if err != nil {
			t.Fatal(err)
		}
		// The root again, as an item's first commit.
		if _, err := nc.Request("rect.main.item."+log.Identity(), m[0].Data, 5*time.Second); err != nil {
			t.Fatal(err)
		}
		journaltest.Fill(t, log, 2)
	})
	code, out, errs := xiaohao(t, "verify", "--data", dir)
	if code != 1 || !strings.Contains(errs, "第 7 号") || strings.Contains(out, "完好") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	var r proof.Report
	if _, out, _ = xiaohao(t, "verify", "--data", dir, "--json"); json.Unmarshal([]byte(out), &r) != nil || r.Wrong == nil || r.Wrong.Sequence != 7 || r.Wrong.Kind != proof.WrongSubject {
		t.Errorf("%s", out)
	}
}

// A backup is proved like the log (its own tests change it in every way).
func TestVerifyBackup(t *testing.T) {
	t.Parallel()
	dir, key := provedDir(t)
	copied := t.TempDir()
	withLog(t, dir, func(_ *journal.Journal, nc *nats.Conn) {
		if _, err := backup.Run(t.Context(), nc, backup.Config{Dir: copied}); err != nil {
			t.Fatal(err)
		}
	})
	code, out, errs := xiaohao(t, "verify", copied, "--key", proof.KeyText(key))
	if code != 0 || !strings.Contains(out, "6 条记录") || !strings.Contains(out, "完好") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	parts, err := filepath.Glob(filepath.Join(copied, "log", "*"))
	if err != nil || len(parts) == 0 {
		t.Fatal(parts, err)
	}
	if err := os.Truncate(parts[0], 40); err != nil {
		t.Fatal(err)
	}
	if code, out, errs = xiaohao(t, "verify", copied); code != 1 || !strings.Contains(errs, "log/") || strings.Contains(out, "完好") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}

func TestExportCase(t *testing.T) {
	t.Parallel()
	dir, key := provedDir(t)
	file := filepath.Join(t.TempDir(), "case.json")
	if code, _, errs := xiaohao(t, "export", "case", caseNumber, "--data", dir, "--out", file); code != 0 {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	verify := func(file string) (int, string, string) {
		return xiaohao(t, "verify", file, "--key", proof.KeyText(key))
	}
	if code, out, errs := verify(file); code != 0 || !strings.Contains(out, caseNumber+"，2 版") || !strings.Contains(out, "后 1 版还没有日根管到") || !strings.Contains(out, "完好") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, says string }{
		"content":  {`item.raised`, `item.raisec`, "第 1 版"},
		"blank":    {"\n}", "\n }", "不是卷宗文件"},
		"sequence": {"\"sequence\": 4,\n   \"time\"", "\"sequence\": 3,\n   \"time\"", "第 1 版"},
	} {
		changed := bytes.Replace(data, []byte(c.old), []byte(c.new), 1)
		if bytes.Equal(changed, data) {
			t.Fatalf("%s: nothing to change in\n%s", name, data)
		}
		bad := filepath.Join(t.TempDir(), "bad.json")
		if err := os.WriteFile(bad, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, errs := verify(bad); code != 1 || !strings.Contains(errs, c.says) || strings.Contains(out, "完好") {
			t.Errorf("%s: exit %d\n%s%s", name, code, out, errs)
		}
	}
	if code, _, errs := xiaohao(t, "export", "case", "ZG-2026-999999", "--data", dir); code != 1 || !strings.Contains(errs, "没有编号") {
		t.Errorf("no such number: exit %d\n%s", code, errs)
	}
	if code, _, _ := xiaohao(t, "export", "case", caseNumber, "--data", t.TempDir()); code != 3 {
		t.Errorf("no log: exit %d", code)
	}
}

// A running server proves and exports its own log, and signs the root that is missing.
func TestVerifyRunning(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "晚上没有公交车。", "category": "民生"}).Number
	dir := s.stack.dir
	stop, err := startControl(dir, s.stack.control(stackConfig{dir: dir}), discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	stopRoots, err := s.stack.startRoots(dir, nil, discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stopRoots)
	s.rooted(t.Context())
	if code, out, errs := xiaohao(t, "verify", "--data", dir); code != 0 || !strings.Contains(out, "1 个日根") || !strings.Contains(out, "完好") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	file := filepath.Join(t.TempDir(), "case.json")
	if code, _, errs := xiaohao(t, "export", "case", n, "--data", dir, "--out", file); code != 0 {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	if code, out, errs := xiaohao(t, "verify", file, "--data", dir); code != 0 || !strings.Contains(out, "第 1 版到第 1 版") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}

// signed appends the roots of the last days.
func (s *site) signed(days int) {
	s.t.Helper()
	keys, err := loadSigning(s.stack.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	for ; days > 0; days-- {
		day := time.Now().AddDate(0, 0, 1-days)
		signer := proof.Signer{Prover: s.stack.prover, Key: keys.key, Now: func() time.Time { return day }}
		if r, err := signer.Sign(s.t.Context()); r == nil || err != nil {
			s.t.Fatal(r, err)
		}
	}
	s.settled()
}

// What is published is what the log holds, its link stands in the foot of the front page,
// and a case that an officer downloads is proved by the key on the page.
func TestRootsPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var none struct {
		Roots []events.RootSigned
		Next  string
	}
	get := func(path string, v any) {
		t.Helper()
		a := s.call("", "GET", path, nil)
		if err := json.Unmarshal([]byte(a.Body), v); err != nil || a.Status != 200 {
			t.Fatalf("%s: %d, %v\n%s", path, a.Status, err, a.Body)
		}
	}
	if get("/api/v1/roots", &none); len(none.Roots) != 0 {
		t.Errorf("before any: %v", none)
	}
	if _, page := s.page("", "/roots"); !strings.Contains(page, "还没有日根") {
		t.Errorf("page before any:\n%s", page)
	}
	n := s.raise(fields{"text": "晚上没有公交车。", "category": "民生"}).Number
	s.signed(33)
	var all struct {
		Key   string
		Roots []struct {
			events.RootSigned
			ID string
			At uint64
		}
		Next string
	}
	get("/api/v1/roots", &all)
	if len(all.Roots) != 33 || all.Next != "" {
		t.Fatalf("%d roots, next %q", len(all.Roots), all.Next)
	}
	for i, r := range all.Roots {
		if err := proof.Authentic(r.RootSigned); err != nil || r.Key != all.Key {
			t.Errorf("root of %s: %v", r.Day, err)
		}
		if i+1 < len(all.Roots) && r.Previous != all.Roots[i+1].ID {
			t.Errorf("root of %s does not follow the one before", r.Day)
		}
	}
	_, first := s.page("", "/roots")
	_, older := s.page("", "/roots?before="+all.Roots[30].Day.String())
	for day, page := range map[string]string{all.Roots[0].Day.String(): first, all.Roots[30].Day.String(): first, all.Roots[31].Day.String(): older} {
		if !strings.Contains(page, `<time datetime="`+day+`">`) {
			t.Errorf("no root of %s on its page", day)
		}
	}
	if strings.Contains(first, all.Roots[31].Day.String()+`">`) || !strings.Contains(strings.ReplaceAll(first, " ", ""), all.Roots[0].ID) {
		t.Error("the first page has too much, or not the fingerprint")
	}
	if code, _ := s.page("", "/roots?before=never"); code != 400 {
		t.Errorf("a day that is none: %d", code)
	}
	if _, home := s.page("", "/"); !strings.Contains(home, `href="/roots"`) {
		t.Error("the front page does not lead there")
	}

	path := "/api/v1/items/" + n + "/case"
	for as, want := range map[string]int{"": 403, staff("增口乡", "UNIT_HEAD"): 403, "clerk": 200} {
		if a := s.call(as, "POST", path, nil); a.Status != want {
			t.Errorf("case as %q: %d, want %d", as, a.Status, want)
		}
	}
	key, err := proof.ParseKey(all.Key)
	if err != nil {
		t.Fatal(err)
	}
	file := s.call("clerk", "POST", path, nil).Body
	if r, err := proof.CheckCase([]byte(file), key); err != nil || r.Number != n || r.Covered != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if strings.Contains(file, "公交车") {
		t.Error("the case shows what was said")
	}
}

// rooted waits until a root is in the log.
func (s *site) rooted(ctx context.Context) {
	s.t.Helper()
	enough := errors.New("enough")
	err := s.stack.log.Follow(ctx, 0, func(batch []events.Recorded, _ uint64) error {
		for _, r := range batch {
			if r.Aggregate() == events.LogAggregate {
				return enough
			}
		}
		return nil
	})
	if !errors.Is(err, enough) {
		s.t.Fatal(err)
	}
}

// rootsOf waits until a log has n roots and returns them.
func rootsOf(t *testing.T, log *journal.Journal, n int) (out []events.RootSigned) {
	t.Helper()
	enough := errors.New("enough")
	err := log.Follow(t.Context(), 0, func(batch []events.Recorded, _ uint64) error {
		for _, c := range batch {
			if r, ok := c.Events[0].(events.RootSigned); ok {
				out = append(out, r)
			}
		}
		if len(out) >= n {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	return out
}

// Two nodes on one log, each with its own connection, while others write: one root a day.
func TestTwoNodesOneRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys, err := loadSigning(dir)
	if err != nil {
		t.Fatal(err)
	}
	withLog(t, dir, func(log *journal.Journal, nc *nats.Conn) {
		second, err := journal.Open(t.Context(), nc, journal.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer second.Close()
		journaltest.Fill(t, log, 2)
		nodes := []*proof.Prover{{Log: log, Tenant: tenant}, {Log: second, Tenant: tenant}}
		const days = 5
		for day := range days {
			now := time.Now().AddDate(0, 0, day)
			var wg sync.WaitGroup
			for _, p := range nodes {
				wg.Go(func() {
					s := proof.Signer{Prover: p, Key: keys.key, Now: func() time.Time { return now }}
					if _, err := s.Sign(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Go(func() { journaltest.Fill(t, log, 10) })
			wg.Wait()
		}
		if r, err := verifyLog(t.Context(), log, keys.trusted); err != nil || r.Roots != days || !r.Trusted {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// The key changes while the server runs on from day to day; who trusts the old one goes on
// trusting the log, and the old seed is gone.
func TestKeyChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := loadSigning(dir)
	if err != nil {
		t.Fatal(err)
	}
	withLog(t, dir, func(log *journal.Journal, _ *nats.Conn) {
		journaltest.Fill(t, log, 2)
		serve := func(day int) events.RootSigned {
			t.Helper()
			s := &stack{dir: dir, log: log, prover: &proof.Prover{Log: log, Tenant: tenant}}
			stop, err := s.startRoots(dir, func() time.Time { return time.Now().AddDate(0, 0, day) }, discard())
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			return rootsOf(t, log, day+1)[day]
		}
		if r := serve(0); r.Key != first.public() || r.NextKey != "" {
			t.Errorf("first root %+v", r)
		}
		if err := makeSeed(filepath.Join(dir, nextSigningFile)); err != nil {
			t.Fatal(err)
		}
		r := serve(1)
		if r.Key != first.public() || r.NextKey == "" {
			t.Errorf("announcing root %+v", r)
		}
		if now, err := loadSigning(dir); err != nil || now.public() != r.NextKey || now.next != nil || len(now.trusted) != 2 {
			t.Errorf("after it: %v", err)
		}
		if last := serve(2); last.Key != r.NextKey || last.NextKey != "" {
			t.Errorf("root after the change %+v", last)
		}
		report, err := verifyLog(t.Context(), log, first.trusted)
		if err != nil || !report.Trusted || report.Roots != 3 {
			t.Errorf("with the old key alone: %+v, %v", report, err)
		}
	})
}

func TestSigningKeys(t *testing.T) {
	dir := t.TempDir()
	first, err := loadSigning(dir)
	if err != nil {
		t.Fatal(err)
	}
	for file, perm := range map[string]os.FileMode{signingFile: 0o600, publicFile: 0o644} {
		if info, err := os.Stat(filepath.Join(dir, file)); err != nil || info.Mode().Perm() != perm {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
	again, err := loadSigning(dir)
	if err != nil || !again.key.Equal(first.key) || again.next != nil || len(again.trusted) != 1 {
		t.Errorf("read again: %v, %v", again.trusted, err)
	}
	if err := (&rotateSigningCmd{Data: dir}).Run(); err != nil {
		t.Fatal(err)
	}
	if err := (&rotateSigningCmd{Data: dir}).Run(); err == nil {
		t.Error("a second next key")
	}
	k, err := loadSigning(dir)
	if err != nil || !k.key.Equal(first.key) || k.next == nil || len(k.trusted) != 2 {
		t.Fatalf("while it changes: %v, %v", k.trusted, err)
	}
	public := func(p ed25519.PrivateKey) string { return proof.KeyText(p.Public().(ed25519.PublicKey)) }
	next := k.next
	if err := k.takeNext(dir, "", public(k.key)); err != nil || k.next == nil {
		t.Errorf("taken before it was announced: %v", err)
	}
	if err := k.takeNext(dir, public(next), public(k.key)); err != nil {
		t.Fatal(err)
	}
	if k, err = loadSigning(dir); err != nil || !k.key.Equal(next) || k.next != nil || len(k.trusted) != 2 {
		t.Errorf("after the change: %v, %v", k.trusted, err)
	}
	if err := os.Chmod(filepath.Join(dir, signingFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := loadSigning(dir); err == nil {
		t.Error("a key that others may read is used")
	}
	t.Setenv(signingEnv, "short")
	if _, err := loadSigning(dir); err == nil {
		t.Error("a key cut off is used")
	}
	t.Setenv(signingEnv, strings.Repeat("01", 32))
	if k, err = loadSigning(t.TempDir()); err != nil || !k.key.Equal(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))) {
		t.Errorf("key of the environment: %v", err)
	}
}
