// Package acceptance puts the log before a suite that others wrote for event stores:
// AcceptanceTest of github.com/looplab/eventhorizon, through an adapter that only
// translates. It is a module of its own so that the suite's dependencies stay out of the
// project's graph; `make test` runs it.
//
// The other suite worth having, eventstoretest of github.com/modernice/goes, cannot be had
// through the module proxy.
//
// What an append-only log must refuse is asserted beside it: maintenance (replacing,
// renaming, removing, clearing) and everything that would save over what is there.
// Snapshots are not offered: a folded state is never stored (see package journal).
package acceptance
