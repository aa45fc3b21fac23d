package notice

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Delivered is a delivery as /admin/notices shows it.
type Delivered struct {
	Notice, Channel, Address string
	Says                     string
	State                    string // WAITING, SENT, DEAD
	Unsure                   bool   // DEAD, and it may have arrived: a person has to look
	Together                 int    // deliveries set aside that went in the same message
	Attempts                 int
	Error                    string
	At                       time.Time
	Done                     *time.Time
}

// Deliveries lists the newest deliveries, or those that were set aside.
func (o *Outbox) Deliveries(ctx context.Context, dead bool, limit int) ([]Delivered, error) {
	rows, err := o.pool.Query(ctx, `
		select d.notice, d.channel, case when d.channel = 'follow' then '（关注的人，地址加锁）' else d.address end, n.says, d.state, d.unsure,
			case when d.state = 'DEAD' then (select count(*) from notice.delivery e where `+together+`) else 0 end, d.attempts, d.error, n.at, d.done
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

// together are the deliveries e that were set aside with d, in one message.
const together = `e.state = 'DEAD' and e.channel = d.channel and e.address = d.address and e.message = d.message`

// Aside counts what was set aside: how much in all, and how much of it may have arrived.
func (o *Outbox) Aside(ctx context.Context) (dead, unsure int, err error) {
	err = o.pool.QueryRow(ctx, `select count(*), count(*) filter (where unsure) from notice.delivery where state = 'DEAD'`).Scan(&dead, &unsure)
	if err != nil {
		return 0, 0, fmt.Errorf("count deliveries set aside: %w", err)
	}
	return dead, unsure, nil
}

// Again has a delivery that was set aside sent again, with all that went in its message. It
// reports whether there was one.
func (o *Outbox) Again(ctx context.Context, notice, channel, address string, now time.Time) (bool, error) {
	ok, err := o.decide(ctx, `state = 'WAITING', attempts = 0, unsure = false, next = $4`, notice, channel, address, now)
	if err != nil {
		return false, fmt.Errorf("send a notice again: %w", err)
	}
	return ok, nil
}

// Arrived records that somebody looked and a delivery had arrived, with all that went in its
// message. It reports whether there was one.
func (o *Outbox) Arrived(ctx context.Context, notice, channel, address string, now time.Time) (bool, error) {
	ok, err := o.decide(ctx, `state = 'SENT', unsure = false, done = $4`, notice, channel, address, now)
	if err != nil {
		return false, fmt.Errorf("record that a notice arrived: %w", err)
	}
	return ok, nil
}

func (o *Outbox) decide(ctx context.Context, set, notice, channel, address string, now time.Time) (bool, error) {
	tag, err := o.pool.Exec(ctx, `update notice.delivery e set `+set+` from notice.delivery d
		where d.notice = $1 and d.channel = $2 and (d.address = $3 or d.channel = 'follow') and d.state = 'DEAD' and `+together, notice, channel, address, now)
	return err == nil && tag.RowsAffected() > 0, err
}
