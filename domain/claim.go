package domain

import (
	"slices"
	"strings"

	"xiaohao/events"
)

// RecordClaim notes what a row of an imported ledger says of the item (记台账所称). Only the
// import gives it, made by [ClaimOf]. Whatever the row says, the item's state stays what
// this log made it.
type RecordClaim struct {
	claim events.LedgerClaimed
}

// ClaimOf makes the command that notes c with its measures, one a line, and the remarks of
// the row. What changed is found out against the claim before, unless c says it itself.
func ClaimOf(c events.LedgerClaimed, measures, note string) RecordClaim {
	c.Measures, c.Note = events.Secret(measures), events.Secret(note)
	return RecordClaim{c}
}

func (c RecordClaim) name() string { return "record_claim" }

func (c RecordClaim) decide(it *Item, _ Situation) ([]events.Event, error) {
	e := c.claim
	if e.Ledger == "" || e.File == "" || e.Row < 1 || e.Text == "" {
		return nil, refuse("record_claim.missing", "台账导入：缺少台账、文件或行号。")
	}
	if it.Claim != nil && it.Claim.Text == e.Text {
		return nil, refuse("record_claim.same", "台账的这一行没有变化。")
	}
	if it.Claim != nil && e.Changed == nil {
		e.Changed = deltas(*it.Claim, e)
	}
	return []events.Event{e}, nil
}

// Told is what a fact may say of the cells that were changed in a row: which ones, and their words
// only where those are not written by hand.
func Told(ds []events.LedgerDelta) []events.LedgerDelta {
	out := slices.Clone(ds)
	for i, d := range out {
		switch d.Field {
		case "mode", "deadline", "lead_unit", "co_units", "status", "closed_on", "raised_on":
		default:
			out[i].Was, out[i].Now = "", ""
		}
	}
	return out
}

// deltas are the cells in which two imports of a row differ. Of the sealed ones it is only
// said that some do.
func deltas(was, now events.LedgerClaimed) []events.LedgerDelta {
	var out []events.LedgerDelta
	for _, d := range []events.LedgerDelta{
		{Field: "mode", Was: was.Mode.Zh(), Now: now.Mode.Zh()},
		{Field: "deadline", Was: was.Due.String(), Now: now.Due.String()},
		{Field: "lead_unit", Was: was.Lead, Now: now.Lead},
		{Field: "co_units", Was: strings.Join(was.Co, "、"), Now: strings.Join(now.Co, "、")},
		{Field: "status", Was: was.Says.Zh(), Now: now.Says.Zh()},
		{Field: "closed_on", Was: was.ClosedOn.String(), Now: now.ClosedOn.String()},
	} {
		if d.Was != d.Now {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		out = append(out, events.LedgerDelta{Field: "text"})
	}
	return out
}

// claims reports whether the imported ledger gave the item this deadline: it stands though
// it has passed or is further off than a person could set it.
func (it *Item) claims(due events.Date) bool {
	return it.Claim != nil && !due.IsZero() && it.Claim.Due == due
}
