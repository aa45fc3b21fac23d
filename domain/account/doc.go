// Package account holds the rules of accounts: what opens one, when it is locked, what its
// owner and the administrators may do with it. It is pure; how a password is hashed, where
// sessions live and what a page shows is package web/account.
//
// An account is folded from its own facts in the log ([Fold]); it has the officer's id and a
// data key of its own. Its credentials (password hash, secret of the second factor, recovery
// codes) are sealed fields of those facts. So they are of record, come back with a backup,
// and are erased for good by destroying one key.
//
//	failure 1…4      recorded; the answer is late, later each time (Account.Delay)
//	failure 5        recorded with AccountLocked: nobody signs in for 15 minutes, whatever is
//	                 given, and nothing more is recorded meanwhile, so the log grows by at most
//	                 six facts a lock
//	locked again     twice as long, up to four hours; a sign-in or an unlocking begins anew
//
// What somebody else does to an account ([Specs]) is in the table of package rights like every
// command. Nobody does it to himself, and what opens the account of an administrator is for the
// security administrator, so that one of the three cannot become another.
//
// Administrators (events.Administrators) need the second factor; others may have it. A one-time code
// and a recovery code are good once.
package account
