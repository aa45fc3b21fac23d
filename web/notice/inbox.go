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

// Inbox returns the newest notices of some boxes.
func (o *Outbox) Inbox(ctx context.Context, person string, boxes []Box, limit int) ([]Entry, error) {
	rows, err := o.pool.Query(ctx, `
		select n.number, n.says, n.at, n.at > coalesce(l.until, '-infinity')
		from notice.notice n left join notice.looked l on l.person = $1 and l.box = n.box
		where n.box = any($2) order by n.at desc, n.id limit $3`, person, boxes, limit)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Entry])
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return out, nil
}

// Unread counts the notices since this person looked last, up to 100.
func (o *Outbox) Unread(ctx context.Context, person string, boxes []Box) (n int, err error) {
	err = o.pool.QueryRow(ctx, `
		select count(*) from (
			select 1 from notice.notice n left join notice.looked l on l.person = $1 and l.box = n.box
			where n.box = any($2) and n.at > coalesce(l.until, '-infinity') limit 100) x`, person, boxes).Scan(&n)
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

// Delivered is a delivery as /admin/notices shows it.
type Delivered struct {
	Notice, Channel, Address string
	Says                     string
	State                    string // WAITING, SENT, DEAD
	Attempts                 int
	Error                    string
	At                       time.Time
	Done                     *time.Time
}

// Deliveries lists the newest deliveries, or those that were set aside.
func (o *Outbox) Deliveries(ctx context.Context, dead bool, limit int) ([]Delivered, error) {
	rows, err := o.pool.Query(ctx, `
		select d.notice, d.channel, d.address, n.says, d.state, d.attempts, d.error, n.at, d.done
		from notice.delivery d join notice.notice n on n.id = d.notice
		where not $1 or d.state = 'DEAD' order by n.at desc, d.notice, d.channel, d.address limit $2`, dead, limit)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Delivered])
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return out, nil
}

// Again has a delivery that was set aside sent again. It reports whether there was one.
func (o *Outbox) Again(ctx context.Context, notice, channel, address string, now time.Time) (bool, error) {
	tag, err := o.pool.Exec(ctx, `update notice.delivery set state = 'WAITING', attempts = 0, next = $4
		where notice = $1 and channel = $2 and address = $3 and state = 'DEAD'`, notice, channel, address, now)
	if err != nil {
		return false, fmt.Errorf("send a notice again: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}
