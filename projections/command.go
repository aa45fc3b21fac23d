package projections

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// result is what became of a command.
type result struct {
	command  uuid.UUID
	item     uuid.UUID
	sequence uint64
	name     string
}

// resultTable is only added to: a command id may come again, for another item.
var resultTable = table[result]{name: "command_result", cols: []col[result]{
	uuidCol("command_id", func(r *result) uuid.UUID { return r.command }),
	bigCol("sequence", func(r *result) uint64 { return r.sequence }),
	uuidCol("item", func(r *result) uuid.UUID { return r.item }),
	textCol("command", func(r *result) string { return r.name }),
}}

// CommandResult says what became of a command: which item it changed and where in the
// stream. A command that touched two items is found under the first.
func (s *Store) CommandResult(ctx context.Context, commandID string) (itemID string, sequence uint64, found bool, err error) {
	id, err := uuid.Parse(commandID)
	if err != nil {
		return "", 0, false, nil
	}
	rows, err := s.pool.Query(ctx, `select item, sequence from command_result where command_id = $1 order by sequence limit 1`, id)
	if err != nil {
		return "", 0, false, fmt.Errorf("read command %s: %w", commandID, err)
	}
	rs, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (x result, err error) {
		var seq int64
		err = r.Scan(&x.item, &seq)
		x.sequence = uint64(seq)
		return x, err
	})
	if err != nil || len(rs) == 0 {
		return "", 0, false, err
	}
	return rs[0].item.String(), rs[0].sequence, true, nil
}
