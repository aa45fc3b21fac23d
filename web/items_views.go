package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/view"
	"xiaohao/events"
)

// keptView is a view that somebody saved.
type keptView struct {
	Href, Name, For string
	Reach           view.Reach
	Current         bool
	Mine            bool // this person may drop it
}

// viewForm saves the list as it stands.
type viewForm struct {
	ID, Query string
	Reaches   []domain.Choice
}

// keptViews are the views of this person, of his unit, and everyone's.
func (s *Server) keptViews(r *http.Request, a events.Actor) ([]keptView, *viewForm, error) {
	if s.cfg.Views == nil {
		return nil, nil, nil
	}
	vs, err := s.reads.SavedViews(r.Context(), view.Holders(a)...)
	if err != nil {
		return nil, nil, err
	}
	here := keep(r.URL.Query(), "after", "size", "done", "n", "behind").Encode()
	var out []keptView
	for _, v := range vs {
		k := keptView{Href: "/items?" + v.Query, Name: v.Name, Current: v.Query == here}
		for _, reach := range []view.Reach{view.Private, view.OfUnit, view.Everyone} {
			if holder, no := view.Holder(reach, a); no == nil && holder == v.Holder {
				k.Reach, k.Mine = reach, true
			}
		}
		kind, _, _ := strings.Cut(v.Holder, "/")
		k.For = map[string]string{"person": "自己的", "unit": "本单位的", "everyone": "大家的"}[kind]
		out = append(out, k)
	}
	f := &viewForm{ID: uuid.NewString(), Query: here}
	for _, reach := range []view.Reach{view.Private, view.OfUnit, view.Everyone} {
		if _, no := view.Holder(reach, a); no == nil {
			f.Reaches = append(f.Reaches, domain.Choice{Value: string(reach), Label: reach.Zh()})
		}
	}
	return out, f, nil
}

// saveView keeps or drops a view.
func (s *Server) saveView(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if s.cfg.Views == nil {
		return errBadMethod
	}
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	id, err := commandID(r.PostForm.Get("id"))
	if err != nil {
		return err
	}
	query, err := url.ParseQuery(r.PostForm.Get("query"))
	if err != nil {
		return badForm(err)
	}
	for name := range query { // what is no filter is not kept
		if !slices.Contains(filterNames, name) {
			query.Del(name)
		}
	}
	reach, name := view.Reach(r.PostForm.Get("reach")), r.PostForm.Get("name")
	back := "/items?" + query.Encode()
	var seq uint64
	if r.PostForm.Get("drop") != "" {
		seq, err = s.cfg.Views.Drop(r.Context(), id, a, reach, name)
		back = backTo(r.PostForm.Get("back"), "/items")
	} else {
		seq, err = s.cfg.Views.Save(r.Context(), id, a, reach, name, query.Encode())
	}
	if err != nil {
		return err
	}
	if seq > 0 {
		if _, err := s.settle(r.Context(), seq); err != nil {
			return err
		}
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}
