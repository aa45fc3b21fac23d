package ladder

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"xiaohao/events"
)

// Book has the ladders that hold: what the office set, else the presets' own. The zero Book
// has the presets'. It is never changed; [Book.With] makes another.
type Book struct{ set map[place][]Rung }

// place is a watched day in the ledgers of a preset.
type place struct {
	preset events.Preset
	watch  events.Watch
	urgent bool
}

// With returns the book after a fact.
func (b Book) With(e events.LadderSet) Book {
	next := Book{maps.Clone(b.set)}
	if next.set == nil {
		next.set = map[place][]Rung{}
	}
	at := place{e.Preset, e.Watch, e.Urgent}
	if len(e.Rungs) == 0 {
		delete(next.set, at)
		return next
	}
	var rungs []Rung
	for _, r := range e.Rungs {
		rungs = append(rungs, Rung(r))
	}
	next.set[at] = rungs
	return next
}

// Own reports whether the office has set the rungs of a watched day.
func (b Book) Own(p events.Preset, w events.Watch, urgent bool) bool {
	_, ok := b.set[place{p, w, urgent}]
	return ok
}

// Of returns the ladder of a preset.
func (b Book) Of(p events.Preset) Ladder {
	l := Of(p)
	if len(b.set) == 0 {
		return l
	}
	l = Ladder{Rungs: maps.Clone(l.Rungs), Urgent: maps.Clone(l.Urgent)}
	for at, rungs := range b.set {
		switch {
		case at.preset != p:
		case at.urgent:
			l.Urgent[at.watch] = rungs
		default:
			l.Rungs[at.watch] = rungs
		}
	}
	return l
}

// Bounds of a rung, in working days from the watched day, and of a ladder.
const (
	earliest = -30
	latest   = 120
)

// Check says in a sentence what is wrong with the rungs of a watched day, nil for nothing.
// They go up in level and never back in time; an answer's begin above the lowest slip, since
// a slip there is one already; 约谈, reviews and look-backs are for people to order.
func Check(w events.Watch, rungs []events.LadderRung) error {
	for i, r := range rungs {
		person := r.Level == events.Summon || w == events.WatchReview || w == events.WatchLookBack
		switch {
		case r.Level.Rank() == 0:
			return errors.New("没有这一级。")
		case r.After < earliest || r.After > latest:
			return fmt.Errorf("%s：天数要在 %d 到 %d 之间。", r.Level.Zh(), earliest, latest)
		case i > 0 && r.Level.Rank() <= rungs[i-1].Level.Rank():
			return fmt.Errorf("%s 要排在 %s 前面，一级比一级高。", r.Level.Zh(), rungs[i-1].Level.Zh())
		case i > 0 && r.After < rungs[i-1].After:
			return fmt.Errorf("%s 不能早于 %s。", r.Level.Zh(), rungs[i-1].Level.Zh())
		case w == events.WatchAnswer && r.Level.Rank() <= events.Blue.Rank():
			return fmt.Errorf("督办单没有答复，要比“%s”高。", events.Blue.Zh())
		case (w == events.WatchReview || w == events.WatchLookBack) && r.Level.Slipped():
			return fmt.Errorf("%s只提醒、催办，不发单。", w.Zh())
		case person && !r.Ask:
			return fmt.Errorf("%s要由人来定，系统只提请。", r.Level.Zh())
		}
	}
	return nil
}

// Text writes rungs as people do: 提醒 -3，催办 1，黄单 6.
func Text(rungs []Rung) string {
	words := make([]string, len(rungs))
	for i, r := range rungs {
		words[i] = r.Level.Zh() + " " + strconv.Itoa(r.After)
	}
	return strings.Join(words, "，")
}

// Parse reads what [Text] writes; commas may be of either kind. What only people order is
// marked so by itself.
func Parse(w events.Watch, text string) ([]events.LadderRung, error) {
	var out []events.LadderRung
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("，,、；;\n", r) }) {
		f := strings.Fields(part)
		if len(f) != 2 {
			return nil, fmt.Errorf("“%s”看不懂：要写成“催办 1”。", strings.TrimSpace(part))
		}
		i := slices.IndexFunc(events.SupervisionLevels, func(v events.SupervisionLevel) bool { return v.Zh() == f[0] })
		n, err := strconv.Atoi(f[1])
		if i < 0 || err != nil {
			return nil, fmt.Errorf("“%s”看不懂：要写成“催办 1”。", strings.TrimSpace(part))
		}
		level := events.SupervisionLevels[i]
		ask := level == events.Summon || w == events.WatchReview || w == events.WatchLookBack
		out = append(out, events.LadderRung{Level: level, After: n, Ask: ask})
	}
	return out, Check(w, out)
}
