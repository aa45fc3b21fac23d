package projections

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/events"
)

// searchBody is what a search looks through: only words that the public may read of a
// released item, never an opinion's.
func searchBody(it *Item) string {
	words := []string{it.Number, it.Title, it.Area, it.Category, it.Category2, it.Campaign}
	for _, a := range it.Detail.Assignments {
		if a.Live() {
			words = append(words, a.Unit.Name)
		}
	}
	return strings.ToLower(clean(strings.Join(words, "\n")))
}

// A gram is one or two characters of a text that hold no white space; most Chinese words have
// two, so trigrams would miss them. In the index it stands as one number, and before it the
// month in which the item was registered, so that a search reads the newest months first and
// a common word costs no more than a rare one.
func gram(month int, a, b rune) int64 { return int64(month)<<42 | int64(a)<<21 | int64(b) }

// monthOf numbers months from the year 2000 on.
func monthOf(d events.Date) int { return max((d.Year()-2000)*12+int(d.Month())-1, 0) }

// eachGram calls f with every gram of a text; of one character b is 0.
func eachGram(text string, f func(a, b rune)) {
	for word := range strings.FieldsSeq(text) {
		last := rune(0)
		for _, r := range word {
			f(r, 0)
			if last != 0 {
				f(last, r)
			}
			last = r
		}
	}
}

// grams returns the grams of a text, each once and in order.
func grams(month int, text string) []int64 {
	out := make([]int64, 0, len(text))
	eachGram(text, func(a, b rune) { out = append(out, gram(month, a, b)) })
	slices.Sort(out)
	return slices.Compact(out)
}

// eachWanted calls f with the grams that a text must have to contain the word.
func eachWanted(word string, f func(a, b rune)) {
	rs := []rune(word)
	if len(rs) == 1 {
		f(rs[0], 0)
	}
	for i := range len(rs) - 1 {
		f(rs[i], rs[i+1])
	}
}

// words splits what somebody typed.
func words(q string) []string {
	ws := strings.Fields(strings.ToLower(clean(q)))
	return ws[:min(len(ws), 8)]
}

// like is the pattern for a text that contains the word.
func like(word string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word) + "%"
}

type searchRow struct {
	item   uuid.UUID
	number string
	month  int
	body   string
	grams  []int64
}

var searchTable = table[searchRow]{name: "item_search", mass: true, key: []string{"item"}, cols: []col[searchRow]{
	uuidCol("item", func(r *searchRow) uuid.UUID { return r.item }),
	textCol("number", func(r *searchRow) string { return r.number }),
	intCol("month", func(r *searchRow) int { return r.month }),
	textCol("body", func(r *searchRow) string { return r.body }),
	bigsCol("grams", func(r *searchRow) []int64 { return r.grams }),
}}

func (b *batch) settleSearch(r *row) {
	body := searchBody(&r.Item)
	if r.stored && body == r.body {
		return
	}
	month := monthOf(events.DateOf(r.Raised))
	x := &searchRow{r.id, r.Number, month, body, grams(month, body)}
	if r.stored {
		b.out.search.upsert(x)
	} else {
		b.out.search.insert(x)
	}
	r.body = body
}
