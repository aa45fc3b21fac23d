package projections

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// Items returns one page of the ledger. It returns ErrBadCursor for a cursor that is none.
func (s *Store) Items(ctx context.Context, f Filter) (p Page, err error) {
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		p, err = items(ctx, tx, f)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list items: %w", err)
	}
	return p, nil
}

func items(ctx context.Context, q pgx.Tx, f Filter) (p Page, err error) {
	switch {
	case len(words(f.Q)) > 0:
		return found(ctx, q, f)
	case !f.AsOf.IsZero():
		return pastItems(ctx, q, f)
	}
	limit := within(f.Limit, 50, 200)
	cur, err := parseCursor(f.After)
	if err != nil {
		return p, err
	}
	if p.Total, p.More, err = total(ctx, q, f); err != nil {
		return p, err
	}
	w := f.where()
	compare, order := ">", ""
	if cur.back {
		compare, order = "<", " desc"
	}
	if f.After != "" {
		w.add("(i.rank, i.sort_day, i.number, i.id) "+compare+" ($, $, $, $)", cur.rank, sortable(cur.day), cur.number, cur.id)
	}
	rows, err := q.Query(ctx, `
		select p.code_hash, d.doc
		from (select i.id, i.rank, i.sort_day, i.number, i.code_hash
			from item i
			where `+w.String()+`
			order by i.rank`+order+`, i.sort_day`+order+`, i.number`+order+`, i.id`+order+`
			limit `+w.arg(limit+1)+`) p
		join item_doc d on d.item = p.id
		order by p.rank`+order+`, p.sort_day`+order+`, p.number`+order+`, p.id`+order, w.args...)
	if err != nil {
		return p, err
	}
	if p.Items, err = pgx.CollectRows(rows, scanItem); err != nil {
		return p, err
	}
	p.turn(f, limit, cur.back, cursorOf)
	return p, nil
}

// turn cuts the row too many off that tells whether there is a further page, and makes the
// cursors.
func (p *Page) turn(f Filter, limit int, back bool, cursor func(it *Item, back bool) string) {
	more := len(p.Items) > limit
	p.Items = p.Items[:min(len(p.Items), limit)]
	if back {
		slices.Reverse(p.Items)
	}
	if n := len(p.Items); n > 0 {
		if back || more {
			p.Next = cursor(&p.Items[n-1], false)
		}
		if f.After != "" && (!back || more) {
			p.Prev = cursor(&p.Items[0], true)
		}
	}
}

func within(n, usual, most int) int {
	if n <= 0 {
		return usual
	}
	return min(n, most)
}

// cursor is a place between two rows of the ledger's order, and the way to go from it.
type cursor struct {
	back   bool
	rank   int16
	day    events.Date
	id     uuid.UUID
	number string
}

func cursorOf(it *Item, back bool) string {
	text := strings.Join([]string{pick(back, "b", "f"), strconv.Itoa(int(rankOf(it))), sortDay(it).String(), it.ID, it.Number}, "|")
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// CursorAfter is the cursor of the page of the ledger that begins behind an item, so that it
// can be entered anywhere.
func CursorAfter(it *Item) string { return cursorOf(it, false) }

func parseCursor(s string) (c cursor, err error) {
	if s == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.SplitN(string(raw), "|", 5)
	if err != nil || len(parts) != 5 || (parts[0] != "b" && parts[0] != "f") {
		return c, ErrBadCursor
	}
	rank, err1 := strconv.ParseInt(parts[1], 10, 16)
	err2 := c.day.UnmarshalText([]byte(parts[2]))
	id, err3 := uuid.Parse(parts[3])
	if err1 != nil || err2 != nil || err3 != nil {
		return c, ErrBadCursor
	}
	c.back, c.rank, c.id, c.number = parts[0] == "b", int16(rank), id, clean(strings.ToValidUTF8(parts[4], ""))
	return c, nil
}

func compare(a, b string) int { return strings.Compare(a, b) }
