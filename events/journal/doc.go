// Package journal keeps the log: every commit of every item, on NATS JetStream. It is
// the only system of record; whatever else the tracker shows can be rebuilt from it.
//
// # Where things are
//
//	stream RECT          rect.<tenant>.item.<uuid>   one literal subject per item
//	                     rect.<tenant>.log.<uuid>    facts about the log itself; the stream's identity
//	stream RECT_NUMBERS  rectno.<tenant>.<prefix>    one counter per prefix (numbers.go)
//
// What is said here of an item holds for every [events.Aggregate]; [Journal.LoadOf] loads any.
//
// A message is one [events.Commit] as [events.Encode] wrote it; what happened stands in
// the payload, never in the subject. [Open] creates a stream only when it is absent and
// otherwise compares it with what it must be: a stream that could lose history (deletes
// allowed, an age limit, …) is refused with a [*ConfigError] that names every setting.
//
// # Writing
//
//	            guard = sequence of the item's last commit the decision saw
//	Append ──▶ one write    one guarded publish
//	      └──▶ several      one atomic batch, each item guarded on its only message
//
// The guard is the header Nats-Expected-Last-Subject-Sequence without a filter header:
// on replicated streams guards with different filters do not see each other. There is
// no way to append without a guard. The message id is the command id, so that a repeat
// within ten minutes is refused by the server as well. An append ends in one of four ways:
//
//	stored            the returned commits have their sequences
//	ErrConflict       surely not stored: load, look for the own command id, decide anew
//	ErrOutcomeUnknown nobody knows: load and look for the own command id
//	another error     surely not stored, and trying again will not help
//
// History cannot be corrected, so Append also refuses ([ErrChain]) a commit whose
// revision or hash does not continue the item it guards; once stored, such a commit
// would make the item unreadable for ever.
//
// # Reading
//
// [Journal.Load] reads one item to the server's own end marker and checks that the
// revisions are 1..n and each commit holds the hash of the one before; half a history is
// an error, never a short answer. On a cluster it may be a moment stale, which the guard
// of the next append finds out. [Journal.Follow] reads the whole log in order from a
// position, hands over whatever is there, and never splits an atomic batch. After every
// reconnect it makes sure that this is still the same log, else it ends with [events.ErrDiverged].
//
// # Time
//
// [events.Recorded.Time] is the server's clock. It is known only to readers (Load, Follow,
// At): the acknowledgement of a write does not carry it, so what Append returns has the
// zero Time rather than one that would later turn out different.
//
// # Durability
//
// What is acknowledged is on disk. The embedded server ([StartServer]) answers a write when
// the kernel has it; Append then syncs the log's last message block and returns after that:
//
//	writer 1 ─ publish ─┐                         ┌─▶ returns
//	writer 2 ─ publish ─┼─▶ wait ─▶ one fdatasync ┼─▶ returns      (sync.go)
//	writer 3 ─ publish ─┘                         └─▶ returns
//
// A writer waits for a sync that began after its own write was stored, so sharing weakens
// nothing. (The server's own way, a sync for each write, makes 16 writers as slow as one;
// an atomic batch for each group costs several syncs and some 3 ms, whatever its size.)
// What is synced is a file of fixed length that holds the newest bytes of the block
// (redo.go), which spares the file system its own bookkeeping; after a power cut they are put
// back before the store is read.
// Readers are never handed more than what is synced: a commit that a power cut takes away
// has been seen by nobody. A counter's step is durable with the commit that bears the number
// (numbers.go). A sync that
// fails is final: nothing is acknowledged any more until the program starts anew.
//
// A server that comes upon a record it cannot read cuts its file off there, and goes on: one
// changed bit would take all that follows along. So the embedded store is read before the
// server opens it (blocks.go): damage in what was acknowledged is [ErrDamaged], and nothing
// is touched; damage behind it, which a power cut may leave, is copied aside. How far the
// log surely went stands in a file beside it (mark.go): a log that ends before that, or has a
// hole, since nothing can be deleted, is not [Journal.Intact]. When the disk is
// nearly full, writes are refused before the server runs into its end (room.go).
//
// Servers elsewhere answer for their own disks: three replicas with sync_interval always
// (deploy/), where the servers themselves let concurrent writes share a sync. Whether they
// do cannot be asked by a client, only over a connection of the system account
// ([Journal.CheckServers]); [Journal.Status] says what is known.
//
// # Tests
//
// Package journaltest is the suite that this journal and the one in package memory both
// pass; a test of rules takes memory.New() and needs no server.
package journal
