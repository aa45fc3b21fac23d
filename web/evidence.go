package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain/detect"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
)

// evidence is one row of 佐证.
type evidence struct {
	Name, Kind, Formed string
	Early              bool
	File               *shownFile
	Notes              []useNote // where the same file stands, too
	Paired             bool      // shown beside others, before and after
}

// shownFile is a file as the page offers it.
type shownFile struct {
	Href, Thumb string // no Thumb: a paper; no Href: erased
	Alt         string
	Says        string // JPEG，1.2 MB，4000 × 3000
	Internal    bool   // not cleaned: never to be released
	Public      string // where a picture for the public is made of it
}

// useNote says that the same file was handed in elsewhere.
type useNote struct {
	Text string // 这张照片 2026-11-02 已用在
	To   *link  // nil: where the actor may not look
}

// fileWords are what people call the types of files.
var fileWords = map[string]string{"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "application/pdf": "PDF", "application/msword": "Word", "application/vnd.ms-excel": "Excel",
	"application/vnd.ms-powerpoint":                                             "PowerPoint",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "Word",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "Excel",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint"}

// fillEvidence makes 佐证: every piece, and the photos of before and after beside each other.
func (s *Server) fillEvidence(ctx context.Context, p *ItemPage, it projections.Item, a events.Actor) error {
	uses, err := s.usesOf(ctx, it)
	if err != nil {
		return err
	}
	sees := map[string]bool{it.Number: true}
	if rule, _ := rights.Of("redact_photo"); rule.Allows(a.Role) && it.Class == events.Ordinary && !it.Confidential {
		p.Publishes = true
	}
	for _, e := range it.Detail.Evidence {
		row := evidence{Name: e.Name, Kind: e.Kind.Zh(), Formed: e.Formed.String(), Early: e.Early, File: fileOf(it.Number, e, !it.ErasureOn.IsZero())}
		for _, u := range otherUses(it, e, uses) {
			note, err := s.useNote(ctx, a, it, e, u, sees)
			if err != nil {
				return err
			}
			row.Notes = append(row.Notes, note)
		}
		if e.Early {
			p.Early++
		}
		if row.Paired = e.Shows != "" && row.File != nil && row.File.Thumb != ""; row.Paired && e.Shows == events.Before {
			p.Before = append(p.Before, row)
		} else if row.Paired {
			p.After = append(p.After, row)
		}
		p.Evidence = append(p.Evidence, row)
	}
	return nil
}

// usesOf asks where the item's files stand. What the facts recorded was known then; two
// uploads at once did not know of each other, and the page does.
func (s *Server) usesOf(ctx context.Context, it projections.Item) ([]projections.FileUse, error) {
	var hashes []string
	for _, e := range it.Detail.Evidence {
		if !e.File.IsZero() {
			hashes = append(hashes, e.File.Original, e.File.Kept)
		}
	}
	if len(hashes) == 0 {
		return nil, nil
	}
	return s.reads.FileUses(ctx, hashes)
}

// use is where a file stands, and whether that was before.
type use struct {
	projections.FileUse
	earlier bool
}

// otherUses are the facts that entered the bytes of e, but for e itself.
func otherUses(it projections.Item, e events.EvidenceRecorded, all []projections.FileUse) []use {
	if e.File.IsZero() {
		return nil
	}
	var out []use
	earlier := true
	for _, u := range distinctUses(all) {
		switch {
		case u.Item == it.ID && u.ID == e.ID:
			earlier = false
		case slices.ContainsFunc(all, func(x projections.FileUse) bool {
			return x.EvidenceUse == u.EvidenceUse && (x.Hash == e.File.Original || x.Hash == e.File.Kept)
		}):
			out = append(out, use{u, earlier})
		}
	}
	return out
}

// distinctUses leaves one use a fact, in the same order.
func distinctUses(all []projections.FileUse) []projections.FileUse {
	seen := map[events.EvidenceUse]bool{}
	return slices.DeleteFunc(slices.Clone(all), func(u projections.FileUse) bool {
		was := seen[u.EvidenceUse]
		seen[u.EvidenceUse] = true
		return was
	})
}

// useNote tells of another use; an item that the actor may not see is not named.
func (s *Server) useNote(ctx context.Context, a events.Actor, it projections.Item, e events.EvidenceRecorded, u use, sees map[string]bool) (useNote, error) {
	what, when := "这份文件", "已用在"
	if e.File.Picture() {
		what = "这张照片"
	}
	if !u.earlier {
		when = "又用在"
	}
	if u.Item == it.ID {
		return useNote{Text: fmt.Sprintf("%s %s %s这一件里，交了不止一次。", what, u.On, when)}, nil
	}
	may, known := sees[u.Number]
	if !known {
		_, err := s.see(ctx, u.Number, a)
		if may = err == nil; err != nil && !errors.Is(err, projections.ErrNotFound) {
			return useNote{}, err
		}
		sees[u.Number] = may
	}
	if !may {
		return useNote{Text: fmt.Sprintf("%s %s %s别的事项上。", what, u.On, when)}, nil
	}
	return useNote{Text: fmt.Sprintf("%s %s %s", what, u.On, when), To: &link{"/items/" + url.PathEscape(u.Number), u.Number}}, nil
}

// fileOf is the file of a piece of evidence, nil when it has none.
func fileOf(number string, e events.EvidenceRecorded, erased bool) *shownFile {
	f := e.File
	if f.IsZero() {
		return nil
	}
	if erased {
		return &shownFile{Says: fileWords[f.Type] + "，已按申请抹除"}
	}
	out := &shownFile{Href: "/items/" + url.PathEscape(number) + "/evidence/" + url.PathEscape(f.Object), Internal: !f.Cleaned, Says: fileWords[f.Type] + "，" + sizeWords(f.Size)}
	if f.Picture() {
		out.Thumb = out.Href + "/thumb"
		out.Alt = e.Shows.Zh() + "照片：" + e.Name
		if f.Cleaned {
			out.Public = photoPath(number, e.ID)
		}
		out.Says += fmt.Sprintf("，%d × %d", f.Width, f.Height)
	}
	return out
}

func sizeWords(n int) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", max(n>>10, 1))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// evidenceFile sends a file to somebody who may see its item.
func (s *Server) evidenceFile(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, item, err := s.fileAt(r, a)
	if err != nil {
		return err
	}
	data, err := s.cfg.Files.File(r.Context(), item, f.Object)
	if err != nil {
		return err
	}
	how := "attachment"
	if f.Picture() {
		how = "inline"
	}
	if d := mime.FormatMediaType(how, map[string]string{"filename": detect.Mask(s.open(r.Context(), f.Name))}); d != "" {
		how = d
	}
	w.Header().Set("Content-Disposition", how)
	sendFile(w, r, f.Type, f.Kept, data)
	return nil
}

// evidenceThumb sends the thumbnail of a picture.
func (s *Server) evidenceThumb(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, item, err := s.fileAt(r, a)
	if err != nil {
		return err
	}
	if !f.Picture() {
		return projections.ErrNotFound
	}
	data, err := s.cfg.Files.Thumb(r.Context(), item, f.Object)
	if err != nil {
		return err
	}
	sendFile(w, r, "image/jpeg", f.Kept+"-thumb", data)
	return nil
}

// fileAt finds the file that an address names among the facts of an item that the actor may
// see: what no fact names is not there, whatever the store holds.
func (s *Server) fileAt(r *http.Request, a events.Actor) (events.EvidenceFile, uuid.UUID, error) {
	none := events.EvidenceFile{}
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return none, uuid.Nil, err
	}
	object := r.PathValue("object")
	i := slices.IndexFunc(it.Detail.Evidence, func(e events.EvidenceRecorded) bool { return e.File.Object == object })
	if i < 0 || object == "" || s.cfg.Files == nil {
		return none, uuid.Nil, projections.ErrNotFound
	}
	if !it.ErasureOn.IsZero() { // asked for: from then on nobody opens it
		return none, uuid.Nil, events.ErrNoFile
	}
	item, err := uuid.Parse(it.ID)
	if err != nil {
		return none, uuid.Nil, fmt.Errorf("item id %q: %w", it.ID, err)
	}
	return it.Detail.Evidence[i].File, item, nil
}

// sendFile sends what others made. It may do nothing in the browser but be looked at, and no
// cache may give it out without asking whether that is still allowed.
func sendFile(w http.ResponseWriter, r *http.Request, kind, tag string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+strings.ReplaceAll(tag, `"`, "")+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}
