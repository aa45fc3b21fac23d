package web

import (
	"net/http"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// ReleasedPage is one released item.
type ReleasedPage struct {
	Page
	Story
	CanObject          bool
	Objection, Contact Input
	Mail               Input // where letters go; no Name: none go out
	ID                 string
}

func (s *Server) released(w http.ResponseWriter, r *http.Request) error {
	it, err := s.reads.PublicByID(r.Context(), domain.NormalizeCode(r.PathValue("id")))
	if err != nil {
		return err
	}
	return s.showReleased(w, r, http.StatusOK, it, answerForm{})
}

func (s *Server) showReleased(w http.ResponseWriter, r *http.Request, status int, it projections.PublicItem, form answerForm) error {
	p := ReleasedPage{Page: s.page(r, it.Title, "echo"), Story: s.story(it, false), ID: uuid.NewString()}
	p.Notice, p.Errors, p.Feed = form.notice, form.refused, "/p/"+it.PublicID+"/feed.xml"
	if p.CanObject = it.State == events.InPublicity && !s.today().After(it.PublicityUntil); p.CanObject {
		p.Objection, p.Contact = objectInputs(form)
	}
	if s.cfg.Follow != nil {
		p.Mail = Input{Name: "mail", Label: "电子邮箱", Hint: "只用来告诉您办到哪一步。加锁保存，不公开，随时可以不要。", Kind: domain.Text, Need: true, Auto: "email", Mode: "email",
			Value: form.value("follow", "mail"), Err: errAt(form.refused, "mail")}
	}
	return s.render(w, status, "released", p)
}

// objectTo takes an objection from anybody while an item is in its publicity window.
func (s *Server) objectTo(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	id := domain.NormalizeCode(r.PathValue("id"))
	it, err := s.reads.PublicByID(r.Context(), id)
	if err != nil {
		return err
	}
	c, rs := buildObject(r, "")
	form := answerForm{command: "object", values: r.PostForm}
	if len(rs) == 0 {
		if rs, form.notice, err = s.petition(r, it.ID, c, "异议收到了，答复以前不会销号"); err != nil {
			return err
		}
	}
	if len(rs) > 0 {
		form.refused = rs
		return s.showReleased(w, r, http.StatusUnprocessableEntity, it, form)
	}
	if it, err = s.reads.PublicByID(r.Context(), id); err != nil {
		return err
	}
	return s.showReleased(w, r, http.StatusOK, it, answerForm{notice: form.notice})
}
