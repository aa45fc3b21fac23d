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
	parting  = 2 * time.Second // what a message under way has when the program stops
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

	Recipient Recipient // of those who follow; nil: they get no letters
}

// channel is one way out.
type channel struct {
	name  string
	one   bool // one message a notice; else all that waits for an address goes in one
	again bool // whoever gets it knows a repeat by its id: it is sent until it surely arrived
	send  func(ctx context.Context, cs []claimed) error
}

// maybeSent is a failure after which the message may have arrived all the same.
type maybeSent struct{ error }

func (e maybeSent) Unwrap() error { return e.error }

// client follows no redirects: a signed message goes where it was meant to.
var client = &http.Client{CheckRedirect: noRedirect}

// fresh makes a connection for each message: one that was kept might be cut by the other end
// while the message is under way, and then nobody knows whether it arrived.
var fresh = &http.Client{CheckRedirect: noRedirect, Transport: unkept()}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func unkept() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableKeepAlives = true
	return t
}

func (s *Sender) channels() (out []channel) {
	for _, r := range s.Config.Robots {
		out = append(out, channel{name: r.Name, send: func(ctx context.Context, cs []claimed) error {
			return r.send(ctx, fresh, text(cs, s.Config.Link), s.Now())
		}})
	}
	for _, w := range s.Config.Webhooks {
		out = append(out, channel{name: w.Name, one: true, again: true, send: func(ctx context.Context, cs []claimed) error {
			return w.send(ctx, client, cs[0], s.Config.Link, s.Now())
		}})
	}
	if m := s.Config.Mail; m != nil {
		out = append(out, channel{name: MailChannel, send: func(ctx context.Context, cs []claimed) error {
			return m.send(ctx, cs, s.Config.Link)
		}})
	}
	if s.Config.Letters() && s.Recipient != nil {
		out = append(out, channel{name: FollowChannel, send: s.sendLetter})
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
	if !c.again {
		n, err := s.Outbox.doubt(ctx, c.name, s.Now())
		if err != nil {
			return 0, err
		}
		if n > 0 {
			s.Log.Warn("notices may have been sent before the program stopped; a person has to look", "channel", c.name, "notices", n)
		}
	}
	cs, err := s.Outbox.claim(ctx, c, s.Now(), atOnce)
	if err != nil {
		return 0, err
	}
	var errs []error
	began := time.Now()
	for _, g := range grouped(cs, c.one) {
		if ctx.Err() != nil || time.Since(began) > lease-2*sendTimeout { // another process may soon have them
			errs = append(errs, s.Outbox.release(context.WithoutCancel(ctx), g))
			continue
		}
		errs = append(errs, s.deliver(ctx, c, g))
	}
	return len(cs), errors.Join(errs...)
}

// deliver sends one message and records how it went. The attempt is recorded before it, so
// that no message is sent of which nothing is known afterwards.
func (s *Sender) deliver(ctx context.Context, c channel, g []claimed) error {
	if err := s.Outbox.begin(ctx, g, s.Now()); err != nil {
		return err
	}
	sending, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(parting, end) })()
	failure := c.send(sending, g)
	var maybe maybeSent
	unsure := errors.As(failure, &maybe) && !c.again
	if failure != nil {
		s.Log.Warn("notice not delivered", "channel", c.name, "notices", len(g), "attempt", g[0].attempts+1, "may have arrived", unsure, "error", failure)
	}
	recording, done := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer done()
	return s.Outbox.settle(recording, g, failure, unsure, s.Now(), s.Now().Add(backoff(g[0].attempts)))
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
