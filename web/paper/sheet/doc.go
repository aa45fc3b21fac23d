// Package sheet writes ledgers as offices keep them (domain.md §5.1): exactly the rows that
// a filter shows, as .xlsx with typed cells or as .csv.
//
//	L1 问题整改台账    one row an item
//	L2 公开一览表      one row an item, only what the public may read
//	L3 民情来访台账    one row an opinion
//	L4 单位办理统计表   one row a unit, two header rows
//	L5 不满意返工清单   one row an item that somebody was not satisfied with, or that was redone
//
// [Write] reads rows one by one and writes them one by one, so that memory does not grow
// with their number. Nothing of the file depends on a clock: the same rows give the same
// bytes.
//
// # Text stays text
//
// A cell of .xlsx that holds text has the format "@" and is never a formula, whatever it
// begins with. In .csv a text that begins with = + - @ or a tab gets a ' before it, as Excel
// itself shows such a text, and one that begins with ' gets a further one: whoever reads the
// file takes one ' away and has what was said. Dates are dates (.csv: 2026-11-30), numbers
// are numbers; a day that is not known is an empty cell.
//
// # Personal data
//
// What a person said is part of the ledger and read by whoever may read the item, with the
// numbers in it and the person's own name masked (138****1234, 张某某). Columns with a name, a
// telephone number or an exact place are left out unless [Order.Personal] is set, and masked
// unless [Order.Whole] is.
package sheet
