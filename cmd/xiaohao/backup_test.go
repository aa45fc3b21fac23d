package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"xiaohao/events/journal/backup"
)

// runProgram runs a subcommand to its end and returns what it printed and its exit code.
func runProgram(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// mustProgram runs a subcommand that must succeed.
func mustProgram(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, code := runProgram(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit %d: %s", args, code, errs)
	}
	return out
}

// TestBackupAndRestore is what an office rehearses: back up the running demonstration, stop
// it, back up again, restore elsewhere, start that, and find the same.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	root := publicDir(t)
	live, dir, keys := filepath.Join(root, "live"), filepath.Join(root, "backup"), filepath.Join(root, "keys")
	p := startProgram(t, live, "--demo")
	numbers := p.numbers(t)
	out := mustProgram(t, "backup", dir, "--keys", keys, "--data", live, "--json")
	var first backup.Report
	if err := json.Unmarshal([]byte(out), &first); err != nil {
		t.Fatal(err)
	}
	if first.Last == 0 || first.Keys < uint64(len(numbers)) {
		t.Errorf("backup of the running server: %s", out)
	}
	if _, errs, code := runProgram(t, "restore", dir, "--data", live); code == 0 || !strings.Contains(errs, "请先停下它。") {
		t.Errorf("restore over a running server: exit %d %s", code, errs)
	}
	if _, errs, code := runProgram(t, "backup", dir, "--keys", filepath.Join(dir, "keys"), "--data", live); code != 1 || !strings.Contains(errs, "必须分开") {
		t.Errorf("keys inside the backup: exit %d %s", code, errs)
	}
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // its exit is another test's
	out = mustProgram(t, "backup", dir, "--data", live)
	for _, want := range []string{"新增 0 条", "打不开", "master.key"} {
		if !strings.Contains(out, want) {
			t.Errorf("backup without keys does not say %s:\n%s", want, out)
		}
	}
	if _, errs, code := runProgram(t, "restore", dir, "--data", live); code == 0 || !strings.Contains(errs, "已有数据") {
		t.Errorf("restore over a log: exit %d %s", code, errs)
	}

	again := filepath.Join(root, "again")
	out = mustProgram(t, "restore", dir, "--keys", keys, "--data", again)
	if !strings.Contains(out, first.Identity) || !strings.Contains(out, "master.key 放到") {
		t.Errorf("restore says:\n%s", out)
	}
	master, err := os.ReadFile(filepath.Join(live, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(again, "master.key"), master, 0o600); err != nil {
		t.Fatal(err)
	}
	q := startProgram(t, again, "--demo")
	restored := q.numbers(t)
	for n := range numbers {
		if !restored[n] {
			t.Errorf("%s is not in the restored tracker", n)
		}
	}
	if len(restored) != len(numbers) {
		t.Errorf("%d items, had %d", len(restored), len(numbers))
	}
	if found := findIn(t, dir, master); found != "" {
		t.Errorf("the master key is in %s", found)
	}
	mustProgram(t, "backup", dir, "--keys", keys, "--data", again) // the restored log continues the backup
}

// TestBackupSaysWhatIsWrong gives every refusal its sentence.
func TestBackupSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"backup", t.TempDir(), "--data", t.TempDir()}, "没有日志可以备份"},
		{[]string{"restore", t.TempDir(), "--data", t.TempDir()}, "没有备份"},
	} {
		_, errs, code := runProgram(t, c.args...)
		if code != 1 || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit %d %s", c.args, code, errs)
		}
		if left, _ := os.ReadDir(c.args[3]); len(left) > 0 {
			t.Errorf("%v left %v", c.args, left)
		}
	}
}

// findIn names a file under dir that holds text.
func findIn(t *testing.T, dir string, text []byte) (found string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, text) {
			found = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
