package projections

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xiaohao/projections/localpg/pgtest"
)

func openAgain(t testing.TB, dsn string, version, oldest int) *Store {
	t.Helper()
	s, err := openVersion(t.Context(), dsn, version, oldest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// running keeps a runner at work until the test ends.
func (s *Store) running(t testing.TB, log Log) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, log) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != context.Canceled {
			t.Errorf("the runner ended with %v", err)
		}
	})
}

// TestOpenAgain holds that opening keeps rows of the same schema, that those of a schema
// whose version somebody forgot to raise come anew from the log, and that what the first
// versions of the program kept is replaced.
func TestOpenAgain(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	st := newStory(newSeeded(40))
	for range 60 {
		st.advance()
	}
	s := openAgain(t, dsn, SchemaVersion, SchemaVersion)
	s.catchUp(t, st.log, nil)
	want := s.dump(t)
	if diff := cmp.Diff(want, openAgain(t, dsn, SchemaVersion, SchemaVersion).dump(t)); diff != "" {
		t.Error(diff)
	}
	comesAnew := func(how string) {
		s := openAgain(t, dsn, SchemaVersion, SchemaVersion)
		if p, err := s.Position(t.Context()); err != nil || p != (Position{}) {
			t.Errorf("%s: rows of another schema still stand at %+v: %v", how, p, err)
		}
		s.catchUp(t, st.log, nil)
		if diff := cmp.Diff(want, s.dump(t)); diff != "" {
			t.Errorf("%s: %s", how, diff)
		}
	}
	s.query(t, `with x as (update rm.generation set digest = 'old' returning 1) select count(*)::text from x`)
	comesAnew("forgotten version")
	if _, err := s.pool.Exec(t.Context(), `
		drop schema rm cascade;
		create schema rm;
		create table rm.serving (one boolean, version integer, digest text, built timestamptz);
		insert into rm.serving values (true, 1, 'old', now())`); err != nil {
		t.Fatal(err)
	}
	for _, name := range s.query(t, `select nspname::text from pg_namespace where nspname like 'rm\_%' and nspname <> 'rm_1'`) {
		if _, err := s.pool.Exec(t.Context(), `drop schema `+name+` cascade`); err != nil {
			t.Fatal(err)
		}
	}
	comesAnew("first form")
}

// TestVersionsSideBySide has a newer program start beside an older one, and an older one
// beside a newer: each has its own rows, and neither loses any.
func TestVersionsSideBySide(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	st := newStory(newSeeded(41))
	for range 80 {
		st.advance()
	}
	log := &fakeLog{id: "S", commits: st.log}
	older := openAgain(t, dsn, SchemaVersion, SchemaVersion)
	older.running(t, log)
	if err := older.WaitFor(t.Context(), log.end()); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the older one is ready", func() bool { return older.Ready(t.Context()) == nil })
	want := older.dump(t)
	newer := openAgain(t, dsn, SchemaVersion+1, SchemaVersion)
	if diff := cmp.Diff(want, newer.dump(t)); diff != "" {
		t.Errorf("the newer one does not serve what it can read meanwhile: %s", diff)
	}
	was := newer.serving.Load().ID
	newer.running(t, log)
	waitUntil(t, "the newer one serves its own rows", func() bool { return newer.serving.Load().ID != was })
	if diff := cmp.Diff(want, newer.dump(t)); diff != "" {
		t.Errorf("the newer one's own rows: %s", diff)
	}
	if older.serving.Load().ID != was {
		t.Error("the older one reads the newer one's rows")
	}
	again := openAgain(t, dsn, SchemaVersion, SchemaVersion)
	if diff := cmp.Diff(want, again.dump(t)); diff != "" || again.serving.Load().ID != was {
		t.Errorf("an older one started beside the newer: %s", diff)
	}
	oldest := openAgain(t, dsn, SchemaVersion-1, SchemaVersion-1)
	oldest.running(t, log)
	if err := oldest.WaitFor(t.Context(), log.end()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, newer.dump(t)); diff != "" {
		t.Errorf("the newer one's rows after an older program came: %s", diff)
	}
	if n := newer.query(t, `select count(*)::text from rm.serving`)[0]; n != "3" {
		t.Errorf("%s versions are served", n)
	}
}

// waitUntil looks again after each change that is told, and from time to time.
func waitUntil(t testing.TB, what string, met func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLong)
	defer cancel()
	for !met() {
		select {
		case <-ctx.Done():
			t.Fatal(fmt.Sprintf("not within %s: %s", waitLong, what))
		case <-tick():
		}
	}
}
