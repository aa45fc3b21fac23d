//go:build !race

// One browser does one thing after the other: `make test` runs it beside TestWalk.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// notByForm are the commands that have no form of their own, and why.
var notByForm = map[string]string{
	"raise":              "the steps of /raise: TestWithoutScript",
	"escalate":           "the program's: a deadline has come",
	"recompute_deadline": "the program's: the calendar changed",
	"draw_look_back":     "the program's: a quarter has ended",
	"complete_erasure":   "the program's: the keys are destroyed",
	"record_claim":       "the import's",
	"expire_release":     "the program's: a notice has expired",
	"reveal":             "a button beside what is masked: TestRevealInTheBrowser",
	"redact_photo":       "photos have pages of their own: TestPhotosInTheBrowser",
	"release_photo":      "photos have pages of their own: TestPhotosInTheBrowser",
	"unpublish_photo":    "photos have pages of their own: TestPhotosInTheBrowser",
	"add_photo":          "takes a file: TestPhotosInTheBrowser",
}

// TestFormsWithoutScript gives every command by its form with JavaScript switched off, over lives
// that nobody wrote down; and looks at each form, refused where something must be filled in, with
// axe.
func TestFormsWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l := newRandomLives(t, s, 11)
	l.play(24, 1)
	raised := func(c domain.Raise) string { // what chance seldom comes to
		t.Helper()
		rc, err := s.stack.desk.Do(t.Context(), domain.Order{ID: l.newID(), Command: c, Actor: demoIntake, Code: livesCode})
		if err != nil {
			t.Fatal(err)
		}
		l.items = append(l.items, rc.Item)
		s.settled()
		return rc.Number
	}
	raised(domain.Raise{Text: "路灯不亮", Channel: events.ByWeb, Preset: events.CountyLedger}.Doubted(events.NoProof))
	for range 3 {
		closed := raised(domain.Raise{Text: "路灯不亮", Channel: events.ByVisit, Preset: events.CountyLedger})
		s.toRectified(closed, "增口乡", nil)
		s.toClosed(closed, "增口乡", true)
	}
	off, on := s.openFor(t, 10*time.Minute, 1280, ""), s.openFor(t, 10*time.Minute, 375, "")
	off.noScript()

	left := map[string]bool{}
	for _, spec := range domain.Specs() {
		if notByForm[spec.Name] == "" {
			left[spec.Name] = true
		}
	}
	for n := 0; len(left) > 0; n++ {
		if n == 12_000 {
			t.Fatalf("never came to: %v", slices.Sorted(maps.Keys(left)))
		}
		if n%25 == 0 {
			s.ahead.Add(1)
		}
		if n%50 == 0 { // others come to their ends
			l.raise()
		}
		item := one(l, l.items...)
		x, c, ok := l.wanted(item, left)
		switch {
		case !ok:
			l.step(item)
		case l.byForm(off, on, item, x, c):
			delete(left, x.spec.Name)
		default:
			t.Errorf("%s by %s: refused by the page, and not by the rules", x.spec.Name, x.by.Post)
		}
	}
}

// leadsTo is what has to come before commands that chance hardly comes to; before that again what
// leads to it.
var leadsTo = map[string]string{"reject_return": "request_return", "open_arbitration": "request_return", "uphold_return": "request_return", "decide_arbitration": "open_arbitration",
	"deny_extension": "request_extension", "grant_extension": "request_extension", "deny_pause": "request_pause", "grant_pause": "request_pause", "send_back_plan": "submit_plan",
	"approve_plan": "submit_plan", "endorse_exemption": "request_exemption", "decide_exemption": "endorse_exemption", "review_suspension": "suspend", "resume": "suspend", "unmerge": "merge",
	"review_standing": "make_standing", "pass_look_back": "close", "file_upward": "close", "close": "close_publicity", "close_publicity": "open_publicity", "open_publicity": "issue_reply",
	"issue_reply": "check_site", "check_site": "sign_off", "sign_off": "apply_closure", "apply_closure": "report_rectified", "report_rectified": "record_evidence"}

// wanted finds a command of those left that somebody may give the item, filled in so that no rule
// refuses it; or gives one that leads to it. Items that not everybody may know of are left to
// chance.
func (l *randomLives) wanted(item uuid.UUID, left map[string]bool) (x offer, c domain.Command, ok bool) {
	l.t.Helper()
	it, desk := l.look(item), l.s.stack.desk
	if it.Class != events.Ordinary && it.Class != "" {
		return x, nil, false
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		for first := true; name != ""; first, name = false, leadsTo[name] {
			o, spec, is := l.order(it, name)
			switch {
			case !is:
			case first:
				return offer{spec, o.Actor}, o.Command, true
			default:
				if _, err := desk.Do(context.Background(), o); err != nil && len(domain.RefusalsOf(err)) == 0 {
					l.t.Fatalf("%s by %s: %v", name, o.Actor.Post, err)
				}
				return x, nil, false
			}
		}
	}
	return x, nil, false
}

// order makes a command that somebody may give the item, filled in so that no rule refuses it.
func (l *randomLives) order(it *domain.Item, name string) (o domain.Order, spec domain.Spec, ok bool) {
	l.t.Helper()
	spec, is := domain.SpecOf(name)
	if !is || !slices.Contains(spec.From, it.State) {
		return o, spec, false
	}
	desk, people := l.s.stack.desk, slices.Clone(l.people)
	if spec.Scope == rights.ByCode { // the petitioner himself first: he is the last
		slices.Reverse(people)
	}
	for _, a := range people {
		if spec.Allows(it, desk.Situation(a)) != nil {
			continue
		}
		for range 5 {
			o = domain.Order{ID: l.newID(), Item: it.ID, Actor: a, Command: l.command(spec, it)}
			if m, is := o.Command.(*domain.Merge); is {
				o.Into = one(l, l.items...)
				m.Into = l.look(o.Into).Number
			}
			_, err := desk.Preview(context.Background(), o)
			if err == nil || name == "unmerge" || name == "split" { // which take another item
				return o, spec, true
			}
			if len(domain.RefusalsOf(err)) == 0 {
				l.t.Fatalf("%s by %s: %v", name, a.Post, err)
			}
		}
	}
	return o, spec, false
}

// byForm gives a command by its form without scripts, after axe has looked at the form with
// them. False when a rule refuses what chance has filled in: then the page must say so.
func (l *randomLives) byForm(off, on *browser, item uuid.UUID, x offer, c domain.Command) bool {
	l.t.Helper()
	l.s.settled()
	it := l.look(item)
	filled := l.typed(c)
	byCode := x.spec.Scope == rights.ByCode && x.by.Role == events.Petitioner
	path := "/items/" + it.Number + "/" + x.spec.Name
	open := func(b *browser) {
		b.as(l.key(x.by))
		if !byCode {
			b.goTo(path)
			return
		}
		b.goTo("/q")
		b.fill("no", it.Number, "code", livesCode)
		b.press("查")
	}
	if !byCode {
		open(on)
		if on.value(`String(document.querySelector('main form') !== null)`) != "true" {
			l.t.Fatalf("%s by %s of %s (%s): no form:\n%s", x.spec.Name, x.by.Post, it.Number, it.State, on.says())
		}
		if on.empties(x.spec) {
			on.eval(`window.__old = true; document.querySelector('main form').requestSubmit()`)
			on.next()
			on.must("要改一改")
		}
		on.axe()
	}
	open(off)
	off.send(filled, x.spec, byCode)
	l.s.settled()
	if now := l.look(item); now.Rev > it.Rev || now.MergedInto != it.MergedInto {
		off.must(it.Number)
		return true
	}
	if says := off.says(); !strings.Contains(says, "要改一改") && !strings.Contains(says, "现在不能") {
		off.shot(x.spec.Name)
		l.t.Fatalf("%s by %s of %s (%s): nothing happened and the page does not say why:\n%v\n%s", x.spec.Name, x.by.Post, it.Number, it.State, filled, says)
	}
	return false
}

// empties empties what must be filled in, and reports whether there was anything.
func (b *browser) empties(spec domain.Spec) (any bool) {
	b.t.Helper()
	for _, f := range domain.Fields(spec.New()) {
		if f.Need && (f.Kind == domain.Text || f.Kind == domain.Area || f.Kind == domain.Day || f.Kind == domain.Enum) {
			b.eval(fmt.Sprintf(`for (const e of document.querySelectorAll('main [name=%q]')) e.value = ''`, f.Name))
			any = true
		}
	}
	return any
}

// typed is what somebody types into the form of a command, by the names of its controls.
func (l *randomLives) typed(c domain.Command) map[string]string {
	l.t.Helper()
	raw, err := json.Marshal(c)
	var v fields
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	out := map[string]string{}
	flatten(out, "", v)
	return out
}

// flatten makes the names of form controls of a command as JSON.
func flatten(out map[string]string, name string, v any) {
	switch v := v.(type) {
	case nil:
	case fields:
		flatten(out, name, map[string]any(v))
	case map[string]any:
		if n, ok := v["name"].(string); ok && v["id"] != nil { // a unit
			out[name] = n
			return
		}
		if p, ok := v["post"].(string); ok && v["id"] != nil { // a leader
			out[name] = p
			return
		}
		for k, x := range v {
			flatten(out, strings.TrimPrefix(name+"."+k, "."), x)
		}
	case []any:
		var lines []string
		for i, x := range v {
			if s, ok := x.(string); ok {
				lines = append(lines, s)
			} else {
				flatten(out, fmt.Sprintf("%s.%d", name, i), x)
			}
		}
		if lines != nil {
			out[name] = strings.Join(lines, "\n")
		}
	case bool:
		out[name] = fmt.Sprint(v)
	default:
		out[name] = fmt.Sprint(v)
	}
}

// key is whom somebody is to the demonstration's pages.
func (l *randomLives) key(a events.Actor) string {
	switch {
	case a.Role == events.Petitioner:
		return ""
	case a.Role == events.LeaderRole:
		return "leader|" + a.ID + "|" + a.Post
	case !a.Unit.IsZero() && strings.HasPrefix(a.ID, "unit."):
		return staff(a.Unit.ID, string(a.Role))
	}
	_, name, _ := strings.Cut(a.ID, ".")
	return name
}

// send fills in the form of a command and presses its button; rows that the form does not show are
// asked for first.
func (b *browser) send(filled map[string]string, spec domain.Spec, byCode bool) {
	b.t.Helper()
	form := `main form[action$="/` + spec.Name + `"]`
	if byCode {
		form = `main form[action="/q/` + strings.TrimSuffix(spec.Name, "_info") + `"]`
	}
	raw, err := json.Marshal(filled)
	if err != nil {
		b.t.Fatal(err)
	}
	for range 6 {
		missing := b.value(fmt.Sprintf(`(() => {
			const form = document.querySelector(%q);
			if (!form) throw new Error('no form');
			let missing = '';
			for (const [name, value] of Object.entries(%s)) {
				const all = [...form.elements].filter(e => e.name === name);
				if (all.length === 0) { if (name.includes('.') && value) missing = name; continue; }
				if (all[0].type === 'checkbox') all[0].checked = value === 'true';
				else if (all[0].type === 'radio') for (const e of all) e.checked = e.value === value || e.value === ({true: 'yes', false: 'no'})[value];
				else if (all[0].type !== 'hidden' && all[0].type !== 'file') {
					all[0].value = value;
					if (all[0].tagName === 'SELECT' && all[0].value !== value) all[0].selectedIndex = all[0].options.length - 1;
				}
			}
			return missing; })()`, form, raw))
		add, _, _ := strings.Cut(missing, ".")
		button := `button:not([name])`
		if missing != "" {
			button = `button[name="add"][value="` + add + `"]`
		}
		b.eval(`window.__old = true; document.querySelector(` + fmt.Sprintf("%q", form) + `).querySelector(` + fmt.Sprintf("%q", button) + `).click()`)
		b.next()
		if missing == "" {
			return
		}
	}
	b.t.Fatalf("%s: the form never has enough rows for %v", spec.Name, filled)
}
