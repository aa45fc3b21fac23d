// Package account signs people in: passwords, the second factor, sessions and API tokens.
// The rules are in domain/account, the facts in the log; here is what needs a clock,
// randomness and a table.
//
//	who you are      credentials: sealed fields of the account's facts, opened to check them
//	that you are in  sessions: rows of schema "account" in Postgres, beside the read models and
//	                 not made from the log. Losing them costs everybody one sign-in.
//
// # A sign-in
//
//	POST /signin ──password──▶ no second factor ────────────────────────────▶ session
//	                       └─▶ second factor ─▶ half a session (5 minutes) ─▶ POST /signin/code ─▶ session
//
// Each arrow to a session draws a new cookie of 130 random bits; what the browser brought is
// dropped, so nobody can be made to use a session that somebody else knows. Postgres holds
// only its SHA-256. A session ends after [Idle] without a request, after [Longest] in any
// case, when it is ended here or elsewhere, and when the officer leaves. A session whose
// password was given by somebody else, or whose administrator has no second factor yet, is
// good for nothing but mending that ([Stage]).
//
// # Guessing
//
// A wrong password and an unknown name take the same time, give the same words and are
// locked the same way. At most two hashes are computed at a time; failures of one account
// wait for each other; an address that fails [addressFailures] times within ten minutes is
// turned away without a look. Argon2id runs with 19 MiB, two passes and one lane (about 40 ms
// on the machine this was written on), and each hash says its own parameters.
//
// # Programs
//
// A token goes in the header Authorization: Bearer and nowhere else. It acts in one post of
// one officer, may read or also write, ends on a day, and is shown once.
package account
