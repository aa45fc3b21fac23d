// Package projections keeps what people see: read models in Postgres, made from the log of
// facts and from nothing else. Whatever is in them, a rebuild brings back.
//
//	stream ──▶ Log.Follow ──▶ Store.Run ──▶ batch: load ▸ fold ▸ save ──▶ commit ──▶ WaitFor, Watch
//	                            │              one transaction: rows and position
//	                            └─ verify: identity, end and hash of the stream
//
// # One batch
//
// [Store.Run] gets commits in order, and a [keeper] folds them: it loads the rows of the
// items that they touch, applies every fact in Go, writes each table set-wise and moves the
// position on by compare-and-set, in one transaction. So the position says exactly which
// commits the rows contain, a commit is never applied twice, and a runner that fell behind
// changes nothing (ErrStale). Rows do not depend on where batches end; a property test holds
// that. When live, a batch is what has arrived: one commit, or a few.
//
// A position is (stream identity, sequence, hash of the commit). When Run starts it must
// lie on the stream, else ErrDiverged: rows of another log are never mixed in. Its epoch is
// raised by whoever else changes rows, so that the runner looks anew.
//
// # Generations
//
//	rm.generation  every set of tables, in schema rm_<id>: LOADING ▸ READY ▸ RETIRED ▸ dropped
//	rm.serving     which one each version of the program reads and keeps: the one row of a switch
//	rm.runner      who keeps a generation, when it last said so, how far the log is
//
// There are no migrations. When the version or the text of schema/*.sql differs, [Open] finds
// or makes a generation of its own; those of other versions stay for the programs that read
// them, and a newer one is never touched. [Store.Rebuild] makes a new one beside the served
// one, compares them at an instant at which both stand at one position, and switches as soon
// as it has everything the old one has. Connections that see the old schema end as they come
// up; it is dropped after [grace].
//
// A LOADING generation is written without indexes, in long transactions: rows stay in memory
// from one to the next, an item is written once for many commits, sums are added as further
// rows of their key, and rows go to Postgres beside the folding of the next ones. The first of
// these transactions empties the large tables, which are empty, and so holds them for itself:
// what it writes is gone with it, so Postgres need not log it. Then sums
// are added up and indexes made over two connections (index.go), and the rest is like any
// other batch. Of loadRows items in memory those that rest longest are written and let go.
//
// # Who runs
//
// Of all runners one holds the generation's advisory lock on the connection it writes
// through. It says every second that it lives; one that has been silent for three seconds is
// cut off from Postgres by whoever stands by. The position is the fence all the same.
//
// # What cannot be applied
//
// A commit that cannot be read, does not continue its item, makes a read model panic or is
// refused by Postgres as data is parked: its item stands still, later commits of it wait
// (and those of items that ask about it), all others go on, and [Store.Health] says so until
// [Store.RetryParked] applied them in order. Nothing is skipped.
// /readyz answers 503 as long as an item is parked, since a board may lack it; pages go on
// being served, so a balancer should ask /healthz and a monitor /readyz.
//
// # Telling
//
// A batch tells its sequence by NOTIFY in its own transaction, so [Store.WaitFor] and
// [Store.Watch] work in every process. Where LISTEN cannot be had the position is looked at.
//
// # What a read model provides
//
// A read model is a file with its tables, its part of the fold and its queries. The runner
// knows nothing of it but four things:
//
//	schema/N_x.sql  its tables; indexes, and the primary key of a table of sums or one that
//	                is only added to, below the line "-- after load": they are made when the
//	                rows are there
//	table           a [table] value: columns, key, and what becomes of a row that is there
//	                already (replaceRow, keepRow, sumRow, addRow, mergeRow)
//	outputs         a field rows[R] in batch.go, in newOutputs and in all()
//	a call          in one of the places of batch.go where rows come from:
//	                  fact          while folding: rows that are only added, and sums to
//	                                remember; the item is as it is after the fact
//	                  settle        once an item when the batch is written: what it was when
//	                                it was last stored (fields of row) against what it is
//	                  settleSums    once a batch: sums by key
//
// A model gives rows to insert, when no row of that key can be there, or to upsert. Values
// are put into Postgres's binary form at once, so nothing else is kept in memory. How they
// are written is the runner's affair: few rows as arrays in one pipelined round trip, many
// by COPY; a schema that is being built has no indexes and keeps rows in memory from batch
// to batch, so settle may see many commits of an item at once, or one. A model must not
// care: what it writes may depend on the facts and their order only. It reads no clock, and
// nothing but the rows of [batch].
//
// # Read models
//
//	fold.go      item        what a fact does to an item; total, no fact can fail
//	item.go      item        narrow row for queries, document for pages; assignment
//	ledger.go                the ledger's order and pages; filter.go what a filter means,
//	                         total.go how many rows it selects, queue.go stacks of work
//	owed.go                  what lies with the office, and until when
//	find.go      item_search one- and two-character grams by month (search.go), LIKE as the recheck
//	verbatim.go  verbatim    what people said, by keyed hashes of its grams
//	counter.go   board_sum, board_due, week_count: what stands now; adding.go how sums are
//	             kept while commits arrive
//	stint.go     item_day    where each item stood, by day; board_day
//	measure.go   kpi_count   what rates count; kpi.go the figures
//	counted.go   kpi_item    the rows behind each of their counts
//	board.go                 the overview, from counters (sums.go); past.go the ledger of a day
//	timeline.go  timeline    what happened; words.go puts it into Chinese
//	opinion.go   opinion     what people said, sealed, and which items answer it
//	happened.go  log_day     where each recorded day ended; what reports list; replay.go
//	             what was entered later, by the days it claims
//	each.go                  all rows of a filter, for ledgers on paper
//	evidence.go  evidence_file  which bytes were handed in where
//	option.go    named       units and leaders, choices for selects
//	public.go                what the public may read: a whitelist
//	watch.go     watch       days that somebody has to keep, found by day; look-backs to draw
//	slip.go      slip        督办单 as they are tracked
//	sample.go    sample      draws of look-backs
//	evaluation.go evaluation what petitioners said, one row a round
//	expiry.go    expiry      until when an item is public
//	follow.go    follow      who wants letters about which item; no address
//	photo.go                 pictures for the public, in the item's document
//	shelf.go     saved_view  views of the ledger that people saved
//	audit.go     audit       who did what, one row a commit of any aggregate (audit_words.go); trail.go
//	             its pages, command.go what became of a command
//	directory.go directory_fact  the directory's own facts, folded in memory (events/roster)
//
// To show a new fact: say in fold.go what it does to the row, in words.go how it is told and
// who may read that; a test fails until both know it. With every change of schema/*.sql or
// of what a fact does to a row, raise [SchemaVersion].
//
// # Counting
//
// A batch does not change sums, it notes what it adds to them; an [adder] adds up the notes of many
// batches at once, over a connection of its own, and queries read the views *_all: sums and
// notes together.
//
// Each item is in exactly one [Group]. Counters are kept by taking the row as it was out and
// putting the row as it is in, so they are right whatever the facts were. Within a scope
// (everything, one ledger, one lead unit, one leader, one campaign) they count by every
// dimension; a board that is narrowed further is counted over the rows that an index finds.
// Overdue and near are sums over due days, so no clock has to run; the few deadlines in hours
// that are over within today are looked up beside them ([read.askHours]). 整改完成 is the unit's own
// word (Done + Closed), 办结 adds direct answers, 销号 is Closed alone; 常态 and 挂账 stand
// apart. Every number can be opened into its rows by the filter that stands beside it in
// [Cell] and [Figures]; a property test over random filters holds that they tie.
//
// # Past days
//
// An item's life is a row of stints: runs of recorded days over which it stood the same
// (item_day). What each stint adds to a board is kept as a change on its first day and the
// opposite on its end; the day on which it will be overdue is known when it begins. So a
// board as of the end of day D is the sum of all changes up to D: years, months, ten days
// (旬) and days, some twenty rows a key. What is recorded later changes later days only, so
// the figures of a report come out the same for ever, and item_day opens their rows.
//
// # Searching
//
// A gram is one or two characters and the month of registration, so a search goes from the
// newest month back and stops when it has enough. How much one looks at has a bound, and an
// answer that reached it says that there may be more; [Store.Each] has none. What people said
// is sealed: the projector adds a row for each opinion, and [Store.KeepVerbatim] opens the
// texts beside it and keeps their grams hashed under the vault's index key. Until then a new
// opinion is not found by its words. An erased item's rows go with the fact that asks for it,
// a rebuild takes over what was read, and [Store.Verify] reads all of it again. The hashes
// are the same for the same gram in the same month: who has the database alone can count
// them, and can read none.
//
// # What the public sees
//
// An item is shown only when it was released, is not 举报 or 涉稳 and no opinion of it is
// 保密, whatever the log says of its release. publicOf copies named fields and nothing else.
// Drafts, sealed fields, posts and internal entries never leave.
package projections
