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
	"xiaohao/web/paper/intake"
	paper "xiaohao/web/paper/ledger"
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

// takeIn runs an import on an open stack; without read models names of units are taken as
// they are.
func (s *stack) takeIn(ctx context.Context, in importRequest, l *paper.Ledger, show func(intake.Progress)) (importResult, error) {
	today := events.DateOf(time.Now())
	im := intake.Import{Ledger: in.Ledger, Name: in.Name, Data: in.Data, Read: l, Actor: importer, Preset: events.CountyLedger, Today: today}
	if s.reads != nil {
		known, err := s.reads.Roster(ctx)
		if err != nil {
			return importResult{}, err
		}
		var units []events.Unit
		for _, u := range known.Units(today) {
			units = append(units, known.Ref(u.ID, today))
		}
		im.Units = intake.NewDirectory(units)
	}
	res, err := intake.Run(ctx, s.desk, s.files, im, show)
	return importResult{res, l.Rejected, l.Duplicates}, err
}

// take imports what was read: through the running server, else on the log itself.
func (c *importCmd) take(ctx context.Context, l *paper.Ledger, data []byte) error {
	fixed, err := readMapping(c.Map)
	if err != nil {
		return err
	}
	in := importRequest{Ledger: c.Ledger, Name: filepath.Base(c.File), Data: data, Map: fixed}
	bar := newImportBar(len(l.Items))
	dir := ""
	if c.Nats == "" {
		if dir, err = findData(c.Data, c.Demo); err != nil {
			return err
		}
	}
	var res importResult
	err = errNotRunning
	if c.Nats == "" {
		res, err = callWatching[importResult](ctx, dir, "/import", in, bar.show)
	}
	if errors.Is(err, errNotRunning) {
		res, err = c.alone(ctx, dir, in, l, bar.show)
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

// alone imports without a server.
func (c *importCmd) alone(ctx context.Context, dir string, in importRequest, l *paper.Ledger, show func(intake.Progress)) (res importResult, err error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := openWriting(ctx, stackConfig{dir: dir, remote: c.remoteFlags, prefix: c.Prefix, master: c.masterFlags, logger: logger})
	if errors.Is(err, journal.ErrLocked) {
		return res, notToBeHad(fmt.Errorf("%s 正由另一个进程使用，而它没有应答；等它启动完，或停下它再试。", dir))
	}
	if err != nil {
		return res, err
	}
	defer s.close()
	if err := s.openFiles(ctx); err != nil {
		return res, err
	}
	return s.takeIn(ctx, in, l, show)
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
	fmt.Printf("新导入 %d 件，有变化 %d 件，没有变化 %d 件，不收 %d 件。原文件的 SHA-256：%s\n", r.New, r.Changed, r.Same, r.Refused+len(r.Rejected), r.File)
}
