package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"xiaohao/projections/localpg"
)

var (
	once     sync.Once
	server   *localpg.Server
	startErr error
	dir      string   // of server
	log      *os.File // of server, in dir
	count    atomic.Int64
)

// Main runs the tests of a package, stops the server if one was started, and
// exits. A package that has its own TestMain calls [Stop] after m.Run instead.
func Main(m *testing.M) {
	code := m.Run()
	if err := Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Stop stops the server of this process and removes its directory. No test may
// run any more.
func Stop() error {
	if server == nil {
		return nil
	}
	return errors.Join(server.Stop(), log.Close(), os.RemoveAll(dir))
}

// Database makes an empty database for this test and returns its connection
// string. It is dropped when the test ends, with whatever is still connected.
func Database(t testing.TB) (dsn string) {
	t.Helper()
	once.Do(func() { server, startErr = start() })
	switch {
	case startErr == nil:
	case os.Getenv("CI") == "" && (errors.Is(startErr, localpg.ErrNotFound) || errors.Is(startErr, localpg.ErrUnsupported)):
		t.Skip(startErr)
	default:
		t.Fatal(startErr)
	}
	name := fmt.Sprintf("t%d", count.Add(1))
	exec(t, "create database "+name)
	t.Cleanup(func() { exec(t, "drop database "+name+" with (force)") })
	return server.DSNFor(name)
}

func exec(t testing.TB, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // t.Context has ended in a cleanup
	defer cancel()
	c, err := pgx.Connect(ctx, server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func start() (_ *localpg.Server, err error) {
	if dir, err = makeDir(); err != nil {
		return nil, err
	}
	if log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	srv, err := localpg.Start(context.Background(), localpg.Config{
		Dir: filepath.Join(dir, "pg"), App: "tests", Log: log, Search: above(), Elsewhere: filepath.Join(dir, "elsewhere"),
		Params: map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"shared_buffers": "32MB", "max_connections": "300", "autovacuum_naptime": "1h",
		},
	})
	if err != nil {
		_, _ = log.Close(), os.RemoveAll(dir)
	}
	return srv, err
}

// above is the source tree that the test runs in: `make setup` may have put
// Postgres there.
func above() (dirs []string) {
	wd, err := os.Getwd()
	for err == nil {
		dirs = append(dirs, wd)
		if _, e := os.Stat(filepath.Join(wd, "go.mod")); e == nil || wd == filepath.Dir(wd) {
			break
		}
		wd = filepath.Dir(wd)
	}
	return dirs
}
