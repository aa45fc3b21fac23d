package intake

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/web/paper/ledger"
)

// space makes command ids from rows.
var space = uuid.MustParse("3d6a5b52-91f5-5c0e-8c52-0f8f9ce1a7d4")

// row is one item with the commands it gives.
type row struct {
	*ledger.Item
	key      string
	cause    string
	raise    domain.Order
	claim    events.LedgerClaimed
	measures string
	note     string
	accept   *domain.Accept // nil: waits for the office
	assign   *domain.Assign // nil: waits to be assigned
	notes    []string
	wrong    error
}

// keysOf names each item within its ledger: by its own number where that is unique, else by
// the words of its problem, with the lead unit where two say the same.
func keysOf(items []ledger.Item) []string {
	numbers, words := map[string]int{}, map[string]int{}
	for _, it := range items {
		numbers[it.More.Number]++
		words[ledger.Sameness(it.Problem)]++
	}
	out := make([]string, len(items))
	for i, it := range items {
		switch w := ledger.Sameness(it.Problem); {
		case it.More.Number != "" && numbers[it.More.Number] == 1:
			out[i] = "no|" + it.More.Number
		case words[w] == 1:
			out[i] = "text|" + w
		default:
			out[i] = "text|" + w + "|" + ledger.Sameness(it.LeadUnit)
		}
	}
	return out
}

// row makes the commands of item i.
func (r *run) row(i int) row {
	it := &r.Read.Items[i]
	w := row{Item: it, key: hashOf(cmp.Or(r.ID, r.Ledger) + "\n" + r.keys[i])[:40], cause: fmt.Sprintf("import %s row %d", r.hash[:12], it.Row)}
	lead, co := r.units(&w)
	w.raise = r.raise(&w)
	w.measures, w.note = Words(it)
	w.claim = events.LedgerClaimed{Ledger: r.Ledger, File: r.hash, Sheet: r.Read.Sheet, Row: it.Row, Says: it.Status, Mode: it.Mode, ClosedOn: it.More.ClosedOn,
		Lead: it.LeadUnit, Co: it.CoUnits, Text: textOf(it)}
	if it.Deadline != nil && it.Mode != events.StandingMode {
		w.claim.Due = *it.Deadline
	}
	if it.Mode == events.Planned && w.claim.Due.IsZero() {
		w.notes = append(w.notes, "计划改没有写期限，等办公室受理时定。")
		return w
	}
	w.accept = &domain.Accept{Title: title(it.Problem), Category: category(it), Mode: it.Mode, Due: w.claim.Due, Goal: ledger.Short(it.More.Goal, 199)}
	if it.Mode == events.StandingMode {
		m := limit.Matter{Stage: events.StageReview, Category: w.accept.Category, Mode: w.accept.Mode, Preset: r.Preset}
		w.accept.ReviewDays = r.desk.Table().Rule(m).N
	}
	if lead.IsZero() {
		return w
	}
	task := ledger.Short(w.measures, 99)
	w.assign = &domain.Assign{Units: []domain.Assignee{{Unit: lead, Part: events.Lead, Task: task}}}
	for _, u := range co {
		w.assign.Units = append(w.assign.Units, domain.Assignee{Unit: u, Part: events.Co})
	}
	if err := domain.Check(*w.assign); len(err) > 0 { // before anything of the row is written
		w.wrong = err
	}
	return w
}

// Words are what an item keeps sealed of a row: the measures, one a line, and progress with remarks.
func Words(it *ledger.Item) (measures, note string) {
	return strings.Join(it.Measures, "\n"), strings.TrimSpace(it.More.Progress + "\n" + it.More.Note)
}

// units matches the names of a row to the directory.
func (r *run) units(w *row) (lead events.Unit, co []events.Unit) {
	seen := map[string]bool{}
	match := func(name string) events.Unit {
		if known, _, _ := r.unit(name); !known.IsZero() {
			return known
		}
		return events.Unit{ID: name, Name: name}
	}
	if w.LeadUnit != "" {
		lead = match(w.LeadUnit)
		seen[lead.ID] = true
	}
	for _, name := range w.CoUnits {
		if u := match(name); !seen[u.ID] {
			seen[u.ID] = true
			co = append(co, u)
		}
	}
	return lead, co
}

// raise registers the problem in the ledger's own words.
func (r *run) raise(w *row) domain.Order {
	it := w.Item
	c := domain.Raise{Text: it.Problem, Channel: events.ByImport, ChannelNote: ledger.Short("台账："+r.Ledger, 79), Source: source(it.More.Source), Preset: r.Preset,
		Category: category(it), External: w.key,
		Citation: ledger.Short(fmt.Sprintf("%s %s 第 %d 行", filepath.Base(r.Name), r.Read.Sheet, it.Row), 199)}
	switch name := it.More.Petitioner; {
	case strings.Contains(name, "匿名"):
		c.Anonymous = true
	case len([]rune(name)) <= 30:
		c.Name = name
		if phone := strings.TrimSpace(it.More.Phone); phoneLike.MatchString(phone) {
			c.Phone = phone
		}
	}
	if area := it.More.Area; len([]rune(area)) <= 40 && !manyDigits.MatchString(area) {
		c.Area = area
	} else {
		c.Place = ledger.Short(area, 79)
	}
	o := r.order(uuid.Nil, *w, "raise", c)
	if d := it.More.Raised; !d.After(r.Today) {
		o.Occurred = d
	}
	return o
}

var (
	phoneLike  = regexp.MustCompile(`^[\d +()-]{7,20}$`)
	manyDigits = regexp.MustCompile(`[\d０-９][\d０-９ \-–—]{8,}[\dXx０-９]`)
)

// category is the row's own, or says that it has none.
func category(it *ledger.Item) string {
	c := strings.TrimSpace(strings.ReplaceAll(it.More.Category, "\n", " "))
	if c == "" || manyDigits.MatchString(c) {
		return "未分类"
	}
	return ledger.Short(c, 19)
}

// title is the first clause of a problem, or its first words, without long numbers: a title
// must not hold a telephone or identity number.
func title(problem string) string {
	t := []rune(strings.TrimSpace(manyDigits.ReplaceAllString(strings.Join(strings.Fields(problem), " "), "…")))
	if len(t) <= 40 {
		return string(t)
	}
	for i := 40; i > 12; i-- {
		if unicode.IsPunct(t[i]) {
			return string(t[:i])
		}
	}
	return string(t[:40])
}

// source reads 问题来源; what it does not say is the public's.
func source(s string) events.Source {
	for _, w := range []struct {
		words []string
		is    events.Source
	}{{[]string{"督察", "督导", "巡察", "巡视", "审计", "上级", "交办", "督查"}, events.FromSuperior}, {[]string{"自查", "查摆", "检视"}, events.FromSelf},
		{[]string{"代表", "委员", "人大", "政协"}, events.FromDelegate}, {[]string{"媒体", "舆情", "曝光", "电视问政"}, events.FromMedia}} {
		for _, word := range w.words {
			if strings.Contains(s, word) {
				return w.is
			}
		}
	}
	return events.FromPublic
}

// textOf is the hash of all that a row says, its place in the file left out.
func textOf(it *ledger.Item) string {
	said := struct {
		Problem, Lead string
		Co, Measures  []string
		Deadline      *events.Date
		Mode          events.Mode
		Status        events.State
		More          ledger.Extra
	}{it.Problem, it.LeadUnit, it.CoUnits, it.Measures, it.Deadline, it.Mode, it.Status, it.More}
	b, err := json.Marshal(said)
	if err != nil { // texts and dates always marshal
		panic(err)
	}
	return hashOf(string(b))
}

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
