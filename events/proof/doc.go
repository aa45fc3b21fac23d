// Package proof proves that the log is what it was: it checks the hash chains, the signed
// daily roots (日根) and exported case files, from stored bytes and public keys alone. It
// needs no server, no database and no key of personal data. Everything an auditor needs to
// write a verifier of his own stands on this page.
//
// # What is proved
//
// Whoever has the public key can tell that nothing that a root covers was changed, dropped,
// added, moved to another place, or given another sequence or server time, by anybody who
// has not the signing key. Whoever has kept the fingerprint of a published root (the hash of
// its statement) can tell it of everybody, the operators of the servers and their key
// included: a log that was rewritten and signed anew has not that root in it. What came
// after the newest root is only chained, not signed: it is counted and said ("not yet
// covered"), and a log whose end was cut off shows it only to those who kept a root of it,
// or know otherwise of what is missing. Not covered are the transport headers of a message.
//
// # Notation
//
// H is SHA-256. || joins bytes. be16, be64 are big-endian numbers of 2 and 8 bytes. text(s)
// is be16(length in bytes) || s in UTF-8. A time is be64 of nanoseconds since 1970 UTC
// (two's complement). Hashes are 32 bytes, in JSON 64 small hexadecimal digits.
//
// # Message
//
// A message of the log has a sequence (1, 2, 3 … without a gap), a subject
//
//	rect.<tenant>.<aggregate>.<uuid>        aggregate: item, or log for facts about the log
//
// the server's time, and as data exactly these bytes, with no blank between the parts:
//
//	{"hash":"<hash>","commit":<commit>}     hash = H(the bytes of <commit>)
//
// A commit is a JSON object. Proofs use its members "item" (the uuid of the subject), "rev"
// (1, 2, 3 … within the subject), "prev" (the hash of the commit with rev−1 on the same
// subject, "" for the first) and the "type" of its "events".
//
// # Trail and head
//
// Each subject has a trail over its own commits, and a head, which is a leaf of the tree:
//
//	trail(0) = 32 zero bytes
//	trail(n) = H(0x02 || trail(n−1) || be64(sequence) || time || hash)
//	leaf     = H(0x00 || text(subject) || be64(rev) || hash || trail)     of the newest commit
//
// # Tree
//
// The leaves of all subjects, sorted by subject as bytes, make a Merkle tree as in RFC 6962,
// section 2.1: node = H(0x01 || left || right), cut at the largest power of two below the
// number of leaves. An inclusion proof is the audit path of section 2.1.1, from the bottom
// up: at a level with n nodes, the node i has the sibling i^1, and no entry in the path if
// that is n (it is carried up alone); then i = i/2 and n = (n+1)/2 rounded down.
//
// # Digest
//
// The digest runs over every message of the tenant, whatever its subject:
//
//	digest(0) = H(0x03 || text(tenant))
//	digest(n) = H(0x03 || digest(n−1) || be64(sequence) || time || text(subject) || hash)
//
// # Root
//
// A fact "root.signed" (version 1), on the subject rect.<tenant>.log.<stream identity>,
// holds the members below. Signed with Ed25519 (RFC 8032, no pre-hash) is this text, its
// statement, each line ended by one line feed, "-" for an absent previous or next-key:
//
//	xiaohao root 1
//	stream <identity of the stream>
//	tenant <tenant>
//	day <Beijing day that had ended, 2026-11-30>
//	sequence <the last message covered>
//	aggregates <number of leaves>
//	root <root of the tree as of that message>
//	digest <digest as of that message>
//	previous <H(statement of the root before)>
//	key <public key of this signature>
//	next-key <public key that signs from the next root on, when it changes>
//
// The fingerprint of a root is H(statement). A root is true when it is signed by the key it names, was made from what stands before it
// (at most 65,535 messages may lie between what it covers and the root itself), names the
// root before it, covers more, is of a later day, and has the key of the root before it or
// the one that was announced there. Trust: one of the roots must be signed by a key known
// from elsewhere, such as a printed notice; keys after it follow by announcement, and what
// was before it is covered by its digest.
//
// # Case file
//
// One item's commits with its proof (卷宗), a JSON object in UTF-8 with the members in this
// order, indented by one blank a level, line feed after each line, and no character escaped
// that need not be (a file in any other spelling is refused, so that no byte can be changed):
//
//	{
//	 "format": "xiaohao case 1",
//	 "subject": "rect.main.item.…",
//	 "root": { members of the fact root.signed } or null,
//	 "inclusion": {"rev": 4, "index": 17, "path": ["<hash>", …]} or null,
//	 "commits": [{"sequence": 12, "time": "2026-11-30T01:02:03.004Z", "data": "<bytes of the message>"}, …]
//	}
//
// To check it: (1) every "data" is a message as above, the revisions are 1, 2, 3 …, and each
// holds the hash of the one before; (2) the statement of "root" is signed, by a key that you
// trust; (3) the leaf of revision "rev", with the trail over sequence and time of each commit
// up to it, leads by "path" to the root of a tree with "aggregates" leaves; (4) commits up to
// "rev" have sequences that "root" covers, later ones have not: they are not signed yet, and
// their sequence and time are only claimed. Personal fields stay sealed.
//
// # Server time
//
// It is the recorded time (入库时间), and clocks get set back, or another server of a
// cluster takes the lead. So a time before that of the message before is not wrong; it is
// counted. That a time is the one that was recorded is proved by digest and trail.
//
// # Use
//
// [Checker] is fed messages in order and stops at the first that is wrong ([*Wrong]);
// [Checker.Finish] ends the check and [Checker.Report] tells what was found. A [Prover] keeps
// up with a living log, exports cases from it, and lets a [Signer] append the daily root.
// [CheckCase] checks a case file.
//
//	c := proof.NewChecker("", "main", key)
//	for each message { if err := c.Add(m); err != nil { … } }
//	err := c.Finish()
package proof
