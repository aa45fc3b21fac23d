package projections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// Happening is a fact that a report lists, with the item as it stood at the end of that day.
type Happening struct {
	Type       string      // wire name: item.closed, item.reopened, item.evaluated, …
	On         events.Date // recorded day
	Number     string
	Title      string
	Class      events.Class
	Unit       string      // name of the lead unit on that day
	Text       string      // as the timeline tells it, no personal data
	Passed     bool        // of a site check
	Evaluation *Evaluation // of item.evaluated; Exempt is not of that day
}

// toldTypes are the facts that reports list; the index timeline_told has the same.
var toldTypes = []string{"item.closed", "item.reopened", "item.evaluated", "look_back.passed", "look_back.failed", "sign_off.refused", "site.checked"}

// dayEnd is the last commit of a recorded day.
type dayEnd struct {
	day      events.Date
	sequence uint64
	hash     string
}

var dayEndTable = table[dayEnd]{name: "log_day", key: []string{"day"}, then: mergeRow,
	set: "sequence = excluded.sequence, hash = excluded.hash where log_day.sequence < excluded.sequence",
	cols: []col[dayEnd]{
		dateCol("day", func(r *dayEnd) events.Date { return r.day }),
		bigCol("sequence", func(r *dayEnd) uint64 { return r.sequence }),
		textCol("hash", func(r *dayEnd) string { return r.hash }),
	}}

// dayEnds are those of a batch that is not written yet.
type dayEnds map[events.Date]dayEnd

// end notes that a commit is the last one of its day so far.
func (b *batch) end(c *events.Recorded) {
	if on := day(c); b.ends[on].sequence < c.Sequence {
		b.ends[on] = dayEnd{on, c.Sequence, c.Hash}
	}
}

func (b *batch) settleEnds() {
	for _, e := range b.ends {
		b.out.ends.upsert(&e)
	}
	clear(b.ends)
}

// EndOf returns the last position that was recorded by the end of a day, the zero Position
// when nothing was. It is the same for ever once the day is over.
func (s *Store) EndOf(ctx context.Context, on events.Date) (p Position, err error) {
	var seq int64
	err = s.pool.QueryRow(ctx, `
		select p.identity, d.sequence, d.hash from log_day d, position p
		where d.day <= $1 order by d.sequence desc limit 1`, date(on)).Scan(&p.Identity, &seq, &p.Hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return Position{}, nil
	}
	if err != nil {
		return Position{}, fmt.Errorf("read the end of %s: %w", on, err)
	}
	p.Sequence = uint64(seq)
	return p, nil
}

// FirstDay returns the first recorded day of the log, the zero day when it is empty.
func (s *Store) FirstDay(ctx context.Context) (events.Date, error) {
	var on pgtype.Date
	if err := s.pool.QueryRow(ctx, `select min(day) from log_day`).Scan(&on); err != nil {
		return events.Date{}, fmt.Errorf("read the first day: %w", err)
	}
	return fromDate(on), nil
}

// Happened returns the facts of some recorded days that reports list, of items that exist for
// the person who asks, in the order of the log. What is recorded later changes nothing in it.
func (s *Store) Happened(ctx context.Context, from, to events.Date, sight Sight) ([]Happening, error) {
	w := &where{args: []any{from.Time(), to.AddDays(1).Time()}}
	sight.limit(w)
	rows, err := s.pool.Query(ctx, `
		select t.type, t.day, t.body, i.number, i.class, coalesce(n.name, ''), d.doc
		from (select x.*, ((recorded at time zone 'UTC') + interval '8 hours')::date as day from timeline x
				where type in ('item.closed', 'item.reopened', 'item.evaluated', 'look_back.passed', 'look_back.failed', 'sign_off.refused', 'site.checked')
					and recorded >= $1 and recorded < $2) t
			join item i on i.id = t.item
			join item_doc d on d.item = t.item
			left join item_day p on p.item = t.item and p.from_day <= t.day and p.to_day > t.day
			left join named n on n.kind = 'UNIT' and n.id = p.unit
		where `+w.String()+` order by t.sequence, t.idx`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("read what happened: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (h Happening, err error) {
		var on pgtype.Date
		var doc []byte
		if err := r.Scan(&h.Type, &on, &h.Text, &h.Number, &h.Class, &h.Unit, (*pgtype.DriverBytes)(&doc)); err != nil {
			return h, err
		}
		var it struct {
			Title  string
			Detail struct{ Evaluations []Evaluation }
		}
		if err := json.Unmarshal(doc, &it); err != nil {
			return h, err
		}
		h.On, h.Title = fromDate(on), it.Title
		h.settle(it.Detail.Evaluations)
		return h, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what happened: %w", err)
	}
	return out, nil
}

// settle fills what is not told by the timeline itself.
func (h *Happening) settle(es []Evaluation) {
	h.Passed = h.Type == "look_back.passed" || h.Type == "site.checked" && !strings.HasPrefix(h.Text, notPassed)
	if h.Type != "item.evaluated" {
		return
	}
	if i := slices.IndexFunc(es, func(e Evaluation) bool { return e.On == h.On }); i >= 0 {
		h.Evaluation = &es[i]
	}
}

// ClaimedItems returns the items of which something was entered later and is said to have
// happened by a day (补录).
func (s *Store) ClaimedItems(ctx context.Context, by events.Date) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, `select distinct item from timeline where occurred is not null and occurred <= $1 order by item`, date(by))
	if err != nil {
		return nil, fmt.Errorf("list what was entered later: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("list what was entered later: %w", err)
	}
	return ids, nil
}

// noon is a moment of a day on which all of it lies.
func noon(d events.Date) time.Time { return d.Time().Add(12 * time.Hour) }
