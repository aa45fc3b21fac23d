package projections

import (
	"slices"
	"strings"

	"github.com/google/uuid"
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

// grams returns the one- and two-character pieces of a text that hold no white space, each
// once and in order. Most Chinese words have two characters, so trigrams would miss them.
func grams(body string) []string {
	var out []string
	for word := range strings.FieldsSeq(body) {
		rs := []rune(word)
		for i := range rs {
			out = append(out, string(rs[i]))
			if i > 0 {
				out = append(out, string(rs[i-1:i+1]))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// wanted returns the grams that a text must have to contain the word.
func wanted(word string) []string {
	rs := []rune(word)
	if len(rs) == 1 {
		return []string{word}
	}
	var out []string
	for i := range rs[1:] {
		out = append(out, string(rs[i:i+2]))
	}
	return out
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
	body   string
	grams  []string
}

var searchTable = table[searchRow]{name: "item_search", key: []string{"item"}, cols: []col[searchRow]{
	uuidCol("item", func(r *searchRow) uuid.UUID { return r.item }),
	textCol("number", func(r *searchRow) string { return r.number }),
	textCol("body", func(r *searchRow) string { return r.body }),
	textsCol("grams", func(r *searchRow) []string { return r.grams }),
}}

func (b *batch) settleSearch(r *row) {
	switch body := searchBody(&r.Item); {
	case !r.stored:
		b.out.search.insert(&searchRow{r.id, r.Number, body, grams(body)})
		r.body = body
	case body != r.body:
		b.out.search.upsert(&searchRow{r.id, r.Number, body, grams(body)})
		r.body = body
	}
}
