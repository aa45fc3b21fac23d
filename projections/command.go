package projections

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// CommandResult says what became of a command: which item it changed and where in the
// stream. A command that touched two items is found under the first.
func (s *Store) CommandResult(ctx context.Context, commandID string) (itemID string, sequence uint64, found bool, err error) {
	id, err := uuid.Parse(commandID)
	if err != nil {
		return "", 0, false, nil
	}
	var item uuid.UUID
	var seq int64
	err = s.pool.QueryRow(ctx, `select about, sequence from audit where command_id = $1 and subject = 'item' order by sequence limit 1`, id).Scan(&item, &seq)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", 0, false, nil
	}
	if err != nil {
		return "", 0, false, fmt.Errorf("read command %s: %w", commandID, err)
	}
	return item.String(), uint64(seq), true, nil
}
