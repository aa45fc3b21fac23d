package projections

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// A commit changes over a hundred sums, most of them also changed by the next one. So a batch
// notes what it adds to the sums as one row a table (board_sum_added and its like), which
// costs next to nothing, and an [adder] beside the keeper adds up what was noted meanwhile,
// once for many batches. Readers read sums and notes together, through the views *_all, so
// figures are those of the position at any moment.

// sumsSQL is what is done to a table whose rows are added up.
type sumsSQL struct {
	table string
	load  string // at the end of loading: further rows of a key become one
	add   string // add up what was noted, and forget the notes; "" when nothing is noted
	total string // every sum that comes to something, of the schema %[1]s
}

func (t *table[R]) sumsSQL() sumsSQL {
	var sums, some, zero, match, set, all []string
	for _, c := range t.cols {
		n := c.name
		all = append(all, "m."+n)
		if t.isKey(n) {
			match = append(match, "t."+n+" = m."+n)
			continue
		}
		sums, some = append(sums, "sum("+n+")::"+c.kind.name+" as "+n), append(some, "sum("+n+") <> 0")
		zero, set = append(zero, "t."+n+" + m."+n+" = 0"), append(set, n+" = t."+n+" + m."+n)
	}
	key, names := strings.Join(t.key, ", "), t.names("")
	total := "select " + key + ", " + strings.Join(sums, ", ") + " from %s group by " + key + " having " + strings.Join(some, " or ")
	s := sumsSQL{table: t.name, load: "create temp table added on commit drop as " + fmt.Sprintf(total, t.name) + ";\n" +
		"truncate " + t.name + ";\n" +
		"insert into " + t.name + " (" + names + ") select " + names + " from added;\n" +
		"drop table added;\n"}
	if t.then == addRow {
		s.total = fmt.Sprintf(total, "%[1]s."+t.name+"_all")
		s.add = "with gone as (delete from " + t.name + "_added returning *),\nmore as (" +
			fmt.Sprintf(total, "(select u.* from gone, unnest("+t.names("gone.")+") as u ("+names+")) n") + ")\n" +
			"merge into " + t.name + " t using more m on " + strings.Join(match, " and ") + "\n" +
			"when matched and " + strings.Join(zero, " and ") + " then delete\n" +
			"when matched then update set " + strings.Join(set, ", ") + "\n" +
			"when not matched then insert (" + names + ") values (" + strings.Join(all, ", ") + ")"
	}
	return s
}

// addSQL notes rows that are to be added up: one array a column.
func (t *table[R]) addSQL() string {
	var params []string
	for i, c := range t.cols {
		params = append(params, fmt.Sprintf("$%d::%s[]", i+1, c.kind.name))
	}
	return fmt.Sprintf("insert into %s_added (%s) values (%s)", t.name, t.names(""), strings.Join(params, ", "))
}

// adder adds up over a connection of its own, so that no batch waits for it.
type adder struct {
	conn    *pgx.Conn
	waiting atomic.Int64  // rows noted
	enough  chan struct{} // to begin at once
}

// When it adds up: whoever reads a figure goes through all that is noted.
const (
	addFrom  = 4000             // rows noted: some thirty commits
	addAfter = time.Second      // what is noted is added up by then
	sweeping = 10 * time.Second // the room of forgotten notes is given free
)

// newAdder begins with what runners before this one noted, if there is anything.
func newAdder(c *pgx.Conn, g generation) *adder {
	a := &adder{conn: c, enough: make(chan struct{}, 1)}
	if g.State != loading {
		a.noted(1)
	}
	return a
}

// noted says that so many rows more are to be added up.
func (a *adder) noted(rows int) {
	if a.waiting.Add(int64(rows)) >= addFrom {
		select {
		case a.enough <- struct{}{}:
		default:
		}
	}
}

// run adds up until ctx ends or an error comes.
func (a *adder) run(ctx context.Context) error {
	tick := time.NewTicker(addAfter)
	defer tick.Stop()
	swept, dirty := time.Now(), false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-a.enough:
		}
		if a.waiting.Swap(0) > 0 {
			dirty = true
			if err := a.add(ctx); err != nil {
				return err
			}
		}
		if dirty && time.Since(swept) > sweeping {
			swept, dirty = time.Now(), false
			if err := a.sweep(ctx); err != nil {
				return err
			}
		}
	}
}

// adding lists the statements that add up.
func adding() (out []sumsSQL) {
	o := newOutputs()
	for _, x := range o.all() {
		if s, ok := x.sums(); ok && s.add != "" {
			out = append(out, s)
		}
	}
	return out
}

// add adds up what is noted. The tables of sums are large and what is added is little, whatever
// the planner believes of it, so each sum is looked up by its key.
func (a *adder) add(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, a.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local enable_hashjoin = off; set local enable_mergejoin = off`); err != nil {
			return err
		}
		for _, s := range adding() {
			if _, err := tx.Exec(ctx, s.add); err != nil {
				return fmt.Errorf("%s: %w", s.table, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add up: %w", err)
	}
	return nil
}

// sweep gives the room of forgotten notes free.
func (a *adder) sweep(ctx context.Context) error {
	for _, s := range adding() {
		if _, err := a.conn.Exec(ctx, `vacuum `+s.table+`_added`); err != nil {
			return fmt.Errorf("vacuum %s_added: %w", s.table, err)
		}
	}
	return nil
}
