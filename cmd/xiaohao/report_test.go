//go:build !race

// It takes minutes under the race detector: `make test` runs it beside TestWalk.

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/events/journal/journaltest"
	"xiaohao/events/journal/memory"
	vaultmemory "xiaohao/events/vault/memory"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
	"xiaohao/web/paper/form"
	"xiaohao/web/paper/officetest"
	"xiaohao/web/paper/report"
)

// furtherEvents is how many facts are recorded before a report is made again.
func furtherEvents() int {
	if os.Getenv("XIAOHAO_SOAK") != "" {
		return 100_000
	}
	return 10_000
}

// TestReportForEver makes the reports of 2014-09-10 over the demonstration, again after 10,000
// further events: the same bytes. Word and Excel files are opened by another program.
func TestReportForEver(t *testing.T) {
	t.Parallel()
	log := memory.New()
	desk := &domain.Desk{Journal: log, Vault: vaultmemory.New(), Calendars: calendar.Official(), Prefix: "ZG", Now: time.Now}
	if err := playDemo(t.Context(), desk); err != nil {
		t.Fatal(err)
	}
	reads, err := projections.Open(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- reads.Run(ctx, log) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		reads.Close()
	})
	settle := func() {
		t.Helper()
		last, err := log.Last(t.Context())
		for err == nil {
			if err = reads.WaitFor(t.Context(), last); err == nil {
				return
			}
			if errors.Is(err, projections.ErrBehind) {
				err = nil
			}
		}
		t.Fatal(err)
	}
	settle()
	on := events.NewDate(2014, 9, 10)
	dir := t.TempDir()
	write := func() map[string][]byte {
		t.Helper()
		out := map[string][]byte{}
		for _, k := range report.Kinds {
			for who, sight := range map[string]projections.Sight{"": {}, "clerk-": {Extent: projections.SeesAll, Self: []string{"office.clerk"}}} { // for the program, and for somebody
				r, err := report.Make(t.Context(), reads, log, report.Order{Kind: k, On: on, Office: "区整改工作领导小组办公室", Sight: sight})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range r.Appendix {
					if f.Formula == "" {
						t.Errorf("%s: the appendix does not say what “%s” is made of", k, f.Name)
					}
				}
				for _, f := range report.Formats {
					var b bytes.Buffer
					if err := r.Write(f, &b); err != nil {
						t.Fatal(err)
					}
					out[who+string(k)+"."+string(f)] = b.Bytes()
				}
			}
		}
		return out
	}
	then := write()
	page := text(string(then["month.html"]))
	rows, err := readDemo(demoCSV)
	if err != nil {
		t.Fatal(err)
	}
	raised := 0
	for _, r := range rows {
		if r.on == on {
			raised++
		}
	}
	for _, want := range []string{"本期（2014年9月1日至9月10日）新登记 " + strconv.Itoa(raised) + " 件", "区交通运输局", "补录", "第 ", "不满意"} {
		if !strings.Contains(page, want) {
			t.Errorf("the report does not say %q:\n%.1500s", want, page)
		}
	}
	for name, want := range map[string]string{"month.docx": "word/charts/chart1.xml", "month.xlsx": "xl/charts/chart1.xml"} {
		z, err := zip.NewReader(bytes.NewReader(then[name]), int64(len(then[name])))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fs.Stat(z, want); err != nil {
			t.Errorf("%s has no chart: %v", name, err)
		}
	}
	if !bytes.Contains(then["month.html"], []byte("<svg")) {
		t.Error("the page has no chart")
	}
	more(t, log, reads, furtherEvents())
	settle()
	for name, now := range write() {
		if !bytes.Equal(then[name], now) {
			t.Errorf("%s came out other than before", name)
		}
	}
	var files []string
	for _, name := range []string{"month.docx", "month.xlsx"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, then[name], 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if keep := os.Getenv("XIAOHAO_SHOTS"); keep != "" {
		for name, data := range then {
			if err := os.WriteFile(filepath.Join(keep, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, file := range files {
		said := strings.Join(strings.Fields(strings.Join(officetest.Text(t, officetest.Convert(t, "pdf", file)[0]), " ")), "")
		for _, want := range []string{"整改销号月汇报", "区交通运输局", "分母", "各单位事项到了哪一步"} {
			if !strings.Contains(said, want) {
				t.Errorf("LibreOffice reads no %q in %s:\n%.800s", want, filepath.Base(file), said)
			}
		}
	}
}

// more records n further facts: new items from 登记 to 销号 and back, and as much again of what
// happens today to the items of the demonstration.
func more(t *testing.T, log *memory.Journal, reads *projections.Store, n int) {
	t.Helper()
	record := func(last events.Recorded, es ...events.Event) {
		t.Helper()
		w := journaltest.Next(last)
		w.Commit.Events = es
		if _, err := log.Append(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		n -= len(es)
	}
	unit := events.Unit{ID: "区民政局", Name: "区民政局"}
	for i := 0; n > 0; i++ {
		_, err := reads.Each(t.Context(), projections.Filter{}, func(it projections.Entered) error {
			if !it.Demo || n < 0 {
				return nil
			}
			id, err := uuid.Parse(it.ID)
			if err != nil {
				return err
			}
			h, err := log.Load(t.Context(), id)
			if err != nil {
				return err
			}
			record(h[len(h)-1], events.ItemReopened{Reason: "反弹", Round: it.Round + 1, Due: events.DateOf(time.Now())}, events.LeaderInstructed{Text: "抓紧"},
				events.ItemAssigned{Assignments: []events.Assigned{{ID: uuid.NewString(), Unit: unit, Part: events.Lead}}},
				events.Evaluated{Round: it.Round, Solved: events.SolvedNo, Satisfied: events.Dissatisfied, By: "CODE"})
			record(events.Recorded{Commit: events.Commit{Item: uuid.New()}}, events.ItemRaised{Number: "ZG-" + uuid.NewString(), PublicID: uuid.NewString(), CodeHash: uuid.NewString(),
				Preset: events.CountyLedger, Source: events.FromPublic, Category: "民生", Opinion: events.Opinion{ID: uuid.NewString(), Channel: events.ByWeb}},
				events.ItemAccepted{Title: "又一件", Category: "民生", Class: events.Ordinary, Level: events.Normal}, events.ItemAssigned{Assignments: []events.Assigned{{ID: "a", Unit: unit, Part: events.Lead}}},
				events.RectificationReported{Result: "改好", Truth: events.True, Solved: events.SolvedYes}, events.ItemClosed{Round: 1})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestPDF has Chromium print a paper: the words are in it, rare characters too.
func TestPDF(t *testing.T) {
	t.Parallel()
	f, err := form.Make(form.Receipt, form.Case{Item: projections.Item{Number: "ZG-2026-000001"}, Said: []string{"水田村𠮷㐂䶮家缺水"}, Owner: "办公室"})
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := f.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	pdf, err := printPDF(t.Context(), chromium(t), page.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "receipt.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(strings.Join(officetest.Text(t, file), " ")), "")
	for _, want := range []string{"群众意见登记回执", "ZG-2026-000001", "𠮷㐂䶮"} {
		if !strings.Contains(said, want) {
			t.Errorf("the PDF does not say %q:\n%s", want, said)
		}
	}
}
