package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain/calendar"
	"xiaohao/domain/follow"
	"xiaohao/web/notice"
)

// outward reads how notices leave the program. The demonstration sends nothing outside.
func (c *serveCmd) outward() (notice.Config, error) {
	if c.Notices == "" {
		return notice.Config{}, nil
	}
	if c.Demo {
		return notice.Config{}, &exitError{2, errors.New("--notices: the demonstration sends nothing outside; leave one of the two away")}
	}
	f, err := os.Open(c.Notices)
	if err != nil {
		return notice.Config{}, &exitError{2, fmt.Errorf("--notices: %w", err)}
	}
	defer f.Close()
	cfg, err := notice.ReadConfig(f)
	if err != nil {
		return cfg, &exitError{2, fmt.Errorf("--notices %s: %w", c.Notices, err)}
	}
	return cfg, nil
}

// startNotices opens the outbox and keeps it filled and emptied until stop is called. The
// work of items never waits for it.
func (s *stack) startNotices(ctx context.Context, cfg notice.Config, now func() time.Time, logger *slog.Logger) (stop func(), err error) {
	if now == nil {
		now = time.Now
	}
	box, err := notice.OpenOutbox(ctx, s.dsn)
	if err != nil {
		return nil, notToBeHad(err)
	}
	if cfg.Letters() {
		s.follow = &follow.Desk{Journal: s.log, Vault: s.vault, Now: now}
	}
	s.notices = &notice.Center{Outbox: box, Facts: s.log, Now: now}
	reader := &notice.Reader{Log: s.log, Items: s.reads, Outbox: box, Config: cfg, Now: now,
		Calendar: func() *calendar.Calendar { return s.desk.Calendars.Of("") }, Follows: s.reads}
	sender := &notice.Sender{Outbox: box, Config: cfg, Now: now, Log: logger}
	if s.follow != nil {
		sender.Recipient = s.follow.Recipient
	}
	run, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { sender.Run(run) })
	if s.follow != nil {
		all.Go(func() { s.keepFollows(run, now, logger) })
	}
	all.Go(func() {
		for run.Err() == nil {
			if err := reader.Run(run); err != nil && run.Err() == nil {
				logger.Error("notices not read from the log; they are tried again", "error", err)
			}
			rest(run, 5*breath, nil)
		}
	})
	return func() { cancel(); all.Wait(); box.Close() }, nil
}

// keepFollows destroys the addresses that nobody confirmed in time, and at its start those of
// follows that ended, should an older backup of the keys have brought one back.
func (s *stack) keepFollows(ctx context.Context, now func() time.Time, logger *slog.Logger) {
	ended, err := s.reads.EndedFollows(ctx)
	for _, id := range ended {
		err = errors.Join(err, s.vault.Erase(ctx, id))
	}
	if err != nil && ctx.Err() == nil {
		logger.Error("addresses of ended follows not all destroyed; tried again at the next start", "error", err)
	}
	for {
		if err := s.endUnconfirmed(ctx, now()); err != nil && ctx.Err() == nil {
			logger.Error("follows that nobody confirmed not ended; tried again", "error", err)
		}
		if !rest(ctx, time.Hour, nil) {
			return
		}
	}
}

// followSpace makes the command ids under which follows end by themselves.
var followSpace = uuid.MustParse("0f0d3a52-9a1f-5c60-8f27-3e9b7c1d5a44")

// endUnconfirmed ends the follows that nobody confirmed in time.
func (s *stack) endUnconfirmed(ctx context.Context, now time.Time) error {
	ids, err := s.reads.Unconfirmed(ctx, now.Add(-follow.Patience), 1000)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.follow.End(ctx, id, uuid.NewSHA1(followSpace, id[:]), sweeping, true); err != nil {
			return err
		}
	}
	return nil
}
