package journal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"xiaohao/events"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// ServerConfig says where the embedded server keeps the log and where it says what it does.
type ServerConfig struct {
	Dir string                           // made if absent; holds everything, back it up as a whole
	Log func(format string, args ...any) // nil says nothing
}

// Server is a JetStream server inside this process. It listens on no port: only this
// process can reach it, through Connect. Whoever writes to it has to call Sync before the
// write counts; a [Journal] does.
type Server struct {
	ns   *server.Server
	dir  string
	lock *os.File
	log  *serverLog
	stop sync.Once
	mark *marker
	redo *redo // nil when the disk had no room for it

	mu    sync.Mutex
	disks map[string]*disk // by stream
}

// StartServer starts a server on cfg.Dir and returns when the store was read and the
// server answers. It returns ErrLocked when another process has the directory, and
// ErrDamaged when commits that were acknowledged cannot be read any more.
func StartServer(cfg ServerConfig) (*Server, error) {
	if cfg.Dir == "" {
		return nil, errors.New("start log server: no directory given")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("start log server: %w", err)
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("start log server: %w", err)
	}
	log := &serverLog{out: cfg.Log}
	restored, err := replay(cfg.Dir)
	if err != nil {
		unlock(lock)
		return nil, fmt.Errorf("start log server: %w", err)
	}
	if restored > 0 {
		log.Warnf("%d bytes that the last blocks had lost were put back", restored)
	}
	if err := examine(cfg.Dir, log); err != nil {
		unlock(lock)
		return nil, fmt.Errorf("start log server: %w", err)
	}
	ns, err := server.NewServer(&server.Options{
		ServerName:             "xiaohao",
		DontListen:             true,
		JetStream:              true,
		StoreDir:               cfg.Dir,
		SyncAlways:             false, // see Sync: one sync serves many writers
		NoSigs:                 true,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		unlock(lock)
		return nil, fmt.Errorf("start log server: %w", err)
	}
	ns.SetLoggerV2(log, false, false, false)
	ns.Start() // returns after the store was read: there is no listener to wait in
	if !ns.JetStreamEnabled() || !ns.ReadyForConnections(10*time.Second) {
		ns.Shutdown()
		ns.WaitForShutdown()
		unlock(lock)
		return nil, fmt.Errorf("start log server on %s: %s", cfg.Dir, log.reason())
	}
	// What a killed process had written but not synced can be read again, so it counts now.
	if err := syncTree(cfg.Dir); err != nil {
		ns.Shutdown()
		ns.WaitForShutdown()
		unlock(lock)
		return nil, fmt.Errorf("start log server on %s: %w: %w", cfg.Dir, events.ErrSync, err)
	}
	s := &Server{ns: ns, dir: filepath.Clean(cfg.Dir), lock: lock, log: log, disks: map[string]*disk{}}
	if s.redo, err = openRedo(s.dir); err != nil {
		log.Warnf("each write waits for the file system, because %v", err)
	}
	s.mark = newMarker(s.dir, func() error { return s.Sync(context.Background(), NumbersStream) })
	return s, nil
}

// Connect returns a connection that does not leave the process; close it before Stop. The
// server drops a client that does not read for long (a machine that slept), so this one
// comes back by itself as well.
func (s *Server) Connect() (*nats.Conn, error) {
	nc, err := nats.Connect("", append(options(), nats.InProcessServer(s), nats.MaxReconnects(100))...)
	if err != nil {
		return nil, fmt.Errorf("connect to the embedded log server: %w", err)
	}
	return nc, nil
}

// InProcessConn makes a Server what [nats.InProcessServer] wants. A Journal also tells by
// it that its connection leads to an embedded server, whose durability is known.
func (s *Server) InProcessConn() (net.Conn, error) { return s.ns.InProcessConn() }

// Stop ends the server, waits until everything is written, and gives the directory free.
func (s *Server) Stop() {
	s.stop.Do(func() {
		s.ns.Shutdown()
		s.ns.WaitForShutdown()
		s.mark.flush()
		s.closeDisks()
		unlock(s.lock)
	})
}

// closeDisks puts the blocks themselves on disk, so that nothing has to be restored. What
// fails here stays in the redo file.
func (s *Server) closeDisks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.disks[StreamName]
	for _, d := range s.disks {
		d.close()
	}
	if s.redo == nil {
		return
	}
	if (log != nil && log.err != nil) || syncTree(s.dir) != nil {
		s.redo.file.Close()
		return
	}
	if err := s.redo.close(); err != nil {
		s.log.Warnf("the redo file is not emptied: %v", err)
	}
}

// serverLog passes on what the server says and remembers the last complaint, because a
// server that cannot start says why only there.
type serverLog struct {
	out  func(string, ...any)
	mu   sync.Mutex
	last string
}

func (l *serverLog) say(level, format string, v ...any) {
	if l.out != nil {
		l.out(level+" "+format, v...)
	}
}

func (l *serverLog) complain(level, format string, v ...any) {
	l.mu.Lock()
	l.last = fmt.Sprintf(format, v...)
	l.mu.Unlock()
	l.say(level, format, v...)
}

func (l *serverLog) reason() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == "" {
		return "the server did not become ready"
	}
	return l.last
}

func (l *serverLog) Noticef(f string, v ...any) { l.say("info", f, v...) }
func (l *serverLog) Warnf(f string, v ...any)   { l.say("warn", f, v...) }
func (l *serverLog) Errorf(f string, v ...any)  { l.complain("error", f, v...) }
func (l *serverLog) Fatalf(f string, v ...any)  { l.complain("fatal", f, v...) }
func (l *serverLog) Debugf(string, ...any)      {}
func (l *serverLog) Tracef(string, ...any)      {}
