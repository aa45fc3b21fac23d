package projections

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Change says what one committed batch touched.
type Change struct {
	Sequence uint64
	Items    []string // ids; none when they were too many to tell
	Quiet    bool     // no item and no unit is another one: somebody signed in, looked, took a file
}

// news tells waiters and live pages of this process how far the served rows are.
type news struct {
	mu       sync.Mutex
	at       uint64
	err      error // what ended the runner of this process, or holds it up
	next     chan struct{}
	watchers map[chan Change]string // of which item, "" for all
}

// moved passes a change on, once.
func (n *news) moved(c Change) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c.Sequence <= n.at {
		return
	}
	n.at = c.Sequence
	n.wake()
	for w, item := range n.watchers {
		if item != "" && (c.Quiet || len(c.Items) > 0 && !slices.Contains(c.Items, item)) {
			continue
		}
		for sent := false; !sent; {
			select {
			case w <- c:
				sent = true
			default:
				select { // full: drop the oldest
				case <-w:
				default:
				}
			}
		}
	}
}

// wake is called with mu held.
func (n *news) wake() {
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}

func (n *news) now() (at uint64, moved <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.at, n.next
}

func (n *news) watch(item string) (<-chan Change, func()) {
	w := make(chan Change, 64)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.watchers == nil {
		n.watchers = map[chan Change]string{}
	}
	n.watchers[w] = item
	return w, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if _, ok := n.watchers[w]; ok {
			delete(n.watchers, w)
			close(w)
		}
	}
}

// patience is how long WaitFor waits.
const patience = 2 * time.Second

// WaitFor returns when the rows contain commit seq, so that a writer reads what it wrote,
// in whichever process the runner is. It returns ErrBehind after two seconds.
func (s *Store) WaitFor(ctx context.Context, seq uint64) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, ErrBehind)
	defer cancel()
	for {
		at, moved := s.news.now()
		if at >= seq {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-moved:
		}
	}
}

// Ready returns when the served rows were built to the end of the log once, ErrLoading
// when that takes longer than two seconds.
func (s *Store) Ready(ctx context.Context) error {
	if s.serving.Load().State == ready {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, ErrLoading)
	defer cancel()
	for {
		_, moved := s.news.now()
		if s.serving.Load().State == ready {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-moved:
		}
	}
}

// Watch returns a channel that gets a Change for each batch that was written, in whichever
// process the runner is. A reader that falls behind loses the oldest ones. cancel closes
// the channel.
func (s *Store) Watch() (changes <-chan Change, cancel func()) { return s.news.watch("") }

// WatchItem is Watch for what touched one item, or too many items to tell.
func (s *Store) WatchItem(id string) (changes <-chan Change, cancel func()) { return s.news.watch(id) }

// channel is where processes tell each other; what they tell takes effect with the
// transaction that tells it.
const channel = "xiaohao_rm"

// notice is what is told: the rows of a generation moved on, or a version serves another one.
type notice struct {
	Generation int      `json:"g,omitempty"`
	Sequence   uint64   `json:"s,omitempty"`
	Items      []string `json:"i,omitempty"`
	Quiet      bool     `json:"q,omitempty"`
	Version    int      `json:"v,omitempty"`
}

// toldItems is how many ids fit into a notice, which Postgres limits to 8000 bytes.
const toldItems = 150

func (n notice) payload() []byte {
	if len(n.Items) > toldItems {
		n.Items = nil
	}
	b, _ := json.Marshal(n) // strings and numbers
	return b
}

func notify(ctx context.Context, tx pgx.Tx, n notice) error {
	_, err := tx.Exec(ctx, `select pg_notify($1, $2)`, channel, string(n.payload()))
	return err
}

// listen hears what other processes tell, until stop is called. Where it cannot (a pooler
// that has no sessions), it looks from time to time.
func (s *Store) listen() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			_ = s.hear(ctx) // said by Health when Postgres is gone for good
			s.look(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(lookAgain):
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// lookAgain is how long it takes to try again to listen.
const lookAgain = 200 * time.Millisecond

// hear listens until the connection ends.
func (s *Store) hear(ctx context.Context) error {
	c, err := pgx.ConnectConfig(ctx, s.own.Copy())
	if err != nil {
		return err
	}
	defer closeConn(c)
	if _, err := c.Exec(ctx, `listen `+channel); err != nil {
		return err
	}
	s.look(ctx) // what was told before
	for {
		told, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var n notice
		if json.Unmarshal([]byte(told.Payload), &n) != nil {
			continue // of another program
		}
		switch {
		case n.Version != 0:
			s.look(ctx)
		case n.Generation == s.serving.Load().ID:
			s.news.moved(Change{n.Sequence, n.Items, n.Quiet})
		}
	}
}

// look asks which generation is served and how far it is.
func (s *Store) look(ctx context.Context) {
	g, err := s.servingNow(ctx, s.pool)
	if err == nil && g.Digest == s.text.digest {
		s.serve(g)
	}
	if p, err := s.Position(ctx); err == nil {
		s.news.moved(Change{Sequence: p.Sequence})
	}
}

// serve makes g the generation that this process reads.
func (s *Store) serve(g generation) {
	s.serving.Store(&g)
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	s.news.wake()
}

// closeConn ends a connection that may be broken.
func closeConn(c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx)
}
