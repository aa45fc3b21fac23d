package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/sheet"
)

// papersAtOnce is how many ledgers and reports are made at a time; each holds one state of
// the tables while its rows are read.
const papersAtOnce = 3

// filterNames are the filters that an address of /items may have.
var filterNames = []string{"q", "state", "group", "mode", "lamp", "queue", "preset", "source", "category", "area", "unit", "lead", "leader", "campaign", "class", "level",
	"urgent", "supervision", "reopened", "returned", "unsatisfied", "due", "due_from", "raised_from", "raised_by", "new_in", "closed_in", "as_of"}

// ReadFilter reads the filters of an address of /items into base, and says what nobody
// knows, names of filters too: a name that is misspelt would select everything.
func ReadFilter(v url.Values, base projections.Filter) (f projections.Filter, unknown []string) {
	q := readQuery(v, base)
	for _, name := range sortedKeys(v) {
		if !slices.Contains(filterNames, name) {
			q.ignore("筛选", name)
		}
	}
	return q.filter, q.ignored
}

// exportForm is what the ledger page offers.
type exportForm struct {
	Ledgers []domain.Choice
	Keep    []fact // the filter of the page
}

func exportFormOf(v url.Values) exportForm {
	var f exportForm
	for _, l := range sheet.Ledgers {
		f.Ledgers = append(f.Ledgers, domain.Choice{Value: string(l), Label: l.Zh()})
	}
	kept := keep(v, "after", "size", "done", "n", "behind", "undo")
	for _, name := range sortedKeys(kept) {
		for _, x := range kept[name] {
			f.Keep = append(f.Keep, fact{name, x})
		}
	}
	return f
}

func sortedKeys(v url.Values) []string {
	var out []string
	for k := range v {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// exportLedger sends exactly the rows that the ledger page shows for the same address.
func (s *Server) exportLedger(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	v := r.PostForm
	base, err := s.filter(r.Context(), a)
	if err != nil {
		return err
	}
	q := readQuery(v, base)
	if len(q.ignored) > 0 { // would hold other rows than were asked for
		return fmt.Errorf("%w: %s", errBadRequest, strings.Join(q.ignored, ", "))
	}
	if !q.filter.AsOf.IsZero() {
		q.filter.Near = s.lookedBack(q.filter.AsOf)[events.NearEnd].Day
	}
	ls, err := s.known(r.Context(), a)
	if err != nil {
		return err
	}
	o := sheet.Order{Ledger: sheet.Ledger(v.Get("ledger")), Format: sheet.Format(v.Get("format")), Filter: q.filter, Says: filterWords(v, q.filter, ls),
		Personal: mayName(a)}
	if o.Ledger.Zh() == "" || o.Format != sheet.XLSX && o.Format != sheet.CSV {
		return fmt.Errorf("%w: ledger %q as %q", errBadRequest, o.Ledger, o.Format)
	}
	name := fmt.Sprintf("%s_%s.%s", o.Ledger.Zh(), s.today(), o.Format)
	return s.sendPaper(w, r, name, o.Format.Type(), func(to io.Writer) error {
		out, err := sheet.Write(r.Context(), s.reads, s.vault.Open, o, to)
		if err != nil {
			return err
		}
		return s.exported(r.Context(), a, events.ExportMade{What: events.LedgerExport, Name: o.Ledger.Zh(), Format: string(o.Format), Filter: withoutWords(v, q.filter, ls), Rows: out.Rows})
	})
}

// mayName reports whether names and telephone numbers are shown to the actor at all, then
// masked as on the item's page. A unit's ledger has none: some of its items are 保密.
func mayName(a events.Actor) bool {
	return !ofUnit(a) && rights.Masked.May(a.Role)
}

// sendPaper makes a file and then sends it, so that what fails is a page and never half a
// file, and a slow reader holds nothing open.
func (s *Server) sendPaper(w http.ResponseWriter, r *http.Request, name, kind string, make func(io.Writer) error) error {
	select {
	case s.papers <- struct{}{}:
	case <-r.Context().Done():
		return r.Context().Err()
	}
	release := func() { <-s.papers }
	f, err := os.CreateTemp("", "xiaohao-paper-*")
	if err != nil {
		release()
		return fmt.Errorf("make %s: %w", name, err)
	}
	defer func() { _ = errors.Join(f.Close(), os.Remove(f.Name())) }()
	err = make(f)
	release()
	if err != nil {
		return fmt.Errorf("make %s: %w", name, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("send %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	if !strings.HasPrefix(kind, "text/") { // those are compressed on the way
		h.Set("Content-Length", fmt.Sprint(size))
	}
	_, err = io.Copy(w, f)
	return err
}

// withoutWords says a filter for the audit trail, in which no word that was looked for may
// stand: it may be somebody's name.
func withoutWords(v url.Values, f projections.Filter, ls lists) string {
	searched := f.Q != ""
	f.Q = ""
	if says := filterWords(v, f, ls); !searched {
		return says
	} else if says != "全部" {
		return "查找字词，" + says
	}
	return "查找字词"
}

// filterWords says a filter in the words of the ledger page.
func filterWords(v url.Values, f projections.Filter, ls lists) string {
	var out []string
	if f.Q != "" {
		out = append(out, "字词“"+f.Q+"”")
	}
	for _, in := range ledgerSelects(f, ls) {
		if i := slices.IndexFunc(in.Options, func(c domain.Choice) bool { return c.Value == in.Value }); i >= 0 && in.Value != "" {
			out = append(out, in.Label+"“"+in.Options[i].Label+"”")
		}
	}
	if !f.DueBy.IsZero() {
		out = append(out, "期限不晚于 "+f.DueBy.String())
	}
	var p ItemsPage
	p.further(v, f, ls)
	for _, c := range p.Chips {
		out = append(out, c.Name+"“"+c.Text+"”")
	}
	if len(out) == 0 {
		return "全部"
	}
	return strings.Join(out, "，")
}
