package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/follow"
	"xiaohao/projections"
)

// lettersADay is how many letters to confirm one address, or one reader, may ask for in a day.
const lettersADay = 5

// followRoutes are where the public asks for letters about a released item, and ends them.
func (s *Server) followRoutes() []route {
	return []route{
		{"POST /p/{id}/follow", s.askFollow},
		{"GET /follow/{id}", s.followPage},
		{"POST /follow/{id}", s.answerFollow},
	}
}

// FollowPage is what a link in a letter leads to.
type FollowPage struct {
	Page
	Says     string // what the item is about, "" when it is not public any more
	PublicID string
	Sent     bool // a letter is on its way
	Ask      bool // to be confirmed
	On       bool
	Path, ID string
}

// askFollow takes an address for one item. What it answers is the same whether the address
// follows the item already or not.
func (s *Server) askFollow(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	it, err := s.reads.PublicByID(r.Context(), domain.NormalizeCode(r.PathValue("id")))
	if err != nil {
		return err
	}
	if s.cfg.Follow == nil {
		return projections.ErrNotFound
	}
	to, err := follow.Address(r.PostForm.Get("mail"))
	if rs := domain.RefusalsOf(err); rs != nil {
		return s.showReleased(w, r, http.StatusUnprocessableEntity, it, answerForm{command: "follow", values: r.PostForm, refused: rs})
	}
	if err != nil {
		return err
	}
	now, keys := s.cfg.Now(), []string{"from " + s.client(r), "to " + strings.ToLower(to)}
	if !s.letters.allowed(now, keys...) {
		return errTooFast
	}
	s.letters.failed(now, keys...)
	if _, err := s.cfg.Follow.Ask(r.Context(), s.anybody(), it.ID, it.PublicID, to); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "follow", FollowPage{Page: s.page(r, "请到邮箱里确认", "echo"), Says: it.Summary, PublicID: it.PublicID, Sent: true})
}

// followOf finds the follow that a link names.
func (s *Server) followOf(r *http.Request) (follow.Follow, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil || s.cfg.Follow == nil {
		return follow.Follow{}, projections.ErrNotFound
	}
	return s.cfg.Follow.Look(r.Context(), id)
}

// followPage writes nothing: programs that read mail open every link in it.
func (s *Server) followPage(w http.ResponseWriter, r *http.Request) error {
	f, err := s.followOf(r)
	if err != nil {
		return err
	}
	return s.showFollow(w, r, f, "")
}

func (s *Server) showFollow(w http.ResponseWriter, r *http.Request, f follow.Follow, notice string) error {
	p := FollowPage{Page: s.page(r, "关注进展", "echo"), PublicID: f.PublicID, Ask: f.State == follow.Asked, On: f.State == follow.On,
		Path: "/follow/" + f.ID.String(), ID: uuid.NewString()}
	p.Notice = notice
	it, err := s.reads.PublicByID(r.Context(), f.PublicID)
	if err != nil && !errors.Is(err, projections.ErrNotFound) {
		return err
	}
	p.Says = it.Summary
	w.Header().Set("X-Robots-Tag", "noindex")
	return s.render(w, http.StatusOK, "follow", p)
}

// answerFollow confirms or ends: one press, and no account.
func (s *Server) answerFollow(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	f, err := s.followOf(r)
	if err != nil {
		return err
	}
	says := "已经不再关注，邮箱地址销毁了。"
	if r.PostForm.Get("confirm") != "" {
		says = "关注上了。有进展就写信告诉您。"
		err = s.cfg.Follow.Confirm(r.Context(), f.ID, formID(r), s.anybody())
	} else {
		err = s.cfg.Follow.End(r.Context(), f.ID, formID(r), s.anybody(), false)
	}
	if err != nil {
		return err
	}
	if f, err = s.followOf(r); err != nil {
		return err
	}
	return s.showFollow(w, r, f, says)
}
