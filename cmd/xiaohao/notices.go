package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"xiaohao/domain/calendar"
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
	s.notices = &notice.Center{Outbox: box, Facts: s.log, Now: now}
	reader := &notice.Reader{Log: s.log, Items: s.reads, Outbox: box, Config: cfg, Now: now,
		Calendar: func() *calendar.Calendar { return s.desk.Calendars.Of("") }}
	sender := &notice.Sender{Outbox: box, Config: cfg, Now: now, Log: logger}
	run, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { sender.Run(run) })
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
