package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"xiaohao/events"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Names in the server. The stream is shared by all tenants; an item's subject is made by
// [events.Subject].
const (
	StreamName    = "RECT"
	NumbersStream = "RECT_NUMBERS"
)

const (
	defaultTimeout = 5 * time.Second
	defaultBatch   = 1000
	maxMessage     = 512 << 10
)

// Errors of the log, beside those in package events that writers and readers act upon.
var (
	// ErrChain says that a commit does not continue its item: a wrong revision or hash.
	ErrChain = errors.New("journal: commit does not continue its item")
	// ErrTooLarge says that a commit is over 512 KiB.
	ErrTooLarge = errors.New("journal: commit is too large")
	// ErrUnreachable says that nothing was sent, because there is no connection.
	ErrUnreachable = errors.New("journal: log cannot be reached")
	// ErrNotFound says that no commit has that sequence.
	ErrNotFound = errors.New("journal: no commit at this sequence")
)

// Config of a Journal. The zero Config is right for the embedded server.
type Config struct {
	Tenant   string // whose items; "main" when empty
	Replicas int    // 1 when a stream is created and this is 0; compared when not 0
	MaxBytes int64  // unlimited when a stream is created and this is 0; compared when not 0
	Batch    int    // most commits that Follow hands over at once; 1000 when 0
}

// Journal reads and writes the log of one tenant. It is safe for concurrent use.
type Journal struct {
	nc       *nats.Conn
	js       jetstream.JetStream
	tenant   string
	identity string
	batch    int
	reader   *reader
	tails    tails
	batches  chan struct{} // open atomic batches of this process
	server   *Server       // the embedded one, nil for servers elsewhere
	durable  durable
	checked  atomic.Bool // CheckServers found every write synced
	loss     error       // see Intact
	halted   atomic.Pointer[error]
}

// Open looks up the streams of the log, creates those that are absent, and refuses with
// a [*ConfigError] those that are not what they must be, with ErrNotPermitted to create
// what this user may not, and with a [*WeakError] a server before version 2.15.
func Open(ctx context.Context, nc *nats.Conn, cfg Config) (*Journal, error) {
	if cfg.Tenant == "" {
		cfg.Tenant = "main"
	}
	if !token(cfg.Tenant) {
		return nil, fmt.Errorf("open log: tenant %q is not one word", cfg.Tenant)
	}
	if cfg.Batch <= 0 {
		cfg.Batch = defaultBatch
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if v := nc.ConnectedServerVersion(); tooOld(v) {
		return nil, fmt.Errorf("open log: %w", &WeakError{[]string{fmt.Sprintf("%s is version %s, must be %d.%d or newer",
			nc.ConnectedServerName(), v, oldest[0], oldest[1])}})
	}
	log, err := ensure(ctx, js, logStream(cfg), cfg)
	if err != nil {
		return nil, err
	}
	if _, err := ensure(ctx, js, numberStream(cfg), cfg); err != nil {
		return nil, err
	}
	rd, err := newReader(nc)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	j := &Journal{nc: nc, js: js, tenant: cfg.Tenant, identity: log.Config.Metadata[metaIdentity],
		batch: cfg.Batch, reader: rd, batches: make(chan struct{}, 16)}
	j.server, _ = nc.Opts.InProcessServer.(*Server)
	j.loss = gapless(log.State)
	if j.loss == nil && j.server != nil {
		j.loss = reaches(j.server.dir, j.identity, log.State.LastSeq)
	}
	if j.server != nil && log.State.LastSeq > 0 {
		// No deadline: with no mark to begin at the whole log is looked through, once.
		if err = j.recount(context.WithoutCancel(ctx), log.State.LastSeq); err == nil {
			err = j.sync(ctx, log.State.LastSeq)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return j, nil
}

// Close gives back what the Journal holds of its connection, which stays open.
func (j *Journal) Close() error { return j.reader.close() }

// Intact returns a [*LossError] when the log had lost commits when it was opened. It is
// open all the same, for reading what is left; whoever would write to it has to halt.
func (j *Journal) Intact() error { return j.loss }

// Halt stops all writing for good: from now on Append and NextNumber return
// [events.ErrHalted] with why. Reading goes on.
func (j *Journal) Halt(why error) { j.halted.CompareAndSwap(nil, &why) }

// Halted returns why writing was stopped, nil when it was not.
func (j *Journal) Halted() error {
	if why := j.halted.Load(); why != nil {
		return fmt.Errorf("%w: %w", events.ErrHalted, *why)
	}
	return nil
}

// Identity returns the identity of the stream, given when it was created. A position is
// good only together with it.
func (j *Journal) Identity() string { return j.identity }

// bounded gives ctx a deadline if it has none: a lost answer must not block for ever.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, defaultTimeout)
}

// token reports whether s can be one part of a subject.
func token(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == '.' || r == '*' || r == '>' || r == 0x7f
	})
}

// api is the subject of a JetStream request about the log's stream.
func api(verb string) string { return "$JS.API." + verb + "." + StreamName }
