// Package roster is the directory (通讯录、责任目录) as its facts make it: units in a tree,
// officers with their posts and delegations, ledgers, and who answers for what. It is the
// meaning of the directory's facts, shared by the rules (domain/directory) and the read
// models (projections), so that the two can never disagree. It is pure.
//
// Everything here holds over time. An entry is asked about a day: [Unit.On] gives name,
// parent and kind as of that day, [Officer.PostsOn] the posts, [Roster.Leader] a leader with
// the rank held then. Nothing is ever forgotten: a closed unit still has its name.
//
// # Who may act as whom
//
// [Roster.Hats] lists what an officer may act as on a day: each own post, and each post that
// another officer has delegated for that day. One of them is worn for a command and becomes
// its [events.Actor]: ID is always the person who acts, Role, Unit and Post are the post's,
// Delegation says for whom when the post is another's. Somebody in several posts wears one
// hat at a time and says which.
//
//	post        unit × role × title, from … until
//	delegation  giver → receiver, all posts or one, from … until; ends with the giver's post,
//	            and never passes on: who receives a post cannot delegate it
//
// A [Roster] is never changed once it was handed out: [Roster.With] makes the next one.
package roster
