package web

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// photoRoutes are where staff make pictures for the public.
func (s *Server) photoRoutes() []route {
	return []route{
		{"GET /items/{number}/photos/{evidence}", s.staff(s.photoPage)},
		{"POST /items/{number}/photos/{evidence}", s.staff(s.redactPhoto)},
		{"GET /items/{number}/photos/{evidence}/{photo}", s.staff(s.madePhoto)},
		{"GET /p/{id}/photo/{object}", s.publicPhoto},
		{"GET /p/{id}/photo/{object}/thumb", s.publicThumb},
	}
}

// PhotoPage covers parts of one photo, and has another person look at what came of it.
type PhotoPage struct {
	Page
	path          string
	Number, Name  string
	Photo         shownFile
	Width, Height int
	No            string // why nothing can be covered now
	Areas         []coverRow
	Marks         []int // a mark each tenth, in percent
	Looked        Input
	ID            string
	Made          []madePhoto
}

// Path is the page's address without what was asked of it.
func (p PhotoPage) Path() string { return p.path }

// coverRow is one part to cover, in percent as typed.
type coverRow struct {
	N          int
	X, Y, W, H string
	Err        string
	Drawn      bool // says a part of the picture
}

// coverCell is one number of a row.
type coverCell struct {
	Name, Label, Value string
	Bad                bool
}

// Cells are the numbers of the row.
func (r coverRow) Cells() []coverCell {
	cell := func(key, word, value string) coverCell {
		return coverCell{fmt.Sprintf("areas.%d.%s", r.N, key), fmt.Sprintf("第 %d 块%s", r.N+1, word), value, r.Err != ""}
	}
	return []coverCell{cell("x", "离左边", r.X), cell("y", "离上边", r.Y), cell("w", "宽", r.W), cell("h", "高", r.H)}
}

// madePhoto is a picture that was made of it.
type madePhoto struct {
	Href, Says, Post, On string
	Release, Down        string // ids of the commands, "" when they cannot be given
	No                   string // why it cannot be released by this person
	Photo                string
}

const (
	coverRows   = 4  // shown at least
	mostCovered = 40 // in one picture
)

// photoOf finds the photo that an address names.
func (s *Server) photoOf(r *http.Request, a events.Actor) (projections.Item, events.EvidenceRecorded, error) {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return it, events.EvidenceRecorded{}, err
	}
	id := r.PathValue("evidence")
	i := slices.IndexFunc(it.Detail.Evidence, func(e events.EvidenceRecorded) bool { return e.ID == id })
	if i < 0 || !it.Detail.Evidence[i].File.Picture() || s.cfg.Files == nil {
		return it, events.EvidenceRecorded{}, projections.ErrNotFound
	}
	if !it.ErasureOn.IsZero() {
		return it, events.EvidenceRecorded{}, events.ErrNoFile
	}
	return it, it.Detail.Evidence[i], nil
}

func (s *Server) photoPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	return s.showPhoto(w, r, a, http.StatusOK, url.Values{}, nil)
}

// showPhoto shows the page with what was typed.
func (s *Server) showPhoto(w http.ResponseWriter, r *http.Request, a events.Actor, status int, form url.Values, refused domain.Refusals) error {
	it, e, err := s.photoOf(r, a)
	if err != nil {
		return err
	}
	folded, err := s.fold(r.Context(), it)
	if err != nil {
		return err
	}
	p := PhotoPage{Page: s.staffPage(r, "涂照片 "+it.Number, "items"), path: photoPath(it.Number, e.ID), Number: it.Number, Name: e.Name, Photo: *fileOf(it.Number, e, false),
		Width: e.File.Width, Height: e.File.Height, ID: uuid.NewString()}
	p.Notice, p.Errors = doneWords(r.URL.Query()), refused
	now := s.desk.Situation(a)
	if sp, _ := domain.SpecOf("redact_photo"); !folded.Pictures[e.ID] {
		p.No = "这张照片不能公开。"
	} else if no := sp.Allows(folded, now); no != nil {
		p.No = no.Message
	}
	p.Areas = coverRowsOf(form, refused)
	for n := 10; n < 100; n += 10 {
		p.Marks = append(p.Marks, n)
	}
	for _, f := range domain.Fields(domain.RedactPhoto{}) {
		if f.Name == "looked" {
			p.Looked = inputOf(f, form.Get("looked"), refused)
		}
	}
	release, _ := domain.SpecOf("release_photo")
	down, _ := domain.SpecOf("unpublish_photo")
	for _, x := range it.Detail.Photos {
		if x.Evidence != e.ID {
			continue
		}
		m := madePhoto{Href: p.path + "/" + url.PathEscape(x.ID), Says: photoWords(x), Post: x.Post, On: dayIn(x.On, s.today()), Photo: x.ID}
		state := folded.PublicPhotos[x.ID].State
		if no := release.Allows(folded, now); state == domain.PhotoWaiting && no != nil {
			m.No = no.Message
		} else if state == domain.PhotoWaiting && x.By == a.ID {
			m.No = "您涂的，要由另一个人核。"
		} else if state == domain.PhotoWaiting {
			m.Release = uuid.NewString()
		}
		if state != domain.PhotoDown && down.Allows(folded, now) == nil {
			m.Down = uuid.NewString()
		}
		p.Made = append(p.Made, m)
	}
	slices.Reverse(p.Made)
	return s.render(w, status, "photo", p)
}

func photoPath(number, evidence string) string {
	return "/items/" + url.PathEscape(number) + "/photos/" + url.PathEscape(evidence)
}

// redactPhoto makes the picture and records it. Asked to show only, it writes nothing.
func (s *Server) redactPhoto(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	sp, _ := domain.SpecOf("redact_photo")
	if no := sp.AllowsRole(a); no != nil {
		return no
	}
	it, e, err := s.photoOf(r, a)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	form := r.PostForm
	if form.Get("show") != "" {
		_, rs := areasOf(form)
		return s.showPhoto(w, r, a, http.StatusOK, form, rs)
	}
	id, err := commandID(form.Get("id"))
	if err != nil {
		return err
	}
	c := &domain.RedactPhoto{Evidence: e.ID, Looked: truthy(form.Get("looked"))}
	areas, rs := areasOf(form)
	if rs = append(rs, domain.Check(c)...); len(rs) > 0 {
		return s.showPhoto(w, r, a, http.StatusUnprocessableEntity, form, rs)
	}
	folded, err := s.fold(r.Context(), it)
	if err != nil {
		return err
	}
	if _, done := folded.Commands[id]; !done {
		if no := sp.Allows(folded, s.desk.Situation(a)); no != nil {
			return s.showPhoto(w, r, a, http.StatusUnprocessableEntity, form, domain.Refusals{no})
		}
		file, source, err := s.cfg.Files.Redact(r.Context(), folded.ID, e.File.Object, areas)
		if err != nil {
			return err
		}
		c.Attach(source, areas, file)
	}
	rc, err := s.carryOut(r.Context(), a, it, c, id, 0)
	if rs := domain.RefusalsOf(err); rs != nil {
		return s.showPhoto(w, r, a, http.StatusUnprocessableEntity, form, rs)
	}
	if err != nil {
		return err
	}
	add := url.Values{"done": {"redact_photo"}}
	if behind, err := s.settle(r.Context(), rc.Sequence); err != nil {
		return err
	} else if behind {
		add.Set("behind", "1")
	}
	http.Redirect(w, r, withQuery(photoPath(it.Number, e.ID), add), http.StatusSeeOther)
	return nil
}

// madePhoto sends a picture for the public to staff, before anybody has released it.
func (s *Server) madePhoto(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, e, err := s.photoOf(r, a)
	if err != nil {
		return err
	}
	id := r.PathValue("photo")
	i := slices.IndexFunc(it.Detail.Photos, func(p projections.Photo) bool { return p.ID == id && p.Evidence == e.ID })
	if i < 0 {
		return projections.ErrNotFound
	}
	item, err := uuid.Parse(it.ID)
	if err != nil {
		return fmt.Errorf("item id %q: %w", it.ID, err)
	}
	f := it.Detail.Photos[i].File
	data, err := s.cfg.Files.File(r.Context(), item, f.Object)
	if err != nil {
		return err
	}
	sendFile(w, r, "image/jpeg", f.SHA256, data)
	return nil
}

// areasOf reads the parts to cover. A row without a number is none.
func areasOf(form url.Values) (out []events.Area, rs domain.Refusals) {
	for i := range mostCovered {
		row := coverRowAt(form, i)
		if row.X+row.Y+row.W+row.H == "" {
			continue
		}
		a, ok := row.area()
		if !ok {
			rs = append(rs, &domain.Refusal{Rule: "redact_photo.area", Field: fmt.Sprintf("areas.%d.x", i),
				Message: fmt.Sprintf("第 %d 块：四个数都要填，0 到 100，不能伸到照片外面。", i+1)})
			continue
		}
		out = append(out, a)
	}
	return out, rs
}

func coverRowAt(form url.Values, i int) coverRow {
	at := func(k string) string {
		return strings.TrimSuffix(trim(form.Get(fmt.Sprintf("areas.%d.%s", i, k))), "%")
	}
	return coverRow{N: i, X: at("x"), Y: at("y"), W: at("w"), H: at("h")}
}

// area is the part that a row says, false when it says none.
func (r coverRow) area() (a events.Area, ok bool) {
	ok = true
	for _, f := range []struct {
		to   *int
		text string
	}{{&a.X, r.X}, {&a.Y, r.Y}, {&a.W, r.W}, {&a.H, r.H}} {
		v, err := strconv.ParseFloat(f.text, 64)
		if err != nil || !(v >= 0 && v <= 100) {
			return a, false
		}
		*f.to = int(math.Round(v * events.Thousandths / 100))
	}
	return a, a.Inside()
}

// coverRowsOf are the rows of the form: those that were sent, and some to fill.
func coverRowsOf(form url.Values, rs domain.Refusals) (out []coverRow) {
	used := 0
	for i := range mostCovered {
		row := coverRowAt(form, i)
		if row.X+row.Y+row.W+row.H != "" {
			used = i + 1
		}
		_, row.Drawn = row.area()
		row.Err = errAt(rs, fmt.Sprintf("areas.%d.x", i))
		out = append(out, row)
	}
	return out[:min(max(used+2, coverRows), mostCovered)]
}

// becomesPublic is what anybody will read once an item is released, for the person who
// answers for it.
func becomesPublic(it projections.Item) []fact {
	pictures := 0
	for _, p := range it.Detail.Photos {
		if !p.Released.IsZero() {
			pictures++
		}
	}
	photos := ""
	if pictures > 0 {
		photos = fmt.Sprintf("%d 张，涂过、核过", pictures)
	}
	all := []fact{{"会公开：什么事", it.Detail.PublicText}, {"会公开：名称", it.Title}, {"会公开：答复", it.Detail.Reply}, {"会公开：在哪里", it.Area}, {"会公开：照片", photos},
		{"会公开", "单位、类别、期限、办到哪一步"}}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Text == "" })
}
