package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
	"xiaohao/events/journal"
)

// grower multiplies projected rows, set-wise, to a size that commands would take too long
// to make. Copy k of an item has its own number and lies 7·(k mod 104) days earlier; the first
// has the item's own id, with its timeline.
type grower struct {
	conn   *pgx.Conn
	schema string
	base   int // items that were projected
	size   int // items now
}

// grown are the tables that are multiplied.
var grown = []string{"item", "item_doc", "item_search", "assignment", "item_day", "opinion", "opinion_item", "verbatim",
	"board_sum", "board_day", "board_due", "week_count"}

// summed are those of them that are read with what is yet to be added to them.
var summed = []string{"board_sum", "board_day", "board_due", "week_count"}

// openGrower puts the projected rows aside.
func openGrower(ctx context.Context, dsn string) (*grower, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	g := &grower{conn: conn}
	if err := conn.QueryRow(ctx, `select 'rm_' || max(generation) from rm.serving`).Scan(&g.schema); err != nil {
		return nil, fmt.Errorf("find the rows: %w", err)
	}
	sql := []string{`create schema base`, `set search_path = ` + g.schema}
	for _, t := range grown {
		from := t
		if slices.Contains(summed, t) {
			from += "_all"
		}
		sql = append(sql, `create table base.`+t+` as table `+from)
	}
	for _, t := range summed {
		sql = append(sql, `truncate `+t+`_added`)
	}
	if err := g.do(ctx, sql...); err != nil {
		return nil, err
	}
	return g, conn.QueryRow(ctx, `select count(*) from item`).Scan(&g.base)
}

func (g *grower) close() { _ = g.conn.Close(context.Background()) }

func (g *grower) do(ctx context.Context, sql ...string) error {
	for _, s := range sql {
		if _, err := g.conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(strings.Fields(s)[:min(3, len(strings.Fields(s)))], " "), err)
		}
	}
	return nil
}

// grow makes the tables hold n items, or a little more: whole copies.
func (g *grower) grow(ctx context.Context, n int) error {
	copies := (n + g.base - 1) / g.base
	rows, err := g.conn.Query(ctx, `
		select indexname, indexdef from pg_indexes where schemaname = $1 and tablename = any($2) and indexname not like '%\_pk'`, g.schema, grown)
	if err != nil {
		return err
	}
	type index struct{ Name, SQL string }
	indexes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[index])
	if err != nil {
		return err
	}
	for _, x := range indexes {
		if err := g.do(ctx, `drop index `+x.Name); err != nil {
			return err
		}
	}
	// In one transaction, so that a table that was just emptied is written without its log.
	sql := append([]string{`begin`, `truncate ` + strings.Join(grown, ", ")}, growSQL...)
	for _, x := range append(sql, `commit`) {
		if err := g.do(ctx, strings.ReplaceAll(x, "$copies", fmt.Sprint(copies))); err != nil {
			return err
		}
	}
	for _, x := range indexes {
		if err := g.do(ctx, x.SQL); err != nil {
			return err
		}
	}
	if err := g.do(ctx, `vacuum analyze`, `checkpoint`); err != nil {
		return err
	}
	return g.conn.QueryRow(ctx, `select count(*) from item`).Scan(&g.size)
}

// ping asks the least that can be asked.
func (g *grower) ping(ctx context.Context) error {
	_, err := g.conn.Exec(ctx, `select 1`)
	return err
}

// logged returns the numbers of the items that the log has.
func (g *grower) logged(ctx context.Context) ([]string, error) {
	rows, err := g.conn.Query(ctx, `select i.number from item i join base.item b on b.id = i.id order by md5(i.id::text)`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// copied is the log as copies have it, too: each with the history of its original.
type copied struct {
	*journal.Journal
	of map[uuid.UUID]uuid.UUID
}

func (c copied) Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error) {
	return c.Journal.Load(ctx, c.of[item])
}

func (g *grower) copied(ctx context.Context, log *journal.Journal) (copied, error) {
	c := copied{log, make(map[uuid.UUID]uuid.UUID, g.size)}
	rows, err := g.conn.Query(ctx, `select id, old from base.twin`)
	if err != nil {
		return c, err
	}
	var id, old uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&id, &old}, func() error {
		c.of[id] = old
		return nil
	})
	return c, err
}

// numbers returns n item numbers from all over the ledger.
func (g *grower) numbers(ctx context.Context, n int) ([]string, error) {
	rows, err := g.conn.Query(ctx, `select number from item order by md5(id::text) limit $1`, n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// sumColumns of board_day; board_sum has the first thirteen.
var sumColumns = strings.Fields("registered info waiting open rectified verifying publicity standing held closed answered ended merged late_waiting late_open")

func each(cols []string, form string) string {
	var out []string
	for _, c := range cols {
		out = append(out, strings.ReplaceAll(form, "?", c))
	}
	return strings.Join(out, ", ")
}

// growSQL multiplies; k numbers the copies and shift is how many days earlier copy k lies.
var growSQL = []string{
	`create temporary table copy on commit drop as select k, 7 * (k % 104) as shift from generate_series(0, $copies - 1) k`,
	`create temporary table twin on commit drop as
		select i.id as old, k, shift, case when k = 0 then i.id else md5(i.id::text || k)::uuid end as id,
			'ZG-' || to_char(i.raised_day - shift, 'YYYYMMDD') || '-' || lpad(k::text, 4, '0') || right(i.number, 6) as number,
			(extract(year from i.raised_day - shift)::int - 2000) * 12 + extract(month from i.raised_day - shift)::int - 1 as month
		from base.item i, copy`,
	`analyze twin`,
	`drop table if exists base.twin`,
	`create table base.twin as select id, old from twin`,
	`insert into item (id, number, public_id, code_hash, state, grp, rank, sort_day, mode, preset, source, category, class, area, unit,
			leader, campaign, due, due_minute, next_review, office_due, new_week, closed_week, returns, reopened, return_open, ext_open, reply_open, held, unsatisfied, blocked, leader_decides,
			shown, complained_of, level, supervision, urgent, raised_day, since, closed_at)
		select t.id, t.number, public_id || k, code_hash, state, grp, rank, sort_day - shift, mode, preset, source, category, class, area, unit,
			leader, campaign, due - shift, due_minute, next_review - shift, office_due - shift, new_week - shift, closed_week - shift, returns, reopened, return_open, ext_open,
			reply_open, held, unsatisfied, blocked, leader_decides, shown, complained_of, level, supervision, urgent, raised_day - shift, since - shift,
			closed_at - make_interval(days => shift)
		from twin t join base.item i on i.id = t.old
		order by t.number`,
	`insert into item_doc (item, doc)
		select t.id, (doc || jsonb_strip_nulls(jsonb_build_object('id', t.id, 'number', t.number,
			'due', (doc ->> 'due')::date - shift, 'next_review', (doc ->> 'next_review')::date - shift)))::text
		from twin t join (select item, doc::jsonb as doc from base.item_doc) d on d.item = t.old order by t.number`,
	`insert into item_search (item, number, month, body, grams)
		select t.id, t.number, t.month, lower(t.number) || substr(body, strpos(body, E'\n')),
			array(select (t.month::bigint << 42) | (g & ((1::bigint << 42) - 1)) from unnest(grams) g)
			|| array(select distinct (t.month::bigint << 42) | (ascii(substr(lower(t.number), g, 1))::bigint << 21)
				| ascii(substr(lower(t.number), g + 1, 1)) from generate_series(1, length(t.number) - 1) g)
		from twin t join base.item_search s on s.item = t.old order by t.month, t.number`,
	`insert into opinion (id, item, raised, raised_on, sequence, doc)
		select o.id || '.' || k, t.id, raised - make_interval(days => shift), raised_on - shift, sequence, doc || jsonb_build_object('id', o.id || '.' || k)
		from twin t join base.opinion o on o.item = t.old order by t.number`,
	`insert into opinion_item (opinion, item, n)
		select l.opinion || '.' || k, t.id, l.n from twin t join base.opinion_item l on l.item = t.old order by t.number`,
	`insert into verbatim (opinion, item, month, grams)
		select v.opinion || '.' || k, t.id, v.month, v.grams from twin t join base.verbatim v on v.item = t.old order by v.month, t.number`,
	`insert into assignment (item, id, unit, part, state, due, lists, rank, sort_day, due_minute, number, place)
		select t.id, a.id, unit, part, state, due - shift, lists, rank, sort_day - shift, due_minute, t.number, place
		from twin t join base.assignment a on a.item = t.old order by t.number`,
	`insert into item_day (item, from_day, to_day, number, preset, unit, leader, mode, source, category, area, campaign, class, grp, state, due, due_minute)
		select t.id, from_day - shift, to_day - shift, t.number, preset, unit, leader, mode, source, category, area, campaign, class, grp, state,
			due - shift, due_minute
		from twin t join base.item_day d on d.item = t.old order by from_day - shift, t.number`,
	`insert into board_sum (scope, value, dim, key, ` + each(sumColumns[:13], "?") + `)
		select scope, value, dim, key, ` + each(sumColumns[:13], "sum(?) * $copies") + ` from base.board_sum group by 1, 2, 3, 4`,
	`insert into board_day (scope, value, span, since, dim, key, ` + each(sumColumns, "?") + `)
		select scope, value, s, date_trunc(unit, day)::date + case when s = 'T' then least((extract(day from day)::int - 1) / 10, 2) * 10 else 0 end,
			dim, key, ` + each(sumColumns, "sum(?)") + `
		from (select scope, value, since - shift as day, dim, key, ` + each(sumColumns, "sum(?) as ?") + `
			from base.board_day, copy where span = 'D' group by 1, 2, 3, 4, 5) d,
			(values ('D', 'day'), ('T', 'month'), ('M', 'month'), ('Y', 'year')) v (s, unit)
		group by 1, 2, 3, 4, 5, 6`,
	`insert into board_due (scope, value, span, since, dim, key, waiting, open)
		select scope, value, s, date_trunc(unit, day)::date + case when s = 'T' then least((extract(day from day)::int - 1) / 10, 2) * 10 else 0 end,
			dim, key, sum(waiting), sum(open)
		from (select scope, value, since - shift as day, dim, key, sum(waiting) as waiting, sum(open) as open
			from base.board_due, copy where span = 'D' group by 1, 2, 3, 4, 5) d,
			(values ('D', 'day'), ('T', 'month'), ('M', 'month'), ('Y', 'year')) v (s, unit)
		group by 1, 2, 3, 4, 5, 6`,
	`insert into week_count (scope, value, kind, week, n)
		select scope, value, kind, week - shift, sum(n) from base.week_count, copy group by 1, 2, 3, 4`,
}
