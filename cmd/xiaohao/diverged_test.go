package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/journal/natstest"
	"xiaohao/projections/localpg/pgtest"
)

// TestDivergence brings an old copy of the log under read models that know more, and a log
// of another identity: nothing is written any more, pages still answer, and it is said what
// was lost and what can be done.
func TestDivergence(t *testing.T) {
	t.Parallel()
	dir, db := t.TempDir(), pgtest.Database(t)
	logDir, copied := filepath.Join(dir, "log"), filepath.Join(dir, "copied")
	cfg := stackConfig{dir: dir, postgres: db, prefix: "QG", logger: discard()}
	use := func(what string, f func(st *stack)) {
		t.Helper()
		st, err := openStack(t.Context(), cfg)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		defer st.close()
		f(st)
	}
	grow := func(st *stack) {
		raiseOne(t, st)
		raiseOne(t, st)
		if err := st.caughtUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		natstest.Eventually(t, 20*time.Second, "the read models are built", func() error { return st.reads.Ready(t.Context()) })
	}
	use("first", grow)
	if err := os.CopyFS(copied, os.DirFS(logDir)); err != nil {
		t.Fatal(err)
	}
	use("on", grow)

	replace := func(with string) {
		t.Helper()
		if err := errors.Join(os.RemoveAll(logDir), os.CopyFS(logDir, os.DirFS(with))); err != nil {
			t.Fatal(err)
		}
	}
	replace(copied)
	use("with an old copy", func(st *stack) {
		halted(t, st, "读模型到第 4 号，日志只到第 2 号", "已经没有的有 2 条", "QG-", "xiaohao restore", "xiaohao rebuild")
	})

	empty := t.TempDir()
	st, err := openWriting(t.Context(), stackConfig{dir: empty, prefix: "QG", logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	st.close()
	replace(filepath.Join(empty, "log"))
	cfg.dir = empty // its master key belongs to it
	use("with another log", func(st *stack) { halted(t, st, "接错了服务器") })
}

// halted checks that a stack refuses commands in the API's words, still shows its items,
// and tells in its status every one of the words.
func halted(t *testing.T, st *stack, words ...string) {
	t.Helper()
	before, err := st.log.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.desk.Do(t.Context(), domain.Order{ID: uuid.New(), Command: domain.Raise{Text: "一句话"},
		Actor: events.Actor{ID: "public", Role: events.Petitioner, Post: "群众"}})
	if !errors.Is(err, events.ErrHalted) {
		t.Errorf("a command: %v", err)
	}
	s := siteOf(t, st)
	if a := s.call("", "POST", "/api/v1/items", fields{"text": "河道淤积"}); a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Detail, "已停止收办") {
		t.Errorf("a command by the API: %d %s", a.Status, a.Body)
	}
	if after, err := st.log.Last(t.Context()); err != nil || after != before {
		t.Errorf("the log grew from %d to %d, %v", before, after, err)
	}
	if n := s.total("clerk", ""); n != 4 {
		t.Errorf("the ledger shows %d items, the read models have 4", n)
	}
	if code, _ := s.page("", "/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d", code)
	}
	state, err := st.status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range words {
		if !strings.Contains(state.Error, w) {
			t.Errorf("status does not say %q: %s", w, state.Error)
		}
	}
}
