package main

import (
	"io"
	"log/slog"
	"testing"
)

// TestErasureInTheBrowser asks for it as the office does and looks at what is left for the
// office and for the petitioner.
func TestErasureInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := confess(t, s.stack, "QG-2026-000001")
	s.settled()
	b := s.open(t, 1280, "clerk")
	b.goTo("/items/" + c.number)
	b.must(c.secrets[0], "申请抹除个人信息")
	b.step("clerk", c.number, "request_erasure", "申请抹除个人信息", func() {
		b.choose("reason", "WISH", "asked", "PERSON")
		b.fill("ground", "申请书 2026-3 号")
		b.shot("erasure-form-1280")
		b.axe()
	})
	t.Cleanup(s.stack.startEraser(slog.New(slog.NewTextHandler(io.Discard, nil))))
	erased(t, s.stack, c.id)
	s.settled()
	b.goTo("/items/" + c.number)
	b.must("个人信息已按申请抹除", "个人信息抹除完毕", c.title)
	b.axe()
	b.shot("erased-1280")

	p := s.open(t, 375, "")
	p.query(c.number, c.code)
	p.must("个人信息已按申请抹除。", c.title)
	p.axe()
	p.shot("erased-answer-375")
}
