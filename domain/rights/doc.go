// Package rights is the one table of who may do what and see what (domain.md §2.4, §7).
//
// It has two halves. A [Rule] is a row for a command: which roles may give it, and within
// which [Scope] of an item. A [View] is a row for a way of reading: how far each role's eyes
// reach in it. A [Sight] is the same for one person and the ledger: which items exist for
// him at all, by unit, by class and by whom an item complains of.
//
// The Desk asks the first half whatever way a command comes in (page, API, import, command
// line), because every command carries its rule in its spec; a command without a row stops
// the program when it starts, and every test with it. Lists, searches, counts, boards, files
// and exports ask the second half: they take a Sight. The page /admin/permissions and
// docs/permissions.md are written from here.
//
// Nothing here says no by leaving something out: a role that no row names may do nothing.
//
// # What is kept from whom
//
//	举报、人员作风   the unit and the person complained of never see that there is one; of the
//	                others only the office, the supervisors and the auditor, the linked
//	                leader and the units it was given to
//	涉稳            the same, without anybody complained of
//	保密            the handling units work on it and never learn who asked
//	everything     the administrators see no item at all (三员分立)
package rights
