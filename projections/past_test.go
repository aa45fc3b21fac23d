package projections

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

// TestPastBoard holds that the board of a past day says for ever what the board said at the
// end of that day, and that each of its figures lists exactly its rows.
func TestPastBoard(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			st := newStory(newSeeded(100 + seed))
			st.step = 3 * time.Hour
			for range 600 {
				st.advance()
			}
			s := openStore(t)
			filters := []BoardFilter{{}, {Preset: events.TownshipBox}, {Preset: None}, {Leader: Any}, randomBoard(st.c), randomBoard(st.c)}
			type said struct {
				filter BoardFilter
				board  Board
			}
			var then []said
			at := 0
			for day := events.DateOf(st.log[0].Time); ; day = day.AddDays(9) {
				for at < len(st.log) && !events.DateOf(st.log[at].Time).After(day) {
					at++
				}
				s.catchUp(t, st.log[:at], func() int { return 1 + st.c.n(40) })
				for _, f := range filters {
					f.Today, f.Near, f.Areas = day, day.AddDays(3), true
					b, err := s.Board(t.Context(), f)
					if err != nil {
						t.Fatal(err)
					}
					f.AsOf = day
					then = append(then, said{f, b})
				}
				if at == len(st.log) {
					break
				}
			}
			for i, x := range then {
				b, err := s.Board(t.Context(), x.filter)
				if err != nil {
					t.Fatal(err)
				}
				x.board.AsOf, x.board.Day = b.AsOf, b.Day // of now, and new
				x.board.Weeks, x.board.EarlierNew, x.board.EarlierClosed = nil, 0, 0
				if diff := cmp.Diff(x.board, b, cmp.AllowUnexported(events.Date{})); diff != "" {
					t.Errorf("%+v (-then +now):\n%s", x.filter, diff)
				}
				if i%3 == int(seed) {
					checkBoard(t, s, x.filter)
				}
			}
		})
	}
}
