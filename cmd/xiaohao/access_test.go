package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestEverybodysPages looks at raising and asking as people with other eyes, hands and
// machines have it: 320 px wide, text at 200 %, forced colours, no motion. Without a mouse and
// without scripts are TestKeyboard and TestWithoutScript.
func TestEverybodysPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.raise(fields{"text": "曹氏服装厂门口没有站牌，晚上九点以后没有公交车，下班回不了家。", "area": "增口乡", "category": "民生"})
	b := s.open(t, 320, "")
	b.narrow()
	b.goTo("/raise")
	b.narrow()
	b.fill("text", "QG-2026-000099999999999999999999999999999999999999999999 号路灯不亮")
	b.goTo("/how")
	b.goTo("/raise") // what was typed is still there
	if kept := b.value(`document.querySelector('[name=text]').value`); !strings.HasSuffix(kept, "号路灯不亮") {
		t.Errorf("of the draft %q is left", kept)
	}
	b.press("下一步") // refused: nobody said for whom
	b.narrow()
	b.must("有 1 处要改一改")
	if focus := b.value(`document.activeElement.className`); focus != "errsum" {
		t.Errorf("after an error the focus is at %q, not at the summary", focus)
	}
	b.choose("behalf", "SELF")
	for _, title := range []string{"在哪里，哪一类", "怎么找您", "核对一下"} {
		b.press("下一步")
		b.must(title)
		b.narrow()
	}
	b.press("就这样") // a long number stands in the words
	b.must("收到了")
	b.narrow()
	if left := b.value(`JSON.stringify(localStorage)`); left != "{}" {
		t.Errorf("after the receipt the device keeps %s", left)
	}
	b.query(a.Number, a.Code)
	b.must("待受理")
	b.narrow()

	for _, path := range []string{"/", "/raise", "/q"} { // 大字版, 高对比
		b.goTo(path + "?size=large&contrast=high")
		if set := b.value(`document.documentElement.dataset.size + ' ' + document.documentElement.dataset.contrast`); set != "large high" {
			t.Errorf("%s is shown %s", path, set)
		}
		b.narrow()
		b.axe()
		b.shot("large" + strings.ReplaceAll(path, "/", "-"))
	}
	b.goTo("/?size=normal&contrast=normal")
	for _, path := range []string{"/raise", "/q"} {
		b.media("forced-colors", "active")
		b.goTo(path)
		// What is a control must have an edge of its own: backgrounds are gone.
		if bare := b.value(`[...document.querySelectorAll('main button, main input:not([type=hidden]), main textarea, main select')].filter(e => e.offsetParent && !e.closest('.vh') && !/radio|checkbox/.test(e.type) && // those the system draws
			parseFloat(getComputedStyle(e).borderTopWidth) === 0).map(e => e.name || e.innerText).join('、')`); bare != "" {
			t.Errorf("%s in forced colours: nothing shows where %s is", path, bare)
		}
		b.media("prefers-reduced-motion", "reduce")
		b.goTo(path)
		if moving := b.value(`String(document.getAnimations().length + [...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration.split(',').some(d => parseFloat(d) > 0.01)).length)`); moving != "0" {
			t.Errorf("%s: %s elements move", path, moving)
		}
	}
}

// narrow fails when the page scrolls sideways as it is, or with its text at 200 %.
func (b *browser) narrow() {
	b.t.Helper()
	for _, size := range []string{"", "200%"} {
		wide := b.value(`(() => { const r = document.documentElement; r.style.fontSize = '` + size + `'; const wide = r.scrollWidth > r.clientWidth;
			const who = wide ? [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > r.clientWidth + 1).map(e => e.outerHTML.slice(0, 90)).slice(0, 3).join(' | ') || 'something' : '';
			r.style.fontSize = ''; return who })()`)
		if wide != "" {
			b.t.Errorf("at 320 px, text %s, the page %s scrolls sideways: %s", size, b.value(`location.pathname`), wide)
		}
	}
}

// media lets the browser say that its user has set something, and nothing else.
func (b *browser) media(name, value string) {
	b.t.Helper()
	b.act(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: name, Value: value}}})
		return err
	}))
}
