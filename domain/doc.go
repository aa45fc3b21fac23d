// Package domain holds the rules: what may happen to a rectification item (整改事项), who may
// make it happen, and by when. It is pure: no clock, no I/O, no driver; it stands on
// package events only.
//
// An [Item] is folded from its facts. A [Command] is decided against it and gives facts or
// a [Refusal]: a stable rule code, the field, one Chinese sentence. The [Desk] does the
// rest: load, decide, seal, append, and decide anew when somebody was faster.
//
//	Order ─▶ Desk.Do ─▶ Journal.Load ─▶ Fold ─▶ Decide ─▶ Vault.SealCommit ─▶ Journal.Append ─▶ Receipt
//	            ▲                                                                   │ conflict or unknown outcome
//	            └── load again, look for the own command id, else decide anew ◀────┘
//
// The desk keeps the items in work folded (shelf.go). A kept item may be old: the append is
// guarded, and what a kept item refuses is decided once more on the log.
//
// # Where things are
//
//	specs.go     the table of all commands: in which states, under which condition
//	rights       (its own package) who may give which, and who sees what
//	intake.go    登记、受理、并单、拆单        assign.go  交办、退单、裁定
//	limits.go    deadlines by the table of package limit; the units' own clocks
//	pause.go     暂停计时
//	work.go      方案、进展、延期、批示        closure.go 整改完成、销号申请、签批、公示、销号
//	petition.go  放行、重办查询码、补照片       personal.go 公开的文字里不能有的号码
//	supervise.go 督办: by order, and by the ladder (package domain/ladder)
//	after.go     评价、回头看、复号、常态、挂账、归档、更正
//	release.go   公开稿、公开、撤下              reveal.go  看个人信息
//	photo.go     照片：涂去隐私、公开、撤下
//	preset.go    the three presets and the sign-off profiles P1–P4
//	lamp.go      lamps; days and limits are in package domain/calendar      code.go  query codes
//	fields.go    the inputs of commands, read from struct tags
//
// # Three nested machines
//
// The item (see package events), its assignments, and one closure application at a time:
//
//	assignment: ISSUED ─▶ SIGNED ─▶ WORKING ─▶ REPORTED ─▶ ACCEPTED      REPORTED ─▶ SENT_BACK ─▶ WORKING
//	            ISSUED, SIGNED ─▶ RETURN_REQUESTED ─▶ WITHDRAWN | FORCED_SIGNED | ARBITRATION ─▶ FORCED_SIGNED
//	application: HANDLER (applies) ─▶ … each step by another person … ─▶ CLOSE;  any step may refuse ─▶ next round
//
// To add a command: write the struct with its field tags and decide method, add its row to
// specs and to the table of package rights, and run go test ./domain -update to see its column in the matrix.
package domain
