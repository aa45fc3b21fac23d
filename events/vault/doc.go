// Package vault keeps personal fields unreadable to everyone without the office's master
// key, and can make those of one item unreadable for good.
//
//	master key (a file, 0600)
//	   └─ wraps ─▶ data key of an item (JetStream bucket RECT_KEYS, one entry an item)
//	                  └─ seals ─▶ each personal field ([events.Sealed] in a commit)
//	                              and each blob ([Vault.SealBytes])
//
// Sealing is AES-256-GCM or SM4-GCM with a random nonce. [Config].Cipher says which one new
// data keys are for; every box and every wrapped key names its cipher, so that older ones
// open for ever. What is authenticated beside the text:
//
//	field     Key + "|" + At            item id | command id / index of the fact / field
//	blob      "blob:" + item + "|" + bound
//	data key  "item:" + id
//
// so a box copied to another item, commit, field or blob does not open ([ErrTampered]).
//
// No commit outlives its data key. With servers elsewhere a key is on disk before anything is
// sealed with it. With an embedded store ([Config].Log) that would be a second wait for the disk
// in every raise, so keys are derived from a seed that is on disk already:
//
//	seed "ahead.<n>" ──▶ key ──▶ entry "item.<id>" ──▶ seal ──▶ append, sync of the log
//	                             (not waited for)
//
// The entry is durable with some later sync. When a power cut takes it, the next start finds in
// the log what was sealed after commit n, and makes the key again. A seed is destroyed when 256
// keys were made from it and all are on disk, at each start, and in each erasure. (ahead.go)
//
// The file of an import has a key of its own ([events.WorkbookKey]): it says something of many
// items, and goes with the first of them that is erased.
//
// # Searching
//
// [Vault.IndexKey] is for keyed hashes of the words of personal text. [Vault.Texts] opens
// many fields at once; those of erased items come out empty.
//
// # Erasing
//
// [Vault.Erase] destroys an item's data key and leaves a mark in its place, so that no
// later fact can quietly get a new one: an erased item takes no more personal data
// ([ErrErased]). Commits stay as they are; their hashes cover the boxes, so no chain
// breaks. The stored key is overwritten before it is marked, on disk as well. Copies
// elsewhere are not: backups of the bucket must expire, and other processes forget a key
// they have used after at most [Remember].
//
// A backup of the bucket holds the seed of its moment, which can make the keys of items raised
// soon after it: it expires like every backup taken before an erasure.
//
// It is the second step of four, each of which can be cut off and done again:
//
//	erasure.requested   durable; from here on the domain refuses new personal data
//	read models         lose every sealed field in the transaction of that fact
//	Erase               by a worker of the program, at its start and after each request
//	erasure.completed   after Remember, when other processes may share the log; once
//
// A key that a restored older backup of the bucket brings back is destroyed again at the
// next start.
//
// # The master key
//
// Without the master key every personal field is lost, and everything else stays readable.
// Keep a copy of it apart from the backups of the log. [Open] refuses a master key that is
// not the one the bucket was made with; a program must ask [Exists] before [MakeMaster].
//
// [Vault.Rotate] replaces it: every key is wrapped anew, what was sealed stays as it is. While
// that is under way both master keys are needed; the entry "check" says so, and a process
// that meets a key of the new kind asks [Config].Other for it. What the old one wrapped is
// overwritten on disk; it stays readable in older backups of the bucket to whoever has the
// old master key, so both should be deleted.
//
// # Tests
//
// Package memory is a vault in memory without NATS; package seal is what both share.
package vault
