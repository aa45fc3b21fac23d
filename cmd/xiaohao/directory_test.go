package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"xiaohao/events"
	"xiaohao/projections/localpg/pgtest"
	"xiaohao/web/account"
)

// said runs a subcommand and returns what it printed on standard output and standard error.
func said(t *testing.T, stdin string, f func() error) (string, error) {
	t.Helper()
	dir := t.TempDir()
	swap := func(std **os.File, name string) *os.File {
		t.Helper()
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		was := *std
		*std = file
		t.Cleanup(func() { *std = was; file.Close() })
		return file
	}
	in := swap(&os.Stdin, "in")
	if _, err := io.WriteString(in, stdin); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	swap(&os.Stdout, "out")
	swap(&os.Stderr, "err")
	err := f()
	out, _ := os.ReadFile(filepath.Join(dir, "out"))
	bad, _ := os.ReadFile(filepath.Join(dir, "err"))
	return string(out) + string(bad), err
}

// The directory is filled from files and flags, without a server; the same file twice changes
// nothing, bad rows are named by sheet and cell, and the first administrator can sign in.
func TestDirectoryFromFiles(t *testing.T) {
	f := directoryFlags{Data: t.TempDir(), Postgres: pgtest.Database(t)}
	units := filepath.Join(t.TempDir(), "units.csv")
	if err := os.WriteFile(units, []byte("单位名称,层级,类型,上级单位,属地\n泉港区,县级,属地,,泉港区\n增口乡,乡镇街道,属地,泉港区,增口乡\n交通局,县级,部门,泉港区,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"改动 2 行，本来就是这样 0 行，不收 1 行", "改动 0 行，本来就是这样 2 行，不收 1 行"} {
		got, err := said(t, "", func() error { return (&unitAddCmd{directoryFlags: f, File: units}).Run(t.Context()) })
		if err == nil || !strings.Contains(got, want) || !strings.Contains(got, "C4：类型：没有“部门”") {
			t.Errorf("%v\n%s", err, got)
		}
	}
	officers := filepath.Join(t.TempDir(), "officers.xlsx")
	book := excelize.NewFile()
	for cell, v := range map[string]string{"A1": "人员编号", "B1": "姓名", "C1": "电话", "D1": "单位", "E1": "角色", "F1": "任职日期",
		"A2": "zhang", "B2": "张三", "C2": "13800001234", "D2": "增口乡", "E2": "主要负责人", "F2": "2026-01-05", "A3": "li", "B3": "李四", "D3": "没有的单位", "E3": "承办人"} {
		if err := book.SetCellStr("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SaveAs(officers); err != nil {
		t.Fatal(err)
	}
	got, err := said(t, "", func() error { return (&officerAddCmd{directoryFlags: f, File: officers}).Run(t.Context()) })
	if err == nil || !strings.Contains(got, "工作表“Sheet1” D3：单位：单位目录里没有“没有的单位”") {
		t.Errorf("%v\n%s", err, got)
	}
	if got, err = said(t, "", func() error { return (&officerAddCmd{directoryFlags: f, ID: "root", Admin: true}).Run(t.Context()) }); err == nil {
		t.Errorf("an administrator without a password:\n%s", got)
	}
	if got, err = said(t, password+"\n", func() error { return (&officerAddCmd{directoryFlags: f, ID: "root", Admin: true}).Run(t.Context()) }); err != nil {
		l, _ := said(t, "", func() error { return (&officerListCmd{listCmd{directoryFlags: f}}).Run(t.Context()) })
		t.Fatalf("%v\n%s\n%s", err, got, l)
	}
	if got, err = said(t, "", func() error { return (&officerListCmd{listCmd{directoryFlags: f}}).Run(t.Context()) }); err != nil ||
		!strings.Contains(got, "主要负责人") || !strings.Contains(got, "系统管理员") || strings.Contains(got, "张三") {
		t.Errorf("%v\n%s", err, got)
	}
	s, err := openStack(t.Context(), stackConfig{dir: f.Data, postgres: f.Postgres, site: "整改销号", logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	if err := s.caughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := s.accounts.Password(t.Context(), "root", password, "", account.Visitor{Address: "192.0.2.1"}); err != nil || n.Stage != account.NeedsSecondFactor {
		t.Errorf("the first administrator signs in: %+v, %v", n, err)
	}
}

// The demonstration's directory is filled by commands, and filling it again writes nothing.
func TestDemoDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := playDirectory(t.Context(), s.stack.directory); err != nil {
		t.Fatal(err)
	}
	before := s.last()
	if err := playDirectory(t.Context(), s.stack.directory); err != nil {
		t.Fatal(err)
	}
	if s.last() != before {
		t.Error("filling it again wrote something")
	}
	s.settled()
	r, err := s.stack.reads.Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Leader(demoLeader.ID, events.DateOf(s.stack.now())); !ok || len(r.Hats("office.clerk", events.DateOf(s.stack.now()))) != 1 {
		t.Error("the demonstration's officers have no posts")
	}
}

// The office sees the directory on its pages and changes what it may; what it may not is said.
func TestAdminPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := playDirectory(t.Context(), s.stack.directory); err != nil {
		t.Fatal(err)
	}
	s.settled()
	b := s.open(t, 1280, "clerk")
	for path, want := range map[string]string{"/admin/units": "增口乡", "/admin/officers": "演示人员", "/admin/ledgers": "县级整改台账", "/admin/catalogue": "还没有"} {
		b.goTo(path)
		b.must(want)
		b.axe()
	}
	b.goTo("/admin/units")
	b.must("您现在是交办员")
	b.goTo("/admin/catalogue")
	b.fill("put_duty.category", "公交", "put_duty.unit", "没有的单位")
	b.press("存")
	b.must("单位目录里没有“没有的单位”")
	b.axe()
	b.fill("unit", "增口乡")
	b.press("存")
	b.must("已记下。", "公交", "到处")

	b.as("sysadmin")
	b.goTo("/admin/units")
	b.fill("close_unit.id", "增口乡")
	b.press("撤销")
	b.must("已撤销")
	b.press("恢复")
	b.must("已记下。")
	b.goTo("/admin/officers")
	b.goTo("/admin/officers/office.clerk2")
	b.must("人员编号 office.clerk2", "第二交办员")
	b.axe()
	b.press("重设口令")
	b.must("临时口令", "只显示这一次", "临时的，登录后要换")
	b.axe()
	b.press("免职")
	b.must("已免职。", "没有职务。")
	b.goTo("/admin/officers/admin.security")
	b.must("这是管理员的账号，重设口令由安全管理员来做。")
	b.goTo("/admin/officers/admin.system")
	b.must("自己的账号不能自己重设口令")
	b.axe()
}
