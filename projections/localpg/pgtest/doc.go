// Package pgtest gives every test a fresh database on a real Postgres.
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		t.Parallel()
//		pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
//		...
//		t.Cleanup(pool.Close)
//	}
//
// The first call of [Database] in a test process starts one server, with
// everything off that only guards against a power cut. [Main] stops it and removes
// its directory. Without Main, or after a panic or a kill, the kernel stops the
// server together with the process, and the next test process that starts a
// server removes the directory.
//
// On a machine without Postgres programs the tests skip; where CI is set they fail.
package pgtest
