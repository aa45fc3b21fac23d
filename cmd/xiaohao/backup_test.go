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

// TestBackupAfterErasure erases an item between two backups of the keys: the later one
// holds what the vault leaves in the key's place, and the key's bytes nowhere.
func TestBackupAfterErasure(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.raise(fields{"text": "张三说坝头溪淤积", "category": "民生", "name": "张三", "phone": "13812345678"})
	s.raise(fields{"text": "几点上班", "name": "李四", "phone": "13912345678"})
	cfg := backup.Config{Dir: filepath.Join(t.TempDir(), "data"), Keys: filepath.Join(t.TempDir(), "keys")}
	save := func() map[string][]byte {
		t.Helper()
		if _, err := runBackup(t.Context(), s.stack.nc, cfg); err != nil {
			t.Fatal(err)
		}
		b, err := backup.Open(cfg.Keys)
		if err != nil {
			t.Fatal(err)
		}
		keys := map[string][]byte{}
		err = b.Messages("KV_RECT_KEYS", func(m backup.Message, _ []byte) error {
			keys[m.Subject] = bytes.Clone(m.Data)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	before := save()
	item := s.history(t)[0].Item
	if err := s.stack.vault.Erase(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	after := save()
	subject := "$KV.RECT_KEYS.item." + item.String()
	old := before[subject]
	if len(old) < 32 {
		t.Fatalf("before: %q of %d keys", old, len(before))
	}
	if bytes.Contains(after[subject], old) || len(after[subject]) >= 32 {
		t.Errorf("after: %q", after[subject])
	}
	if len(after) != len(before) {
		t.Errorf("%d entries, had %d", len(after), len(before))
	}
	for name, data := range after {
		if bytes.Contains(data, old) {
			t.Errorf("the key is in %s", name)
		}
	}
	files, err := filepath.Glob(filepath.Join(cfg.Keys, "keys", "*"))
	if err != nil || len(files) != 1 {
		t.Errorf("an older file of keys is left: %v, %v", files, err)
	}
	if report, err := verifyBackup(t.Context(), cfg.Dir, nil); err != nil || report.Messages == 0 {
		t.Errorf("verify: %+v, %v", report, err)
	}
}

// TestBackupSentences: whatever goes wrong is said in a Chinese sentence with the reason.
func TestBackupSentences(t *testing.T) {
	t.Parallel()
	full := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	for _, c := range []struct {
		err  error
		says string
	}{
		{backupError(full), "磁盘满了，这次备份没有完成；原有的备份仍然完好。请腾出空间后重新执行。（write x: no space left on device）"},
		{backupError(backup.ErrOtherLog), "另一份日志的备份"},
		{backupError(backup.ErrDiverged), "备份没有改动"},
		{backupError(&backup.Fault{File: "log/1", Reason: "文件不见了"}), "（文件 log/1：文件不见了。）"},
		{restoreError(&backup.Fault{File: "log/1", Reason: "文件不见了"}), "什么都没有恢复。（文件 log/1"},
		{restoreError(backup.ErrNotEmpty), "只能恢复到空的数据目录"},
		{restoreError(full), "重新执行同一条命令"},
	} {
		if got := sentence(c.err); !strings.Contains(got, c.says) {
			t.Errorf("got %q, want %q", got, c.says)
		}
	}
}
