package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/projections"
	"xiaohao/web/paper/intake"
	paper "xiaohao/web/paper/ledger"
	"xiaohao/web/paper/returned"
)

// importer is who imports at the command line: whoever may use the data directory.
var importer = events.Actor{ID: "office.import", Role: events.Dispatcher, Post: "领导小组办公室 · 台账导入（命令行）"}

// importRequest asks a running server to import. The bytes go with it: the server may not
// be able to read the file.
type importRequest struct {
	Ledger string        `json:"ledger"`
	Name   string        `json:"name"`
	Data   []byte        `json:"data"`
	Map    paper.Mapping `json:"map,omitempty"`
}

// maxImport bounds the request: a file of MaxFile in base64 and its names.
const maxImport = paper.MaxFile/3*4 + 1<<20

// importResult is what came of an import, with what was not taken from the file at all.
type importResult struct {
	intake.Result
	Rejected   []paper.Rejection `json:"rejected"`
	Duplicates []paper.Duplicate `json:"duplicates"`
}

// intakes lets one import at a time run in a server, and says how far it is.
type intakes struct {
	busy sync.Mutex
	now  atomic.Pointer[intake.Progress]
}

// importLedger answers an importRequest. The import ends when the asking program does.
func (s *stack) importLedger(ctx context.Context, in importRequest) (importResult, error) {
	l, err := paper.Read(in.Name, bytes.NewReader(in.Data), int64(len(in.Data)), in.Map)
	if refusals := domain.RefusalsOf(err); len(refusals) > 0 {
		return importResult{}, errors.New(refusals[0].Message)
	}
	if err != nil {
		return importResult{}, err
	}
	if !s.intakes.busy.TryLock() {
		return importResult{}, errors.New("正在导入另一份台账，请等它完成。")
	}
	defer s.intakes.busy.Unlock()
	s.intakes.now.Store(nil)
	return s.takeIn(ctx, in, l, func(p intake.Progress) { s.intakes.now.Store(&p) })
}

func (s *stack) importProgress(context.Context, struct{}) (intake.Progress, error) {
	if p := s.intakes.now.Load(); p != nil {
		return *p, nil
	}
	return intake.Progress{}, nil
}

// takeIn runs an import on an open stack.
func (s *stack) takeIn(ctx context.Context, in importRequest, l *paper.Ledger, show func(intake.Progress)) (importResult, error) {
	known, err := s.reads.Roster(ctx)
	if err != nil {
		return importResult{}, err
	}
	im := intake.Import{Ledger: in.Ledger, Name: in.Name, Data: in.Data, Read: l, Actor: importer, Today: events.DateOf(s.now())}
	if err := plain(im.Place(known)); err != nil {
		return importResult{}, err
	}
	if im.Means, err = s.own().Units(ctx, intake.OfficeOf(known, in.Ledger, im.Today)); err != nil {
		return importResult{}, err
	}
	if err := returned.Know(ctx, &im, s.reads, s.vault.Open, projections.Sight{}); err != nil {
		return importResult{}, err
	}
	res, err := intake.Run(ctx, s.desk, s.files, im, show)
	return importResult{res, l.Rejected, l.Duplicates}, err
}

// columns answers what the office of a ledger has set its columns to mean.
func (s *stack) columns(ctx context.Context, ledger string) (paper.Mapping, error) {
	known, err := s.reads.Roster(ctx)
	if err != nil {
		return nil, err
	}
	return s.own().Mapping(ctx, intake.OfficeOf(known, ledger, events.DateOf(s.now())))
}

// importPlace is where an import goes: to the server that runs on a data directory, else into
// the store that was opened here. A dry run may have neither.
type importPlace struct {
	dir   string // of the server, "" when none answers
	stack *stack
}

// open finds the place. A dry run opens a store only when it was told which.
func (c *importCmd) open(ctx context.Context) (o importPlace, err error) {
	dir := ""
	if c.Nats == "" {
		if dir, err = findData(c.Data, c.Demo); err != nil {
			return o, err
		}
		err = callControl(ctx, dir, "/import/progress", struct{}{}, &intake.Progress{})
		if err == nil {
			return importPlace{dir: dir}, nil
		}
		if !errors.Is(err, errNotRunning) {
			return o, err
		}
	}
	if c.DryRun && c.Nats == "" {
		if _, err := os.Stat(filepath.Join(dir, "log")); err != nil || c.Data == "" && !c.Demo {
			return o, nil
		}
	}
	o.stack, err = openStack(ctx, stackConfig{dir: dir, remote: c.remoteFlags, postgres: c.Postgres, prefix: c.Prefix, master: c.masterFlags,
		logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if errors.Is(err, journal.ErrLocked) {
		return o, notToBeHad(fmt.Errorf("%s 正由另一个进程使用，而它没有应答；等它启动完，或停下它再试。", dir))
	}
	if err != nil {
		return o, err
	}
	if err := o.stack.caughtUp(ctx); err != nil {
		o.stack.close()
		return o, notToBeHad(err)
	}
	return o, nil
}

func (o importPlace) close() {
	if o.stack != nil {
		o.stack.close()
	}
}

// columns are what the ledger's office has set on the pages.
func (o importPlace) columns(ctx context.Context, ledger string) (m paper.Mapping, err error) {
	switch {
	case o.stack != nil:
		return o.stack.columns(ctx, ledger)
	case o.dir != "":
		err = callControl(ctx, o.dir, "/import/columns", ledger, &m)
	}
	if m == nil {
		m = paper.Mapping{}
	}
	return m, err
}

// take imports what was read.
func (c *importCmd) take(ctx context.Context, o importPlace, in importRequest, l *paper.Ledger) (err error) {
	bar := newImportBar(len(l.Items))
	var res importResult
	if o.stack != nil {
		res, err = o.stack.takeIn(ctx, in, l, bar.show)
	} else {
		res, err = callWatching[importResult](ctx, o.dir, "/import", in, bar.show)
	}
	bar.end()
	if err != nil && len(res.Rows) == 0 {
		return err
	}
	if c.JSON {
		err = errors.Join(printJSON(res), err)
	} else {
		printResult(res)
	}
	if err == nil && res.Cut {
		err = errors.New("导入没有做完：已导入的都完整，再执行一次就接着做。")
	}
	return err
}

// importBar shows how far an import is on a terminal.
type importBar struct {
	mu  sync.Mutex
	bar *progressbar.ProgressBar // nil when this is no terminal
}

func newImportBar(total int) *importBar {
	b := &importBar{}
	if st, err := os.Stderr.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
		b.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("导入"), progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return b
}

func (b *importBar) show(p intake.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar != nil && p.Total > 0 {
		_ = b.bar.Set(p.Done) // a broken terminal ends nothing
	}
}

func (b *importBar) end() {
	if b.bar != nil {
		_ = b.bar.Finish()
	}
}

// printResult prints an import for people.
func printResult(r importResult) {
	for _, o := range r.Rows {
		switch o.Kind {
		case intake.Refused:
			fmt.Printf("第 %d 行  不收：%s\n", o.Row, o.Reason)
		case intake.Changed:
			fmt.Printf("第 %d 行  %s 有变化：", o.Row, o.Number)
			for _, d := range o.Changes {
				if d.Was == "" && d.Now == "" {
					fmt.Print("文字有改动。")
				} else {
					fmt.Printf("%s 原为“%s”，现为“%s”。", paper.Field(d.Field).Zh(), d.Was, d.Now)
				}
			}
			fmt.Println()
		}
		for _, n := range o.Notes {
			fmt.Printf("第 %d 行  注意：%s\n", o.Row, n)
		}
	}
	for _, d := range r.Duplicates {
		fmt.Printf("第 %d 行  与第 %d 行相同，没有导入。\n", d.Row, d.Of)
	}
	for _, x := range r.Rejected {
		fmt.Printf("第 %d 行  %s  不收：%s\n", x.Row, x.Cell, x.Reason)
	}
	for _, u := range r.Units {
		fmt.Println(u.Zh())
	}
	fmt.Printf("新导入 %d 件，有变化 %d 件，没有变化 %d 件，不收 %d 件。原文件的 SHA-256：%s\n", r.New, r.Changed, r.Same, r.Refused+len(r.Rejected), r.File)
}
