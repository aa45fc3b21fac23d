// Package intake takes the rows of a read ledger into the log, by commands through the Desk.
//
// # One row
//
//	raise ─▶ record_claim ─▶ accept ─▶ assign
//
// The problem is raised verbatim, what the row says is recorded as the ledger's claim
// ([events.LedgerClaimed]), it is accepted with the row's mode and deadline, and assigned to
// its units. No step goes further: a row that says 已整改 or 已销号 is 整改中 here, with the
// claim beside it, until those whose signature it needs have signed. A planned rectification
// without a date waits to be accepted, a row without a unit to be assigned.
//
// # The same again
//
// A row is known again by the ledger's name and its own number (编号), or by the words of
// its problem; its item has the id that the Desk makes of that ([domain.ItemOf] over the
// channel 台账导入). All command ids are made of it too. So the same file twice changes
// nothing; a row that differs adds one claim that says what changed; an import that was cut
// off is completed by importing once more. Whatever was taken in stays consistent at any
// moment: each command is one commit.
//
// # What went out from here
//
// A row whose number an item here bears, and whose day of raising fits (in a ledger without
// that column its problem), raises nothing. Package returned makes the ledger of the same columns
// once more and holds the rows against it, cell by cell: what was changed in the office is shown,
// and noted as the item's claim. A number that fits while nothing else does is refused.
//
// The file itself is kept as evidence, sealed, with the first item of an import that wrote
// anything, and its hash stands in every claim.
package intake
