package projections

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// askPast queues what reads one page of the ledger as it stood at the end of the day AsOf, by
// number. What item_day keeps is of that day; the rest of a row (title, goal, and so on) is
// of now, and what was not known then is left out.
func (x *listing) askPast(b *pgx.Batch) {
	w := x.f.past()
	compare, order := ">", ""
	if x.cur.back {
		compare, order = "<", " desc"
	}
	if x.f.After != "" {
		w.add("(i.number, i.item) "+compare+" ($, $)", x.cur.number, x.cur.id)
	}
	x.names.ask(b)
	b.Queue(`
		select d.doc, p.grp, p.state, p.due, p.due_minute, p.class, p.preset, p.unit, p.leader, p.mode, p.source, p.category, p.area, p.campaign
		from (select i.* from item_day i
			where `+w.String()+`
			order by i.number`+order+`, i.item`+order+`
			limit `+w.arg(x.limit+1)+`) p
		join item_doc d on d.item = p.item
		order by p.number`+order+`, p.item`+order, w.args...).Query(func(rows pgx.Rows) error {
		var err error
		x.items, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (Item, error) { return scanPast(r, x.names) })
		return err
	})
}

func scanPast(r pgx.CollectableRow, ns nameList) (it Item, err error) {
	var doc []byte
	var was Item
	var due pgtype.Date
	var minute int
	if err := r.Scan((*pgtype.DriverBytes)(&doc), &was.Group, &was.State, &due, &minute, &was.Class, &was.Preset, &was.Lead.ID, &was.Leader.ID,
		&was.Mode, &was.Source, &was.Category, &was.Area, &was.Campaign); err != nil {
		return it, err
	}
	if err := readBrief(doc, &it); err != nil {
		return it, err
	}
	was.Lead.Name, was.Leader.Post = ns.name(unitName, was.Lead.ID), ns.name(leaderName, was.Leader.ID)
	return Item{ID: it.ID, Number: it.Number, PublicID: it.PublicID, Title: it.Title, Goal: it.Goal, State: was.State, Group: was.Group,
		Mode: was.Mode, Preset: was.Preset, Source: was.Source, Category: was.Category, Class: was.Class, Campaign: was.Campaign, Area: was.Area,
		Lead: was.Lead, Leader: was.Leader, Due: fromDate(due), DueTime: events.Moment{Minute: minute}.TimeOfDay(), Channel: it.Channel, Demo: it.Demo, Confidential: it.Confidential,
		Raised: it.Raised, RaisedOn: it.RaisedOn, Round: 1}, nil
}

// pastCursor is a place between two rows of a past day's order.
func pastCursor(it *Item, back bool) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{pick(back, "pb", "pf"), it.ID, it.Number}, "|")))
}

func parsePast(s string) (c cursor, err error) {
	if s == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.SplitN(string(raw), "|", 3)
	if err != nil || len(parts) != 3 || (parts[0] != "pb" && parts[0] != "pf") {
		return c, ErrBadCursor
	}
	if c.id, err = uuid.Parse(parts[1]); err != nil {
		return c, ErrBadCursor
	}
	c.back, c.number = parts[0] == "pb", clean(strings.ToValidUTF8(parts[2], ""))
	return c, nil
}
