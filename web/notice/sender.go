package notice

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	lease    = 2 * time.Minute // how long a claim holds
	attempts = 8               // after which a delivery is set aside
	atOnce   = 100             // deliveries claimed at a time
)

// backoff is how long to wait after the nth failure: 30 s, 1 min, 2 min … 32 min.
func backoff(n int) time.Duration { return 30 * time.Second << min(n, 6) }

// Sender delivers what waits in the outbox. Each channel has a loop of its own, so one that
// hangs holds up nothing else.
type Sender struct {
	Outbox *Outbox
	Config Config
	Now    func() time.Time
	Log    *slog.Logger
	Tick   time.Duration // between two looks; 0 = five seconds
}

// channel is one way out.
type channel struct {
	name string
	one  bool // one message a notice; else all that waits for an address goes in one
	send func(ctx context.Context, cs []claimed) error
}

// client follows no redirects: a signed message goes where it was meant to.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (s *Sender) channels() (out []channel) {
	for _, r := range s.Config.Robots {
		out = append(out, channel{name: r.Name, send: func(ctx context.Context, cs []claimed) error {
			return r.send(ctx, client, text(cs, s.Config.Link), s.Now())
		}})
	}
	for _, w := range s.Config.Webhooks {
		out = append(out, channel{name: w.Name, one: true, send: func(ctx context.Context, cs []claimed) error {
			return w.send(ctx, client, cs[0], s.Config.Link, s.Now())
		}})
	}
	if m := s.Config.Mail; m != nil {
		out = append(out, channel{name: MailChannel, send: func(ctx context.Context, cs []claimed) error {
			return m.send(ctx, cs, s.Config.Link)
		}})
	}
	return out
}

// Run delivers until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	tick := s.Tick
	if tick == 0 {
		tick = 5 * time.Second
	}
	var all sync.WaitGroup
	for _, c := range s.channels() {
		all.Go(func() {
			for ctx.Err() == nil {
				n, err := s.round(ctx, c)
				if err != nil && ctx.Err() == nil {
					s.Log.Error("notices not delivered; they are tried again", "channel", c.name, "error", err)
				}
				if n == atOnce && err == nil {
					continue
				}
				select {
				case <-ctx.Done():
				case <-time.After(tick):
				}
			}
		})
	}
	all.Wait()
}

// round delivers what waits for a channel now and returns how many deliveries it took.
func (s *Sender) round(ctx context.Context, c channel) (int, error) {
	cs, err := s.Outbox.claim(ctx, c.name, s.Now(), atOnce)
	if err != nil {
		return 0, err
	}
	var errs []error
	began := time.Now()
	for _, g := range grouped(cs, c.one) {
		if time.Since(began) > lease-2*sendTimeout { // another process may soon have them
			errs = append(errs, s.Outbox.release(ctx, g))
			continue
		}
		err := c.send(ctx, g)
		if ctx.Err() != nil {
			return len(cs), ctx.Err() // whether it was sent is not known: the lease runs out
		}
		if err != nil {
			s.Log.Warn("notice not delivered", "channel", c.name, "notices", len(g), "attempt", g[0].attempts+1, "error", err)
		}
		if err := s.Outbox.settle(ctx, g, err, s.Now(), s.Now().Add(backoff(g[0].attempts))); err != nil {
			errs = append(errs, err)
		}
	}
	return len(cs), errors.Join(errs...)
}

// grouped puts together what goes in one message.
func grouped(cs []claimed, one bool) (out [][]claimed) {
	place := map[string]int{}
	for _, c := range cs {
		i, ok := place[c.address]
		if !ok || one {
			place[c.address] = len(out)
			out = append(out, []claimed{c})
			continue
		}
		out[i] = append(out[i], c)
	}
	return out
}
