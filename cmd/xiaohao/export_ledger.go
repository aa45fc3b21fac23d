package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web"
	"xiaohao/web/paper/sheet"
)

// exportLedgerCmd writes a ledger.
type exportLedgerCmd struct {
	Ledger   string   `enum:"L1,L2,L3,L4,L5" default:"L1" help:"L1 问题整改台账, L2 公开一览表, L3 民情来访台账, L4 单位办理统计表, L5 不满意返工清单."`
	Filters  []string `arg:"" optional:"" name:"filter" help:"name=value as in the address of /items: state=CLOSED unit=区交通运输局 as_of=2026-10-31."`
	Personal bool     `help:"With names, telephone numbers and exact places, in full."`
	paperFlags
}

// ledgerRequest asks a running server for a ledger.
type ledgerRequest struct {
	Ledger   sheet.Ledger `json:"ledger"`
	Format   sheet.Format `json:"format"`
	Filters  url.Values   `json:"filters"`
	Personal bool         `json:"personal"`
}

func (c *exportLedgerCmd) Run(ctx context.Context) error {
	in := ledgerRequest{Ledger: sheet.Ledger(c.Ledger), Format: sheet.Format(strings.TrimPrefix(filepath.Ext(c.Out), ".")), Filters: url.Values{}, Personal: c.Personal}
	if in.Format != sheet.XLSX && in.Format != sheet.CSV {
		return &exitError{2, fmt.Errorf("--out %s：文件名要以 .xlsx 或 .csv 结尾。", c.Out)}
	}
	for _, f := range c.Filters {
		name, value, ok := strings.Cut(f, "=")
		if !ok {
			return &exitError{2, fmt.Errorf("筛选 %q 要写成 名=值，名字同 /items 的地址。", f)}
		}
		in.Filters.Add(name, value)
	}
	var out sheet.Written
	err := c.make(ctx, "/ledger", in, &out, func(s *stack, w io.Writer) (err error) {
		out, err = s.exportLedger(ctx, in, w)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "已导出 %s：%s，%d 行，数据截至第 %d 号记录。\n", c.Out, in.Ledger.Zh(), out.Rows, out.At.Sequence)
	if c.Personal {
		fmt.Fprintln(os.Stderr, "这份台账里有姓名、电话，请按规定保管，用完销毁。")
	}
	return nil
}

// exportLedger answers a ledgerRequest.
func (s *stack) exportLedger(ctx context.Context, in ledgerRequest, w io.Writer) (sheet.Written, error) {
	cal, table := s.desk.Calendars.Of(""), s.desk.Table()
	at := domain.Looked(cal, table, s.now())
	f, unknown := web.ReadFilter(in.Filters, projections.Filter{Today: at.Today(), Minute: at[events.Now].Minute, Near: at[events.NearEnd].Day})
	if len(unknown) > 0 {
		return sheet.Written{}, &exitError{2, fmt.Errorf("筛选里看不懂：%s。", strings.Join(unknown, "、"))}
	}
	if !f.AsOf.IsZero() {
		f.Near = domain.LookedBack(cal, table, f.AsOf)[events.NearEnd].Day
	}
	says := "全部"
	if len(in.Filters) > 0 {
		var parts []string
		for name, vs := range in.Filters {
			parts = append(parts, name+"="+strings.Join(vs, ","))
		}
		slices.Sort(parts)
		says = strings.Join(parts, " ")
	}
	out, err := sheet.Write(ctx, s.reads, s.vault.Open, sheet.Order{Ledger: in.Ledger, Format: in.Format, Filter: f, Says: says, Personal: in.Personal, Whole: in.Personal}, w)
	if err != nil {
		return out, err
	}
	if f.Q != "" { // may be somebody's name
		says = "查找字词"
	}
	return out, exported(ctx, s.trail, events.ExportMade{What: events.LedgerExport, Name: in.Ledger.Zh(), Format: string(in.Format), Filter: says, Rows: out.Rows, Personal: in.Personal})
}

// now is the clock of the desk.
func (s *stack) now() time.Time {
	if s.desk.Now != nil {
		return s.desk.Now()
	}
	return time.Now()
}
