package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// bySplit is the definition of RFC 6962, section 2.1, word for word.
func bySplit(leaves []Hash) Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return node(bySplit(leaves[:k]), bySplit(leaves[k:]))
}

func somehashes(t *rapid.T) []Hash {
	out := make([]Hash, rapid.IntRange(1, 200).Draw(t, "n"))
	for i := range out {
		out[i] = sha256.Sum256(fmt.Append(nil, i, rapid.Byte().Draw(t, "salt")))
	}
	return out
}

// Every leaf's path leads to the root; with any bit flipped, anywhere, it does not.
func TestMerkle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := somehashes(t)
		root := RootOf(slices.Clone(leaves))
		if root != bySplit(leaves) {
			t.Fatalf("root of %d leaves is not that of RFC 6962", len(leaves))
		}
		for i, leaf := range leaves {
			path := PathOf(slices.Clone(leaves), i)
			if got, ok := Climb(leaf, i, len(leaves), path); !ok || got != root {
				t.Fatalf("path of leaf %d of %d does not lead to the root", i, len(leaves))
			}
		}
		i := rapid.IntRange(0, len(leaves)-1).Draw(t, "leaf")
		path := PathOf(slices.Clone(leaves), i)
		wrong := func(what string, leaf Hash, i, n int, path []Hash) {
			if got, ok := Climb(leaf, i, n, path); ok && got == root {
				t.Fatalf("%s: still leads to the root", what)
			}
		}
		at, bit := rapid.IntRange(0, 31).Draw(t, "byte"), byte(1)<<rapid.IntRange(0, 7).Draw(t, "bit")
		leaf := leaves[i]
		leaf[at] ^= bit
		wrong("leaf", leaf, i, len(leaves), path)
		for k := range path {
			p := slices.Clone(path)
			p[k][at] ^= bit
			wrong("path", leaves[i], i, len(leaves), p)
			wrong("path cut", leaves[i], i, len(leaves), slices.Delete(slices.Clone(path), k, k+1))
		}
		for k := range leaves {
			if k != i {
				wrong("index", leaves[i], k, len(leaves), path)
			}
		}
		wrong("path longer", leaves[i], i, len(leaves), append(slices.Clone(path), root))
		wrong("outside", leaves[i], len(leaves), len(leaves), path)
		wrong("before", leaves[i], -1, len(leaves), path)
	})
}

// The published test vectors of Certificate Transparency: the tree over eight inputs.
func TestMerkleVectors(t *testing.T) {
	var leaves []Hash
	for _, in := range []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"} {
		b, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, sha256.Sum256(append([]byte{leafTag}, b...)))
	}
	for n, want := range map[int]string{
		0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	} {
		if got := RootOf(slices.Clone(leaves[:n])); hex.EncodeToString(got[:]) != want {
			t.Errorf("root of %d inputs is %x", n, got)
		}
	}
}
