package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"xiaohao/events"
	"xiaohao/web/paper/report"
)

// reportCmd makes a report of a day.
type reportCmd struct {
	Kind   string `arg:"" enum:"week,month,quarter,half,year,schedule,units,unsatisfied" help:"week 周报, month 月汇报, quarter 季检查, half 半年报, year 年报, schedule 序时进度表, units 单位办理统计, unsatisfied 不满意清单."`
	AsOf   string `name:"as-of" placeholder:"DATE" help:"The last day that is in it, 2014-09-10. Default: yesterday."`
	Format string `enum:"docx,xlsx,html," default:"" help:"docx, xlsx or html. Default: what the ending of --out says."`
	Office string `default:"整改工作领导小组办公室" env:"XIAOHAO_OFFICE" help:"Who hands it in; stands on it."`
	paperFlags
}

// reportRequest asks a running server for a report.
type reportRequest struct {
	Kind   report.Kind   `json:"kind"`
	On     events.Date   `json:"on"` // the zero day: yesterday
	Format report.Format `json:"format"`
	Office string        `json:"office"`
}

// reportSaid is what there is to say of a report.
type reportSaid struct {
	Title  string   `json:"title"`
	Period string   `json:"period"`
	Basis  []string `json:"basis"`
}

func (c *reportCmd) Run(ctx context.Context) error {
	in := reportRequest{Kind: report.Kind(c.Kind), Format: report.Format(c.Format), Office: c.Office}
	if in.Format == "" {
		in.Format = report.Format(strings.TrimPrefix(filepath.Ext(c.Out), "."))
	}
	if in.Format != report.DOCX && in.Format != report.XLSX && in.Format != report.HTML {
		return &exitError{2, fmt.Errorf("--out %s：文件名要以 .docx、.xlsx 或 .html 结尾，或者给 --format。", c.Out)}
	}
	if c.AsOf != "" {
		var err error
		if in.On, err = events.ParseDate(c.AsOf); err != nil {
			return &exitError{2, fmt.Errorf("--as-of %s：日期要写成 2014-09-10。", c.AsOf)}
		}
	}
	var said reportSaid
	err := c.make(ctx, "/report", in, &said, func(s *stack, w io.Writer) (err error) {
		said, err = s.report(ctx, in, w)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "已写 %s：%s，%s。\n%s\n", c.Out, said.Title, said.Period, strings.Join(said.Basis, "\n"))
	return nil
}

// report answers a reportRequest.
func (s *stack) report(ctx context.Context, in reportRequest, w io.Writer) (reportSaid, error) {
	today := events.DateOf(s.now())
	if in.On.IsZero() {
		in.On = today.AddDays(-1)
	}
	if in.On.After(today) {
		return reportSaid{}, &exitError{2, fmt.Errorf("%s 还没有到。", in.On)}
	}
	r, err := report.Make(ctx, s.reads, s.log, report.Order{Kind: in.Kind, On: in.On, Office: in.Office, Running: in.On == today})
	if err != nil {
		return reportSaid{}, err
	}
	if err := r.Write(in.Format, w); err != nil {
		return reportSaid{}, err
	}
	return reportSaid{r.Title, r.Period, r.Basis}, exported(ctx, s.trail, events.ExportMade{What: events.ReportExport, Name: in.Kind.Zh(), Format: string(in.Format), Filter: "到 " + in.On.String()})
}
