package web

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/ladder"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// Ladders keeps the supervision ladders; package domain/rungs is one.
type Ladders interface {
	Book() ladder.Book
	Refresh(ctx context.Context) error
	Set(ctx context.Context, id uuid.UUID, a events.Actor, e events.LadderSet) error
}

// ladderRoutes are the pages on which the office sets the ladders.
func (s *Server) ladderRoutes() []route {
	if s.cfg.Ladders == nil {
		return nil
	}
	return []route{
		{"GET /admin/ladders", s.sees(rights.Ladders, s.laddersPage)},
		{"POST /admin/ladders", s.sees(rights.Ladders, s.setLadder)},
	}
}

// LaddersPage shows the rungs of every watched day, by kind of ledger.
type LaddersPage struct {
	Page
	Presets []ladderGroup
}

type ladderGroup struct {
	Name string
	Rows []ladderRow
}

// ladderRow is one watched day: what is set and what may be typed instead.
type ladderRow struct {
	Preset, Watch, Urgent string // of the form
	Title, Field          string
	Rungs                 string
	Own                   bool // set by the office
	Bad                   string
	ID                    string
}

func (s *Server) laddersPage(w http.ResponseWriter, r *http.Request, _ events.Actor) error {
	return s.showLadders(w, r, http.StatusOK, ladderRow{}, nil)
}

// showLadders shows the page; typed is what was refused.
func (s *Server) showLadders(w http.ResponseWriter, r *http.Request, status int, typed ladderRow, errs domain.Refusals) error {
	if err := s.cfg.Ladders.Refresh(r.Context()); err != nil {
		return err
	}
	p := LaddersPage{Page: s.staffPage(r, "督办阶梯", "admin")}
	p.Errors, p.Notice = errs, map[string]string{"set": "阶梯改好了，下一轮就照它督办"}[r.URL.Query().Get("done")]
	book := s.cfg.Ladders.Book()
	for _, preset := range events.Presets {
		g := ladderGroup{Name: preset.Zh()}
		of := book.Of(preset)
		for _, watch := range events.Watches {
			for _, urgent := range []bool{false, true} {
				if _, has := of.Urgent[watch]; urgent && !has {
					continue
				}
				g.Rows = append(g.Rows, ladderRowOf(book, of, preset, watch, urgent, typed))
			}
		}
		p.Presets = append(p.Presets, g)
	}
	return s.render(w, status, "ladders", p)
}

func ladderRowOf(book ladder.Book, of ladder.Ladder, preset events.Preset, watch events.Watch, urgent bool, typed ladderRow) ladderRow {
	row := ladderRow{Preset: string(preset), Watch: string(watch), Title: watch.Zh(), Own: book.Own(preset, watch, urgent), Rungs: ladder.Text(of.Of(watch, urgent)), ID: uuid.NewString()}
	if urgent {
		row.Urgent, row.Title = "1", watch.Zh()+"（紧急的）"
	}
	row.Field = "r-" + row.Preset + "-" + row.Watch + row.Urgent
	if typed.Field == row.Field {
		row.Rungs, row.Bad = typed.Rungs, typed.Bad
	}
	return row
}

// setLadder takes the rungs of one watched day; nothing typed gives the preset's back.
func (s *Server) setLadder(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	f := r.PostForm
	id, err := commandID(f.Get("id"))
	if err != nil {
		return err
	}
	e := events.LadderSet{Preset: events.Preset(f.Get("preset")), Watch: events.Watch(f.Get("watch")), Urgent: f.Get("urgent") != ""}
	if e.Rungs, err = ladder.Parse(e.Watch, f.Get("rungs")); err != nil {
		err = &domain.Refusal{Rule: "set_ladder.rungs", Message: err.Error()}
	} else {
		err = s.cfg.Ladders.Set(r.Context(), id, a, e)
	}
	if rs := domain.RefusalsOf(err); rs != nil {
		x := *rs[0]
		x.Field = "r-" + f.Get("preset") + "-" + f.Get("watch") + f.Get("urgent")
		return s.showLadders(w, r, http.StatusUnprocessableEntity, ladderRow{Field: x.Field, Rungs: f.Get("rungs"), Bad: x.Message}, domain.Refusals{&x})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/ladders?done=set", http.StatusSeeOther)
	return nil
}
