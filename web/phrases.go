package web

import (
	"context"
	"strconv"
	"strings"

	"xiaohao/projections"
	"xiaohao/web/phrase"
)

// phrases offers the phrases of a form, puts in the one that was chosen, and says who would
// read what when that was asked for.
func (s *Server) phrases(ctx context.Context, p *FormPage, it projections.Item, in formInput) error {
	about := phrase.Item{Number: it.Number, Title: it.Title, Lead: it.Lead.Name, Category: it.Category, Phone: s.cfg.Phone, State: it.State}
	if !it.Due.IsZero() {
		about.Due = zhDay(it.Due)
	}
	p.Phrases = phrase.For(in.spec.Name, about)
	if n, ok := strings.CutPrefix(in.more, "phrase."); ok {
		if i, err := strconv.Atoi(n); err == nil && i >= 0 && i < len(p.Phrases) {
			x := p.Phrases[i]
			in.values.Set(x.Field, strings.TrimSpace(in.values.Get(x.Field)+" "+x.Text))
		}
	}
	command, value := in.spec.Name, in.values.Get
	if command == "issue_reply" { // what is sent was drafted before
		os, err := s.reads.Opinions(ctx, it.ID)
		if err != nil {
			return err
		}
		said := s.said(ctx, os)
		command, value = "submit_reply", func(field string) string {
			if field == "private" {
				return said.words(it.Detail.ReplyPrivate)
			}
			return it.Detail.ReplyPublic
		}
	}
	p.Hears = len(phrase.To(command, func(string) string { return "x" })) > 0
	if in.more == "preview" || in.spec.Name == "issue_reply" {
		p.Heard = phrase.To(command, value)
	}
	return nil
}
