package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// revealCookie names the reveal that is to be shown next: by the id of its command, which is worth
// nothing to anybody else, because the record says who asked. The browser drops it with the
// page that it led to.
const revealCookie = "reveal"

func revealedPath(number string) string { return "/items/" + url.PathEscape(number) + "/revealed" }

// showOnce sends whoever asked to the page that shows it.
func (s *Server) showOnce(w http.ResponseWriter, r *http.Request, number string, command uuid.UUID) {
	s.setReveal(w, r, number, command.String(), int(domain.RevealFor.Seconds()))
	http.Redirect(w, r, revealedPath(number), http.StatusSeeOther)
}

func (s *Server) setReveal(w http.ResponseWriter, r *http.Request, number, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: revealCookie, Value: value, Path: revealedPath(number), HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: s.cfg.Proxies.Secure(r), MaxAge: age})
}

// RevealedPage shows personal data in full, once, under a watermark that says to whom.
type RevealedPage struct {
	Page
	Number string
	Shown  []personal // none: there is nothing to show any more
	Mark   []string   // the watermark: who, unit, when
	Again  string
}

// personal is one field in full.
type personal struct {
	Field            events.PersonalField
	Label, Text, Tel string
}

func (s *Server) revealedPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return err
	}
	p := RevealedPage{Page: s.staffPage(r, "个人信息 "+it.Number, "items"), Number: it.Number, Again: "/items/" + url.PathEscape(it.Number)}
	if c, err := r.Cookie(revealCookie); err == nil {
		s.setReveal(w, r, it.Number, "", -1)
		id, _ := uuid.Parse(c.Value) // another value is the id of no command
		if p.Shown, err = s.revealed(r.Context(), it, a, id); err != nil {
			return err
		}
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if len(p.Shown) == 0 {
		return s.render(w, http.StatusGone, "revealed", p)
	}
	h.Set("Refresh", strconv.Itoa(int(domain.RevealFor.Seconds()))+"; url="+p.Again) // nobody leaves it on the screen
	if p.Mark, err = s.watermark(r.Context(), a); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "revealed", p)
}

// revealed opens what a recorded reveal is of, for who asked, as long as it may be shown; nothing
// otherwise. Whether he may see it at all is asked again.
func (s *Server) revealed(ctx context.Context, it projections.Item, a events.Actor, command uuid.UUID) ([]personal, error) {
	folded, err := s.fold(ctx, it)
	if err != nil {
		return nil, err
	}
	spec, _ := domain.SpecOf("reveal")
	rec, ok := folded.RevealTo(a, command, s.cfg.Now())
	if !ok || spec.Allows(folded, s.desk.Situation(a)) != nil {
		return nil, nil
	}
	os, err := s.reads.Opinions(ctx, it.ID)
	if err != nil {
		return nil, err
	}
	var out []personal
	for _, o := range os {
		if o.ID != rec.Opinion {
			continue
		}
		for _, f := range rec.Fields {
			x := personal{Field: f, Label: f.Zh()}
			switch f {
			case events.PersonName:
				x.Text = s.open(ctx, o.Name)
			case events.PersonPhone:
				x.Text = s.open(ctx, o.Phone)
				x.Tel = digitsOnly(x.Text)
			case events.PersonText:
				out = append(out, s.wholeTexts(ctx, it, o, os, a)...)
				continue
			}
			if x.Text == "" {
				x.Text = "没有留"
			}
			out = append(out, x)
		}
	}
	return out, nil
}

// wholeTexts are the words of an opinion, and whatever else was said about the item in which
// something is masked otherwise.
func (s *Server) wholeTexts(ctx context.Context, it projections.Item, o projections.Opinion, os []projections.Opinion, a events.Actor) []personal {
	out := []personal{{Field: events.PersonText, Label: "原话", Text: s.open(ctx, o.Text)}}
	said := s.said(ctx, os)
	for _, w := range append([]sealedWords{{Label: "地点", Text: o.Place}}, s.sealedOf(it, a)...) {
		if said.covered(w) {
			out = append(out, personal{Field: events.PersonText, Label: w.Label, Text: s.open(ctx, w.Text)})
		}
	}
	return out
}

// watermark says to whom and when something was shown, so that a photo of the screen says it too.
func (s *Server) watermark(ctx context.Context, a events.Actor) ([]string, error) {
	ros, err := s.reads.Roster(ctx)
	if err != nil {
		return nil, err
	}
	who, unit := a.ID, a.Post
	if o := ros.Officer(a.ID); o != nil {
		if name, err := s.vault.Open(ctx, o.Name); err == nil && name != "" {
			who = name
		} else if err != nil && !errors.Is(err, events.ErrErased) {
			return nil, err
		}
	}
	if a.Unit.Name != "" {
		unit = a.Unit.Name
	}
	return []string{who, unit, zhTime(s.cfg.Now())}, nil
}

// opinionChoices are the opinions that a reveal can be about, masked.
func (s *Server) opinionChoices(r *http.Request, a events.Actor, it projections.Item) ([]domain.Choice, error) {
	os, err := s.reads.Opinions(r.Context(), it.ID)
	if err != nil {
		return nil, err
	}
	var out []domain.Choice
	said := s.said(r.Context(), os)
	for _, o := range os {
		q := said.quote(o, a)
		out = append(out, domain.Choice{Value: o.ID, Label: strings.Trim(q.Who+"，"+q.From, "，")})
	}
	return out, nil
}
