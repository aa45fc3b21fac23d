// Package limit is the table of time limits (时限规则): how long each step of an item may
// take, by category, mode, urgency and ledger. It is pure; who may change the table, and the
// facts of it, are package domain/rulebook's.
//
// # Which row holds
//
// A [Row] names a stage and narrows it, or not, by category, mode, urgency and preset. Of all
// rows that fit a [Matter] the one that names most holds; of those that name equally many,
// the one that names the second-level category, the first-level category, the mode, the
// urgency, the preset, in this order. So there is always exactly one, and which one never
// depends on the order of rows.
//
//	整改                     15wd
//	整改 · 立即改              5wd
//	整改 · 立即改 · 紧急        24h
//	整改 · 路灯                3wd      an office's own: beats 15wd, and 5wd too, since a
//	                                  category comes before a mode
//
// # What a change does
//
// A [Table] is not changed after it was made; [Table.With] makes the next one and counts its
// version up. A deadline that was set carries its rule, its row and the version of the table
// in its fact ([events.Limit], [events.Basis]), so a change of the table moves nothing that
// stands.
//
// The presets are the figures of domain.md §2.6. They stand in the program as version 0 and
// are entered into the log when a store is first opened, like everything that counts.
package limit
