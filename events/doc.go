// Package events is the vocabulary of the tracker: every fact that can happen to a
// rectification item (整改事项), the value types facts are made of, and the Commit
// envelope in which they are kept.
//
// A fact is a past-tense struct ([ItemRaised], [ItemAssigned], [RectificationReported],
// [ItemClosed] …). Its wire name and version stand in one table (table.go), never
// derived from Go names, so that renaming a Go type can never change stored history.
// To add a fact: write the struct, give it a kind and a row in the table with the
// [Aggregate] it is about (mostly an item; others are about a unit, an officer, an account,
// a calendar or the log itself), say in
// [StateAfter] what it does to the item, and run `go test ./events -update` to write its
// golden file. A golden file is never changed afterwards: what was once written decodes
// for ever.
//
// When a fact has to say more, it gets a new version: upcast.go keeps the struct as it was
// and the pure function that makes the next version of it. Programs read every version up
// to their own as today's struct, and write the newest only. A version or a fact from a
// newer program is an [*UnknownError]; the reader stops.
//
// # The commit
//
// One command makes one [Commit], stored as one message:
//
//	{"hash":"<sha-256 of the commit's bytes>","commit":{"item":…,"rev":4,"prev":"<hash of rev 3>",
//	  "command_id":…,"command":"assign","actor":…,"at":…,"events":[{"type":"item.assigned","v":1,"data":{…}}]}}
//
// The hash covers the stored bytes themselves, personal data in sealed form, so a
// verifier needs neither this package's structs nor any key, and erasing a person
// breaks no chain. Decoding refuses a wrong hash, an unknown fact, a version from the
// future and an unknown field, each with an error that names it.
//
// # Sealed fields
//
// Whatever can name or describe a person (verbatim words, contact details, private
// replies) is a [Sealed]. A Sealed made with [Secret] carries plain text in memory only;
// encoding it before it was sealed is an error, so plain text cannot reach the log.
//
// # State
//
//	REGISTERED ──accept──▶ ACCEPTED ──assign──▶ IN_PROGRESS ──report──▶ RECTIFIED
//	   │  ▲                   ▲                  ▲   │  ▲                  │ apply
//	   ▼  │                   │ return upheld    │   │  └─refused─┐        ▼
//	RETURNED_FOR_INFO         └──────────────────┘   │     UNDER_VERIFICATION ⇄ IN_PUBLICITY
//	                                                 ▼              │ all steps signed
//	NOT_ACCEPTED, ANSWERED, MERGED, TERMINATED   SUSPENDED_ACCOUNT  ▼
//	                                             STANDING         CLOSED (销号) ──reopen──▶ IN_PROGRESS
//
// This package does no I/O and knows no clock, no driver and no rule; rules are in
// package domain, tables in package projections.
package events
