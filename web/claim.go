package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
)

// claim is what the imported ledger says of an item (台账怎么写的). Nothing of it was checked here.
type claim struct {
	Says     []fact
	Workbook string // where the file is asked for; "" for who does not import
}

// claimOf fills in what the row said when it was imported last, nil for an item that came otherwise.
func (s *Server) claimOf(said said, number string, folded *domain.Item, a events.Actor) *claim {
	if folded.Claim == nil {
		return nil
	}
	e := *folded.Claim
	c := &claim{Says: []fact{{"台账", e.Ledger}, {"哪一行", strings.TrimSpace(fmt.Sprintf("%s 第 %d 行", e.Sheet, e.Row))}, {"当时称", e.Says.Zh()}}}
	add := func(name, text string) {
		if text != "" {
			c.Says = append(c.Says, fact{name, text})
		}
	}
	add("称销号日期", e.ClosedOn.String())
	add("类型", e.Mode.Zh())
	add("期限", e.Due.String())
	add("主办", e.Lead)
	add("协办", strings.Join(e.Co, "、"))
	add("措施", strings.ReplaceAll(said.words(e.Measures), "\n", "；"))
	add("进展和备注", strings.ReplaceAll(said.words(e.Note), "\n", "；"))
	add("和上一次比", zhDeltas(e.Changed))
	add("原文件 SHA-256", e.File)
	if s.mayHaveWorkbook(said.ctx, e.Ledger, a) {
		c.Workbook = "/items/" + url.PathEscape(number) + "/workbook"
	}
	return c
}

// mayHaveWorkbook reports whether the actor may have the files of a ledger back: who imports,
// unless a row of it became a 举报 that he must not know of (domain.md §7.3).
func (s *Server) mayHaveWorkbook(ctx context.Context, ledger string, a events.Actor) bool {
	if rule, _ := rights.Of("accept"); !rule.Allows(a.Role) || s.cfg.Files == nil {
		return false
	}
	sight, err := s.sight(ctx, a)
	hides := true
	if err == nil {
		hides, err = s.reads.HidesOf(ctx, ledger, reach(sight))
	}
	if err != nil && ctx.Err() == nil {
		s.cfg.Log.Error("workbook not offered", "error", err)
	}
	return !hides
}

// workbookFile hands out the file that an item was imported from, as it came. It holds the
// rows of all other items too, so it is for those who import, and leaves a line of the trail.
func (s *Server) workbookFile(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return err
	}
	folded, err := s.fold(r.Context(), it)
	if err != nil {
		return err
	}
	if folded.Claim == nil || !s.mayHaveWorkbook(r.Context(), folded.Claim.Ledger, a) {
		return projections.ErrNotFound
	}
	uses, err := s.reads.FileUses(r.Context(), []string{folded.Claim.File})
	if err != nil {
		return err
	}
	for _, u := range uses {
		object, is := strings.CutPrefix(u.ID, projections.Workbook)
		if !is {
			continue
		}
		data, err := s.cfg.Files.Workbook(r.Context(), folded.Claim.File, object)
		if errors.Is(err, events.ErrNoFile) {
			return &domain.Refusal{Rule: "workbook.erased", Message: "这份原文件里有人的个人信息已按申请抹除，原文件跟着销毁了，拿不回来。各行读成的内容还在各件里。"}
		}
		if err != nil {
			return err
		}
		ending := ".csv"
		if strings.HasPrefix(string(data), "PK") {
			ending = ".xlsx"
		}
		if err := s.exported(r.Context(), a, events.ExportMade{What: events.LedgerExport, Name: "导入的原文件：" + folded.Claim.Ledger, Format: ending[1:], Personal: true}); err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(folded.Claim.Ledger+"（导入的原文件）"+ending))
		h.Set("Cache-Control", "no-store")
		_, err = w.Write(data)
		return err
	}
	return projections.ErrNotFound
}
