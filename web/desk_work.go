package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// work is the item in hand: what it is, the form of what is usually done with it, and what
// else can be done, all leading back to the queue.
type work struct {
	Item   row
	Quotes []quote
	Facts  []fact
	Form   *commandForm // nil: nothing of it can be done by this person now
	No     string       // why the usual thing cannot be done
	Triage *triage      // of the form of an opinion or of an item to be assigned
	Acts   []act        // besides
	Alike  []alikeRow
	Skip   string // the next item of the queue, "" when there is none
}

// undo is a command that can be taken back at once.
type undo struct {
	Says, Button, Action string
	ID                   string
	Back                 string
}

// usual are the commands that items of a queue wait for, the usual one first.
var usual = map[projections.Queue][]string{
	projections.QueueRegistered:  {"dispatch", "accept"},
	projections.QueueHeld:        {"lift_hold"},
	projections.QueueAccepted:    {"assign"},
	projections.QueueReturn:      {"uphold_return", "reject_return", "decide_arbitration", "open_arbitration"},
	projections.QueueExtension:   {"grant_extension", "deny_extension"},
	projections.QueueVerify:      {"sign_off", "check_site", "close", "open_publicity"},
	projections.QueuePublicity:   {"resolve_objection", "close_publicity", "object"},
	projections.QueueUnsatisfied: {"order_redo", "endorse_exemption", "decide_exemption"},
	projections.QueueReply:       {"issue_reply", "send_back_reply"},
	projections.QueueReview:      {"review_suspension", "resume", "review_standing"},
}

// besides are commands that are offered beside the usual ones of every queue.
var besides = []string{"answer", "not_accept", "request_info", "merge", "split", "link_leader", "classify", "suspend", "send_back_reply", "refuse", "instruct", "supervise"}

// inHand is the item that the address asks for, else the first of the queue; found is what is
// suggested for each of the list, nil when the queue asks for none.
func (s *Server) inHand(r *http.Request, a events.Actor, q projections.Queue, list []projections.Item, found []suggestion) (*work, error) {
	if len(list) == 0 {
		return nil, nil
	}
	i := slices.IndexFunc(list, func(it projections.Item) bool { return it.Number == normalizeNumber(r.URL.Query().Get("at")) })
	it := list[max(i, 0)]
	folded, err := s.fold(r.Context(), it)
	if err != nil {
		return nil, err
	}
	ls, err := s.known(r.Context(), a)
	if err != nil {
		return nil, err
	}
	w := &work{Item: s.row(it), Facts: headFacts(s.row(it), it)}
	if next := max(i, 0) + 1; next < len(list) {
		w.Skip = deskHref(q, list[next].Number)
	}
	os, err := s.reads.Opinions(r.Context(), it.ID)
	if err != nil {
		return nil, err
	}
	said := s.said(r.Context(), os)
	for _, o := range os {
		w.Quotes = append(w.Quotes, said.quote(o, a))
	}
	w.Facts = append(w.Facts, pending(it, said)...)
	of := q
	if o, ok := it.Owed(); ok && q == projections.QueueToday {
		of = o.Queue
	}
	name := s.choose(w, it, folded, of, q, a)
	if name == "" {
		return w, nil
	}
	spec, _ := domain.SpecOf(name)
	v := prefill(spec, it, s.today(), nil)
	v.Set("back", deskHref(q, ""))
	if name == "dispatch" || name == "assign" {
		if category := r.URL.Query().Get("category"); name == "dispatch" && category != "" {
			v.Set("category", category)
		}
		var suggested *suggestion
		if found != nil {
			suggested = &found[max(i, 0)]
		}
		if w.Triage, err = s.triage(r.Context(), it, suggested, v, ls, a); err != nil {
			return nil, err
		}
		w.Triage.prefill(v)
		if w.Alike, err = s.alike(r.Context(), it, w.Quotes, a); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(w.Acts, func(x act) bool { return x.Name == "merge" }) {
			for i, x := range w.Alike {
				w.Alike[i].Merge = commandPath(it.Number, "merge") + "?" + url.Values{"into": {x.Number}, "basis": {"同一件事"}, "back": {deskHref(q, "")}}.Encode()
			}
		}
	}
	f := formOf(formInput{spec: spec, item: it, folded: folded, values: v, lists: ls})
	w.Form = &f
	return w, nil
}

// choose finds the usual command of a queue that this person may give now, and offers the
// others, which lead back to the queue he works at.
func (s *Server) choose(w *work, it projections.Item, folded *domain.Item, q, at projections.Queue, a events.Actor) (name string) {
	back := "?back=" + url.QueryEscape(deskHref(at, ""))
	situation := s.desk.Situation(a)
	for _, n := range append(slices.Clone(usual[q]), besides...) {
		spec, ok := domain.SpecOf(n)
		if !ok || slices.ContainsFunc(w.Acts, func(x act) bool { return x.Name == n }) {
			continue
		}
		no := spec.Allows(folded, situation)
		switch {
		case no != nil && w.No == "" && slices.Contains(usual[q], n):
			w.No = no.Message
		case no == nil && name == "" && slices.Contains(usual[q], n):
			name, w.No = n, ""
		case no == nil && n != "accept": // the form of triage has a button of its own for it
			x := act{Name: n, Title: spec.Title, Href: commandPath(it.Number, n) + back, Class: "two"}
			if backward[n] {
				x.Class = "warn"
			}
			w.Acts = append(w.Acts, x)
		}
	}
	if name != "" {
		w.No = ""
	}
	return name
}

// pending is what a decision on the item is about: the return, the extension, the reply, what
// the petitioner says.
func pending(it projections.Item, said said) (out []fact) {
	d := it.Detail
	for _, x := range d.Assignments {
		if x.State == events.PartReturnRequested {
			words := x.Unit.Name + "：" + x.Grounds
			if !x.Suggested.IsZero() {
				words += "（说该" + x.Suggested.Name + "办）"
			}
			out = append(out, fact{"退单理由", words})
		}
	}
	if it.ExtOpen && d.Extension != nil {
		out = append(out, fact{"申请延到", d.Extension.Due.String() + "：" + d.Extension.Reason})
	}
	if it.ReplyOpen {
		out = append(out, fact{"要公开的答复", d.ReplyPublic}, fact{"只给反映人的", said.words(d.ReplyPrivate)})
	}
	if r := d.Report; r != nil {
		out = append(out, fact{"单位报的结果", r.Result})
	}
	if n := len(d.Evaluations); it.Unsatisfied && n > 0 {
		e := d.Evaluations[n-1]
		out = append(out, fact{"反映人说", e.Solved.Zh() + "，" + e.Satisfied.Zh() + " " + said.words(e.Words)})
	}
	for _, o := range d.Objections {
		if o.Open {
			out = append(out, fact{"异议", said.words(o.Text)})
		}
	}
	if !it.NextReview.IsZero() {
		out = append(out, fact{"该再议", it.NextReview.String()})
	}
	return slices.DeleteFunc(out, func(f fact) bool { return strings.TrimSpace(f.Text) == "" })
}

// undoable is the command just given, when it can be taken back: a merge or a split.
func (s *Server) undoable(r *http.Request, a events.Actor) (*undo, error) {
	q := r.URL.Query()
	name, number := q.Get("done"), q.Get("n")
	if name != "merge" && name != "split" || number == "" {
		return nil, nil
	}
	it, err := s.see(r.Context(), number, a)
	if err != nil {
		return nil, nil // it is no business of this page that there is none
	}
	q.Del("done")
	q.Del("n")
	u := &undo{ID: uuid.NewString(), Back: withQuery("/desk?"+q.Encode(), nil)}
	switch {
	case name == "merge" && it.State == events.Merged:
		u.Says, u.Button, u.Action = fmt.Sprintf("%s 并入了 %s。", it.Number, it.MergedInto), "撤销并单", commandPath(it.Number, "unmerge")
	case name == "split" && len(s.fresh(r.Context(), it, a)) > 0:
		u.Says, u.Button, u.Action = fmt.Sprintf("%s 拆出了 %d 件。", it.Number, len(it.Detail.Children)), "撤销拆单", commandPath(it.Number, "unsplit")
	default:
		return nil, nil
	}
	return u, nil
}
