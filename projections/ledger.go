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

// where collects the conditions of a query and their parameters.
type where struct {
	conds []string
	args  []any
}

// add adds a condition; each $ in it stands for the next of vs.
func (w *where) add(cond string, vs ...any) {
	for _, v := range vs {
		cond = strings.Replace(cond, "$", "\x00"+w.arg(v)[1:], 1)
	}
	w.conds = append(w.conds, strings.ReplaceAll(cond, "\x00", "$"))
}

// arg adds a parameter and returns its name.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// key selects a column by value, [Any] or [None].
func (w *where) key(col, v string) {
	switch v {
	case "":
	case Any:
		w.add(col + " <> ''")
	case None:
		w.add(col + " = ''")
	default:
		w.add(col+" = $", clean(v))
	}
}

// search adds the words that somebody typed: an index over grams finds candidates, like
// decides.
func (w *where) search(q string) {
	for _, word := range words(q) {
		w.add("i.id in (select s.item from item_search s where s.grams @> $ and s.body like $)", wanted(word), like(word))
	}
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return "true"
	}
	return strings.Join(w.conds, "\n\t\t\tand ")
}

func texts[T ~string](vs []T) []string {
	return column(vs, func(v T) string { return clean(string(v)) })
}

// where is the filter as conditions on item i.
func (f Filter) where() *where {
	w := &where{}
	w.search(f.Q)
	if len(f.States) > 0 {
		w.add("i.state = any($)", texts(f.States))
	}
	if len(f.Groups) > 0 {
		w.add("i.grp = any($)", texts(f.Groups))
	}
	if len(f.Modes) > 0 {
		w.add("i.mode = any($)", texts(f.Modes))
	}
	w.key("i.source", string(f.Source))
	w.key("i.category", f.Category)
	w.key("i.area", f.Area)
	w.key("i.leader", f.Leader)
	w.key("i.campaign", f.Campaign)
	w.key("i.class", string(f.Class))
	w.key("i.preset", string(f.Preset))
	if f.LeadOnly || f.Unit == Any || f.Unit == None {
		w.key("i.unit", f.Unit)
	} else if f.Unit != "" {
		w.add("i.id in (select a.item from assignment a where a.unit = $ and a.state <> 'WITHDRAWN')", clean(f.Unit))
	}
	switch f.Lamp {
	case LampOverdue:
		w.add("i.due < $", date(f.Today))
	case LampNear:
		w.add("i.due between $ and $", date(f.Today), date(f.Near))
	case LampCalm:
		w.add("i.grp in ('WAITING', 'OPEN') and (i.due is null or i.due >= $ and i.due > $)", date(f.Today), date(f.Near))
	}
	if !f.DueBy.IsZero() {
		w.add("i.due <= $", date(f.DueBy))
	}
	if !f.NewIn.IsZero() {
		w.add("i.grp in ('WAITING', 'OPEN', 'DONE', 'STANDING', 'HELD', 'CLOSED') and i.new_week = $", date(f.NewIn))
	}
	if !f.ClosedIn.IsZero() {
		w.add("i.closed_week = $", date(f.ClosedIn))
	}
	if f.Queue != "" {
		w.conds = append(w.conds, w.queue(f.Queue, f))
	}
	if f.HideFrom != "" {
		w.add(`(i.class not in ('CONDUCT', 'STABILITY') or (not ($ = any(i.complained_of)) and i.id in (
			select a.item from assignment a where a.unit = $ and a.state <> 'WITHDRAWN')))`, clean(f.HideFrom), clean(f.HideFrom))
	}
	return w
}

// queue is the condition of one queue.
func (w *where) queue(q Queue, f Filter) string {
	parts := func(cond string) string {
		if f.Unit != "" && f.Unit != Any && f.Unit != None {
			cond += " and a.unit = " + w.arg(clean(f.Unit))
		}
		return "i.state = 'IN_PROGRESS' and i.id in (select a.item from assignment a where " + cond + ")"
	}
	switch q {
	case QueueRegistered:
		return "i.state = 'REGISTERED'"
	case QueueAccepted:
		return "i.state = 'ACCEPTED'"
	case QueueReturn:
		return "i.return_open and i.grp in ('WAITING', 'OPEN')"
	case QueueExtension:
		return "i.ext_open and i.grp in ('WAITING', 'OPEN')"
	case QueueVerify:
		return "i.state in ('RECTIFIED', 'UNDER_VERIFICATION')"
	case QueuePublicity:
		return "i.state = 'IN_PUBLICITY'"
	case QueueUnsatisfied:
		return "i.unsatisfied"
	case QueueReply:
		return "i.reply_open"
	case QueueReview:
		return "i.grp in ('STANDING', 'HELD') and i.next_review <= " + w.arg(date(f.Today))
	case QueueToSign:
		return parts("a.state = 'ISSUED'")
	case QueueSentBack:
		return parts("a.state = 'SENT_BACK'")
	case QueueOpen:
		return parts("a.state not in ('REPORTED', 'ACCEPTED', 'WITHDRAWN')")
	case QueueReopened:
		return "i.reopened > 0 and i.grp in ('WAITING', 'OPEN', 'DONE')"
	case QueueBounced:
		return "i.returns > 1 and i.grp in ('WAITING', 'OPEN')"
	}
	return "false"
}

// queues lists every queue.
var queues = []Queue{QueueRegistered, QueueAccepted, QueueReturn, QueueExtension, QueueVerify, QueuePublicity,
	QueueUnsatisfied, QueueReply, QueueReview, QueueToSign, QueueSentBack, QueueOpen, QueueReopened, QueueBounced}

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
	limit := within(f.Limit, 50, 200)
	cur, err := parseCursor(f.After)
	if err != nil {
		return p, err
	}
	w := f.where()
	if err := q.QueryRow(ctx, `select count(*) from item i where `+w.String(), w.args...).Scan(&p.Total); err != nil {
		return p, err
	}
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
	more := len(p.Items) > limit
	p.Items = p.Items[:min(len(p.Items), limit)]
	if cur.back {
		slices.Reverse(p.Items)
	}
	if n := len(p.Items); n > 0 {
		if cur.back || more {
			p.Next = cursorOf(&p.Items[n-1], false)
		}
		if f.After != "" && (!cur.back || more) {
			p.Prev = cursorOf(&p.Items[0], true)
		}
	}
	return p, nil
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

// Stuck returns what is stuck among the rows of f: up to ten of each sort, with full counts
// under "overdue", "near", "bounced", "unsatisfied" and "reopened". Lamp and Queue of f are
// not looked at.
func (s *Store) Stuck(ctx context.Context, f Filter) (st Stuck, err error) {
	f.Lamp, f.Queue, f.After, f.Limit = "", "", "", 10
	st.Counts = map[string]int{}
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		for _, x := range []struct {
			name  string
			lamp  Lamp
			queue Queue
			into  *[]Item
		}{
			{"overdue", LampOverdue, "", &st.Overdue},
			{"near", LampNear, "", &st.Near},
			{"bounced", "", QueueBounced, &st.Bounced},
			{"unsatisfied", "", QueueUnsatisfied, &st.Unsatisfied},
			{"reopened", "", QueueReopened, &st.Reopened},
		} {
			f.Lamp, f.Queue = x.lamp, x.queue
			p, err := items(ctx, tx, f)
			if err != nil {
				return err
			}
			*x.into, st.Counts[x.name] = p.Items, p.Total
		}
		return nil
	})
	if err != nil {
		return Stuck{}, fmt.Errorf("list what is stuck: %w", err)
	}
	return st, nil
}

// Queues counts each queue among the rows of f; Queue of f is not looked at. Each count is
// the Total of Items with that Queue.
func (s *Store) Queues(ctx context.Context, f Filter) (map[Queue]int, error) {
	f.Queue = ""
	w := f.where()
	counts := make([]string, len(queues))
	for i, q := range queues {
		counts[i] = "count(*) filter (where " + w.queue(q, f) + ")"
	}
	rows, err := s.pool.Query(ctx, `select array[`+strings.Join(counts, ",\n\t\t")+`]
		from item i
		where (i.grp not in ('CLOSED', 'ENDED', 'MERGED', 'ANSWERED') or i.unsatisfied or i.reply_open)
			and `+w.String(), w.args...)
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	ns, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[[]int])
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	out := make(map[Queue]int, len(queues))
	for i, q := range queues {
		out[q] = ns[i]
	}
	return out, nil
}

// Views counts the office's saved views; soon is the last day of 今明到期. All but the open
// returns come from counters, so they cost the same however many items there are.
func (s *Store) Views(ctx context.Context, today, soon events.Date) (Views, error) {
	rows, err := s.pool.Query(ctx, `
		select coalesce(sum(n), 0)::int,
			coalesce(sum(n) filter (where due < $1), 0)::int,
			coalesce(sum(n) filter (where due between $1 and $2), 0)::int,
			coalesce(sum(n) filter (where state in ('RECTIFIED', 'UNDER_VERIFICATION')), 0)::int,
			(select count(*) from item i where i.return_open and i.grp in ('WAITING', 'OPEN'))::int,
			coalesce(sum(n) filter (where grp = 'STANDING'), 0)::int,
			coalesce(sum(n) filter (where grp = 'HELD'), 0)::int
		from board_cell`, date(today), date(soon))
	if err != nil {
		return Views{}, fmt.Errorf("count saved views: %w", err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Views])
	if err != nil {
		return Views{}, fmt.Errorf("count saved views: %w", err)
	}
	return v, nil
}

func compare(a, b string) int { return strings.Compare(a, b) }
