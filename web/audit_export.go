package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/sheet"
)

// errNoTrail says that a file is not handed out because nobody would know of it.
var errNoTrail = errors.New("web: nothing records what is handed out")

// exported records that data leaves in a file, before its first byte does.
func (s *Server) exported(ctx context.Context, a events.Actor, e events.ExportMade) error {
	if s.cfg.Trail == nil {
		return errNoTrail
	}
	if err := s.cfg.Trail.Exported(ctx, a, "", e); err != nil {
		return fmt.Errorf("record an export: %w", err)
	}
	return nil
}

// worthSeeing reports whether a refusal says that somebody tried what is not his, and not only
// that it was too early or that something was left out.
func worthSeeing(rule string) bool {
	return strings.HasSuffix(rule, ".role") || strings.HasSuffix(rule, ".scope") || strings.HasSuffix(rule, ".four_eyes") ||
		strings.HasPrefix(rule, "conduct.") || rule == "reveal.confidential"
}

// noteRefused records what of an error says that a command was not his to give.
func (s *Server) noteRefused(ctx context.Context, a events.Actor, it projections.Item, command string, err error) {
	for _, no := range domain.RefusalsOf(err) {
		if worthSeeing(no.Rule) {
			s.refusedTo(ctx, a, events.AccessRefused{Command: command, Rule: no.Rule, Item: it.ID})
		}
	}
}

// refusedTo records a refusal of a member of staff. That it cannot be recorded does not turn the
// refusal into another answer.
func (s *Server) refusedTo(ctx context.Context, a events.Actor, e events.AccessRefused) {
	if s.cfg.Trail == nil || a.Role == events.Petitioner || a.Role == "" {
		return
	}
	if err := s.cfg.Trail.Refused(ctx, a, e); err != nil {
		s.cfg.Log.Warn("refusal not recorded", "rule", e.Rule, "error", err)
	}
}

// auditFile sends the lines that the page shows for the same filter, all of them.
func (s *Server) auditFile(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	v, format := r.PostForm, sheet.Format(r.PostForm.Get("format"))
	f, bad, err := s.auditFilter(r.Context(), a, v)
	if err != nil {
		return err
	}
	if bad != "" || format != sheet.XLSX && format != sheet.CSV {
		return fmt.Errorf("%w: audit trail as %q", errBadRequest, format)
	}
	ros, err := s.reads.Roster(r.Context())
	if err != nil {
		return err
	}
	return s.sendPaper(w, r, fmt.Sprintf("审计记录_%s.%s", s.today(), format), format.Type(), func(to io.Writer) error {
		rows, err := sheet.WriteAudit(r.Context(), s.reads, sheet.AuditOrder{Format: format, Filter: f, Says: auditWords(v), About: Abouts(ros)}, to)
		if err != nil {
			return err
		}
		return s.exported(r.Context(), a, events.ExportMade{What: events.AuditExport, Format: string(format), Filter: auditWords(v), Rows: rows})
	})
}

// auditWords says a filter of the audit trail.
func auditWords(v url.Values) string {
	var out []string
	for _, in := range auditInputs(v, nil, true) {
		value := in.Value
		if in.Name == "kind" {
			value = projections.AuditKind(value).Zh()
		}
		if value != "" {
			out = append(out, in.Label+"“"+value+"”")
		}
	}
	if len(out) == 0 {
		return "全部"
	}
	return strings.Join(out, "，")
}
