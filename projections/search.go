package projections

import (
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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

func queueSearch(out *pgx.Batch, rows []*row) {
	var ids []uuid.UUID
	var bodies, gs []string
	for _, r := range rows {
		if body := searchBody(&r.Item); !r.stored || body != r.body {
			ids, bodies, gs = append(ids, r.uuid()), append(bodies, body), append(gs, list(grams(body)))
		}
	}
	if len(ids) == 0 {
		return
	}
	out.Queue(`
		insert into item_search (item, body, grams)
		select item, body, string_to_array(grams, E'\x1f')
		from unnest($1::uuid[], $2::text[], $3::text[]) as t (item, body, grams)
		on conflict (item) do update set body = excluded.body, grams = excluded.grams`, uuids(ids), bodies, gs)
}
