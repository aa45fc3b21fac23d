package domain

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
)

// A code has at least 60 random bits (domain.md §7.1): each of its places takes every letter of the
// alphabet, and about as often.
func TestCodeEntropy(t *testing.T) {
	if bits := float64(codeLength) * math.Log2(float64(len(codeAlphabet))); bits < 60 {
		t.Errorf("%g bits", bits)
	}
	const draws = 6400
	var seen [codeLength][256]int
	for range draws {
		c, err := NewCode(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for i := range codeLength {
			seen[i][c[i]]++
		}
	}
	want := draws / len(codeAlphabet)
	for i := range seen {
		for _, letter := range []byte(codeAlphabet) {
			if n := seen[i][letter]; n < want/2 || n > want*2 {
				t.Errorf("place %d is %q %d times, about %d were to be expected", i, letter, n, want)
			}
		}
	}
}

func TestCode(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		c, err := NewCode(rand.Reader)
		if err != nil || len(c) != codeLength || strings.ContainsAny(c, "ILOU") || strings.Trim(c, codeAlphabet) != "" || seen[c] {
			t.Fatalf("code %q, %v", c, err)
		}
		seen[c] = true
		if NormalizeCode(FormatCode(c)) != c || NormalizeCode(strings.ToLower(c)) != c {
			t.Fatalf("%q is not read back", FormatCode(c))
		}
	}
	if _, err := NewCode(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if _, err := NewCode(bytes.NewReader([]byte{1})); err == nil {
		t.Error("a short draw gives a code")
	}
	for _, s := range []string{"k8xn 3wqf 6hrtv", "K8XN-3WQF-6HRTV", "Ｋ８ＸＮ　３ＷＱＦ　６ＨＲＴＶ", "\tK8XN3WQF6HRTV "} {
		if NormalizeCode(s) != "K8XN3WQF6HRTV" {
			t.Errorf("%q is read as %q", s, NormalizeCode(s))
		}
	}
	if NormalizeCode("oOiIlL") != "001111" {
		t.Error(NormalizeCode("oOiIlL"))
	}
	if FormatCode("K8XN3WQF6HRTV") != "K8XN 3WQF 6HRTV" || FormatCode("short") != "short" {
		t.Error(FormatCode("K8XN3WQF6HRTV"))
	}
	hash := HashCode("QG-1", "K8XN3WQF6HRTV")
	if !CodeMatches("QG-1", "k8xn 3wqf 6hrtv", hash) || CodeMatches("QG-2", "K8XN3WQF6HRTV", hash) || CodeMatches("QG-1", "", hash) || CodeMatches("QG-1", "", "") {
		t.Error("CodeMatches")
	}
}
