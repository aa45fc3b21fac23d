package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain/directory"
	"xiaohao/events"
	"xiaohao/projections/localpg/pgtest"
	paper "xiaohao/web/paper/ledger"
)

// oddLedger has a problem in a column that no heading tells, as its office has once set it.
const oddLedger = "序号,情况甲,经手,整改时限\n1,三组路灯不亮,住建局,2027年3月30日\n2,村口井盖缺失,住建局,2027年2月30日\n"

// dryRun is what a dry run printed.
type dryRun struct {
	Columns map[string]paper.Field
	Items   []struct {
		Problem string
		Lead    string `json:"lead_unit"`
	}
	Rejected []struct{ Cell string }
}

// A ledger is read as its office has set the columns, by a running server's word or the store's
// own; a dry run needs neither. The same file again, by whichever way, changes nothing.
func TestImportCommand(t *testing.T) {
	t.Parallel()
	dir := publicDir(t)
	dsn := pgtest.Database(t)
	file := filepath.Join(t.TempDir(), "台账.csv")
	if err := os.WriteFile(file, []byte(oddLedger), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(want int, out any, args ...string) string {
		t.Helper()
		code, stdout, stderr := xiaohao(t, append([]string{"import", file, "--json"}, args...)...)
		if code != want {
			t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, stdout, stderr)
		}
		if out != nil {
			if err := json.Unmarshal([]byte(stdout), out); err != nil {
				t.Fatalf("%v: %v\n%s%s", args, err, stdout, stderr)
			}
		}
		return stderr
	}
	if said := run(1, nil, "--ledger", "box", "--dry-run"); !strings.Contains(said, "没有找到台账的表头") {
		t.Errorf("without a word on the columns: %s", said)
	}
	st, err := openStack(t.Context(), stackConfig{dir: dir, postgres: dsn, prefix: "ZG", logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			st.close()
		}
	}()
	enter := func(c directory.Command) {
		t.Helper()
		if _, err := st.directory.Do(t.Context(), directory.Order{ID: uuid.New(), Command: c, Actor: shell}); err != nil {
			t.Fatal(err)
		}
	}
	enter(directory.PutUnit{ID: "zen", Name: "增口乡", Level: events.Township, Type: events.TerritorialUnit})
	enter(directory.PutLedger{ID: "box", Name: "意见箱台账", Preset: events.TownshipBox, Office: "zen"})
	set := paper.Mapping{"情况甲": paper.Problem, "经手": paper.LeadUnit}
	if err := st.own().Remember(t.Context(), uuid.New(), shell, "zen", set); err != nil {
		t.Fatal(err)
	}
	if err := st.caughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop, err := startControl(dir, st.control(stackConfig{dir: dir}), discard())
	if err != nil {
		t.Fatal(err)
	}
	check := func(at string) {
		t.Helper()
		var dry dryRun
		run(0, &dry, "--ledger", "box", "--data", dir, "--postgres", dsn, "--dry-run")
		if len(dry.Items) != 1 || dry.Items[0].Problem != "三组路灯不亮" || dry.Items[0].Lead != "住建局" || dry.Columns["经手"] != paper.LeadUnit || len(dry.Rejected) != 1 || dry.Rejected[0].Cell != "D3" {
			t.Errorf("%s: %+v", at, dry)
		}
	}
	check("running server")
	var first importResult
	run(0, &first, "--ledger", "box", "--data", dir)
	if first.New != 1 || len(first.Rejected) != 1 || first.Rows[0].Number == "" {
		t.Errorf("%+v", first)
	}
	stop()
	st.close()
	closed = true
	check("store without a server")
	var again importResult
	run(0, &again, "--ledger", "意见箱台账", "--data", dir, "--postgres", dsn)
	if again.Same != 1 || again.New != 0 || again.Rows[0].Number != first.Rows[0].Number {
		t.Errorf("again: %+v", again)
	}
	// A mapping that is given goes before the one that is remembered.
	other := filepath.Join(t.TempDir(), "map.json")
	if err := os.WriteFile(other, []byte(`{"经手": ""}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var dry dryRun
	run(0, &dry, "--ledger", "box", "--data", dir, "--postgres", dsn, "--dry-run", "--map", other)
	if len(dry.Items) != 1 || dry.Items[0].Lead != "" {
		t.Errorf("%+v", dry)
	}
}
