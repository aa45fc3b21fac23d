// Package ledger reads ledgers of problems (整改台账) as offices keep them, .xlsx and .csv,
// and says row by row what they claim. It is pure: a file in, a [Ledger] out; it writes
// nothing, asks no clock and no directory.
//
// # From file to rows
//
//	file ── open ──▶ sheets ── findHeader ──▶ header ── reader ──▶ items, rejected, duplicates
//	        xlsx.go, csv.go     head.go, field.go       reader.go, row.go
//
// The sort of a file is told by its first bytes. Of several sheets the one with the best
// header and the most rows is read. A header is looked for among the first rows: one to
// three rows, merged or not, in which at least a problem and one thing more are named by
// the wordings of field.go; what no wording knows is told by what the column holds, or
// stays unread. A [Mapping] that people have corrected beats both.
//
// # What is one item
//
// A problem merged over several rows is one item with their measures and units; so is a
// problem followed by rows without a problem and without a number of their own, and one
// filled down under the same number. Title, total, signature, section, sample and blank
// rows and repeated headers are no rows of the table; [Ledger.Skipped] says which were
// left out and why.
//
// # Honesty
//
// What cannot be read for sure is refused with its cell, never guessed: days that do not
// exist, formulas without a result, error values, numbers cut off by scientific notation.
// What is inferred carries a warning. The status is the least that all cells together
// honestly claim: 已销号 in a ledger is a claim of the ledger, and “已完成前期勘测” is not
// 已完成.
//
// # Hostile files
//
// Whatever is beyond the limits of book.go, macros, links to other files, passwords and
// broken XML are refused as a whole, with one sentence, before they cost time or memory.
package ledger
