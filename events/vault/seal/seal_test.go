package seal

import (
	"bytes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"xiaohao/events"

	"github.com/emmansun/gmsm/sm4"
	"pgregory.net/rapid"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	item  = "01890a5d-ac96-774b-bcce-b302099a8057"
	at    = "7c9e6679-7425-40de-944b-e07fc1f90ae7/0/opinion.text"
	words = "村口那条路坑坑洼洼，我是张三"
)

// What the first release stored, made by its own code. It must open for ever.
func TestFirstReleaseOpens(t *testing.T) {
	master, other := Master(bytes.Repeat([]byte{1}, 32)), NewMaster()
	wrapped := unhex(t, "1aa33b421bbe328f582b8f0854d1c50c41d84c8edb7ccfed0c768e06cf89c7547e5293c1b0f2cc3dee5be49a8ea1d562ec57017da70c4ee688d3f978")
	check := unhex(t, "652221dbee98342950a8e28c6c9e8b8b51583a5fa8684b3da0fde0ce128e157895de31")
	box := unhex(t, "cf415d9d86a1d9af8a165ef28bd73ea910984fc9c4983eb1c21a306179e953e0d4e38d8baf2a91f2b873533a1b6346fb1dd9954bc28d88b3e922b5c9b7e92c183f7a2ec06977")
	key, err := Unwrap(master, wrapped, "item:"+item)
	if err != nil || key.Cipher != AES || !bytes.Equal(key.Bytes, bytes.Repeat([]byte{2}, 32)) {
		t.Fatalf("unwrap: %v, %v", key.Cipher, err)
	}
	if _, err := Unwrap(other, wrapped, "item:"+item); !errors.Is(err, ErrTampered) {
		t.Errorf("another master key: %v", err)
	}
	if text, err := Open(events.Sealed{Key: item, At: at, Box: box}, key); err != nil || text != words {
		t.Errorf("open: %q, %v", text, err)
	}
	if ok, err := Checks(master, check); !ok || err != nil {
		t.Errorf("check: %v, %v", ok, err)
	}
	if ok, err := Checks(other, check); ok || err != nil {
		t.Errorf("check with another master key: %v, %v", ok, err)
	}
}

// A box without a header whose nonce begins like a header.
func TestUnluckyNonceOpens(t *testing.T) {
	key := NewKey(AES)
	a, err := key.aead()
	if err != nil {
		t.Fatal(err)
	}
	nonce := append([]byte("XH\x01"), random(nonceSize-3)...)
	box := a.Seal(bytes.Clone(nonce), nonce, []byte(words), []byte("b"))
	if text, err := Unbox(key, box, "b"); err != nil || string(text) != words {
		t.Errorf("%q, %v", text, err)
	}
}

// RFC 8998, appendix A.1.
func TestSM4GCMVector(t *testing.T) {
	a, err := Key{SM4, unhex(t, "0123456789abcdeffedcba9876543210")}.aead()
	if err != nil {
		t.Fatal(err)
	}
	nonce := unhex(t, "00001234567800000000abcd")
	text := unhex(t, "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa")
	bound := unhex(t, "feedfacedeadbeeffeedfacedeadbeefabaddad2")
	want := unhex(t, "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"+
		"83de3541e4c2b58177e065a9bf7b62ec")
	if got := a.Seal(nil, nonce, text, bound); !bytes.Equal(got, want) {
		t.Errorf("seal: %x", got)
	}
	if got, err := a.Open(nil, nonce, want, bound); err != nil || !bytes.Equal(got, text) {
		t.Errorf("open: %x, %v", got, err)
	}
}

// plainBlock hides the library's own assembly of GCM from crypto/cipher.
type plainBlock struct{ cipher.Block }

func TestSM4GCMAgreesWithTheGenericOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bytesOf := func(name string, least, most int) []byte {
			return rapid.SliceOfN(rapid.Byte(), least, most).Draw(t, name)
		}
		key, nonce := bytesOf("key", 16, 16), bytesOf("nonce", nonceSize, nonceSize)
		text, bound := bytesOf("text", 0, 600), bytesOf("bound", 0, 100)
		fast, err := Key{SM4, key}.aead()
		if err != nil {
			t.Fatal(err)
		}
		b, err := sm4.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		slow, err := cipher.NewGCM(plainBlock{b})
		if err != nil {
			t.Fatal(err)
		}
		box := fast.Seal(nil, nonce, text, bound)
		if want := slow.Seal(nil, nonce, text, bound); !bytes.Equal(box, want) {
			t.Fatalf("%x, the generic one %x", box, want)
		}
		if got, err := fast.Open(nil, nonce, box, bound); err != nil || !bytes.Equal(got, text) {
			t.Fatalf("open: %v", err)
		}
	})
}

func TestEveryCipher(t *testing.T) {
	for c, p := range providers {
		t.Run(p.Name(), func(t *testing.T) {
			if got, err := ParseCipher(c.String()); got != c || err != nil {
				t.Errorf("parse: %v, %v", got, err)
			}
			master := NewMaster()
			wrapped, err := Wrap(master, NewKey(c), "item:"+item)
			if err != nil {
				t.Fatal(err)
			}
			key, err := Unwrap(master, wrapped, "item:"+item)
			if err != nil || key.Cipher != c {
				t.Fatalf("unwrap: %v, %v", key.Cipher, err)
			}
			box, err := Box(key, []byte(words), "b")
			if err != nil || !bytes.HasPrefix(box, []byte{'X', 'H', byte(c)}) {
				t.Fatalf("box %x, %v", box[:3], err)
			}
			if text, err := Unbox(key, box, "b"); err != nil || string(text) != words {
				t.Errorf("unbox: %q, %v", text, err)
			}
			for i := range box {
				bad := bytes.Clone(box)
				bad[i] ^= 1
				if _, err := Unbox(key, bad, "b"); !errors.Is(err, ErrTampered) {
					t.Fatalf("byte %d changed: %v", i, err)
				}
				if _, err := Unbox(key, box[:i], "b"); !errors.Is(err, ErrTampered) {
					t.Fatalf("cut to %d: %v", i, err)
				}
			}
			for i := range wrapped {
				bad := bytes.Clone(wrapped)
				bad[i] ^= 1
				if _, err := Unwrap(master, bad, "item:"+item); !errors.Is(err, ErrTampered) {
					t.Fatalf("byte %d of the wrapped key changed: %v", i, err)
				}
			}
			if _, err := Unwrap(master, wrapped, "item:other"); !errors.Is(err, ErrTampered) {
				t.Errorf("moved: %v", err)
			}
		})
	}
}

func TestKeysNeverPrint(t *testing.T) {
	m := Master([]byte("0123456789abcdef0123456789abcdef"))
	for _, v := range []any{m, Key{AES, m[:]}, struct{ M Master }{m}} {
		s := fmt.Sprintf("%v %+v %#v %s %d %x", v, v, v, v, v, v)
		for _, part := range []string{"0123", "48 49", "3031"} {
			if strings.Contains(s, part) {
				t.Error("a key was printed: " + s)
			}
		}
	}
}

func TestUnknownCipher(t *testing.T) {
	if _, err := ParseCipher("des"); err == nil {
		t.Error("des was taken")
	}
	if _, err := Box(Key{9, random(32)}, nil, ""); err == nil {
		t.Error("an unknown cipher sealed")
	}
	if _, err := Box(Key{SM4, random(32)}, nil, ""); err == nil {
		t.Error("a key of the wrong size sealed")
	}
}
