package open

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"xiaohao/projections"
)

// Entry is one entry of a feed.
type Entry struct {
	ID      string // what stays the same when the entry is told again
	Title   string
	Text    string
	Href    string // path on this site
	Updated time.Time
}

// Feed is a feed to be written as Atom (RFC 4287).
type Feed struct {
	Origin  string // https://example.cn, without a slash at the end
	Path    string // of the feed
	Page    string // path of the page that it follows
	Title   string
	Author  string
	Entries []Entry // newest first
}

// Of makes the entries of items. words is what a reader is told of the state.
func Of(items []projections.PublicItem, words func(projections.PublicItem) string) []Entry {
	out := make([]Entry, len(items))
	for i, it := range items {
		title := it.Summary
		if title == "" {
			title = it.Title
		}
		text := words(it) + "。"
		if it.Reply != "" {
			text += "答复：" + it.Reply
		}
		out[i] = Entry{ID: it.PublicID, Title: title, Text: text, Href: "/p/" + it.PublicID, Updated: it.Touched}
	}
	return out
}

// Story makes the entries of what happened to one item.
func Story(it projections.PublicItem) []Entry {
	out := make([]Entry, len(it.Timeline))
	for i, e := range it.Timeline {
		out[i] = Entry{ID: fmt.Sprintf("%s:%d.%d", it.PublicID, e.Sequence, e.Index), Title: e.Title, Text: e.Text, Href: fmt.Sprintf("/p/%s#u%d", it.PublicID, len(it.Timeline)-i), Updated: e.Recorded}
	}
	return out
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Content string   `xml:"content"`
}

// Write writes the feed.
func (f Feed) Write(w io.Writer) error {
	a := atomFeed{Lang: "zh-CN", ID: "urn:xiaohao:" + f.Path, Title: f.Title, Author: f.Author, Updated: stamp(time.Unix(0, 0)),
		Links: []atomLink{{"self", f.Origin + f.Path}, {"alternate", f.Origin + f.Page}}}
	var latest time.Time
	for _, e := range f.Entries {
		if e.Updated.After(latest) {
			latest = e.Updated
			a.Updated = stamp(latest)
		}
		a.Entries = append(a.Entries, atomEntry{"urn:xiaohao:" + e.ID, e.Title, stamp(e.Updated), atomLink{"alternate", f.Origin + e.Href}, e.Text})
	}
	return encode(w, a)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func encode(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return xml.NewEncoder(w).Encode(v)
}

type urlSet struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []urlLoc `xml:"url"`
}

type urlLoc struct {
	Loc string `xml:"loc"`
	Mod string `xml:"lastmod,omitempty"`
}

// Sitemap writes the addresses of pages and of items, at most the 50,000 that one file may
// hold.
func Sitemap(w io.Writer, origin string, pages []string, items []projections.PublicItem) error {
	var s urlSet
	for _, p := range pages {
		s.URLs = append(s.URLs, urlLoc{Loc: origin + p})
	}
	for _, it := range items[:min(len(items), 50_000-len(pages))] {
		s.URLs = append(s.URLs, urlLoc{origin + "/p/" + it.PublicID, stamp(it.Touched)})
	}
	return encode(w, s)
}
