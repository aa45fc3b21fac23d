package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// compare compares the rows of two generations at an instant at which both stand at the
// same position, and returns the first difference. It holds nobody up. compared is false
// when no such instant was met.
func (s *Store) compare(ctx context.Context, a, b generation) (compared bool, difference string, err error) {
	for range 50 {
		err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
			var same bool
			if err := tx.QueryRow(ctx, `select a.sequence = b.sequence and a.hash = b.hash from `+
				a.schema()+`.position a, `+b.schema()+`.position b`).Scan(&same); err != nil || !same {
				return err
			}
			compared = true
			difference, err = compareTables(ctx, tx, a, b)
			return err
		})
		if err != nil {
			return false, "", fmt.Errorf("compare %s with %s: %w", a.schema(), b.schema(), err)
		}
		if compared {
			return true, difference, nil
		}
		select {
		case <-ctx.Done():
			return false, "", ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return false, "", nil
}

// unlike are columns that tell of the writing, not of the log, and those that [Store.Verify]
// checks by themselves.
var unlike = map[string][]string{"position": {"moved", "epoch"}, "parked": {"since"}, "verbatim": {"grams"}}

func compareTables(ctx context.Context, tx pgx.Tx, a, b generation) (string, error) {
	rows, err := tx.Query(ctx, `select table_name::text from information_schema.tables
		where table_schema = $1 and table_type = 'BASE TABLE' and not table_name like '%\_added' order by 1`, b.schema())
	if err != nil {
		return "", err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", err
	}
	for _, t := range tables {
		if d, err := compareTable(ctx, tx, a, b, t); err != nil || d != "" {
			return d, err
		}
	}
	return "", nil
}

// compareTable compares sums of row hashes, and looks for the row only when they differ.
func compareTable(ctx context.Context, tx pgx.Tx, a, b generation, table string) (string, error) {
	rows, err := tx.Query(ctx, `select column_name::text from information_schema.columns
		where table_schema = $1 and table_name = $2 order by ordinal_position`, b.schema(), table)
	if err != nil {
		return "", err
	}
	cols, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", err
	}
	cols = slices.DeleteFunc(cols, func(c string) bool { return slices.Contains(unlike[table], c) })
	row := "row(" + strings.Join(cols, ", ") + ")::text"
	from := func(g generation) string { return g.schema() + "." + table }
	for _, s := range adding() {
		if s.table == table { // with what is noted and not added up yet
			from = func(g generation) string { return "(" + fmt.Sprintf(s.total, g.schema()) + ") x" }
		}
	}
	sum := func(g generation) string {
		return `select count(*), coalesce(sum(hashtextextended(` + row + `, 0)::numeric), 0)::text from ` + from(g)
	}
	var na, nb int64
	var ha, hb string
	if err := tx.QueryRow(ctx, sum(a)).Scan(&na, &ha); err != nil {
		return "", err
	}
	if err := tx.QueryRow(ctx, sum(b)).Scan(&nb, &hb); err != nil {
		return "", err
	}
	if na == nb && ha == hb {
		return "", nil
	}
	only := func(x, y generation) (string, error) {
		var text string
		err := tx.QueryRow(ctx, `select `+row+` from `+from(x)+` except all select `+row+` from `+from(y)+` order by 1 limit 1`).Scan(&text)
		if errors.Is(err, pgx.ErrNoRows) {
			return "no such row", nil
		}
		return text, err
	}
	was, err := only(a, b)
	if err != nil {
		return "", err
	}
	is, err := only(b, a)
	return fmt.Sprintf("table %s: stored %d rows, the log says %d; first difference: stored %s, the log says %s", table, na, nb, was, is), err
}

// Verify makes the rows anew from the log, in a schema that nobody serves and that is gone
// afterwards, and compares them with those that are served; with [Store.SearchVerbatim] also
// the index of what people said with what they said. It returns the first difference, "" when
// there is none.
func (s *Store) Verify(ctx context.Context, log Log) (difference string, err error) {
	compared := false
	err = s.beside(ctx, func(k *keeper) error {
		k.quiet = true
		k.level = func(ctx context.Context) (err error) {
			for {
				if compared, difference, err = s.compare(ctx, *s.serving.Load(), k.gen); err != nil {
					return err
				}
				if compared {
					return errSwitched
				}
				switch h, err := s.ask(ctx); {
				case err != nil:
					return err
				case h.Position.Sequence > k.pos.Sequence:
					return nil // with the next commit again
				case h.Frozen:
					return errors.New(h.Err)
				}
			}
		}
		return k.keep(ctx, log)
	})
	if errors.Is(err, errSwitched) {
		err = nil
	}
	if err == nil && difference == "" && s.verbatim != nil {
		difference, err = s.checkVerbatim(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("verify read models: %w", err)
	}
	return difference, nil
}
