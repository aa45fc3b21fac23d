// Package backup copies the log and what belongs to it into directories that can be read
// without this program, checks such a directory, and brings it back.
//
// # Two directories
//
// Data and keys are never in one place: who holds the backup of the data alone cannot open
// what people said and who they are, and a key that was destroyed is in no later backup of
// the keys. The master key is in neither.
//
//	DIR/manifest.json
//	DIR/log/000000000001-000000010000.5f2c9a1e.ndjson.gz       stream RECT
//	DIR/numbers/…                                              stream RECT_NUMBERS
//	DIR/evidence/…                                             stream OBJ_RECT_EVIDENCE, sealed files
//	KEYS/manifest.json
//	KEYS/keys/…                                                stream KV_RECT_KEYS
//
// A file holds the messages of one stream from its first to its last sequence; its name
// ends with the first digits of its content's hash. One line is one message:
//
//	{"seq":7,"time":"2026-11-24T08:00:00.123456789Z","subject":"rect.main.item.<uuid>",
//	 "headers":{"Nats-Msg-Id":["…"]},"json":{"hash":"…","commit":{…}}}
//
// seq, time (the server's clock: the recorded time) and subject are as the server has them.
// The stored bytes stand under "json" verbatim when they are one JSON object in one line of
// UTF-8, else under "base64". headers are those stored with the message; their order means
// nothing. What a commit is, package proof says.
//
// # Reading it by hand
//
//	zcat DIR/log/*.gz | jq -c '[.seq, .time, .json.commit.command]'       what was done
//	jq -cj .manifest DIR/manifest.json | sha256sum                        is .sha256 of the file
//	jq -r '.manifest.streams[].files[] | .sha256+"  "+.name' DIR/manifest.json | (cd DIR && sha256sum -c)
//	zcat FILE | sha256sum                                                 is its content_sha256
//
// The manifest ([Manifest]) names every file with size and hashes, the streams with their
// configuration and identity, and the sequence and hash of the log's last commit.
//
// # Making one
//
// [Run] fixes the end of the log first and then reads: keys, numbers and papers that a
// commit needs are stored before it, so what is read later is never short of them. A file
// is written under a temporary name, synced and renamed; the manifest comes last, by one
// rename. So a run that is killed, or finds the disk full, leaves the backup that was there,
// and the next run removes what was left lying about.
//
// Run on a backup continues it: the files are compared with the manifest, the log must
// have the same identity and still hold the backup's last commit (else [ErrOtherLog],
// [ErrDiverged]), full files stay, and the last one is written again with what came after.
// Photos and papers that were purged since are taken out of the files that hold them; numbers
// and keys are few and written anew each time.
//
// # Bringing one back
//
// [Prepare] reads everything and checks hashes, sequences, chains and signed roots before
// anything is touched. [Restoring.Into] then sends each stream through the server's own
// restore interface, which works for the embedded server and for a cluster, reads it back,
// and compares every line.
//
//	streams absent ──▶ log marked, filled ──▶ the others ──▶ all compared ──▶ marks off, the log's last
//	      ▲                       │ killed anywhere                  │
//	      └──── streams removed ──┴──────────────────────────────────┘ next attempt
//
// The mark ([journal.MarkRestoring]) is in the metadata of the stream itself, from its
// first moment. While the log bears it the program refuses to open it, so whatever else
// is there can only be ours. A store with a log that has no mark is never touched.
//
// # Checking one
//
// [Backup.Check] finds any accident by the hashes, and names the file and, where it can be
// told, the message. Somebody who can write all files can make all hashes fit again; then
// only the chains and the signed roots in the log stand against it. See package proof for
// what they cover: before the first root, only the chains protect.
package backup
