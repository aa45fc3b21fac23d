package domain

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"strings"
)

// codeAlphabet has no I, L, O, U: nobody can mistake 0 for O or 1 for I.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLength gives 65 bits: more than anybody can try.
const codeLength = 13

// NewCode draws a random query code or public id from r.
func NewCode(r io.Reader) (string, error) {
	b := make([]byte, codeLength)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", err
	}
	for i := range b {
		b[i] = codeAlphabet[b[i]%32]
	}
	return string(b), nil
}

// NormalizeCode forgives what people do when they copy a code: blanks, hyphens, lower
// case, full-width letters, O for 0, I and L for 1.
func NormalizeCode(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 0xff01 && r <= 0xff5e {
			r -= 0xfee0
		}
		switch {
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		case r == ' ' || r == '-' || r == '\t' || r == 0x3000:
			continue
		}
		switch r {
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// FormatCode groups a code for reading: K8XN 3WQF 6HRTV.
func FormatCode(s string) string {
	if len(s) != codeLength {
		return s
	}
	return s[:4] + " " + s[4:8] + " " + s[8:]
}

// HashCode returns what is kept of a query code. The number is part of it, so that equal
// codes do not show.
func HashCode(number, code string) string {
	sum := sha256.Sum256([]byte(number + "|" + NormalizeCode(code)))
	return hex.EncodeToString(sum[:])
}

// CodeMatches compares in constant time.
func CodeMatches(number, code, hash string) bool {
	return hash != "" && subtle.ConstantTimeCompare([]byte(HashCode(number, code)), []byte(hash)) == 1
}
