// Package rulebook keeps the table of time limits as facts of the log: who may change which
// figure, and what stands now. What a table means is package domain/limit's.
//
//	Set, Withdraw ─▶ LoadOf ─▶ decide ─▶ Append ─▶ Receipt{Version}
//
// A change moves no deadline: each carries the rule it was set by. A [Keeper] holds the
// newest [limit.Table] it knows and is asked for it all the time, so it never waits: what
// another node changed reaches it with its next [Keeper.Refresh].
//
// The rows that come with the program are entered into the log by the program itself
// ([Keeper.Ship]): so a new version of it changes no figure that an office has.
package rulebook
