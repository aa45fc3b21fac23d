package projections

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// publicOf copies what may be told of an item (domain.md §7.1) and nothing else: a new
// field of Item stays inside until somebody names it here. byCode is the petitioner, who
// also reads what was told to him alone.
func publicOf(it *Item, byCode bool) PublicItem {
	d := &it.Detail
	p := PublicItem{ID: it.ID, Number: it.Number, PublicID: it.PublicID, Released: it.shown(), State: it.State,
		RaisedOn: it.RaisedOn, RegisteredOn: events.DateOf(it.Raised), AcceptedOn: it.AcceptedOn, Due: it.Due, DueTime: it.DueTime, DueOriginal: it.DueOriginal, DueRule: it.DueRule,
		DueFrom: it.DueFrom, Clock: it.Detail.Clock, RectifiedOn: it.RectifiedOn, ClosedOn: it.ClosedOn, NextReview: it.NextReview,
		Late: it.Late, LateDays: it.LateDays, RepliedOn: d.RepliedOn, MergedInto: it.MergedInto, Touched: it.Touched,
		Demo: it.Demo, Erased: !it.ErasureOn.IsZero(), Restricted: it.restricted()}
	if l, ok := it.Limit(events.StageEvaluate, ""); ok {
		p.EvaluateBy = l.Due
	}
	if byCode {
		p.Question, p.NotAccepted, p.Route = d.Question, d.NotAccepted, d.Route
		p.Held, p.RenewedOn = it.Held, d.RenewedOn
		p.Evaluated = slices.ContainsFunc(d.Evaluations, func(e Evaluation) bool { return e.Round == it.Round })
		p.CanEvaluate = it.Replied && !p.Evaluated && !p.Erased
	}
	if p.Restricted {
		return p
	}
	if byCode {
		p.ReplyPrivate = d.ReplySecret
	}
	p.Title, p.Mode, p.Category, p.Category2, p.Area = it.Title, it.Mode, it.Category, it.Category2, it.Area
	p.Lead, p.LeaderPost, p.Reply = it.Lead.Name, it.Leader.Post, d.Reply
	for _, a := range d.Assignments {
		if a.Live() && a.Part != events.Lead {
			p.CoUnits = append(p.CoUnits, a.Unit.Name)
		}
	}
	if p.Released {
		p.Summary = d.Released
	}
	if p.Released && !p.Erased {
		p.Photos = photosOf(d)
	}
	if d.Publicity != nil && it.State == events.InPublicity { // a notice is gone with its window
		p.PublicityUntil, p.PublicityText = d.Publicity.Until, d.Publicity.Text
	}
	return p
}

// PublicByCode returns what the petitioner may read. codeHash is the SHA-256 of number and
// query code, hex. A wrong number and a wrong code both give ErrNotFound.
func (s *Store) PublicByCode(ctx context.Context, number, codeHash string) (PublicItem, error) {
	return s.public(ctx, byCodeSQL, true, clean(number), codeHash)
}

const byCodeSQL = `select id from item where number = $1 and code_hash = $2 and code_hash <> '' order by id limit 1`

// versionSQL names one state of an item's document: no other row of any generation has, or
// had, the same table, writing transaction and place. Whatever happens to an item writes its
// document anew.
const versionSQL = `d.tableoid::text || ' ' || d.xmin::text || ' ' || d.ctid::text`

// PublicVersion returns the Version of what PublicByCode would return now, for whoever has
// made something of an earlier one.
func (s *Store) PublicVersion(ctx context.Context, number, codeHash string) (string, error) {
	var v string
	err := s.pool.QueryRow(ctx, `select `+versionSQL+` from item_doc d where d.item = (`+byCodeSQL+`)`, clean(number), codeHash).Scan(&v)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("read public item: %w", err)
	}
	return v, nil
}

// PublicByID returns a released item, ErrNotFound for one that may not be shown.
func (s *Store) PublicByID(ctx context.Context, publicID string) (PublicItem, error) {
	if publicID == "" {
		return PublicItem{}, ErrNotFound
	}
	return s.public(ctx, `select id from item where public_id = $1 and shown order by id limit 1`, false, clean(publicID))
}

// public reads the item that a query finds, in one round trip: a number that does not exist
// costs as much as a wrong code.
func (s *Store) public(ctx context.Context, which string, byCode bool, args ...any) (PublicItem, error) {
	var p PublicItem
	found := false
	err := s.together(ctx, func(b *pgx.Batch) {
		var it Item
		var doc []byte
		var version string
		each(b, `select i.code_hash, d.doc, `+versionSQL+` from item i join item_doc d on d.item = i.id where i.id = (`+which+`)`, args,
			[]any{&it.CodeHash, (*pgtype.DriverBytes)(&doc), &version}, func() error {
				if err := json.Unmarshal(doc, &it); err != nil {
					return err
				}
				p, found = publicOf(&it, byCode), true
				p.Version = version
				return nil
			})
		b.Queue(timelineSQL+` where item = (`+which+`) and visibility = 'PUBLIC' `+timelineOrder, args...).Query(func(rows pgx.Rows) (err error) {
			p.Timeline, err = pgx.CollectRows(rows, scanEntry)
			return err
		})
		if byCode {
			b.Queue(`select doc, raised_on from opinion where item = (`+which+`) order by sequence, id limit 1`, args...).Query(p.scanWords)
		}
	})
	if err != nil {
		return PublicItem{}, fmt.Errorf("read public item: %w", err)
	}
	if !found {
		return PublicItem{}, ErrNotFound
	}
	if p.Restricted {
		p.Timeline, p.Words = nil, events.Sealed{}
	}
	for i := range p.Timeline {
		e := &p.Timeline[i]
		if e.PublicText != "" {
			e.Text = e.PublicText
		}
		e.PublicText, e.Post, e.Hash, e.Rev = "", "", "", 0
	}
	return p, nil
}

// scanWords takes the words of the first opinion that was registered under the item.
func (p *PublicItem) scanWords(rows pgx.Rows) error {
	var doc []byte
	var on pgtype.Date
	_, err := pgx.ForEachRow(rows, []any{(*pgtype.DriverBytes)(&doc), &on}, func() error {
		var o events.Opinion
		if err := json.Unmarshal(doc, &o); err != nil {
			return err
		}
		p.Words, p.WordsOn = o.Text, fromDate(on)
		return nil
	})
	return err
}

// PublicItems returns one page of the items that are shown, the newest number first and
// without timelines, the cursor of the next page and how many there are in all; of a search
// those found first, see find.go.
func (s *Store) PublicItems(ctx context.Context, f PublicFilter) (items []PublicItem, next string, total int, err error) {
	limit := within(f.Limit, 20, 1000)
	w := &where{conds: []string{"i.shown"}}
	w.key("i.category", f.Category)
	switch {
	case f.State == events.Closed:
		w.add("i.grp = 'CLOSED'")
	case f.State != "":
		w.add("i.state = $", clean(string(f.State)))
	}
	if len(f.Groups) > 0 {
		w.add("i.grp = any($)", texts(f.Groups))
	}
	if f.Mode != "" {
		w.add("i.mode = $", clean(string(f.Mode)))
	}
	if f.About != "" {
		w.add("$ in (i.unit, i.area, i.category)", clean(f.About))
	}
	if f.Year > 0 {
		w.add("i.raised_day >= $", date(events.NewDate(f.Year, 1, 1)))
		w.add("i.raised_day < $", date(events.NewDate(f.Year+1, 1, 1)))
	}
	if f.Overdue {
		w.lamp("i.grp = 'OPEN' and $$", events.DeadlineLamps, events.LampOverdue, endsOfItem, events.Bounds{events.Now: f.Now})
	}
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		if len(words(f.Q)) > 0 {
			h, err := search(ctx, tx, looked{conds: w, args: w.args, first: `
				select i.id from item i where ` + w.String() + ` order by i.number desc limit ` + strconv.Itoa(lookedWithin)}, words(f.Q), page)
			if err != nil {
				return err
			}
			w = &where{}
			w.add("i.id = any($)", uuids(column(h.list, func(h hit) uuid.UUID { return h.id })))
			total = len(h.list)
		} else if err := tx.QueryRow(ctx, `select count(*) from item i where `+w.String(), w.args...).Scan(&total); err != nil {
			return err
		}
		if f.After != "" {
			raw, err := base64.RawURLEncoding.DecodeString(f.After)
			id, number, ok := strings.Cut(string(raw), "|")
			u, err2 := uuid.Parse(id)
			if err != nil || err2 != nil || !ok {
				return ErrBadCursor
			}
			w.add("(i.number, i.id) < ($, $)", clean(strings.ToValidUTF8(number, "")), u)
		}
		rows, err := tx.Query(ctx, `
			select p.code_hash, d.doc
			from (select i.id, i.number, i.code_hash from item i
				where `+w.String()+`
				order by i.number desc, i.id desc
				limit `+w.arg(limit+1)+`) p
			join item_doc d on d.item = p.id
			order by p.number desc, p.id desc`, w.args...)
		if err != nil {
			return err
		}
		its, err := pgx.CollectRows(rows, scanItem)
		if err != nil {
			return err
		}
		for i := range its[:min(limit, len(its))] {
			items = append(items, publicOf(&its[i], false))
		}
		if len(its) > limit {
			last := items[limit-1]
			next = base64.RawURLEncoding.EncodeToString([]byte(last.ID + "|" + last.Number))
		}
		return nil
	})
	if err != nil {
		return nil, "", 0, fmt.Errorf("list public items: %w", err)
	}
	return items, next, total, nil
}

// PublicFigures returns the numbers of the public front page from counters.
func (s *Store) PublicFigures(ctx context.Context, now events.Moment) (f Figures, err error) {
	at := when{today: now.Day, minute: now.Minute}
	everything, public, hidden := &sheet{}, &sheet{}, &sheet{}
	of := func(t *sheet) func(dim, key string, f figures) {
		return func(dim, key string, f figures) { t.row(dimensionOf(dim), key).add(f, 1) }
	}
	shown, dims := read{scopeShown, term{"1", 1}}, []string{byAll.code(), byMode.code()}
	err = s.together(ctx, func(b *pgx.Batch) {
		askSums(b, read{scopeAll, term{"", 1}}, at, dims[:1], "", of(everything))
		askSums(b, shown, at, dims, "", of(public))
		askDues(b, shown, at, dims[:1], "", of(public))
		hidden.askHidden(b, &narrowing{}, at, Sight{Extent: SeesOrdinary})
	})
	if err != nil {
		return Figures{}, fmt.Errorf("read figures: %w", err)
	}
	everything.take(hidden) // that there is one more 举报 is nobody's to read off the front page
	all := public.row(byAll, "")
	c := all.cell("")
	immediate := public.row(byMode, string(events.Immediate)).cell("")
	return Figures{ImmediateDone: immediate.Rectified(), ImmediateTotal: immediate.Total, Closed: c.Closed, InProgress: all.at[placeOpen], Overdue: all.lateOpen,
		Waiting: all.at[placeWaiting], Done: c.Done, Standing: c.Standing, Held: c.Held, Total: c.Total,
		Unreleased: everything.row(byAll, "").cell("").Total - c.Total}, nil
}
