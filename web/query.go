package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// QueryPage asks for number and code.
type QueryPage struct {
	Page
	No, Code string
	Missed   bool // no such pair; the same words for a wrong number and a wrong code
	TooOften bool
}

func (s *Server) queryPage(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusOK, "query", QueryPage{Page: s.page(r, "查进展", "query"), No: normalizeNumber(r.URL.Query().Get("no"))})
}

// found is what number and code led to.
type found struct {
	no, code string                 // as they prove the petitioner
	hash     string                 // of both, as the item knows it
	asked    projections.PublicItem // of the number that was asked for
	item     projections.PublicItem // the survivor, when that number was merged; else asked
}

func (f found) merged() bool { return f.item.ID != f.asked.ID }

// query answers number and code with the item's page.
func (s *Server) query(w http.ResponseWriter, r *http.Request) error {
	f, ok, err := s.asked(w, r)
	if err != nil || !ok {
		return err
	}
	if sent, err := s.sendKept(w, r, f); sent || err != nil {
		return err
	}
	if f, ok, err = s.find(w, r, f); err != nil || !ok {
		return err
	}
	return s.showAnswer(w, r, http.StatusOK, f, answerForm{})
}

// prove reads number and code from the form and finds the item. Without one it has already
// answered, and returns false.
func (s *Server) prove(w http.ResponseWriter, r *http.Request) (found, bool, error) {
	f, ok, err := s.asked(w, r)
	if err != nil || !ok {
		return f, ok, err
	}
	return s.find(w, r, f)
}

// asked reads number and code from the form, and lets nobody guess. Where it returns false it
// has already answered.
func (s *Server) asked(w http.ResponseWriter, r *http.Request) (found, bool, error) {
	if err := r.ParseForm(); err != nil {
		return found{}, false, badForm(err)
	}
	f := found{no: normalizeNumber(r.PostForm.Get("no")), code: domain.NormalizeCode(r.PostForm.Get("code"))}
	if f.no == "" || f.code == "" {
		p := s.queryAgain(r, f)
		if f.no == "" {
			p.Errors = append(p.Errors, &domain.Refusal{Rule: "query.number", Field: "no", Message: "编号：还没有填。"})
		}
		if f.code == "" {
			p.Errors = append(p.Errors, &domain.Refusal{Rule: "query.code", Field: "code", Message: "查询码：还没有填。"})
		}
		return f, false, s.render(w, http.StatusUnprocessableEntity, "query", p)
	}
	if !s.guesses.allowed(s.cfg.Now(), s.guesser(r, f)...) {
		p := s.queryAgain(r, f)
		p.TooOften = true
		return f, false, s.render(w, http.StatusTooManyRequests, "query", p)
	}
	f.hash = domain.HashCode(f.no, f.code)
	return f, true, nil
}

// guesser is who and what wrong codes are counted by.
func (s *Server) guesser(r *http.Request, f found) []string {
	return []string{"from " + s.client(r), "no " + f.no}
}

// queryAgain is the form with what was typed.
func (s *Server) queryAgain(r *http.Request, f found) QueryPage {
	return QueryPage{Page: s.page(r, "查进展", "query"), No: f.no, Code: r.PostForm.Get("code")}
}

// find finds the item of number and code.
func (s *Server) find(w http.ResponseWriter, r *http.Request, f found) (found, bool, error) {
	var err error
	f.asked, err = s.reads.PublicByCode(r.Context(), f.no, f.hash)
	if errors.Is(err, projections.ErrNotFound) {
		s.guesses.failed(s.cfg.Now(), s.guesser(r, f)...)
		p := s.queryAgain(r, f)
		p.Missed = true
		return f, false, s.render(w, http.StatusNotFound, "query", p)
	}
	if err != nil {
		return f, false, err
	}
	f.item, err = s.survivor(r.Context(), f.asked)
	return f, err == nil, err
}

// survivor follows 并单 to the item that is worked on. What is for that item's own
// petitioner alone is taken out.
func (s *Server) survivor(ctx context.Context, it projections.PublicItem) (projections.PublicItem, error) {
	for range 5 {
		if it.MergedInto == "" {
			break
		}
		in, err := s.reads.Item(ctx, it.MergedInto)
		if errors.Is(err, projections.ErrNotFound) {
			return it, nil
		}
		if err != nil {
			return it, err
		}
		next, err := s.reads.PublicByCode(ctx, in.Number, in.CodeHash)
		if err != nil {
			return it, err
		}
		next.ReplyPrivate, next.Words, next.Question = events.Sealed{}, events.Sealed{}, ""
		next.Evaluated, next.CanEvaluate = false, false
		it = next
	}
	return it, nil
}

// byCode handles a command of the petitioner, who proves himself with number and code in
// the same form.
func (s *Server) byCode(done string, build func(r *http.Request, code string) (domain.Command, domain.Refusals)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, ok, err := s.prove(w, r)
		if err != nil || !ok {
			return err
		}
		c, rs := build(r, f.code)
		form := answerForm{command: domain.Name(c), values: r.PostForm}
		if len(rs) == 0 {
			rs, form.notice, err = s.petition(r, f.asked.ID, c, done)
			if err != nil {
				return err
			}
		}
		if len(rs) > 0 {
			form.refused = rs
			return s.showAnswer(w, r, http.StatusUnprocessableEntity, f, form)
		}
		again, err := s.reads.PublicByCode(r.Context(), f.no, f.hash)
		if err != nil {
			return err
		}
		f.asked, f.item = again, again
		if f.item, err = s.survivor(r.Context(), again); err != nil {
			return err
		}
		return s.showAnswer(w, r, http.StatusOK, f, answerForm{notice: form.notice})
	}
}

// petition carries out a command of the public and waits until pages show it. Refusals are
// returned apart, for the form.
func (s *Server) petition(r *http.Request, item string, c domain.Command, done string) (domain.Refusals, string, error) {
	id, err := uuid.Parse(item)
	if err != nil {
		return nil, "", fmt.Errorf("item id %q: %w", item, err)
	}
	rc, err := s.desk.Do(r.Context(), domain.Order{ID: formID(r), Item: id, Command: c, Actor: s.anybody()})
	if rs := domain.RefusalsOf(err); rs != nil {
		return rs, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	err = s.reads.WaitFor(r.Context(), rc.Sequence)
	if errors.Is(err, projections.ErrBehind) {
		return nil, done + "。页面还没跟上，过几秒再查一次。", nil
	}
	return nil, done + "。", err
}

// formID is the command id in a form's hidden field; a form without one gets a new id.
func formID(r *http.Request) uuid.UUID {
	if id, err := uuid.Parse(r.PostForm.Get("id")); err == nil && id != uuid.Nil {
		return id
	}
	return uuid.New()
}

func buildEvaluate(r *http.Request, code string) (domain.Command, domain.Refusals) {
	v := r.PostForm
	c := domain.Evaluate{Contacted: v.Get("contacted") == "yes", Solved: events.Solved(v.Get("solved")),
		Satisfied: events.Satisfaction(v.Get("satisfied")), Words: trim(v.Get("words")), Code: code}
	if v.Get("redo") != "" { // 没解决，请重办: the button says both
		c.Solved, c.Satisfied = events.SolvedNo, events.Dissatisfied
		v.Set("solved", string(c.Solved)) // so that the form shows it, should it come back
		v.Set("satisfied", string(c.Satisfied))
	}
	rs := domain.Check(c)
	if v.Get("contacted") == "" {
		rs = append(domain.Refusals{{Rule: "evaluate.contacted", Field: "contacted", Message: "请选：责任单位跟您联系过没有。"}}, rs...)
	}
	return c, rs
}

func buildSupply(r *http.Request, code string) (domain.Command, domain.Refusals) {
	c := domain.SupplyInfo{Text: trim(r.PostForm.Get("text")), Code: code}
	return c, domain.Check(c)
}

func buildWithdraw(r *http.Request, code string) (domain.Command, domain.Refusals) {
	c := domain.Withdraw{Reason: trim(r.PostForm.Get("reason")), Code: code}
	return c, domain.Check(c)
}

func buildObject(r *http.Request, _ string) (domain.Command, domain.Refusals) {
	c := domain.Object{Text: trim(r.PostForm.Get("text")), Contact: trim(r.PostForm.Get("contact"))}
	return c, domain.Check(c)
}

// normalizeNumber forgives how people copy a number: blanks, lower case, full-width
// letters, digits and dashes.
func normalizeNumber(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', 0x3000, 0xa0:
			return -1
		case '—', '–', '－', '−', '‐', '﹣':
			return '-'
		}
		if r >= 0xff01 && r <= 0xff5e {
			r -= 0xfee0
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		if r < ' ' || r == 0xfffd {
			return -1
		}
		return r
	}, s[:min(len(s), 60)])
}

// badForm is what a body that cannot be read means.
func badForm(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return err
	}
	return fmt.Errorf("%w: %w", errBadRequest, err)
}

// client is whose failures are counted.
func (s *Server) client(r *http.Request) string { return s.cfg.Proxies.Client(r).String() }
