package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// Hash is a SHA-256 sum.
type Hash = [sha256.Size]byte

// What a hash is of, as its first byte, so that one kind can never pass for another.
// Leaf and node are those of RFC 6962.
const (
	leafTag  = 0x00
	nodeTag  = 0x01
	trailTag = 0x02
	logTag   = 0x03
)

// Head is the last commit of a chain, which is one leaf of the tree.
type Head struct {
	Subject string
	Rev     int
	Hash    Hash // of the commit
	Trail   Hash // over sequence, time and hash of every commit up to it
}

// Leaf returns the hash of h as a leaf of the tree.
func (h Head) Leaf() Hash {
	b := make([]byte, 0, 1+2+len(h.Subject)+8+2*sha256.Size)
	b = append(b, leafTag)
	b = appendText(b, h.Subject)
	b = binary.BigEndian.AppendUint64(b, uint64(h.Rev))
	b = append(b, h.Hash[:]...)
	b = append(b, h.Trail[:]...)
	return sha256.Sum256(b)
}

func node(left, right Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = nodeTag
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// appendText appends a text with its length before it.
func appendText(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// RootOf returns the Merkle root (RFC 6962, section 2.1) over leaves; that of none is the
// hash of nothing. It overwrites leaves.
func RootOf(leaves []Hash) Hash {
	if len(leaves) == 0 {
		return sha256.Sum256(nil)
	}
	// Pairing neighbours and carrying an odd last one up gives the same tree as cutting at
	// the largest power of two.
	for n := len(leaves); n > 1; n = (n + 1) / 2 {
		for i := 0; i < n/2; i++ {
			leaves[i] = node(leaves[2*i], leaves[2*i+1])
		}
		if n%2 == 1 {
			leaves[n/2] = leaves[n-1]
		}
	}
	return leaves[0]
}

// PathOf returns the audit path of leaf i from the bottom up (RFC 6962, section 2.1.1).
// It overwrites leaves.
func PathOf(leaves []Hash, i int) []Hash {
	path := []Hash{}
	for n := len(leaves); n > 1; n = (n + 1) / 2 {
		if sibling := i ^ 1; sibling < n {
			path = append(path, leaves[sibling])
		}
		i /= 2
		for k := 0; k < n/2; k++ {
			leaves[k] = node(leaves[2*k], leaves[2*k+1])
		}
		if n%2 == 1 {
			leaves[n/2] = leaves[n-1]
		}
	}
	return path
}

// Climb returns the root to which a path leads from leaf i of n, false when the path
// cannot belong to such a tree.
func Climb(leaf Hash, i, n int, path []Hash) (root Hash, ok bool) {
	if i < 0 || i >= n || len(path) > bits.UintSize {
		return Hash{}, false
	}
	for ; n > 1; i, n = i/2, (n+1)/2 {
		if i^1 >= n {
			continue // carried up alone
		}
		if len(path) == 0 {
			return Hash{}, false
		}
		if i%2 == 1 {
			leaf = node(path[0], leaf)
		} else {
			leaf = node(leaf, path[0])
		}
		path = path[1:]
	}
	return leaf, len(path) == 0
}
