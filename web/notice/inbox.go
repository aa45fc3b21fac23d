package notice

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Entry is a notice as the inbox shows it.
type Entry struct {
	Number string
	Says   string
	At     time.Time
	New    bool // since this person looked last
}

// Inbox returns the newest notices of some boxes, up to now. self are the ids of the person, of whom
// he acts for and of his unit: what is about these is not there.
func (o *Outbox) Inbox(ctx context.Context, person string, boxes []Box, self []string, now time.Time, limit int) ([]Entry, error) {
	rows, err := o.pool.Query(ctx, `
		select n.number, n.says, n.at, n.at > coalesce(l.until, '-infinity')
		from notice.notice n left join notice.looked l on l.person = $1 and l.box = n.box
		where n.box = any($2) and n.at <= $4 and not n.never && $5 order by n.at desc, n.id limit $3`, person, boxes, limit, now, self)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Entry])
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return out, nil
}

// Unread counts the notices up to now since this person looked last, up to 100.
func (o *Outbox) Unread(ctx context.Context, person string, boxes []Box, self []string, now time.Time) (n int, err error) {
	err = o.pool.QueryRow(ctx, `
		select count(*) from (
			select 1 from notice.notice n left join notice.looked l on l.person = $1 and l.box = n.box
			where n.box = any($2) and n.at <= $3 and not n.never && $4 and n.at > coalesce(l.until, '-infinity') limit 100) x`, person, boxes, now, self).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the inbox: %w", err)
	}
	return n, nil
}

// Looked records that a person has seen everything up to a time.
func (o *Outbox) Looked(ctx context.Context, person string, boxes []Box, until time.Time) error {
	var b pgx.Batch
	for _, x := range boxes {
		b.Queue(`insert into notice.looked (person, box, until) values ($1, $2, $3)
			on conflict (person, box) do update set until = greatest(looked.until, excluded.until)`, person, x, until)
	}
	if err := o.pool.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("mark the inbox as read: %w", err)
	}
	return nil
}
