package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"

	"xiaohao/domain"
	"xiaohao/domain/almanac"
	"xiaohao/domain/detect"
	"xiaohao/domain/directory"
	"xiaohao/domain/follow"
	"xiaohao/domain/rulebook"
	"xiaohao/domain/rungs"
	"xiaohao/domain/trail"
	"xiaohao/domain/view"
	"xiaohao/events"
	"xiaohao/events/evidence"
	"xiaohao/events/journal"
	"xiaohao/events/proof"
	"xiaohao/events/vault"
	"xiaohao/projections"
	"xiaohao/projections/localpg"
	"xiaohao/web/account"
	"xiaohao/web/notice"
)

// stack is everything below the pages: log, vault, desk, read models, and the runner that
// keeps them up to date.
type stack struct {
	nc       *nats.Conn      // to the server of the log
	server   *journal.Server // the embedded one, nil for servers elsewhere
	log      *journal.Journal
	vault    *vault.Vault
	files    *evidence.Store
	desk     *domain.Desk
	almanac  *almanac.Keeper
	rules    *rulebook.Keeper
	ladders  *rungs.Keeper
	reads    *projections.Store
	notices  *notice.Center // set by startNotices
	follow   *follow.Desk   // set by startNotices, nil when no letters go out
	logger   *slog.Logger
	died     chan error // the runner or the private Postgres ended by itself
	closes   []func()   // in reverse order
	rebuilds rebuilds
	intakes  intakes

	directory *directory.Desk  // units, officers and the like
	trail     *trail.Keeper    // what is taken out, and who was refused
	views     *view.Desk       // views of the ledger that people save
	accounts  *account.Service // signs people in

	dir     string        // data directory
	dsn     string        // of Postgres
	prover  *proof.Prover // of the log
	signing signingKeys   // set by startRoots
}

type stackConfig struct {
	dir      string      // data directory
	remote   remoteFlags // without addresses = embedded server
	postgres string      // "" = private Postgres
	prefix   string      // of item numbers
	area     string      // whose calendar the office goes by
	site     string      // name on the pages
	master   masterFlags
	now      func() time.Time
	logger   *slog.Logger
}

// openStack starts or connects to everything. Whatever was started is stopped again when a
// later part fails.
func openStack(ctx context.Context, cfg stackConfig) (*stack, error) {
	s, err := openWriting(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := s.openFiles(ctx); err != nil {
		s.close()
		return nil, err
	}
	if err := s.openReads(ctx, cfg); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// openWriting starts or connects to what commands need: log, vault, desk.
func openWriting(ctx context.Context, cfg stackConfig) (s *stack, err error) {
	s = &stack{dir: cfg.dir, logger: cfg.logger, died: make(chan error, 2)}
	defer func() {
		if err != nil {
			s.close()
			s = nil
		}
	}()
	// 0711: when we are root, Postgres runs as another user, who must pass through.
	if err := os.MkdirAll(cfg.dir, 0o711); err != nil {
		return s, fmt.Errorf("data directory: %w", err)
	}
	nc, err := s.openLog(ctx, cfg)
	if err != nil {
		return s, err
	}
	if err := s.openVault(ctx, cfg, nc); err != nil {
		return s, err
	}
	if s.almanac, err = almanac.Open(ctx, s.log, cfg.area, cfg.now); err != nil {
		return s, notToBeHad(err)
	}
	if s.ladders, err = rungs.Open(ctx, s.log, cfg.now); err != nil {
		return s, notToBeHad(err)
	}
	if s.rules, err = rulebook.Open(ctx, s.log, cfg.now); err != nil {
		return s, notToBeHad(err)
	}
	s.trail = &trail.Keeper{Log: s.log, Now: cfg.now}
	s.desk = &domain.Desk{Journal: s.log, Vault: s.vault, Calendars: s.almanac, Rules: s.rules, Ladders: s.ladders, Prefix: cfg.prefix, Now: cfg.now}
	return s, nil
}

func (s *stack) openLog(ctx context.Context, cfg stackConfig) (*nats.Conn, error) {
	var nc *nats.Conn
	var err error
	if cfg.remote.Nats != "" {
		nc, err = cfg.remote.connect()
	} else {
		if s.server, err = journal.StartServer(journal.ServerConfig{Dir: filepath.Join(cfg.dir, "log")}); err == nil {
			s.onClose(s.server.Stop)
			nc, err = s.server.Connect()
		}
	}
	if err != nil {
		return nil, notToBeHad(err)
	}
	s.nc = nc
	s.onClose(nc.Close)
	if s.log, err = journal.Open(ctx, nc, journal.Config{}); err != nil {
		return nil, notToBeHad(err)
	}
	s.onClose(func() { _ = s.log.Close() })
	if err := cfg.remote.check(ctx, s.log); err != nil {
		return nil, notToBeHad(err)
	}
	s.prover = &proof.Prover{Log: s.log, Tenant: tenant}
	return nc, nil
}

// synced is how others than the log make their streams durable; nil when the servers
// elsewhere do it themselves.
func (s *stack) synced(stream string) func(context.Context) error {
	if s.server == nil {
		return nil
	}
	return func(ctx context.Context) error { return s.server.Sync(ctx, stream) }
}

func (s *stack) openVault(ctx context.Context, cfg stackConfig, nc *nats.Conn) error {
	c := vault.Config{Sync: s.synced("KV_" + vault.Bucket)}
	if s.server != nil {
		c.Log = s.log
	}
	var err error
	s.vault, err = cfg.master.open(ctx, nc, cfg.dir, c)
	return err
}

// openFiles opens the store of evidence. It is swept by the server alone, see startSweeping.
func (s *stack) openFiles(ctx context.Context) error {
	var err error
	if s.files, err = evidence.Open(ctx, s.nc, s.vault, evidence.Config{Sync: s.synced(evidence.StreamName)}); err != nil {
		return notToBeHad(err)
	}
	return nil
}

// startSweeping takes away files that no fact names, now and every six hours until stop is called.
func (s *stack) startSweeping(logger *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.files.KeepSwept(ctx, s.log, func(swept int, err error) {
			if err != nil {
				logger.Warn("evidence not swept", "error", err)
				return
			}
			logger.Info("evidence that no fact names swept", "files", swept)
		})
	}()
	return func() { cancel(); <-done }
}

func (s *stack) openReads(ctx context.Context, cfg stackConfig) error {
	dsn := cfg.postgres
	if dsn == "" {
		pg, err := localpg.Start(ctx, localpg.Config{Dir: filepath.Join(cfg.dir, "pg"), Log: logWriter{cfg.logger},
			Params: privatePostgres})
		if err != nil {
			return notToBeHad(err)
		}
		s.onClose(func() {
			if err := pg.Stop(); err != nil {
				cfg.logger.Warn("stop Postgres", "error", err)
			}
		})
		go func() {
			<-pg.Exited()
			s.died <- errors.New("the private Postgres stopped")
		}()
		dsn = pg.DSN()
	}
	s.dsn = dsn
	var err error
	if s.reads, err = projections.Open(ctx, dsn); err != nil {
		return notToBeHad(err)
	}
	s.onClose(s.reads.Close)
	if err := s.reads.SearchVerbatim(s.vault, detect.Mask); err != nil {
		return err
	}
	if err := s.openAccounts(ctx, dsn, cfg); err != nil {
		return notToBeHad(err)
	}

	if err := s.reads.Confirm(ctx, s.log); errors.Is(err, events.ErrDiverged) {
		s.halt(ctx, err) // before anything can be written
	} else if err != nil {
		return notToBeHad(err)
	} else if err := s.log.Intact(); err != nil {
		s.halt(ctx, err)
	}

	run, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		switch err := s.reads.Run(run, s.log); {
		case err == nil || run.Err() != nil:
		case errors.Is(err, events.ErrDiverged):
			s.halt(run, err)
		default:
			s.died <- fmt.Errorf("projector: %w", err)
		}
	}()
	s.onClose(func() { cancel(); <-done })
	s.onClose(s.startReading(cfg.logger))
	return nil
}

// startReading reads what people said into the index, as it comes, until stop is called.
func (s *stack) startReading(logger *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.reads.KeepVerbatim(ctx, func(err error) {
			logger.Warn("what people said is not indexed yet; it is tried again", "error", err)
		})
	}()
	return func() { cancel(); <-done }
}

// openAccounts makes what keeps the directory and signs people in. Sessions lie in the same
// Postgres as the read models, beside them.
func (s *stack) openAccounts(ctx context.Context, dsn string, cfg stackConfig) (err error) {
	s.directory = &directory.Desk{Journal: s.log, Vault: s.vault, Now: cfg.now}
	s.views = &view.Desk{Journal: s.log, Vault: s.vault, Now: cfg.now}
	s.accounts, err = account.Open(ctx, account.Config{Postgres: dsn, Site: cfg.site, Log: s.log, Vault: s.vault, Roster: s.reads.Roster, Now: cfg.now, Logger: cfg.logger})
	if err == nil {
		s.onClose(s.accounts.Close)
	}
	return err
}

// caughtUp waits until the read models have everything that is in the log now.
func (s *stack) caughtUp(ctx context.Context) error {
	last, err := s.log.Last(ctx)
	if err != nil {
		return err
	}
	for {
		err := s.reads.WaitFor(ctx, last)
		if !errors.Is(err, projections.ErrBehind) {
			return err
		}
		if h := s.reads.Health(ctx); h.Err != "" {
			return errors.New(h.Err)
		}
	}
}

func (s *stack) onClose(f func()) { s.closes = append(s.closes, f) }

// close stops everything in the reverse order of its start.
func (s *stack) close() {
	for i := len(s.closes) - 1; i >= 0; i-- {
		s.closes[i]()
	}
	s.closes = nil
}

// privatePostgres are settings of the private Postgres. It holds nothing that the log
// cannot bring back, so that a crash may cost a few moments of work.
var privatePostgres = map[string]string{"synchronous_commit": "off", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB",
	"shared_buffers": "256MB"}

// logWriter passes what Postgres says on to the program's log, at debug level.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.log.Debug("postgres", "says", string(p))
	return len(p), nil
}
