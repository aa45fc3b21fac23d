package ledger

import (
	"slices"

	"xiaohao/events"
)

// Difference is one column in which two rows of an item differ, with the words of each.
type Difference struct {
	Field    Field
	Was, Now string
}

// Differences are the columns, of those that both ledgers have, in which now says otherwise than
// was. What means the same, written another way, is no difference: a day, units, a state, a mode.
// The number of the line, and what is not read as a field, do not count.
func (l *Ledger) Differences(now *Item, other *Ledger, was *Item) (out []Difference) {
	for _, f := range Fields {
		if f == Seq || f == Number || !l.has(f) || !other.has(f) || was.same(now, f) {
			continue
		}
		out = append(out, Difference{f, was.words(f), now.words(f)})
	}
	return out
}

func (l *Ledger) has(f Field) bool {
	return slices.ContainsFunc(l.Headings, func(h Heading) bool { return h.Field == f })
}

// same reports whether two rows mean the same by a field.
func (it *Item) same(o *Item, f Field) bool {
	if squeeze(it.Cells[f]) == squeeze(o.Cells[f]) {
		return true
	}
	a, aIs := it.day(f)
	b, bIs := o.day(f)
	switch {
	case aIs && bIs:
		return a == b
	case f == ModeField:
		return it.ModeSaid && o.ModeSaid && it.Mode == o.Mode
	case f == Status:
		return it.Said && o.Said && it.Status == o.Status
	case f == LeadUnit:
		return it.LeadUnit == o.LeadUnit
	case f == CoUnits:
		return slices.Equal(slices.Sorted(slices.Values(it.CoUnits)), slices.Sorted(slices.Values(o.CoUnits)))
	}
	return false
}

// day is the day that a cell was read as.
func (it *Item) day(f Field) (d events.Date, is bool) {
	switch {
	case f == DeadlineDay && it.Deadline != nil:
		d = *it.Deadline
	case f == Raised:
		d = it.More.Raised
	case f == Done:
		d = it.More.Done
	case f == ClosedOn:
		d = it.More.ClosedOn
	}
	return d, !d.IsZero()
}

// words are a cell as people read it.
func (it *Item) words(f Field) string {
	if d, is := it.day(f); is {
		return d.String()
	}
	return it.Cells[f]
}
