package seal

import (
	"bytes"
	"errors"

	"xiaohao/events"
)

// Errors of a vault.
var (
	// ErrErased says that the item's data key was destroyed: its text is gone for good.
	ErrErased = events.ErrErased
	// ErrTampered says that a box is not what was sealed there, by that key.
	ErrTampered = errors.New("vault: sealed field does not authenticate")
)

// magic begins every box that names its cipher. Boxes of the first release have no header
// and are AES-256-GCM: one whose random nonce happens to begin like this still opens,
// because a box that does not open as it says is tried as one of those.
var magic = []byte("XH")

const nonceSize = 12

// Box encrypts text under key and binds it to bound:
//
//	"XH" cipher nonce ciphertext tag
//
// The header is authenticated too.
func Box(key Key, text []byte, bound string) ([]byte, error) {
	a, err := key.aead()
	if err != nil {
		return nil, err
	}
	head := append(bytes.Clone(magic), byte(key.Cipher))
	out := make([]byte, 0, len(head)+nonceSize+len(text)+a.Overhead())
	nonce := random(nonceSize)
	out = append(append(out, head...), nonce...)
	return a.Seal(out, nonce, text, append(head, bound...)), nil
}

// Unbox returns what Box encrypted, or ErrTampered.
func Unbox(key Key, box []byte, bound string) ([]byte, error) {
	a, err := key.aead()
	if err != nil {
		return nil, err
	}
	if n := len(magic) + 1; len(box) >= n+nonceSize && bytes.HasPrefix(box, magic) && box[n-1] == byte(key.Cipher) {
		head, rest := bytes.Clone(box[:n]), box[n:]
		if text, err := a.Open(nil, rest[:nonceSize], rest[nonceSize:], append(head, bound...)); err == nil {
			return text, nil
		}
	}
	if key.Cipher == AES && len(box) >= nonceSize {
		if text, err := a.Open(nil, box[:nonceSize], box[nonceSize:], []byte(bound)); err == nil {
			return text, nil
		}
	}
	return nil, ErrTampered
}
