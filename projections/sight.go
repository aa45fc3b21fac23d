package projections

import (
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// Extent is how far somebody's eyes go over the ledger.
type Extent string

const (
	SeesEverything Extent = ""         // the program itself
	SeesAll        Extent = "ALL"      // but what is about him
	SeesLinked     Extent = "LINKED"   // of 举报 and 涉稳 only where he is the linked leader
	SeesOrdinary   Extent = "ORDINARY" // no 举报 and 涉稳
	SeesUnits      Extent = "UNITS"    // what Units have a part in
	SeesNothing    Extent = "NOTHING"
)

// Sight limits every list, search, count and board to what exists for the person who asks
// (domain.md §7.3). Who sees what is not decided here: whoever asks says it. The zero Sight
// is the program's own.
type Sight struct {
	Extent Extent
	Units  []string // ids of the own unit and those below it
	Self   []string // ids of the person, of whom he acts for, and of his unit: 举报 about them is absent
	Leads  []string // ids of leaders that he is or acts for

	within bool // the rows are of parts of the Units that were not taken back
}

func (s Sight) free() bool { return s.Extent == SeesEverything }

// counted reports whether what the person does not see is a part of the restricted items,
// which are few: then counters are read and those are taken off.
func (s Sight) counted() bool {
	return s.Extent == SeesAll || s.Extent == SeesLinked || s.Extent == SeesOrdinary
}

func (s Sight) texts(of []string) []string { return column(of, clean) }

// hidden is the condition of the restricted items that the person does not see; of units,
// among those that they have a part in.
func (s Sight) hidden(w *where) string {
	about := func() string { return "i.complained_of && " + w.arg(s.texts(s.Self)) }
	switch s.Extent {
	case SeesAll:
		return "i.class <> 'ORDINARY' and " + about()
	case SeesUnits: // what was taken back from them is theirs no longer
		if s.within {
			return "i.class <> 'ORDINARY' and " + about()
		}
		return "i.class <> 'ORDINARY' and (" + about() + " or not i.id in (select a.item from assignment a where a.unit = any(" +
			w.arg(s.texts(s.Units)) + ") and a.state <> 'WITHDRAWN'))"
	case SeesLinked:
		return "i.class <> 'ORDINARY' and (" + about() + " or not i.leader = any(" + w.arg(s.texts(s.Leads)) + "))"
	}
	return "i.class <> 'ORDINARY'"
}

// hiddenThen is hidden for rows of a past day: whoever led an item then may have no part in it
// any more, and sees it by what is so now.
func (s Sight) hiddenThen(w *where) string {
	cond := "i.item in (select i.id from item i where " + s.hidden(w) + ")"
	if s.Extent == SeesUnits {
		cond = "(" + cond + " or not i.item in (select a.item from assignment a where a.unit = any(" + w.arg(s.texts(s.Units)) + ")))"
	}
	return cond
}

// limit adds that an item exists for the person.
func (s Sight) limit(w *where) {
	switch s.Extent {
	case SeesEverything:
	case SeesNothing:
		w.add("false")
	case SeesUnits:
		if !s.within {
			w.conds = append(w.conds, "i.id in (select a.item from assignment a where a.unit = any("+w.arg(s.texts(s.Units))+"))")
		}
		w.conds = append(w.conds, "not ("+s.hidden(w)+")")
	default:
		w.conds = append(w.conds, "not ("+s.hidden(w)+")")
	}
}

// sees is the sight of a person as a rule of one item, for those that are no rows. Package
// rights has the same rule, and a test of cmd/xiaohao compares both.
func (s Sight) sees(it *Item) bool {
	parts := func(live bool) bool {
		return slices.ContainsFunc(it.Detail.Assignments, func(a Assignment) bool {
			return slices.Contains(s.Units, a.Unit.ID) && (a.Live() || !live)
		})
	}
	about := slices.ContainsFunc(it.Detail.ComplainedOf, func(u events.Unit) bool { return slices.Contains(s.Self, u.ID) }) ||
		slices.ContainsFunc(it.Detail.Complained, func(id string) bool { return slices.Contains(s.Self, id) })
	if it.Class != events.Ordinary && about && s.Extent != SeesEverything {
		return false
	}
	switch s.Extent {
	case SeesNothing:
		return false
	case SeesUnits:
		return parts(it.Class != events.Ordinary)
	case SeesOrdinary:
		return it.Class == events.Ordinary
	case SeesLinked:
		return it.Class == events.Ordinary || slices.Contains(s.Leads, it.Leader.ID)
	}
	return true
}

// askHidden queues what counts the rows that a filter would select and the person does not
// see, to be taken off a counter's total.
func askHidden(b *pgx.Batch, f Filter, s Sight, take func(n int)) {
	from, w := f.rows()
	hidden := s.hidden
	if !f.AsOf.IsZero() {
		hidden = s.hiddenThen
	}
	cond := hidden(w)
	b.Queue(`select count(*)::int from `+from+` where `+w.String()+` and `+cond, w.args...).QueryRow(func(row pgx.Row) error {
		var n int
		err := row.Scan(&n)
		take(n)
		return err
	})
}

// askHidden adds up what the person does not see of a board.
func (t *sheet) askHidden(b *pgx.Batch, n *narrowing, at when, s Sight) {
	w, from := &where{}, "item i"
	if at.asOf.IsZero() {
		w.conds = append(w.conds, s.hidden(w))
	} else {
		from = "item_day i"
		w.asOf(at.asOf)
		w.conds = append(w.conds, s.hiddenThen(w))
	}
	n.where(w)
	t.askRows(b, from, w, at, false)
}

// take takes other figures off. Areas are not there when nobody asked for them.
func (t *sheet) take(hidden *sheet) {
	for d := range allDimensions {
		if t[d] == nil {
			continue
		}
		for k, f := range hidden[d] {
			t.row(d, k).add(*f, -1)
		}
	}
}

// askHidden takes off the weeks what the person does not see.
func (ws weekSheet) askHidden(b *pgx.Batch, n *narrowing, at when, s Sight) {
	if at.today.IsZero() || !at.asOf.IsZero() {
		return
	}
	w := &where{}
	w.conds = append(w.conds, s.hidden(w))
	n.where(w)
	first := w.arg(date(firstWeek(at.today)))
	var kind string
	var week pgtype.Date
	var m int
	each(b, `
		select 'NEW', i.new_week, count(*)::int from item i
		where i.grp in ('WAITING', 'OPEN', 'DONE', 'STANDING', 'HELD', 'CLOSED') and i.new_week >= `+first+` and `+w.String()+` group by 2
		union all
		select 'CLOSED', i.closed_week, count(*)::int from item i where i.closed_week >= `+first+` and `+w.String()+` group by 2`,
		w.args, []any{&kind, &week, &m}, func() error {
			ws.note(kind, fromDate(week), -m)
			return nil
		})
}
