package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// errMovedOn says that a split can no longer be taken back.
var errMovedOn = &domain.Refusal{Rule: "unsplit.moved", Message: "拆出的事项已经交办或者有了变化，不能撤销拆单。请逐件并单。"}

// fresh are the items that were split off and not taken back yet, when nothing has happened to
// any of them and this person may merge them back; nil when not.
func (s *Server) fresh(ctx context.Context, it projections.Item, a events.Actor) []projections.Item {
	spec, _ := domain.SpecOf("merge")
	if len(it.Detail.Children) == 0 {
		return nil
	}
	out := []projections.Item{}
	for _, c := range it.Detail.Children {
		child, err := s.see(ctx, c.Number, a)
		if err != nil || child.MergedInto == it.Number {
			continue // taken back before
		}
		folded, err := s.fold(ctx, child)
		if err != nil || folded.Rev != 1 || spec.Allows(folded, s.desk.Situation(a)) != nil {
			return nil
		}
		out = append(out, child)
	}
	return out
}

// unsplit takes a split back: what was split off is merged into its parent again, one command
// for each. Sent twice it is done once, since each command has its id from the form's.
func (s *Server) unsplit(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	id, err := commandID(r.PostForm.Get("id"))
	if err != nil {
		return err
	}
	merge, _ := domain.SpecOf("merge")
	if no := merge.AllowsRole(a); no != nil {
		return no
	}
	children := s.fresh(r.Context(), it, a)
	if children == nil {
		return errMovedOn
	}
	var last uint64
	for _, c := range children {
		rc, err := s.carryOut(r.Context(), a, c, &domain.Merge{Into: it.Number, Basis: "撤销拆单"}, uuid.NewSHA1(id, []byte(c.Number)), 1)
		if err != nil {
			return err
		}
		last = rc.Sequence
	}
	add := url.Values{"done": {"unsplit"}, "n": {it.Number}}
	if behind, err := s.settle(r.Context(), last); err != nil {
		return err
	} else if behind {
		add.Set("behind", "1")
	}
	http.Redirect(w, r, withQuery(backTo(r.PostForm.Get("back"), "/items/"+url.PathEscape(it.Number)), add), http.StatusSeeOther)
	return nil
}
