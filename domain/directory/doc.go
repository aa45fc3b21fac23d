// Package directory holds the rules of the directory (通讯录): who may add or change units,
// officers, posts, delegations, ledgers and the responsibility catalogue, and what may not
// be. It is pure like package domain; what the facts then mean is package events/roster.
//
//	Order ─▶ Desk.Do ─▶ LoadOf ─▶ fold ─▶ decide ─▶ SealCommit ─▶ Append ─▶ Receipt
//
// Commands say how an entry should be, not what to do to it: [PutUnit] adds a unit or brings
// one that is there to what it says, and leaves facts for the differences only. So a file of
// rows can be given again and again; when nothing differs nothing is written, and the
// [Receipt] says so. Each takes effect From a day; earlier days keep what was.
//
//	unit.go     PutUnit, CloseUnit, ReopenUnit      officer.go  PutOfficer, DismissOfficer, ReturnOfficer
//	post.go     TakePost, LeavePost                  delegate.go Delegate, WithdrawDelegation
//	ledger.go   PutLedger, CloseLedger, ReopenLedger, PutDuty, WithdrawDuty
//	specs.go    the table of all commands: name, words, who may give it
//
// An entry's short id is given once. Its place in the log is [events.DirectoryID] of it, so
// each command is guarded by exactly one entry's history. What else a command names (the
// unit above, the officer delegated to) is looked up in the log when it is decided; an entry
// closed in the same moment by somebody else is not noticed, and does no harm: a closed unit
// is shown as closed wherever it is named.
//
// # Persons
//
// An officer's name and telephone are sealed under the officer's own key, like an item's
// personal fields: facts and read models never hold them readable, and destroying that key
// erases them. Everything else about a post is no secret.
//
// # Kept apart
//
// 系统、安全、审计管理员 (events.Administrators) are three persons: nobody has two of these posts
// at a time, neither by appointment nor by delegation, and such a post cannot be delegated.
package directory
