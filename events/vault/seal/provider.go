package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm4"
)

// Cipher is the algorithm id that stands in every box and with every key. An id is never
// given to another algorithm: what was once sealed opens for ever.
type Cipher byte

// The ciphers, all with a nonce of 12 bytes and a tag of 16.
const (
	AES Cipher = 1 // AES-256-GCM
	SM4 Cipher = 2 // SM4-GCM, RFC 8998
)

// Provider makes the authenticated encryption of one cipher.
type Provider interface {
	Name() string // as --cipher says it
	KeySize() int // bytes
	AEAD(key []byte) (cipher.AEAD, error)
}

var providers = map[Cipher]Provider{AES: aesGCM{}, SM4: sm4GCM{}}

// ParseCipher reads a cipher's name: "aes" or "sm4".
func ParseCipher(name string) (Cipher, error) {
	for c, p := range providers {
		if p.Name() == name {
			return c, nil
		}
	}
	return 0, fmt.Errorf("cipher %q is unknown: aes or sm4", name)
}

func (c Cipher) String() string {
	if p, ok := providers[c]; ok {
		return p.Name()
	}
	return fmt.Sprintf("cipher %d", byte(c))
}

type aesGCM struct{}

func (aesGCM) Name() string { return "aes" }
func (aesGCM) KeySize() int { return 32 }
func (aesGCM) AEAD(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

type sm4GCM struct{}

func (sm4GCM) Name() string { return "sm4" }
func (sm4GCM) KeySize() int { return sm4.BlockSize }
func (sm4GCM) AEAD(key []byte) (cipher.AEAD, error) {
	b, err := sm4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// Key is a key and the one cipher it is used with. The zero Key is none.
type Key struct {
	Cipher Cipher
	Bytes  []byte
}

// NewKey returns a random key for c, which must be one of the ciphers above.
func NewKey(c Cipher) Key {
	return Key{c, random(providers[c].KeySize())}
}

// Derive returns the key that k makes for a name: the same each time, of k's cipher, and
// telling nothing of k or of the keys for other names.
func (k Key) Derive(name string) (Key, error) {
	b, err := hkdf.Key(sha256.New, k.Bytes, nil, "xiaohao derive "+name, len(k.Bytes))
	return Key{k.Cipher, b}, err
}

// Format never shows the key, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "["+k.Cipher.String()+" key]") }

// IsZero reports whether k is no key.
func (k Key) IsZero() bool { return k.Cipher == 0 }

func (k Key) aead() (cipher.AEAD, error) {
	p, ok := providers[k.Cipher]
	if !ok {
		return nil, fmt.Errorf("%v is unknown", k.Cipher)
	}
	if len(k.Bytes) != p.KeySize() {
		return nil, fmt.Errorf("key for %v has %d bytes, must have %d", k.Cipher, len(k.Bytes), p.KeySize())
	}
	return p.AEAD(k.Bytes)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: the program ends instead
	return b
}
