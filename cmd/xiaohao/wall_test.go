package main

import (
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// screen serves the pages of a site at an address at which they can be switched off and on.
type screen struct {
	t    *testing.T
	addr string
	srv  *http.Server
}

func (x *screen) on(h http.Handler) {
	x.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(x.t.Context(), "tcp", x.addr)
	if err != nil {
		x.t.Fatal(err)
	}
	x.addr, x.srv = l.Addr().String(), &http.Server{Handler: h}
	go func() { _ = x.srv.Serve(l) }()
}

// off takes away the server and every connection to it, as a power cut does.
func (x *screen) off() {
	x.t.Helper()
	if err := x.srv.Close(); err != nil {
		x.t.Fatal(err)
	}
}

// fits fails unless the page and each of its parts is seen without scrolling.
func (b *browser) fits() {
	b.t.Helper()
	cut := b.value(`[document.documentElement, document.body, ...document.querySelectorAll('main, main>section')]
		.filter(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
		.map(e => e.tagName + ' ' + e.scrollWidth + '×' + e.scrollHeight + ' in ' + e.clientWidth + '×' + e.clientHeight).join(', ')`)
	if cut != "" {
		b.shot("wall-cut")
		b.t.Errorf("does not fit: %s", cut)
	}
}

// TestWall hangs the wall in a browser: everything fits, a change shows by itself, a server
// that goes away is said with the age of the figures, and one that comes back renews them.
// What is 举报 is not on it.
func TestWall(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var last string
	for i := range 12 {
		n := s.raise(fields{"text": "河道淤积，水流堵塞", "category": "民生"}).Number
		s.do("clerk", n, "accept", fields{"title": fmt.Sprintf("坝头溪第 %d 段淤积，下雨天水流不走，两岸农田和村道被淹", i+1), "category": "民生", "mode": "IMMEDIATE"})
		s.do("clerk", n, "link_leader", fields{"leader": fields{"id": "l1", "post": "区分管领导"}})
		s.do("clerk", n, "assign", fields{"units": []fields{{"unit": "区农林水局", "part": "LEAD", "task": "疏浚"}}})
		last = n
	}
	conduct := s.raise(fields{"text": "收受红包", "category": "作风"}).Number
	s.do("clerk", conduct, "accept", fields{"title": "收受红包一事核查", "category": "作风", "mode": "IMMEDIATE", "class": "CONDUCT", "complained_of": []string{"区民政局"}})
	s.ahead.Store(20)
	x := &screen{t: t, addr: "127.0.0.1:0"}
	x.on(s.web)
	s.url = "http://" + x.addr
	b := s.open(t, 1920, "clerk")
	b.act(chromedp.EmulateViewport(1920, 1080))
	page := b.goTo("/board/wall")
	b.must("卡住的 12 件", "另有 4 件", "一共 12 件", "本周销号 0 件")
	if page == "" || s.total("clerk", "class=ORDINARY&group=BASE") != 12 {
		t.Errorf("the wall counts 12, its list %d", s.total("clerk", "class=ORDINARY&group=BASE"))
	}
	for _, size := range [][2]int64{{1024, 768}, {1366, 768}, {3840, 2160}, {1920, 1080}} { // whatever hangs in the room
		b.act(chromedp.EmulateViewport(size[0], size[1]))
		b.fits()
		b.axe()
	}
	b.shot("wall")
	b.act(chromedp.EmulateViewport(375, 900)) // and a phone, where it is read from top to bottom
	b.axe()
	b.shot("wall-375")
	b.act(chromedp.EmulateViewport(1920, 1080))
	s.do("leader|l1|区分管领导", last, "terminate", fields{"ground": "BEYOND_DUTY", "reason": "超出职责，已告知走法律途径"})
	b.becomes("一共 11 件")
	x.off()
	b.becomes("连不上服务器")
	b.must("这一页的数是刚才的")
	b.fits()
	b.shot("wall-lost")
	x.on(s.web)
	b.until(`document.getElementById('age').hidden`)
	b.must("一共 11 件")
}
