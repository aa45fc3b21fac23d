package sheet

import (
	"context"
	"fmt"
	"io"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
)

// Trail is where lines of the audit trail come from; projections.Store is one.
type Trail interface {
	Audit(ctx context.Context, f projections.AuditFilter) ([]projections.Trace, uint64, error)
}

// AuditOrder says which lines of the audit trail are wanted.
type AuditOrder struct {
	Format Format
	Filter projections.AuditFilter        // exactly these; Before and Limit do not matter
	Says   string                         // the filter in words
	About  func(projections.Trace) string // what a line is about
}

var auditColumns = []Column{{Head: "记录号", Width: 10}, {Head: "时间", Width: 17}, {Head: "类别", Width: 10}, {Head: "人员编号", Width: 14}, {Head: "职务", Width: 26},
	{Head: "受谁委托", Width: 14}, {Head: "单位", Width: 14}, {Head: "做了什么", Width: 22}, {Head: "对象", Width: 20}, {Head: "说明", Width: 48}, {Head: "网段", Width: 18},
	{Head: "终端", Width: 16}, {Head: "起因", Width: 18}}

// auditPage is how many lines are read at a time.
const auditPage = 1000

// WriteAudit writes lines of the audit trail, the newest first, and returns how many.
func WriteAudit(ctx context.Context, reads Trail, o AuditOrder, w io.Writer) (n int, err error) {
	b, drop, err := newBook(o.Format, "审计记录", auditColumns, w)
	if err != nil {
		return 0, fmt.Errorf("write audit trail: %w", err)
	}
	defer drop()
	f := o.Filter
	f.Limit = auditPage
	for more := true; more; more = f.Before > 0 {
		ts, next, err := reads.Audit(ctx, f)
		if err != nil {
			return n, fmt.Errorf("write audit trail: %w", err)
		}
		for _, t := range ts {
			if err := b.row(auditCells(t, o.About(t))); err != nil {
				return n, fmt.Errorf("write audit trail: %w", err)
			}
			n++
		}
		f.Before = next
	}
	if err := b.close([]string{"审计记录，筛选：" + o.Says + "。", fmt.Sprintf("共 %d 行。", n)}); err != nil {
		return n, fmt.Errorf("write audit trail: %w", err)
	}
	return n, nil
}

func auditCells(t projections.Trace, about string) []Cell {
	titles := make([]string, len(t.Facts))
	for i, name := range t.Facts {
		titles[i] = events.TitleOf(name)
	}
	return []Cell{Count(int(t.Sequence)), At(t.Recorded), Words(t.Kind.Zh()), Words(t.Actor), Words(t.Post), Words(t.Behalf), Words(t.Unit), Words(strings.Join(titles, "、")),
		Words(about), Words(t.Words), Words(t.Network), Words(t.Agent), Words(t.Cause)}
}
