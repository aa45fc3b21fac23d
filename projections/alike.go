package projections

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// Alike is what others are compared with: an item, or what somebody is typing.
type Alike struct {
	ID       string // of the item itself, which is left out; "" while it is being typed
	Text     string // title, or the words of the opinion
	Area     string
	Category string
	Sight    Sight // of the person who asks

	released bool // only what the public may see, whoever asks
}

// AlikeItem compares an item by its title.
func AlikeItem(it *Item) Alike {
	return Alike{ID: it.ID, Text: it.Title, Area: it.Area, Category: it.Category}
}

// Candidate is an item that may be the same matter.
type Candidate struct {
	Item
	Score    int  // of 100: how much of the shorter text is in the longer
	SameArea bool // and the category is the same too
}

const (
	alikeLooked = 300 // rows compared of each sort
	alikeShown  = 5
	alikeLeast  = 40 // score of what is shown
	alikeNear   = 20 // the same for what is of the same area and category
)

// SimilarReleased is Similar among the items that the public may see.
func (s *Store) SimilarReleased(ctx context.Context, a Alike) ([]PublicItem, error) {
	a.released = true
	found, err := s.Similar(ctx, a)
	out := make([]PublicItem, 0, len(found))
	for i := range found {
		out = append(out, publicOf(&found[i].Item, false))
	}
	return out, err
}

// Similar returns up to five items that may be the same matter, the likeliest first. Looked
// at are the first items of the same area and of the same category in the ledger's order,
// what is under way before what is over; they are compared by two-character pieces of their
// titles, and an item of the same area and category counts for more.
func (s *Store) Similar(ctx context.Context, a Alike) (out []Candidate, err error) {
	self, _ := uuid.Parse(a.ID)
	text, other := pieces(map[piece]bool{}, a.Text), map[piece]bool{}
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		w := &where{}
		if a.released {
			w.add("i.shown")
		} else {
			a.Sight.limit(w)
		}
		w.add("i.id <> $ and i.grp <> 'MERGED'", self)
		looked := w.arg(alikeLooked)
		area, category := w.arg(clean(a.Area)), w.arg(clean(a.Category))
		rows, err := tx.Query(ctx, `
			select s.item, s.body, x.near from (
				(select i.id, i.category = `+category+` as near, i.number from item i
				where i.area = `+area+` and i.area <> '' and `+w.String()+` order by i.rank, i.sort_day, i.number, i.id limit `+looked+`)
				union
				(select i.id, false, i.number from item i
				where i.category = `+category+` and i.area <> `+area+` and `+w.String()+` order by i.rank, i.sort_day, i.number, i.id limit `+looked+`)
			) x join item_search s on s.item = x.id`, w.args...)
		if err != nil {
			return err
		}
		type scored struct {
			hit
			near bool
		}
		var best []scored
		var id uuid.UUID
		var body string
		var near bool
		if _, err := pgx.ForEachRow(rows, []any{&id, &body, &near}, func() error {
			number, rest, _ := strings.Cut(body, "\n")
			title, _, _ := strings.Cut(rest, "\n")
			if n := shared(text, pieces(other, title)); n >= alikeLeast || near && (n >= alikeNear || len(text) == 0) {
				best = append(best, scored{hit{id: id, number: number, score: n}, near})
			}
			return nil
		}); err != nil {
			return err
		}
		slices.SortFunc(best, func(x, y scored) int {
			weigh := func(s scored) int {
				if s.near {
					return s.score + 30
				}
				return s.score
			}
			return cmp.Or(cmp.Compare(weigh(y), weigh(x)), strings.Compare(y.number, x.number))
		})
		best = best[:min(len(best), alikeShown)]
		its, err := Filter{}.itemsByID(ctx, tx, column(best, func(s scored) uuid.UUID { return s.id }))
		for i := range its {
			out = append(out, Candidate{its[i], best[i].score, best[i].near})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for similar items: %w", err)
	}
	return out, nil
}

// piece is two characters that stand beside each other.
type piece [2]rune

// pieces are the pieces of the words of a text, in a set that is emptied first.
func pieces(out map[piece]bool, text string) map[piece]bool {
	clear(out)
	var last rune
	for _, c := range strings.ToLower(clean(text)) {
		if unicode.IsSpace(c) {
			last = 0
			continue
		}
		if last != 0 {
			out[piece{last, c}] = true
		}
		last = c
	}
	return out
}

// shared is how much of the smaller set is in the other, of 100.
func shared(a, b map[piece]bool) int {
	if len(b) < len(a) {
		a, b = b, a
	}
	if len(a) == 0 {
		return 0
	}
	n := 0
	for p := range a {
		if b[p] {
			n++
		}
	}
	return 100 * n / len(a)
}

// Relapses returns items that were struck off in the 180 days before a new one was
// registered, of the same area and category, the last one first: it may be one of them come
// back (反弹), which is reopened rather than begun anew.
func (s *Store) Relapses(ctx context.Context, it *Item, sight Sight) ([]Item, error) {
	if it.Area == "" || it.Category == "" {
		return nil, nil
	}
	w := &where{}
	sight.limit(w)
	raised := events.DateOf(it.Raised)
	w.add("i.area = $ and i.category = $", clean(it.Area), clean(it.Category))
	w.add("i.grp = 'CLOSED' and i.state = 'CLOSED' and i.closed_at < $ and i.closed_at >= $", it.Raised, raised.AddDays(-relapseDays).Time())
	rows, err := s.pool.Query(ctx, `
		select i.code_hash, d.doc from item i join item_doc d on d.item = i.id
		where `+w.String()+` and i.id <> `+w.arg(it.uuid())+`
		order by i.closed_at desc, i.id limit 3`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("look for relapses of %s: %w", it.Number, err)
	}
	its, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("look for relapses of %s: %w", it.Number, err)
	}
	return its, nil
}
