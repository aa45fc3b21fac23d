package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"xiaohao/domain/trail"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web"
	"xiaohao/web/paper/sheet"
)

// byShell is the cause of what is taken out on the machine itself.
const byShell = "命令行"

// exported records that data leaves in a file, before it does.
func exported(ctx context.Context, k *trail.Keeper, e events.ExportMade) error {
	if err := k.Exported(ctx, shell, byShell, e); err != nil {
		return fmt.Errorf("record the export: %w", err)
	}
	return nil
}

// exportAuditCmd writes lines of the audit trail.
type exportAuditCmd struct {
	From string `placeholder:"DATE" help:"The first day, 2026-11-01."`
	To   string `placeholder:"DATE" help:"The last day."`
	Who  string `placeholder:"ID" help:"Only what this officer did, or was done for him."`
	Kind string `enum:"PERSONAL,EXPORT,REFUSED,FAILED,SIGN_IN,ACCOUNT,DIRECTORY,WORK,PROGRAM," default:"" help:"PERSONAL 个人信息, EXPORT 导出, REFUSED 越权被拒, FAILED 登录失败, SIGN_IN 登录退出, ACCOUNT 账号, DIRECTORY 单位人员, WORK 办理事项, PROGRAM 程序自己."`
	paperFlags
}

// auditRequest asks a running server for lines of the audit trail.
type auditRequest struct {
	From   events.Date           `json:"from"`
	To     events.Date           `json:"to"`
	Who    string                `json:"who"`
	Kind   projections.AuditKind `json:"kind"`
	Format sheet.Format          `json:"format"`
}

func (c *exportAuditCmd) Run(ctx context.Context) error {
	in := auditRequest{Who: c.Who, Kind: projections.AuditKind(c.Kind), Format: sheet.Format(strings.TrimPrefix(filepath.Ext(c.Out), "."))}
	if in.Format != sheet.XLSX && in.Format != sheet.CSV {
		return &exitError{2, fmt.Errorf("--out %s：文件名要以 .xlsx 或 .csv 结尾。", c.Out)}
	}
	for _, d := range []struct {
		text string
		into *events.Date
	}{{c.From, &in.From}, {c.To, &in.To}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.into, err = events.ParseDate(d.text); err != nil {
			return &exitError{2, fmt.Errorf("%s：日期要写成 2026-11-01。", d.text)}
		}
	}
	rows := 0
	err := c.make(ctx, "/audit", in, &rows, func(s *stack, w io.Writer) (err error) {
		rows, err = s.exportAudit(ctx, in, w)
		return err
	})
	if err == nil {
		fmt.Fprintf(os.Stderr, "已导出 %s：审计记录 %d 行。\n", c.Out, rows)
	}
	return err
}

// exportAudit answers an auditRequest.
func (s *stack) exportAudit(ctx context.Context, in auditRequest, w io.Writer) (int, error) {
	ros, err := s.reads.Roster(ctx)
	if err != nil {
		return 0, err
	}
	f := projections.AuditFilter{Who: in.Who, From: in.From, To: in.To}
	if in.Kind != "" {
		f.Kinds = []projections.AuditKind{in.Kind}
	}
	words := []string{in.Who, in.Kind.Zh()}
	if !in.From.IsZero() {
		words = append(words, "从 "+in.From.String())
	}
	if !in.To.IsZero() {
		words = append(words, "到 "+in.To.String())
	}
	says := strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), "，")
	if says == "" {
		says = "全部"
	}
	rows, err := sheet.WriteAudit(ctx, s.reads, sheet.AuditOrder{Format: in.Format, Filter: f, Says: says, About: web.Abouts(ros)}, w)
	if err != nil {
		return 0, err
	}
	return rows, exported(ctx, s.trail, events.ExportMade{What: events.AuditExport, Format: string(in.Format), Filter: says, Rows: rows})
}
