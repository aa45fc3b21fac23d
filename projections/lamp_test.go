package projections

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"

	"xiaohao/events"
	"xiaohao/projections/localpg/pgtest"
)

// TestLampsInGoAndSQL: Postgres judges every moment as Go does, by both definitions, at
// whatever second one looks, in holidays and at the turn of years; and of the lamps of a
// definition each moment shows exactly one. What follows for the day alone holds for every
// moment that shows the lamp. And a lamp is red from the very second on after which the
// deadline is over.
func TestLampsInGoAndSQL(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	definitions := map[string][]events.LampRow{"deadline": events.DeadlineLamps, "plan": events.PlanLamps}
	rapid.Check(t, func(rt *rapid.T) {
		today := events.NewDate(2020, 1, 1).AddDays(rapid.IntRange(0, 2556).Draw(rt, "today"))
		instant := today.Time().Add(time.Duration(rapid.IntRange(0, 24*60*60-1).Draw(rt, "second")) * time.Second)
		at := events.BoundsOf(events.MomentOf(instant), today.AddDays(rapid.IntRange(0, 15).Draw(rt, "near")))
		if rapid.IntRange(0, 9).Draw(rt, "close of business") == 0 {
			at[events.Now].Minute += events.Shut
		}
		var ms []events.Moment
		for range rapid.IntRange(1, 40).Draw(rt, "moments") {
			m := events.Moment{Day: today.AddDays(rapid.IntRange(-20, 20).Draw(rt, "day")), Minute: rapid.IntRange(0, events.DayEnd).Draw(rt, "minute")}
			ms = append(ms, m, events.Moment{Day: m.Day, Minute: events.DayEnd})
			if over, red := instant.After(m.Day.Time().Add(time.Duration(m.Minute)*time.Minute)), events.Judge(events.DeadlineLamps, m, at) == events.LampOverdue; over != red &&
				m.Minute < events.DayEnd {
				rt.Fatalf("%s at %s: over is %v, red is %v", m, instant, over, red)
			}
		}
		for _, b := range at {
			b.Minute, _ = b.Looking()
			ms = append(ms, b, events.Moment{Day: b.Day, Minute: max(b.Minute-1, 0)}, events.Moment{Day: b.Day, Minute: min(b.Minute+1, events.DayEnd)}, events.Moment{Day: b.Day.AddDays(1)}, events.Moment{Day: b.Day.AddDays(-1), Minute: events.DayEnd})
		}
		ms = append(ms, events.Moment{})
		for name, rows := range definitions {
			for i, got := range lampsInSQL(rt, conn, rows, ms, at) {
				if want := string(events.Judge(rows, ms[i], at)); got != want {
					rt.Fatalf("%s: %s against %v is %q in SQL, %q in Go", name, ms[i], at, got, want)
				}
			}
		}
	})
}

// lampsInSQL asks which lamps each moment shows, by the conditions that lists select by.
func lampsInSQL(t *rapid.T, conn *pgx.Conn, rows []events.LampRow, ms []events.Moment, at events.Bounds) []string {
	w := &where{args: []any{column(ms, func(m events.Moment) pgtype.Date { return date(m.Day) }), column(ms, func(m events.Moment) int32 { return int32(m.Minute) })}}
	var shows []string
	for _, r := range rows {
		of := &where{args: w.args}
		of.lamp("$$", rows, r.Lamp, ends{"d.day", "d.minute"}, at)
		exact := of.String()
		days := &where{args: of.args}
		if cond, _ := lampDays(rows, r.Lamp, "d.day"); cond != "" {
			days.lampDay(rows, r.Lamp, "d.day", at)
		}
		w.args = days.args
		shows = append(shows, fmt.Sprintf("case when %s then case when %s then '%s' else 'BY DAY NOT ' end end", exact, days, r.Lamp))
	}
	res, err := conn.Query(context.Background(), "select concat("+strings.Join(shows, ", ")+") from unnest($1::date[], $2::int[]) with ordinality d(day, minute, n) order by d.n", w.args...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(res, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}
