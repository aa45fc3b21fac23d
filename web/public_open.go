package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/open"
)

// openRoutes are what programs read of released items, and with them their photos and
// letters.
func (s *Server) openRoutes() []route {
	return append(append(s.photoRoutes(), s.followRoutes()...), []route{
		{"GET /feed/{name}", s.feed},
		{"GET /p/{id}/feed.xml", s.storyFeed},
		{"GET /open", s.openPage},
		{"GET /open/{file}", s.openFile},
		{"GET /sitemap.xml", s.sitemap},
		{"GET /robots.txt", s.robots},
	}...)
}

// feedLength is how many items a feed tells of.
const feedLength = 50

// everything is the feed of all released items.
const everything = "all"

// feed tells of the newest items of a unit, an area or a category.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutSuffix(r.PathValue("name"), ".xml")
	if !ok || name == "" {
		return projections.ErrNotFound
	}
	f, title := projections.PublicFilter{Now: s.looked()[events.Now], Limit: feedLength}, "回音壁"
	if name != everything {
		title = name
		var err error
		if f.About, err = s.about(r.Context(), name); err != nil {
			return err
		}
	}
	items, _, total, err := s.reads.PublicItems(r.Context(), f)
	if err != nil {
		return err
	}
	if total == 0 && name != everything {
		return projections.ErrNotFound
	}
	return s.sendFeed(w, r, open.Feed{Page: "/echo", Title: title + " - " + s.cfg.Site, Entries: open.Of(items, func(it projections.PublicItem) string { return publicMark(it.State).word })})
}

// storyFeed tells what happens to one released item.
func (s *Server) storyFeed(w http.ResponseWriter, r *http.Request) error {
	it, err := s.reads.PublicByID(r.Context(), domain.NormalizeCode(r.PathValue("id")))
	if err != nil {
		return err
	}
	title := it.Summary
	if title == "" {
		title = it.Title
	}
	return s.sendFeed(w, r, open.Feed{Page: "/p/" + it.PublicID, Title: title + " - " + s.cfg.Site, Entries: open.Story(it)})
}

func (s *Server) sendFeed(w http.ResponseWriter, r *http.Request, f open.Feed) error {
	f.Origin, f.Path, f.Author = s.origin(r), r.URL.EscapedPath(), s.cfg.Owner
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return err
	}
	return sendOpen(w, r, "application/atom+xml; charset=utf-8", b.Bytes())
}

// origin is where the reader has this site from.
func (s *Server) origin(r *http.Request) string {
	if s.cfg.Proxies.Secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// sendOpen sends bytes that a reader who has them already need not fetch again.
func sendOpen(w http.ResponseWriter, r *http.Request, kind string, data []byte) error {
	sum := sha256.Sum256(data)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-cache") // may be kept, is asked about each time
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	return nil
}

// OpenPage offers the open data and says what is in it.
type OpenPage struct {
	Page
	Years  []int
	Fields []open.Field
}

// firstYear is the earliest of which there may be a file: the campaign in which striking off
// by number began.
const firstYear = 2013

func (s *Server) openPage(w http.ResponseWriter, r *http.Request) error {
	p := OpenPage{Page: s.page(r, "公开数据", "open"), Fields: open.Fields}
	for year := s.today().Year(); year >= firstYear; year-- {
		_, _, n, err := s.reads.PublicItems(r.Context(), projections.PublicFilter{Year: year, Limit: 1})
		if err != nil {
			return err
		}
		if n > 0 {
			p.Years = append(p.Years, year)
		}
	}
	return s.render(w, http.StatusOK, "open", p)
}

// openFile sends the released items that were registered in one year: 2026.csv, 2026.json.
func (s *Server) openFile(w http.ResponseWriter, r *http.Request) error {
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	year, err := strconv.Atoi(name)
	if err != nil || year < firstYear || year > s.today().Year() || kind != "csv" && kind != "json" {
		return projections.ErrNotFound
	}
	items, err := s.allReleased(r, projections.PublicFilter{Year: year})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if kind == "csv" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
		if err := open.CSV(&b, items); err != nil {
			return err
		}
		return sendOpen(w, r, "text/csv; charset=utf-8", b.Bytes())
	}
	if err := open.JSON(&b, items); err != nil {
		return err
	}
	return sendOpen(w, r, "application/json", b.Bytes())
}

// allReleased reads every page of a list.
func (s *Server) allReleased(r *http.Request, f projections.PublicFilter) (all []projections.PublicItem, err error) {
	f.Limit = 1000
	for {
		items, next, _, err := s.reads.PublicItems(r.Context(), f)
		if err != nil {
			return nil, err
		}
		if all = append(all, items...); next == "" {
			return all, nil
		}
		f.After = next
	}
}

// sitemap names the pages that a search engine may know; a demonstration names none.
func (s *Server) sitemap(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Demo {
		return projections.ErrNotFound
	}
	items, err := s.allReleased(r, projections.PublicFilter{})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := open.Sitemap(&b, s.origin(r), []string{"/", "/raise", "/q", "/echo", "/how", "/open", "/roots"}, items); err != nil {
		return err
	}
	return sendOpen(w, r, "application/xml; charset=utf-8", b.Bytes())
}

func (s *Server) robots(w http.ResponseWriter, r *http.Request) error {
	text := "User-agent: *\nDisallow: /\n"
	if !s.cfg.Demo {
		text = "User-agent: *\nDisallow: /api/\nDisallow: /act\nDisallow: /follow/\nSitemap: " + s.origin(r) + "/sitemap.xml\n"
	}
	return sendOpen(w, r, "text/plain; charset=utf-8", []byte(text))
}
