package main

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"xiaohao/domain/directory"
	"xiaohao/events"
	"xiaohao/events/journal/natstest"
)

// TestImportUnits: a clerk says on the page, with JavaScript off, which units the names of a
// ledger mean. All its rows go to them; what is not in the directory is refused at its field and
// kept; the next file is read by what was said, at the command line too; and it is taken back by
// emptying the field.
func TestImportUnits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.entered(directory.PutUnit{ID: "zj", Name: "区住房和城乡建设局", Level: events.CountyLevel, Type: events.DepartmentUnit},
		directory.PutUnit{ID: "sl", Name: "区农林水局", Level: events.CountyLevel, Type: events.DepartmentUnit})
	for _, width := range []int64{1280, 375} {
		b := s.open(t, width, "clerk")
		b.noScript()
		on := s.open(t, width, "clerk") // axe is a script
		look := func(name string) {
			t.Helper()
			on.goTo(b.value(`location.pathname`))
			on.axe()
			on.shot(name)
		}
		hand := func(rows ...string) {
			t.Helper()
			file := filepath.Join(t.TempDir(), "台账.csv")
			if err := os.WriteFile(file, []byte("序号,存在问题,责任单位,整改时限\n"+strings.Join(rows, "\n")), 0o600); err != nil {
				t.Fatal(err)
			}
			b.goTo("/import")
			b.fill("ledger", "2026年台账")
			b.act(chromedp.SetUploadFiles("#f-file", []string{file}))
			b.press("读一读")
		}
		if width == 375 { // somebody else's office would begin anew; this one goes on
			hand("4,井盖又响,住建局,2026-12-30")
			b.must("按您上次的选择：住建局 → 区住房和城乡建设局")
			look("import-units-375")
			b.fill("unit", kb.Backspace)
			b.press("照选的单位再读一遍")
			b.must("是不是", "区住房和城乡建设局")
			if strings.Contains(b.says(), "按您上次的选择") {
				t.Error("what was taken back still holds")
			}
			continue
		}
		hand("1,路灯不亮,住建局,2026-12-30", "2,井盖响,住建局,2026-12-30", "3,河道淤积,河长办,2026-12-30")
		b.must("单位目录里没有的", "住建局", "河长办")
		look("import-names-1280")
		b.fill("unit", "没有这个局")
		b.press("照选的单位再读一遍")
		b.must("“住建局”：单位目录里没有“没有这个局”，请从目录里选。")
		on.fill("unit", "也没有")
		on.press("照选的单位再读一遍")
		on.axe()
		on.shot("import-refused-1280")
		if got := b.value(`document.querySelector('[name=unit]').value`); got != "没有这个局" {
			t.Errorf("what was typed became %q", got)
		}
		b.fill("unit", "区住房和城乡建设局")
		b.press("照选的单位再读一遍")
		b.must("按您上次的选择：住建局 → 区住房和城乡建设局", "河长办")
		if n := strings.Count(b.value(`document.querySelector('section:has(#rows)').innerText`), "住建局 → 区住房和城乡建设局"); n != 2 {
			t.Errorf("%d rows say where they go, want 2", n)
		}
		look("import-units-1280")
		at := b.value(`location.pathname`)
		b.press("导入这3件")
		natstest.Eventually(t, 30*time.Second, "the import", func() error {
			if b.goTo(at); !strings.Contains(b.says(), "已导入") {
				return errors.New("still under way")
			}
			return nil
		})
		s.settled()
		if n := s.total("clerk", "unit=zj"); n != 2 {
			t.Errorf("%d items are with the unit that was chosen, want 2", n)
		}
		if n := s.total("clerk", "unit="+url.QueryEscape("河长办")); n != 1 {
			t.Errorf("%d items are with the unit that was left as it is written", n)
		}
		// At the command line the office's word holds, too.
		res, err := s.stack.importLedger(t.Context(), importRequest{Ledger: "另一本", Name: "a.csv", Data: []byte("序号,存在问题,责任单位,整改时限\n1,护栏坏了,住建局,2026-12-30\n")})
		if err != nil || res.New != 1 {
			t.Fatalf("%+v, %v", res, err)
		}
		s.settled()
		if n := s.total("clerk", "unit=zj"); n != 3 {
			t.Errorf("after an import at the command line %d items are with the unit, want 3", n)
		}
	}
}
