package main

import (
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// river writes a photo of a river that is silted, or not, into a file.
func river(t *testing.T, name string, silt bool) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	for y := range 900 {
		for x := range 1200 {
			c := color.RGBA{150, 190, 225, 255} // sky
			switch bank := 380 + (x*x/9000+x/7)%37; {
			case y > bank && x > y-200 && x < 1500-y:
				c = color.RGBA{60, 110 + uint8(y/20), 140, 255}
				if silt && (x/40+y/30)%3 != 0 {
					c = color.RGBA{120, 95, 60, 255}
				}
			case y > bank:
				c = color.RGBA{90, 130 + uint8(x%20), 70, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, m, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPhotosInTheBrowser hands in photos of before and after by the form, as a person does,
// and looks at them beside each other; the same photo on another item is flagged.
func TestPhotosInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit := "增口乡"
	working := func(text string) string {
		n := s.raise(fields{"text": text, "category": "民生"}).Number
		s.do("clerk", n, "accept", fields{"title": "疏通河道", "category": "民生", "mode": "IMMEDIATE"})
		s.do("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD", "task": "清淤"}}})
		s.do(staff(unit, "UNIT_LIAISON"), n, "sign", nil)
		return n
	}
	n, other := working("门前的河堵了，一下雨就倒灌。"), working("渠道也堵了。")
	b := s.open(t, 1280, staff(unit, "HANDLER"))
	hand := func(number, title, phase, file string) {
		b.goTo("/items/" + number + "/record_evidence")
		b.fill("title", title)
		b.choose("kind", "RESULT", "shows", phase)
		b.act(chromedp.SetUploadFiles(`input[type=file]`, []string{file}))
		b.press("登记佐证")
		s.settled()
	}
	page := filepath.Join(t.TempDir(), "网页.jpg")
	if err := os.WriteFile(page, []byte("<html><script>alert(1)</script>"), 0o600); err != nil {
		t.Fatal(err)
	}
	hand(n, "清淤以后", "AFTER", page)
	b.must("这是网页或矢量图")
	b.axe()
	b.shot("evidence-form-1280")
	b.act(chromedp.EmulateViewport(375, 900))
	b.shot("evidence-form-375")
	b.act(chromedp.EmulateViewport(1280, 900))

	before, after := river(t, "张三家门口.jpg", true), river(t, "IMG_0002.jpg", false)
	hand(n, "清淤以前", "BEFORE", before)
	hand(n, "清淤以后", "AFTER", after)
	hand(other, "渠道清好了", "AFTER", after)
	for _, width := range []int64{1280, 375} {
		b.act(chromedp.EmulateViewport(width, 900))
		for name, number := range map[string]string{"evidence": n, "evidence-twice": other} {
			b.goTo("/items/" + number)
			b.must("整改前", "整改后", "请核对")
			b.until(`[...document.querySelectorAll('.pair img')].every(i => { i.loading = 'eager'; return i.complete && i.naturalWidth > 0 })`)
			b.axe()
			if width == 1280 {
				b.shot(name + "-1280")
			} else {
				b.shot(name + "-375")
			}
		}
	}
	if says := b.goTo("/items/" + other); !strings.Contains(says, "已用在 "+n) || strings.Contains(says, "张三") {
		t.Errorf("the other item says %s", says)
	}
}
