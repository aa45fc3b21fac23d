// Package journaltest is what a log must do, as a suite of tests: [Run] is called by the
// real log and by the one in memory, so that a rule tested against memory holds for real.
//
// The helpers ([Next], [Start], [Fill]) make well-formed commits and are free to use in
// other tests. Nothing here sleeps: a test waits for a sequence.
package journaltest
