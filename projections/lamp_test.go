package projections

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"

	"xiaohao/events"
	"xiaohao/projections/localpg/pgtest"
)

// TestLampsInGoAndSQL: Postgres judges every day as Go does, by both definitions, whatever
// the days are, in holidays and at the turn of years; and of the lamps of a definition each
// day shows exactly one.
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
		at := events.Bounds{events.Today: today, events.NearEnd: today.AddDays(rapid.IntRange(0, 15).Draw(rt, "near"))}
		var days []events.Date
		for range rapid.IntRange(1, 40).Draw(rt, "days") {
			days = append(days, today.AddDays(rapid.IntRange(-20, 20).Draw(rt, "day")))
		}
		days = append(days, today, today.AddDays(-1), at[events.NearEnd], at[events.NearEnd].AddDays(1), events.Date{})
		for name, rows := range definitions {
			for i, got := range lampsInSQL(rt, conn, rows, days, at) {
				if want := string(events.Judge(rows, days[i], at)); got != want {
					rt.Fatalf("%s: %s against %v is %q in SQL, %q in Go", name, days[i], at, got, want)
				}
			}
		}
	})
}

// lampsInSQL asks which lamps each day shows, by the conditions that lists select by.
func lampsInSQL(t *rapid.T, conn *pgx.Conn, rows []events.LampRow, days []events.Date, at events.Bounds) []string {
	args := []any{column(days, func(d events.Date) pgtype.Date { return date(d) })}
	var shows []string
	for _, r := range rows {
		cond, bounds := lampIs(rows, r.Lamp, "d.day")
		for _, b := range bounds {
			args = append(args, date(at[b]))
			cond = strings.Replace(cond, "$", fmt.Sprintf("@%d", len(args)), 1)
		}
		shows = append(shows, fmt.Sprintf("case when %s then '%s' end", strings.ReplaceAll(cond, "@", "$"), r.Lamp))
	}
	res, err := conn.Query(context.Background(), "select concat("+strings.Join(shows, ", ")+") from unnest($1::date[]) with ordinality d(day, n) order by d.n", args...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(res, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}
