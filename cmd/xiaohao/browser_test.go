package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is one tab of a real Chromium at one width.
type browser struct {
	t   *testing.T
	s   *site
	ctx context.Context
}

// chromium is where the browser is; Debian and others name it differently.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium found")
	}
	t.Skip("no Chromium found: install the package chromium")
	return ""
}

// open starts a tab of the given width, acting as somebody.
func (s *site) open(t *testing.T, width int64, as string) *browser {
	t.Helper()
	return s.openFor(t, 3*time.Minute, width, as)
}

// openFor is open for a test that takes long.
func (s *site) openFor(t *testing.T, last time.Duration, width int64, as string) *browser {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, last)
	t.Cleanup(cancel)
	b := &browser{t: t, s: s, ctx: ctx}
	b.act(chromedp.EmulateViewport(width, 900))
	b.as(as)
	return b
}

func (b *browser) act(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.shot("failed")
		where, _ := chromedp.Run(b.ctx, chromedp.Location())
		b.t.Fatalf("at %s: %v", where, err)
	}
}

// as switches whom the browser acts as: the cookie that /act sets.
func (b *browser) as(key string) {
	b.t.Helper()
	b.act(chromedp.Navigate(b.s.url + "/how"))
	cookie := "act=" + strings.ReplaceAll(url.QueryEscape(key), "+", "%20")
	b.eval(`document.cookie = "` + cookie + `; path=/"`)
	b.until(`document.cookie.split('; ').includes("` + cookie + `")`) // setting it does not wait until it is set
}

// noScript switches JavaScript off in the pages of the tab; what the test asks them still runs.
func (b *browser) noScript() {
	b.t.Helper()
	b.act(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

func (b *browser) eval(js string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](js)); err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
}

// value asks the page for a text.
func (b *browser) value(js string) string {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](js))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return out
}

// goTo opens a path and returns what the page says.
func (b *browser) goTo(path string) string {
	b.t.Helper()
	b.act(chromedp.Navigate(b.s.url + path))
	return b.says()
}

func (b *browser) says() string {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(strings.Fields(out), " ")
}

// must fails unless the page says each of the words.
func (b *browser) must(words ...string) {
	b.t.Helper()
	page := b.says()
	for _, w := range words {
		if !strings.Contains(page, w) {
			b.shot("missing")
			b.t.Fatalf("page does not say %q:\n%s", w, page)
		}
	}
}

// fill types into fields by name, as a person does.
func (b *browser) fill(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		b.eval(fmt.Sprintf(`(() => { const e = [...document.querySelectorAll('[name=%q]')].find(e => e.offsetParent);
			if (!e) throw new Error('no field %s'); e.focus(); e.select(); })()`, pairs[i], pairs[i]))
		b.keys(pairs[i+1])
	}
}

// choose sets selects, dates and radio buttons by name and value.
func (b *browser) choose(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		b.eval(fmt.Sprintf(`(() => {
			const all = [...document.querySelectorAll('[name=%q]')];
			if (all.length === 0) throw new Error('no field %s');
			const radio = all.find(e => (e.type === 'radio' || e.type === 'checkbox') && (e.value === %q || all.length === 1));
			if (radio) { radio.click(); return; }
			all[0].value = %q;
			if (all[0].value !== %q) throw new Error('field %s does not take %s');
		})()`, pairs[i], pairs[i], pairs[i+1], pairs[i+1], pairs[i+1], pairs[i], pairs[i+1]))
	}
}

// press clicks the first visible button or link with that text and waits for the next page.
func (b *browser) press(text string) {
	b.t.Helper()
	b.eval(`window.__old = true`)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`(() => {
		const e = [...document.querySelectorAll('main button:not([disabled]), main a')].find(e => e.innerText.replace(/\s+/g, '').startsWith(%q) && e.offsetParent);
		if (!e) return false; e.click(); return true; })()`, text)))
	if err != nil || !found {
		b.shot("press")
		b.t.Fatalf("no button %q (%v):\n%s", text, err, b.says())
	}
	b.next()
}

// next waits until the page that press or enter left is gone and the new one is read.
func (b *browser) next() {
	b.t.Helper()
	b.until(`!window.__old && document.readyState === 'complete'`)
}

// until asks the page until the expression is true. An answer that is lost because the
// page just goes away is asked for again.
func (b *browser) until(js string) {
	b.t.Helper()
	for {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](js)); err == nil && ok {
			return
		}
		select {
		case <-b.ctx.Done():
			b.t.Fatalf("never true: %s", js)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// keys sends keystrokes to whatever has the focus.
func (b *browser) keys(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.act(chromedp.KeyEvent(k))
	}
}

// tabTo presses Tab until the field of that name, or the button of that text, has the focus.
func (b *browser) tabTo(name string) {
	b.t.Helper()
	for range 120 {
		b.keys(kb.Tab)
		got, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`(() => { const e = document.activeElement;
			return e.name === %q || (/BUTTON|A/.test(e.tagName) && e.innerText.replace(/\s+/g, '').startsWith(%q)); })()`, name, name)))
		if err != nil {
			b.t.Fatal(err)
		}
		if got {
			return
		}
	}
	b.t.Fatalf("Tab never reaches %q", name)
}

// shots is where screenshots go when asked for: make shots.
var shots = os.Getenv("XIAOHAO_SHOTS")

// shot saves the page as a picture when screenshots are asked for.
func (b *browser) shot(name string) {
	b.t.Helper()
	if shots == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		png, err = fewColours(png)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(shots, name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Log(err)
	}
}

// axe fails the test when axe-core finds anything on the page, or when it scrolls sideways.
func (b *browser) axe() {
	b.t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		b.t.Fatalf("axe-core is not installed: run make setup (%v)", err)
	}
	b.eval(string(src) + "; 0")
	raw, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})
		.then(r => JSON.stringify(r.violations.map(v => ({id: v.id, nodes: v.nodes.map(n => n.html.slice(0, 200) + ' :: ' + n.failureSummary)}))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("axe: %v", err)
	}
	var found []struct {
		ID    string
		Nodes []string
	}
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		b.t.Fatal(err)
	}
	where, _ := chromedp.Run(b.ctx, chromedp.Location())
	for _, v := range found {
		b.t.Errorf("axe: %s at %s:\n%s", v.ID, where, strings.Join(v.Nodes, "\n"))
	}
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`))
	if err != nil || wide {
		b.t.Errorf("%s scrolls sideways (%v)", where, err)
	}
}
