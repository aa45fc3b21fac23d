package main

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// publicOf is the public id of an item.
func (s *site) publicOf(number string) string {
	s.t.Helper()
	var it struct {
		PublicID string `json:"public_id"`
	}
	if err := json.Unmarshal([]byte(s.call("clerk", "GET", "/api/v1/items/"+number, nil).Body), &it); err != nil || it.PublicID == "" {
		s.t.Fatalf("no public id of %s: %v", number, err)
	}
	return it.PublicID
}

var publicPhotos = regexp.MustCompile(`/p/\w+/photo/\w+`)

// TestPhotoForThePublic covers a part of a photo by drawing on it, has another person release
// it, and reads it as anybody: what was handed in never leaves, what was covered is gone, and
// it goes with the item.
func TestPhotoForThePublic(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit := "增口乡"
	n := s.raise(fields{"text": "河堵了。", "category": "民生"}).Number
	s.do("clerk", n, "accept", fields{"title": "疏通河道", "category": "民生", "mode": "IMMEDIATE"})
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD", "task": "清淤"}}})
	s.do(staff(unit, "UNIT_LIAISON"), n, "sign", nil)
	b := s.open(t, 1280, staff(unit, "HANDLER"))
	b.goTo("/items/" + n + "/record_evidence")
	b.fill("title", "清淤以后")
	b.choose("kind", "RESULT", "shows", "AFTER")
	b.act(chromedp.SetUploadFiles(`input[type=file]`, []string{river(t, "after.jpg", false)}))
	b.press("登记佐证")
	s.settled()
	object := regexp.MustCompile(`/items/[\w-]+/evidence/(\w+)/thumb`).FindStringSubmatch(s.call("clerk", "GET", "/items/"+n, nil).Body)[1]

	b.as("publisher")
	b.goTo("/items/" + n)
	b.press("涂去隐私")
	path := b.value(`location.pathname`)
	b.until(`document.querySelector('.cover img').naturalWidth > 0`)
	b.drag(`.cover svg`, 0.1, 0.1, 0.4, 0.6)
	b.drag(`.cover svg`, 0.9, 0.9, 0.9, 0.9) // a click covers nothing
	if got := b.value(`['x','y','w','h'].map(k => Math.round(document.querySelector('[name="areas.0.' + k + '"]').value)).join() + document.querySelector('[name="areas.1.x"]').value`); got != "10,10,30,50" {
		t.Errorf("drawn: %s", got)
	}
	b.axe()
	b.press("盖好了")
	b.must("还没有填")
	b.choose("looked", "1")
	b.press("盖好了")
	b.must("盖住 1 处", "您涂的，要由另一个人核")
	s.settled()
	b.axe()

	s.do("publisher", n, "draft_public_text", fields{"summary": "河堵了"})
	s.do("publisher2", n, "release", nil)
	public := "/p/" + s.publicOf(n)
	if body := s.call("", "GET", public, nil).Body; publicPhotos.MatchString(body) {
		t.Error("a photo that nobody has looked at is public")
	}
	b.as("publisher2")
	b.goTo(path)
	b.press("核过了")
	s.settled()
	b.goTo(path)
	b.must("核过，可以公开")
	b.axe()
	photo := publicPhotos.FindString(s.call("", "GET", public, nil).Body)
	a := s.call("", "GET", photo, nil)
	m, err := jpeg.Decode(bytes.NewReader([]byte(a.Body)))
	if err != nil || a.Status != http.StatusOK {
		t.Fatalf("%s: %d %v", photo, a.Status, err)
	}
	at := func(x, y float64) [3]uint32 {
		r, g, b, _ := m.At(int(x*float64(m.Bounds().Dx())), int(y*float64(m.Bounds().Dy()))).RGBA()
		return [3]uint32{r >> 8, g >> 8, b >> 8}
	}
	if in, out := at(0.2, 0.3), at(0.6, 0.3); in[0] > 0x80 || out[0] < 0x80 {
		t.Errorf("covered %v, beside it %v", in, out)
	}
	if a := s.call("", "GET", photo+"/thumb", nil); a.Status != http.StatusOK || a.Header.Get("ETag") == "" {
		t.Errorf("thumbnail: %d", a.Status)
	}
	for _, p := range []string{public + "/photo/" + object, public + "/photo/" + object + "/thumb", strings.Replace(photo, "/p/", "/p/X", 1), "/items/" + n + "/evidence/" + object} {
		if a := s.call("", "GET", p, nil); a.Status == http.StatusOK {
			t.Errorf("%s is public", p)
		}
	}
	s.lookAtPhotoPages(b, public, path)
	s.do("publisher", n, "unpublish", fields{"reason": "要改"})
	if a := s.call("", "GET", photo, nil); a.Status != http.StatusNotFound {
		t.Errorf("the photo of an item that was taken down: %d", a.Status)
	}
}

// lookAtPhotoPages takes their pictures at both widths.
func (s *site) lookAtPhotoPages(b *browser, paths ...string) {
	for i, width := range []int64{1280, 375} {
		b.act(chromedp.EmulateViewport(width, 900))
		for j, p := range paths {
			b.goTo(p)
			b.until(`[...document.querySelectorAll('main img')].every(i => { i.loading = 'eager'; return i.complete && i.naturalWidth > 0 })`)
			b.axe()
			b.shot([]string{"released-photo", "photo"}[j] + []string{"-1280", "-375"}[i])
		}
	}
}

// drag presses the mouse at one point of an element, in parts of its size, and lets go at
// another.
func (b *browser) drag(sel string, x0, y0, x1, y1 float64) {
	b.t.Helper()
	box, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]float64](`(() => { const e = document.querySelector('`+sel+`'); e.scrollIntoView({ block: 'start' });
		const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height] })()`))
	if err != nil {
		b.t.Fatal(err)
	}
	mouse := func(kind input.DispatchMouseEventType, x, y float64) {
		b.act(chromedp.MouseEvent(kind, box[0]+x*box[2], box[1]+y*box[3], chromedp.ButtonLeft))
	}
	mouse(chromedp.MousePressed, x0, y0)
	mouse(chromedp.MouseMoved, x1, y1)
	mouse(chromedp.MouseReleased, x1, y1)
}
