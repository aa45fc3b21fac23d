// Package seal is the cryptography of the vault and knows nothing of where keys are kept.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"xiaohao/events"
)

// KeySize is the size of every key: AES-256.
const KeySize = 32

// Errors of a vault.
var (
	// ErrErased says that the item's data key was destroyed: its text is gone for good.
	ErrErased = errors.New("vault: personal data was erased")
	// ErrTampered says that a box is not what was sealed there, by that key.
	ErrTampered = errors.New("vault: sealed field does not authenticate")
)

// NewKey returns a random key.
func NewKey() []byte {
	k := make([]byte, KeySize)
	rand.Read(k) // never fails: the program ends instead
	return k
}

// Box encrypts text under key and binds it to bound.
func Box(key, text []byte, bound string) ([]byte, error) {
	a, err := aead(key)
	if err != nil {
		return nil, err
	}
	return a.Seal(nil, nil, text, []byte(bound)), nil
}

// Unbox returns what Box encrypted, or ErrTampered.
func Unbox(key, box []byte, bound string) ([]byte, error) {
	a, err := aead(key)
	if err != nil {
		return nil, err
	}
	text, err := a.Open(nil, nil, box, []byte(bound))
	if err != nil {
		return nil, ErrTampered
	}
	return text, nil
}

func aead(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("key has %d bytes, must have %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Commit seals every pending field of c with the key of c's item, which is asked for only
// if there is one. Fields sealed before stay as they are. c is changed only on success,
// and gets a new list of facts: the caller's own is not touched.
func Commit(c *events.Commit, key func() ([]byte, error)) error {
	out := make([]events.Event, len(c.Events))
	for i, e := range c.Events {
		sealed, err := events.MapSealed(e, func(field string, s events.Sealed) (events.Sealed, error) {
			if !s.Pending() {
				return s, nil
			}
			k, err := key()
			if err != nil {
				return s, err
			}
			at := fmt.Sprintf("%s/%d/%s", c.CommandID, i, field)
			box := events.Sealed{Key: c.Item.String(), At: at}
			box.Box, err = Box(k, []byte(s.Plain()), bound(box))
			return box, err
		})
		if err != nil {
			return fmt.Errorf("seal fact %d of item %s: %w", i, c.Item, err)
		}
		out[i] = sealed
	}
	c.Events = out
	return nil
}

// Open returns the text of a sealed field, or ErrTampered.
func Open(s events.Sealed, key []byte) (string, error) {
	text, err := Unbox(key, s.Box, bound(s))
	return string(text), err
}

func bound(s events.Sealed) string { return s.Key + "|" + s.At }
