// Package follow lets the public be told by letter what becomes of a released item (关注进展).
//
//	asked ─▶ letter with a link ─▶ page ─▶ confirmed ─▶ a letter for each public step
//	  │                              │          │
//	  └── nobody confirms ──▶ ended ◀┴── no more, from the link in any letter
//
// The id of a follow is drawn at random by the server and stands in the letters only: who
// knows it has read the address's mail, and needs no account. So nobody can sign up another,
// and a link ends it in one step.
//
// The address is sealed with a key of the follow's own; ending it destroys the key, so that
// nobody can write to it again, and nothing else is left of the person. It stands in no read
// model, not even sealed.
package follow
