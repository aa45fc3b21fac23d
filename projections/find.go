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

// A search looks through some rows first: the newest, or within a filter those that the
// ledger shows first. A word that many rows have is found there, and nobody reads on. Then
// the index over grams is asked, the newest months first, until there are enough. So the
// cost has a bound however many items there are; when it is reached, the answer says that
// there may be more.
const (
	lookedFirst  = 1500 // rows looked through first
	lookedWithin = 300  // the same within a filter, where each costs more
)

// bounds of a search.
type bounds struct {
	enough     int // hits after which nobody looks on
	candidates int // rows that the index names and that a filter may still drop
	named      int // the same of what people said, for each word
	opened     int // of them: texts that are opened, of some months
}

var (
	page       = bounds{enough: 150, candidates: 400, named: 150, opened: 50} // what a page shows
	everything = bounds{enough: 1 << 30, candidates: 1 << 30, named: 1 << 30, opened: 1 << 30}
)

// hit is one row that a search found.
type hit struct {
	id     uuid.UUID
	number string
	score  int
	said   string // what somebody said, when the words were found there
}

// hits are found by one search. Each item is in it once.
type hits struct {
	bounds
	list []hit
	seen map[uuid.UUID]bool
	more bool // there may be further ones
}

func (h *hits) add(x hit) {
	if !h.seen[x.id] {
		h.seen[x.id] = true
		h.list = append(h.list, x)
	}
}

// full reports whether enough was found.
func (h *hits) full() bool { return len(h.list) >= h.enough }

// sort puts the best first: the title before the rest, more places before fewer, newer
// before older.
func (h *hits) sort() {
	slices.SortFunc(h.list, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(b.number, a.number), slices.Compare(a.id[:], b.id[:]))
	})
}

// looked is what a search looks through.
type looked struct {
	first string // selects ids of the rows looked at first; "" for the newest of all
	args  []any  // of first
	conds *where // on item i; none for every row
}

// lookedOf is what a search within a filter looks through.
func lookedOf(f Filter) looked {
	f.Q, f.After = "", ""
	l := looked{conds: f.where()}
	if len(l.conds.conds) > 0 {
		x := &listing{f: f, limit: lookedWithin - 1}
		l.first, l.args = x.rows()
	}
	return l
}

// search returns what has all the words.
func search(ctx context.Context, tx pgx.Tx, l looked, ws []string, b bounds) (*hits, error) {
	h := &hits{bounds: b, seen: map[uuid.UUID]bool{}}
	if len(ws) == 1 {
		if err := h.numbered(ctx, tx, l, ws[0]); err != nil || len(h.list) > 0 {
			return h, err
		}
	}
	if err := h.first(ctx, tx, l, ws); err != nil || h.full() {
		h.more = h.full()
		return h, err
	}
	months, err := readMonths(ctx, tx, "item_search")
	if err != nil {
		return nil, err
	}
	for budget := h.candidates; len(months) > 0; {
		n := 2
		if len(months) < monthsTogether || budget < h.candidates {
			n = len(months)
		}
		if h.full() || budget <= 0 {
			h.more = true
			return h, nil
		}
		named, err := h.byGrams(ctx, tx, l, ws, months[:n], budget)
		if err != nil {
			return nil, err
		}
		budget, months = budget-named, months[n:]
	}
	return h, nil
}

// monthsTogether is how few months are asked for at once.
const monthsTogether = 4

// first looks through the rows that are looked at first.
func (h *hits) first(ctx context.Context, tx pgx.Tx, l looked, ws []string) error {
	w := &where{args: slices.Clone(l.args)}
	from := `(select item, body from item_search order by month desc, number desc limit ` + strconv.Itoa(lookedFirst) + `) s`
	if l.first != "" {
		from = `(` + l.first + `) x join item_search s on s.item = x.id`
	}
	w.contains(ws)
	_, err := h.read(ctx, tx, ws, `select 0, item, body from `+from+` where `+w.String()+` limit `+strconv.Itoa(h.enough), w.args)
	return err
}

// byGrams asks the index for rows of some months, and returns how many it named.
func (h *hits) byGrams(ctx context.Context, tx pgx.Tx, l looked, ws []string, months []int, limit int) (named int, err error) {
	w := &where{args: slices.Clone(l.conds.args)}
	var any []string
	for _, m := range months {
		var gs []int64
		for _, word := range ws {
			eachWanted(word, func(a, b rune) { gs = append(gs, gram(m, a, b)) })
		}
		any = append(any, "s.grams @> "+w.arg(gs))
	}
	w.add("(" + strings.Join(any, " or ") + ")")
	w.contains(ws)
	if len(l.conds.conds) == 0 {
		limit = h.enough + len(h.list)
	}
	sql := `with s as materialized (select item, body from item_search s where ` + w.String() + ` limit ` + strconv.Itoa(limit) + `)
		select (select count(*)::int from s), s.item, s.body from s`
	if len(l.conds.conds) > 0 {
		sql += ` join item i on i.id = s.item where ` + l.conds.String()
	}
	named, err = h.read(ctx, tx, ws, sql, w.args)
	h.more = h.more || named == limit
	return named, err
}

// numbered adds the item that has the word as its number.
func (h *hits) numbered(ctx context.Context, tx pgx.Tx, l looked, word string) error {
	w := &where{args: slices.Clone(l.conds.args), conds: slices.Clone(l.conds.conds)}
	w.add("i.number = $", strings.ToUpper(word))
	_, err := h.read(ctx, tx, []string{word}, `
		select 0, s.item, s.body from item i join item_search s on s.item = i.id where `+w.String(), w.args)
	return err
}

// contains adds that the body of item_search s has all words.
func (w *where) contains(ws []string) {
	for _, word := range ws {
		w.add("s.body like $", like(word))
	}
}

// read adds the rows of a query: a count that is the same in all, item, body.
func (h *hits) read(ctx context.Context, tx pgx.Tx, ws []string, sql string, args []any) (count int, err error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	var id uuid.UUID
	var body string
	_, err = pgx.ForEachRow(rows, []any{&count, &id, &body}, func() error {
		number, rest, _ := strings.Cut(body, "\n")
		h.add(hit{id: id, number: number, score: score(rest, ws)})
		return nil
	})
	return count, err
}

// readMonths lists the months of a table, the newest first.
func readMonths(ctx context.Context, tx pgx.Tx, table string) (out []int, err error) {
	var from, to int
	err = tx.QueryRow(ctx, `select coalesce(min(month), 0), coalesce(max(month), -1) from `+table).Scan(&from, &to)
	for m := to; m >= from; m-- {
		out = append(out, m)
	}
	return out, err
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

// search returns what a filter with words finds, best first.
func (s *Store) search(ctx context.Context, tx pgx.Tx, f Filter, b bounds) (*hits, error) {
	ws := words(f.Q)
	h, err := search(ctx, tx, lookedOf(f), ws, b)
	if err == nil && f.Verbatim && s.verbatim != nil && !h.full() {
		err = s.searchVerbatim(ctx, tx, h, f.where(), ws)
	}
	if err != nil {
		return nil, err
	}
	h.sort()
	return h, nil
}

// found returns one page of what a search finds, best first. Its cursor is a number of rows.
func (s *Store) found(ctx context.Context, f Filter) (p Page, err error) {
	limit := within(f.Limit, 50, 200)
	at, err := parseOffset(f.After)
	if err != nil {
		return p, err
	}
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		h, err := s.search(ctx, tx, f, page)
		if err != nil {
			return err
		}
		p.Total, p.More = len(h.list), h.more
		at = min(at, len(h.list))
		shown := h.list[at:min(at+limit, len(h.list))]
		if p.Items, err = f.itemsByID(ctx, tx, column(shown, func(h hit) uuid.UUID { return h.id })); err != nil {
			return err
		}
		for _, x := range shown {
			if x.said != "" {
				if p.Said == nil {
					p.Said = map[string]string{}
				}
				p.Said[x.id.String()] = x.said
			}
		}
		if at+limit < len(h.list) {
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
func (f Filter) itemsByID(ctx context.Context, q querier, ids []uuid.UUID) ([]Item, error) {
	columns, scan := f.listed()
	rows, err := q.Query(ctx, `
		select `+columns+` from unnest($1::uuid[]) with ordinality x (id, at)
			join item i on i.id = x.id join item_doc d on d.item = x.id
		order by x.at`, uuids(ids))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
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
