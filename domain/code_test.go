package domain

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

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
