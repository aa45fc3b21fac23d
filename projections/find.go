package projections

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// A search looks through the newest rows first: a word that very many rows have is found
// there, and nobody reads on. Only when few of them have it are all rows asked, by the index
// over grams, which is quick because few rows have it; how many it fetches is bounded too.
const (
	newest    = 4000 // rows looked through first
	plenty    = 40   // hits among them that are enough
	mostFound = 2000 // rows that the index is asked for
)

// hit is one row that a search found.
type hit struct {
	id     uuid.UUID
	number string
	score  int
}

// search returns what has all the words of q among the rows of item i that w selects, best
// first: the title before the rest, more places before fewer, newer before older. more says
// that there may be further ones.
func search(ctx context.Context, tx pgx.Tx, w *where, q string) (hits []hit, more bool, err error) {
	ws := words(q)
	first := &where{args: slices.Clone(w.args)}
	for _, word := range ws {
		first.add("s.body like $", like(word))
	}
	from := `item_search s order by s.number desc`
	if len(w.conds) > 0 {
		from = `(select i.id from item i where ` + w.String() + ` order by i.number desc limit ` + strconv.Itoa(newest) + `) i
			join item_search s on s.item = i.id`
	}
	seen, hits, err := readHits(ctx, tx, ws, `
		select count(*)::int, array_agg(item) filter (where hit), array_agg(body) filter (where hit)
		from (select s.item, s.body, `+first.String()+` as hit from `+from+` limit `+strconv.Itoa(newest)+`) x`, first.args)
	if err != nil {
		return nil, false, err
	}
	if more = seen == newest; more && len(hits) < plenty {
		all := &where{args: slices.Clone(w.args)}
		for _, word := range ws {
			all.add("s.grams @> $", wanted(word))
			all.add("s.body like $", like(word))
		}
		from := "item_search s"
		if len(w.conds) > 0 {
			from, all.conds = "item_search s join item i on i.id = s.item", append(all.conds, w.conds...)
		}
		n, further, err := readHits(ctx, tx, ws, `
			select count(*)::int, array_agg(item), array_agg(body)
			from (select s.item, s.body from `+from+` where `+all.String()+` limit `+strconv.Itoa(mostFound)+`) x`, all.args)
		if err != nil {
			return nil, false, err
		}
		more = n == mostFound
		for _, h := range further {
			if !slices.ContainsFunc(hits, func(x hit) bool { return x.id == h.id }) {
				hits = append(hits, h)
			}
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(b.number, a.number), slices.Compare(a.id[:], b.id[:]))
	})
	return hits, more, nil
}

// readHits reads how many rows were looked at and which of them fit.
func readHits(ctx context.Context, tx pgx.Tx, ws []string, sql string, args []any) (seen int, hits []hit, err error) {
	var ids []uuid.UUID
	var bodies []string
	if err := tx.QueryRow(ctx, sql, args...).Scan(&seen, &ids, &bodies); err != nil {
		return 0, nil, err
	}
	for i, body := range bodies {
		number, rest, _ := strings.Cut(body, "\n")
		hits = append(hits, hit{ids[i], number, score(rest, ws)})
	}
	return seen, hits, nil
}

// score is higher the better a row fits: a word in the title counts more than any number of
// places elsewhere.
func score(body string, ws []string) (n int) {
	title, _, _ := strings.Cut(body, "\n")
	for _, word := range ws {
		if strings.Contains(title, word) {
			n += 100
		}
		n += min(strings.Count(body, word), 9)
	}
	return n
}

// found returns one page of what a search finds, best first. Its cursor is a number of rows.
func (s *Store) found(ctx context.Context, f Filter) (p Page, err error) {
	limit := within(f.Limit, 50, 200)
	at, err := parseOffset(f.After)
	if err != nil {
		return p, err
	}
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		hits, more, err := search(ctx, tx, f.where(), f.Q)
		if err != nil {
			return err
		}
		p.Total, p.More = len(hits), more
		at = min(at, len(hits))
		page := hits[at:min(at+limit, len(hits))]
		if p.Items, err = itemsByID(ctx, tx, column(page, func(h hit) uuid.UUID { return h.id })); err != nil {
			return err
		}
		if at+limit < len(hits) {
			p.Next = offsetCursor(at + limit)
		}
		if at > 0 {
			p.Prev = offsetCursor(max(at-limit, 0))
		}
		return nil
	})
	return p, err
}

// itemsByID returns the items in the order of ids.
func itemsByID(ctx context.Context, q querier, ids []uuid.UUID) ([]Item, error) {
	rows, err := q.Query(ctx, `
		select i.code_hash, d.doc from unnest($1::uuid[]) with ordinality x (id, at)
			join item i on i.id = x.id join item_doc d on d.item = x.id
		order by x.at`, uuids(ids))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanItem)
}

func offsetCursor(n int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("o|" + strconv.Itoa(n)))
}

func parseOffset(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	text, ok := strings.CutPrefix(string(raw), "o|")
	n, err2 := strconv.Atoi(text)
	if err != nil || err2 != nil || !ok || n < 0 {
		return 0, ErrBadCursor
	}
	return n, nil
}

// Mark is a piece of a text; Hit says that it is one of the words looked for.
type Mark struct {
	Text string
	Hit  bool
}

// Marks splits a text at the words of a search, so that a page can show where they stand.
func Marks(text, q string) (out []Mark) {
	ws := words(q)
	low := strings.ToLower(text)
	if len(low) != len(text) { // lower case of another length: places would not fit
		low = text
	}
	for text != "" {
		at, end := len(text), len(text)
		for _, word := range ws {
			if i := strings.Index(low, word); i >= 0 && (i < at || i == at && i+len(word) > end) {
				at, end = i, i+len(word)
			}
		}
		if at > 0 {
			out = append(out, Mark{text[:at], false})
		}
		if end > at {
			out = append(out, Mark{text[at:end], true})
		}
		text, low = text[end:], low[end:]
	}
	return out
}
