// Package natstest runs real nats-server processes for tests: one alone, or three that
// form a cluster, on ports and in directories of their own, each write synced. They can
// be killed, frozen and started again, which an in-process server cannot.
//
//	c := natstest.Start(t, 3)
//	nc, err := journal.Connect(c.URL())
//	c.Leader(nc, journal.StreamName).Kill()
//
// The program is built from the module's own version of nats-server, once for each
// version, and kept in the user's cache directory. Whatever a test started ends with it,
// also when the test binary is killed. What the servers said is shown when a test fails.
package natstest
