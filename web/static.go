package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

// The bundles in static/dist are made from static/src by `npm run build`. Where that was
// not run the sources themselves are sent: larger, and the same to look at.
//
//go:embed static
var staticFS embed.FS

// sources are what a bundle is made of, in order.
var sources = map[string][]string{"app.css": {"tokens.css", "app.css"}, "app.js": {"app.js"}, "photo.js": {"photo.js"}}

// bundle is one asset as it is sent.
type bundle struct {
	name     string // app.0123456789ab.css
	kind     string
	raw, zip []byte
}

var bundles = loadBundles("app.css", "app.js", "photo.js")

func loadBundles(names ...string) map[string]bundle {
	out := map[string]bundle{}
	for _, n := range names {
		raw, err := staticFS.ReadFile("static/dist/" + n)
		if err != nil {
			raw = nil
			for _, src := range sources[n] {
				part, err := staticFS.ReadFile("static/src/" + src)
				if err != nil {
					panic(err) // it was embedded
				}
				raw = append(raw, part...)
			}
		}
		sum := sha256.Sum256(raw)
		ext := path.Ext(n)
		b := bundle{name: strings.TrimSuffix(n, ext) + "." + hex.EncodeToString(sum[:6]) + ext, raw: raw, kind: "text/css; charset=utf-8"}
		if ext == ".js" {
			b.kind = "text/javascript; charset=utf-8"
		}
		var z bytes.Buffer
		w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
		if _, err := w.Write(raw); err == nil && w.Close() == nil {
			b.zip = z.Bytes()
		}
		out[n] = b
	}
	return out
}

// asset returns the address of a bundle. It changes with its content, so that a browser
// may keep it for ever.
func asset(name string) string {
	if b, ok := bundles[name]; ok {
		return "/static/" + b.name
	}
	return "/static/" + name
}

func staticFiles() http.Handler {
	byName := map[string]bundle{}
	for _, b := range bundles {
		byName["/static/"+b.name] = b
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, ok := byName[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", b.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := b.raw
		if b.zip != nil && takesGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = b.zip
		}
		_, _ = w.Write(body)
	})
}
