package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"xiaohao/events"

	"github.com/google/uuid"
)

// ErrStatement says that a root is not one: a part is missing or of another form.
var ErrStatement = errors.New("proof: root is not complete")

// ErrSignature says that a root was not signed by the key it names.
var ErrSignature = errors.New("proof: signature does not match")

// Statement returns the text that is signed: what the root says, one line each.
func Statement(r events.RootSigned) ([]byte, error) {
	switch {
	case uuid.Validate(r.Stream) != nil || len(r.Stream) != 36:
		return nil, fmt.Errorf("%w: stream %q", ErrStatement, r.Stream)
	case r.Tenant == "" || strings.ContainsFunc(r.Tenant, func(c rune) bool { return c <= ' ' || c == '.' || c == 0x7f }):
		return nil, fmt.Errorf("%w: tenant %q", ErrStatement, r.Tenant)
	case r.Day.IsZero() || r.Sequence == 0 || r.Aggregates < 1:
		return nil, fmt.Errorf("%w: day, sequence and aggregates are all needed", ErrStatement)
	}
	for _, h := range []struct{ name, hex string }{{"root", r.Root}, {"digest", r.Digest}, {"key", r.Key}, {"previous", r.Previous}, {"next-key", r.NextKey}} {
		if _, err := unhex(h.hex); err != nil && !(h.hex == "" && (h.name == "previous" || h.name == "next-key")) {
			return nil, fmt.Errorf("%w: %s %q", ErrStatement, h.name, h.hex)
		}
	}
	return fmt.Appendf(nil, "xiaohao root 1\nstream %s\ntenant %s\nday %s\nsequence %d\naggregates %d\nroot %s\ndigest %s\nprevious %s\nkey %s\nnext-key %s\n",
		r.Stream, r.Tenant, r.Day, r.Sequence, r.Aggregates, r.Root, r.Digest, orDash(r.Previous), r.Key, orDash(r.NextKey)), nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// unhex reads a hash, or a public key, which is as long: 64 small hexadecimal digits.
func unhex(s string) (h Hash, err error) {
	if len(s) != 2*len(h) || strings.ToLower(s) != s {
		return h, errors.New("not 64 small hexadecimal digits")
	}
	_, err = hex.Decode(h[:], []byte(s))
	return h, err
}

// Sign completes r with the public key of key and its signature.
func Sign(r *events.RootSigned, key ed25519.PrivateKey) error {
	r.Key = KeyText(key.Public().(ed25519.PublicKey))
	text, err := Statement(*r)
	if err != nil {
		return err
	}
	r.Signature = hex.EncodeToString(ed25519.Sign(key, text))
	return nil
}

// Authentic checks that r was signed by the key it names; whether to trust that key is
// for the caller to know. It returns ErrStatement or ErrSignature.
func Authentic(r events.RootSigned) error {
	text, err := Statement(r)
	if err != nil {
		return err
	}
	key, err := ParseKey(r.Key)
	if err != nil {
		return err
	}
	sig, err := hex.DecodeString(r.Signature)
	if err != nil || strings.ToLower(r.Signature) != r.Signature || !ed25519.Verify(key, text, sig) {
		return ErrSignature
	}
	return nil
}

// Identify returns the hash of what r says: what the next root names as its previous one.
func Identify(r events.RootSigned) (string, error) {
	text, err := Statement(r)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// KeyText is a public key as it is printed and published: 64 hexadecimal digits.
func KeyText(k ed25519.PublicKey) string { return hex.EncodeToString(k) }

// ParseKey reads what KeyText wrote; blanks around it do not matter.
func ParseKey(s string) (ed25519.PublicKey, error) {
	h, err := unhex(strings.TrimSpace(s))
	if err != nil {
		return nil, fmt.Errorf("proof: public key: %w", err)
	}
	return h[:], nil
}
