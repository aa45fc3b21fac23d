package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/events/proof"
	"xiaohao/projections"
)

// RootsPage is 日根: the signed roots of the log, and how anybody checks them.
type RootsPage struct {
	Page
	Key         string // public key, in groups of eight
	Roots       []publishedRoot
	Older       bool   // not the first page
	Next, First string // addresses
}

// publishedRoot is one root as it is shown.
type publishedRoot struct {
	projections.Root
	Print     string // fingerprint: hash of the statement
	Statement string // what is signed, word for word
	NextKey   string // announced, in groups of eight
}

const (
	rootsShown = 31  // days a page
	rootsAsked = 366 // roots an answer of the API
)

// publicKey is what signs now: as the newest root says, or as we were told before any.
func (s *Server) publicKey(newest []projections.Root) string {
	switch {
	case len(newest) == 0:
		return s.cfg.PublicKey
	case newest[0].NextKey != "":
		return newest[0].NextKey
	}
	return newest[0].Key
}

// rootsBefore reads the page that the address asks for, one root more than it shows.
func (s *Server) rootsBefore(r *http.Request, n int) (roots []projections.Root, next string, key string, err error) {
	var before events.Date
	if text := r.URL.Query().Get("before"); text != "" {
		if before, err = events.ParseDate(text); err != nil {
			return nil, "", "", errBadRequest
		}
	}
	newest, err := s.reads.Roots(r.Context(), events.Date{}, 1)
	if err != nil {
		return nil, "", "", err
	}
	if roots, err = s.reads.Roots(r.Context(), before, n+1); err != nil {
		return nil, "", "", err
	}
	if len(roots) > n {
		roots = roots[:n]
		next = roots[n-1].Day.String()
	}
	return roots, next, s.publicKey(newest), nil
}

func (s *Server) roots(w http.ResponseWriter, r *http.Request) error {
	roots, next, key, err := s.rootsBefore(r, rootsShown)
	if err != nil {
		return err
	}
	p := RootsPage{Page: s.page(r, "日根", "roots"), Key: grouped(key), Older: r.URL.Query().Get("before") != ""}
	for _, x := range roots {
		text, err := proof.Statement(x.RootSigned)
		if err != nil {
			return err
		}
		id, err := proof.Identify(x.RootSigned)
		if err != nil {
			return err
		}
		p.Roots = append(p.Roots, publishedRoot{x, grouped(id), string(text), grouped(x.NextKey)})
	}
	if next != "" {
		p.Next = "/roots?" + url.Values{"before": {next}}.Encode()
	}
	if p.Older {
		p.First = "/roots"
	}
	return s.render(w, http.StatusOK, "roots", p)
}

// grouped parts a long number into groups of eight, to be read aloud and compared.
func grouped(hex string) string {
	var b strings.Builder
	for i, c := range hex {
		if i > 0 && i%8 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// apiRoot is one root in the API.
type apiRoot struct {
	projections.Root
	ID string `json:"id"` // hash of the statement: what the next root names as its previous one
}

func (s *Server) apiRoots(w http.ResponseWriter, r *http.Request) error {
	roots, next, key, err := s.rootsBefore(r, rootsAsked)
	if err != nil {
		return err
	}
	out := struct {
		Key   string    `json:"key"` // public key that signs now
		Roots []apiRoot `json:"roots"`
		Next  string    `json:"next,omitzero"` // ?before=
	}{key, []apiRoot{}, next}
	for _, x := range roots {
		id, err := proof.Identify(x.RootSigned)
		if err != nil {
			return err
		}
		out.Roots = append(out.Roots, apiRoot{x, id})
	}
	return sendJSON(w, http.StatusOK, out)
}

// apiCase hands out an item's case file: the whole record, inner notes and all, so for few roles (rights.Case). Personal fields stay sealed in it.
func (s *Server) apiCase(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return err
	}
	if s.cfg.Case == nil {
		return projections.ErrNotFound
	}
	id, err := uuid.Parse(it.ID)
	if err != nil {
		return err
	}
	file, err := s.cfg.Case(r.Context(), id)
	if err != nil {
		return err
	}
	if err := s.exported(r.Context(), a, events.ExportMade{What: events.CaseExport, Format: "json", Item: it.ID}); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+it.Number+`.case.json"`)
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(file)
	return err
}
