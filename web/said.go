package web

import (
	"context"

	"xiaohao/domain/detect"
	"xiaohao/events"
	"xiaohao/projections"
)

// said opens what people said about an item. The numbers in it and their names are masked,
// wherever they wrote them (domain.md §7.1); only a recorded reveal shows them whole.
type said struct {
	s     *Server
	ctx   context.Context
	names []string
}

func (s *Server) said(ctx context.Context, os []projections.Opinion) said {
	q := said{s: s, ctx: ctx}
	for _, o := range os {
		if name := s.open(ctx, o.Name); name != "" {
			q.names = append(q.names, name)
		}
	}
	return q
}

// words are a sealed text, masked.
func (q said) words(v events.Sealed) string { return detect.Mask(q.s.open(q.ctx, v), q.names...) }

// covered reports whether something of a text is not shown.
func (q said) covered(w sealedWords) bool {
	text := q.s.open(q.ctx, w.Text)
	return w.Hidden && text != "" || detect.Mask(text, q.names...) != text
}

// sealedWords is a text of an item that is sealed as what was asked is.
type sealedWords struct {
	Label  string
	Text   events.Sealed
	Hidden bool // not shown masked either
}

// sealedOf are what was said about an item after it was raised, as far as the actor reads it.
func (s *Server) sealedOf(it projections.Item, a events.Actor) []sealedWords {
	d := it.Detail
	out := []sealedWords{{Label: "补充的话", Text: d.Answer}, {Label: "只给反映人的答复", Text: d.ReplyPrivate}}
	if d.Report != nil && readsContact(it, a) {
		out = append(out, sealedWords{Label: "怎么联系的", Text: d.Report.ContactNote})
	}
	if d.Claim != nil {
		out = append(out, sealedWords{Label: "台账里的措施", Text: d.Claim.Measures}, sealedWords{Label: "台账里的进展和备注", Text: d.Claim.Note})
	}
	for _, o := range d.Objections {
		out = append(out, sealedWords{Label: "异议", Text: o.Text}, sealedWords{"提异议的人怎么找", o.Contact, true})
	}
	for _, e := range d.Evaluations {
		if readsEvaluation(it, e, a, s.today()) {
			out = append(out, sealedWords{Label: "评价时说的话", Text: e.Words})
		}
	}
	return out
}

// readsContact reports whether the actor may read how the person was reached.
func readsContact(it projections.Item, a events.Actor) bool { return !ofUnit(a) || !it.Confidential }

// readsEvaluation reports whether the actor may read what was said with an evaluation: a
// unit not before the time for it is over, and never of somebody who asked for 保密; whoever
// struck the number off never.
func readsEvaluation(it projections.Item, e projections.Evaluation, a events.Actor, today events.Date) bool {
	return !awaits(it, e, a, today) && !(ofUnit(a) && it.Confidential) && closedBy(it) != a.ID
}

// awaits reports whether a unit has to wait for an evaluation until the time for it is over.
func awaits(it projections.Item, e projections.Evaluation, a events.Actor, today events.Date) bool {
	l, asked := it.Limit(events.StageEvaluate, "")
	return ofUnit(a) && asked && e.Round == it.Round && !today.After(l.Due)
}
