package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"xiaohao/domain"
	paper "xiaohao/web/paper/ledger"
)

// importCmd takes in a ledger as offices keep it.
type importCmd struct {
	File     string `arg:"" type:"path" help:"Ledger of problems: .xlsx, or .csv in UTF-8 or GB18030."`
	Ledger   string `required:"" placeholder:"L" help:"Id or name of the ledger that the rows belong to. A row is known again within it."`
	Map      string `type:"path" placeholder:"FILE" help:"Corrected mapping, JSON: {\"heading\": \"field\"}, as the columns that --json prints. It goes before what the unit has set on the pages."`
	DryRun   bool   `help:"Say what would happen, row by row. Needs no server and changes nothing."`
	JSON     bool   `help:"Print one JSON object."`
	Data     string `type:"path" env:"XIAOHAO_DATA" help:"Data directory. A running server imports into its own log."`
	Demo     bool   `help:"The demonstration's data."`
	Postgres string `name:"postgres" env:"XIAOHAO_POSTGRES" help:"Postgres address, when no server runs here. Default: the private one."`
	Prefix   string `default:"ZG" env:"XIAOHAO_PREFIX" help:"Letters before item numbers."`
	remoteFlags
	masterFlags
}

func (c *importCmd) Run(ctx context.Context) error {
	if strings.TrimSpace(c.Ledger) == "" {
		return &exitError{2, errors.New("--ledger 要写台账的名称。")}
	}
	fixed, err := readMapping(c.Map)
	if err != nil {
		return err
	}
	data, size, err := c.load()
	if err != nil {
		return err
	}
	read := func(m paper.Mapping) (*paper.Ledger, error) {
		return paper.Read(c.File, bytes.NewReader(data), size, m)
	}
	l, err := read(fixed)
	if rs := domain.RefusalsOf(err); err != nil && (len(rs) == 0 || rs[0].Rule != paper.NoHeader) {
		return plain(err) // no mapping helps: nothing is opened
	}
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	columns, err := o.columns(ctx, c.Ledger)
	if err != nil {
		return err
	}
	if l == nil || len(columns) > 0 {
		maps.Copy(columns, fixed)
		if l, err = read(columns); err != nil {
			return plain(err)
		}
	}
	for _, other := range l.Others {
		fmt.Fprintf(os.Stderr, "工作表“%s”也像台账，没有读：一次只读一张。\n", other)
	}
	if !c.DryRun {
		return c.take(ctx, o, importRequest{Ledger: c.Ledger, Name: filepath.Base(c.File), Data: data, Map: columns}, l)
	}
	if c.JSON {
		return printJSON(l)
	}
	printLedger(l)
	return nil
}

func printJSON(v any) error {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// load reads the file's bytes; of one that is larger than any ledger only the size, by which
// it is refused.
func (c *importCmd) load() (data []byte, size int64, err error) {
	st, err := os.Stat(c.File)
	if err != nil {
		return nil, 0, unreadable(err)
	}
	if !st.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s 不是文件。", c.File)
	}
	if st.Size() <= paper.MaxFile {
		if data, err = os.ReadFile(c.File); err != nil {
			return nil, 0, unreadable(err)
		}
	}
	return data, st.Size(), nil
}

// unreadable says in a sentence why a file cannot be opened.
func unreadable(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("没有这个文件。（%w）", err)
	}
	return fmt.Errorf("文件打不开。（%w）", err)
}

// readMapping reads a mapping file; no name is no mapping.
func readMapping(name string) (paper.Mapping, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, unreadable(err)
	}
	var m paper.Mapping
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%s 不是对照表：要写成 {\"表头\": \"字段\"}。（%w）", name, err)
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	return m, nil
}

// printLedger prints a dry run for people.
func printLedger(l *paper.Ledger) {
	if l.Sheet != "" {
		fmt.Printf("工作表：%s\n", l.Sheet)
	}
	for _, h := range l.Headings {
		note := ""
		if h.Guessed {
			note = "（按内容猜的，请核对）"
		}
		fmt.Printf("  %s 列 %s → %s%s\n", h.Column, h.Heading, h.Field.Zh(), note)
	}
	for _, it := range l.Items {
		deadline := "未写时限"
		if it.Deadline != nil {
			deadline = it.Deadline.String()
		}
		fmt.Printf("第 %d 行  %s  %s  %s  %s  %s\n", it.Row, paper.Short(it.Problem, 24), it.LeadUnit, it.Mode.Zh(), deadline, it.Status.Zh())
		for _, w := range it.Warnings {
			fmt.Printf("    注意：%s\n", w)
		}
	}
	for _, d := range l.Duplicates {
		fmt.Printf("第 %d 行  与第 %d 行相同，不再导入。\n", d.Row, d.Of)
	}
	for _, r := range l.Rejected {
		fmt.Printf("第 %d 行  %s  不收：%s\n", r.Row, r.Cell, r.Reason)
	}
	fmt.Printf("共 %d 行：可导入 %d 件，重复 %d 行，不收 %d 处。\n", l.Rows, len(l.Items), len(l.Duplicates), len(l.Rejected))
}
