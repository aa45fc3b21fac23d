package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"xiaohao/projections/localpg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEachTestHasItsOwn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := pgx.Connect(t.Context(), pgtest.Database(t))
			if err != nil {
				t.Fatal(err)
			}
			// It is left open: dropping the database must not wait for it.
			if _, err := c.Exec(t.Context(), "create table t (n int)"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func BenchmarkDatabase(b *testing.B) {
	for b.Loop() {
		pgtest.Database(b)
	}
}
