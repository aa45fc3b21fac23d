package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// shownPhoto is a picture on a public page.
type shownPhoto struct {
	Href, Thumb string
	Caption     string
}

// photosOf are the pictures of a released item: a pair that stands on the page, before and
// after where there are both, and the others, which are opened. Only what was covered and
// looked at by a second person is among them.
func photosOf(it projections.PublicItem) (pair, more []shownPhoto) {
	all := slices.Clone(it.Photos)
	if i := slices.IndexFunc(all, func(p projections.PublicPhoto) bool { return p.Shows == events.After }); i > 1 {
		after := all[i]
		all = slices.Insert(slices.Delete(all, i, i+1), 1, after)
	}
	var out []shownPhoto
	for _, p := range all {
		at := "/p/" + it.PublicID + "/photo/" + p.Object
		caption := "照片"
		if p.Shows != "" {
			caption = p.Shows.Zh()
		}
		out = append(out, shownPhoto{at, at + "/thumb", caption})
	}
	n := min(len(out), 2)
	return out[:n], out[n:]
}

// publicPhoto sends a picture for the public.
func (s *Server) publicPhoto(w http.ResponseWriter, r *http.Request) error {
	item, p, err := s.publicPhotoAt(r)
	if err != nil {
		return err
	}
	data, err := s.cfg.Files.File(r.Context(), item, p.Object)
	if err != nil {
		return err
	}
	sendFile(w, r, "image/jpeg", p.SHA256, data)
	return nil
}

// publicThumb sends its thumbnail.
func (s *Server) publicThumb(w http.ResponseWriter, r *http.Request) error {
	item, p, err := s.publicPhotoAt(r)
	if err != nil {
		return err
	}
	data, err := s.cfg.Files.Thumb(r.Context(), item, p.Object)
	if err != nil {
		return err
	}
	sendFile(w, r, "image/jpeg", p.SHA256+"-thumb", data)
	return nil
}

// publicPhotoAt finds the picture that an address names among those that the public sees of
// an item now: what was handed in is not among them, and nor is anything of an item that is
// not public, whatever the store holds.
func (s *Server) publicPhotoAt(r *http.Request) (uuid.UUID, projections.PublicPhoto, error) {
	it, err := s.reads.PublicByID(r.Context(), domain.NormalizeCode(r.PathValue("id")))
	if err != nil {
		return uuid.Nil, projections.PublicPhoto{}, err
	}
	object := r.PathValue("object")
	i := slices.IndexFunc(it.Photos, func(p projections.PublicPhoto) bool { return p.Object == object })
	if i < 0 || s.cfg.Files == nil {
		return uuid.Nil, projections.PublicPhoto{}, projections.ErrNotFound
	}
	item, err := uuid.Parse(it.ID)
	if err != nil {
		return uuid.Nil, projections.PublicPhoto{}, fmt.Errorf("item id %q: %w", it.ID, err)
	}
	return item, it.Photos[i], nil
}

// photoWords says how far a picture for the public is.
func photoWords(p projections.Photo) string {
	covered := "没有盖"
	if n := len(p.Covered); n > 0 {
		covered = fmt.Sprintf("盖住 %d 处", n)
	}
	switch {
	case p.Down != "":
		return covered + "，已撤下：" + p.Down
	case p.Released != events.Date{}:
		return covered + "，核过，可以公开"
	}
	return covered + "，等另一个人核"
}
