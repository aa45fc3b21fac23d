package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// MasterSize is the size of a master key in bytes.
const MasterSize = 32

// Master wraps data keys and does nothing else.
type Master [MasterSize]byte

// NewMaster returns a random master key.
func NewMaster() Master { return Master(random(MasterSize)) }

// Format never shows the key, whatever the verb.
func (Master) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[master key]") }

// wrapping returns the key that m wraps with under a cipher. It is derived, so that no
// bytes serve two ciphers.
func (m Master) wrapping(c Cipher) (Key, error) {
	p, ok := providers[c]
	if !ok {
		return Key{}, fmt.Errorf("%v is unknown", c)
	}
	b, err := hkdf.Key(sha256.New, m[:], nil, "xiaohao wrap "+p.Name(), p.KeySize())
	return Key{c, b}, err
}

// Wrap encrypts a data key under m with the data key's own cipher and binds it to bound.
// What is encrypted is the cipher's id and the key.
func Wrap(m Master, k Key, bound string) ([]byte, error) {
	w, err := m.wrapping(k.Cipher)
	if err != nil {
		return nil, err
	}
	return Box(w, append([]byte{byte(k.Cipher)}, k.Bytes...), bound)
}

// Unwrap returns the data key that Wrap encrypted, or ErrTampered: it is another master
// key, another place or other bytes. A wrapped key of the first release has no header: it
// is an AES-256 key wrapped with AES-256-GCM by the master key itself.
func Unwrap(m Master, wrapped []byte, bound string) (Key, error) {
	if len(wrapped) > len(magic) && bytes.HasPrefix(wrapped, magic) {
		w, err := m.wrapping(Cipher(wrapped[len(magic)]))
		if err == nil {
			b, err := Unbox(w, wrapped, bound)
			if err == nil && len(b) > 1 && b[0] == byte(w.Cipher) {
				return Key{w.Cipher, b[1:]}, nil
			}
		}
	}
	b, err := Unbox(Key{AES, m[:]}, wrapped, bound)
	if err != nil {
		return Key{}, err
	}
	if len(b) != providers[AES].KeySize() {
		return Key{}, ErrTampered
	}
	return Key{AES, b}, nil
}

// known is what a master key's check value holds.
const known = "xiaohao"

// Check returns a value by which Checks knows m again.
func Check(m Master) ([]byte, error) {
	w, err := m.wrapping(AES)
	if err != nil {
		return nil, err
	}
	return Box(w, []byte(known), "check")
}

// Checks reports whether check was made by Check with m, or by the first release.
func Checks(m Master, check []byte) (bool, error) {
	w, err := m.wrapping(AES)
	if err != nil {
		return false, err
	}
	for _, k := range []Key{w, {AES, m[:]}} {
		text, err := Unbox(k, check, "check")
		if err != nil && !errors.Is(err, ErrTampered) {
			return false, err
		}
		if string(text) == known {
			return true, nil
		}
	}
	return false, nil
}
