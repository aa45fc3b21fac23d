// Package localpg runs a private PostgreSQL server as a child process, from
// the machine's own Postgres programs. It serves `xiaohao serve` when no
// database address is given, and the tests; an installation that gives an
// address never comes here.
//
//	srv, err := localpg.Start(ctx, localpg.Config{Dir: dataDir + "/pg", Log: w})
//	...
//	defer srv.Stop() // after everything that uses srv.DSN() has closed
//
// # Who runs it
//
// Postgres refuses to run as root. Started by root, the server therefore runs
// as Config.RunAs, else as the owner of the data that is there already, else as
// "postgres", else as "nobody". Started by anyone else it runs as that user.
//
// # What is on disk
//
//	Dir/lock       flock, held as long as the Server lives: one process per Dir
//	Dir/data       the cluster, mode 0700, owned by the user who runs it
//	Dir/data.init  a cluster being made; renamed to data when it is whole
//	Dir/run        the unix socket
//	Dir/elsewhere  only if that user may not enter Dir: where data and run are
//
// The last one is for root with a Dir below, say, /root. Data and socket then go
// to Config.Elsewhere/<hash of Dir>-<random>, and Config.Log is told. The
// random part makes a wiped Dir a new beginning, so that a database can never be
// paired with a stream that it was not made from.
//
// A socket path may have 107 bytes. When Dir/run is longer (or has a comma,
// which separates hosts in a connection string) the socket goes to
// <temp>/xiaohao-<hash of Dir>.
//
// # Invariants
//
//   - Nothing here ever deletes or overwrites data. Data of another major version
//     is an error that names both versions ([ErrMajor]).
//   - No TCP port and no password: unix socket, directory mode 0700, peer
//     authentication with a map from the operating system's user to the role.
//   - Whatever way this process ends, the server ends: [Server.Stop] asks it,
//     and after a kill -9 the kernel does (parent death signal, a fast shutdown).
//     A new Start waits for such a leftover, and clears stale pid and socket files.
//   - A terminal's Ctrl-C does not reach the server: it has its own process group,
//     so that the program can write its last rows first.
//
// Linux only: it leans on /proc and on the parent death signal. Elsewhere Start
// returns [ErrUnsupported].
package localpg
