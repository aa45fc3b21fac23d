// Package evidence keeps the photos and papers that prove a rectification, in a JetStream
// object store beside the log.
//
//	offered ─▶ size ─▶ type by content ─▶ bounds ─▶ clean ─▶ decode, thumbnail ─▶ seal ─▶ object ─▶ sync
//	              └────────┴── Refusal: one Chinese sentence ──┘                            │
//	                                     EvidenceRecorded v2 names the object ◀─────────────┘
//
// # What is taken
//
//	JPEG, PNG, WebP          cleaned: the fact says so
//	PDF, docx, xlsx, pptx    kept for staff, marked as not cleaned
//	doc, xls, ppt, wps       the same; told by the streams in the file
//
// Everything else is refused: HEIC (the sentence tells how to make the phone send JPEG),
// moving pictures, pages and vector graphics, archives, documents with macros or a password,
// whatever is broken. The name and type that a browser sends prove nothing; the extension is
// corrected to what the content is.
//
// # Cleaning
//
// A picture is copied part by part and only the parts that the picture itself needs are
// copied, so EXIF, GPS, XMP, IPTC, profiles, previews, comments, makers' inventions and
// anything behind the end of the picture stay behind, whatever they are called. Pixels are
// not coded again, but for a picture that lies on its side: its orientation was in the EXIF,
// so it is turned (JPEG quality 95; PNG without loss; a WebP becomes a JPEG, or a PNG when it
// lets through). Colours of a wide-gamut telephone may look a little duller without the
// profile. The form in which a picture came is not kept; its hash is in the fact.
//
// In Office documents the properties are emptied and pictures cleaned, unless the document is
// signed. Names in comments and tracked changes remain, and nothing is taken out of a PDF, so
// no paper is ever called clean: [events.EvidenceFile].Cleaned is false and it must never be
// released to the public.
//
// # For the public
//
// [Store.Redact] makes another picture of one that is kept: smaller, with areas painted over
// and coded anew, so nothing of what was covered is left in it. It has an object and a hash
// of its own; only such a picture may ever be sent to the public.
//
// # Bounds
//
// 20 MiB a file, 50 megapixels, 256 MiB of memory for one decoded picture as reckoned from
// its own headers, two pictures at a time, 64 scans of a progressive JPEG, 200 MiB and 10,000
// parts of an unpacked document. All are checked before anything is decoded.
//
// # The bucket
//
// Stream [StreamName] has a size limit of its own, so that pictures never fill the disk of the
// log. Objects are sealed with the item's data key and bound to their place: erasing the item
// makes its photos unreadable, and an object copied to another item does not open. Object
// names are random; what the sender called the file can name people and is a sealed field of
// the fact. An object says of itself only whose it is.
//
// # Objects and facts
//
// Put ends before the command begins, and calls Config.Sync before it returns: a fact never
// names an object that is not on disk. A command that is refused, or a program that is killed,
// leaves an object that no fact names. Nobody can see it, and [Store.Sweep] takes it away
// after [Grace]. It also takes the objects of items whose keys were destroyed. The sweeper asks the log, not a read model, and takes nothing of an item that
// the log does not know. It purges subjects of this bucket only (its account needs
// STREAM.PURGE on it); the stream of facts is never touched.
//
// # The same file twice
//
// Whether a file was used before is looked up by hash in a table of the read models, which
// holds what the facts say and nothing else: after a rebuild it is right by construction. An
// index kept in a bucket of its own would be a second truth: written before the fact it
// accuses after a crash, written after it forgets. The table can only be late; so the fact
// records what was known, and the page asks again each time it is shown.
package evidence
