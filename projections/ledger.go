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
func (s *Store) Items(ctx context.Context, f Filter) (Page, error) {
	var p Page
	var err error
	if len(words(f.Q)) > 0 {
		p, err = s.found(ctx, f)
	} else {
		var x *listing
		if x, err = newListing(f); err == nil {
			if err = s.together(ctx, x.ask); err == nil {
				p = x.page()
			}
		}
	}
	if err != nil {
		return Page{}, fmt.Errorf("list items: %w", err)
	}
	return p, nil
}

// listing is a page of the ledger that is asked for.
type listing struct {
	f     Filter
	cur   cursor
	limit int
	total *total
	items []Item
	names nameList // of a past day
}

func newListing(f Filter) (x *listing, err error) {
	x = &listing{f: f, limit: within(f.Limit, 50, 200)}
	if f.AsOf.IsZero() {
		x.cur, err = parseCursor(f.After)
	} else {
		x.cur, err = parsePast(f.After)
	}
	return x, err
}

// ask queues what reads the rows of the page and how many there are in all.
func (x *listing) ask(b *pgx.Batch) {
	x.total = askTotal(b, x.f)
	if !x.f.AsOf.IsZero() {
		x.askPast(b)
		return
	}
	inner, args := x.rows()
	order := "p.rank, p.sort_day, p.number, p.id"
	if x.cur.back {
		order = "p.rank desc, p.sort_day desc, p.number desc, p.id desc"
	}
	columns, scan := x.f.listed()
	b.Queue(`
		select `+columns+` from (`+inner+`) p join item i on i.id = p.id join item_doc d on d.item = p.id
		order by `+order, args...).Query(func(rows pgx.Rows) error {
		var err error
		x.items, err = pgx.CollectRows(rows, scan)
		return err
	})
}

// rows selects the rows of the page, and one more, in the ledger's order. The ledger of a
// unit that leads or helps is read by its parts, every other from item. Of ranks with others
// between them each is read by itself, so that nothing is read only to be passed over.
func (x *listing) rows() (sql string, args []any) {
	f, w := x.f, &where{}
	from, at, id := "item i", "i.", "i.id"
	var rs ranks
	if f.byParts() {
		at, id = "a.", "a.item"
		from, rs = f.ofParts(w)
	} else {
		f.conditions(w)
		rs = f.ordered(w, at)
	}
	compare, desc := ">", ""
	if x.cur.back {
		compare, desc = "<", " desc"
	}
	if f.After != "" {
		w.add("("+at+"rank, "+at+"sort_day, "+at+"number, "+id+") "+compare+" ($, $, $, $)", x.cur.rank, sortable(x.cur.day), x.cur.number, x.cur.id)
	}
	limit := w.arg(x.limit + 1)
	query := func(conds, order string) string {
		return `select ` + id + ` as id, ` + at + `rank, ` + at + `sort_day, ` + at + `number from ` + from + ` where ` + conds + `
			order by ` + order + at + `sort_day` + desc + `, ` + at + `number` + desc + `, ` + id + desc + ` limit ` + limit
	}
	if !rs.gaps() {
		w.only(rs, at)
		return query(w.String(), at+"rank"+desc+", "), w.args
	}
	each := `select x.* from unnest(` + w.arg(rs.list()) + `::smallint[]) r (rank) cross join lateral (` +
		query(w.String()+" and "+at+"rank = r.rank", "") + `) x`
	return each + ` order by x.rank` + desc + `, x.sort_day` + desc + `, x.number` + desc + `, x.id` + desc + ` limit ` + limit, w.args
}

// page is the page when the answers are there.
func (x *listing) page() Page {
	p := Page{Items: x.items, Total: x.total.n, More: x.total.more}
	if x.f.AsOf.IsZero() {
		p.turn(x.f, x.limit, x.cur.back, cursorOf)
	} else {
		p.turn(x.f, x.limit, x.cur.back, pastCursor)
	}
	return p
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
