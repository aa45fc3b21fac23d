// Package memory is a vault whose keys live in memory, for tests of rules.
package memory

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"xiaohao/events"
	"xiaohao/events/vault/seal"

	"github.com/google/uuid"
)

// Vault is a vault in memory. It is safe for concurrent use; make one with New.
type Vault struct {
	mu    sync.Mutex
	keys  map[string]seal.Key // zero for an erased item
	index seal.Key
}

// New returns an empty vault.
func New() *Vault { return &Vault{keys: make(map[string]seal.Key), index: seal.NewKey(seal.AES)} }

// key returns an item's key, and makes one if there is none and create is set.
func (v *Vault) key(id string, create bool) (seal.Key, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k, ok := v.keys[id]
	if !ok && create {
		k = seal.NewKey(seal.AES)
		v.keys[id] = k
	}
	if k.IsZero() {
		return k, seal.ErrErased
	}
	return k, nil
}

// SealCommit seals every pending personal field of c.
func (v *Vault) SealCommit(_ context.Context, c *events.Commit) error {
	return seal.Commit(c, func() (seal.Key, error) { return v.key(c.Item.String(), true) })
}

// Open returns the text of a field, seal.ErrErased or seal.ErrTampered.
func (v *Vault) Open(_ context.Context, s events.Sealed) (string, error) {
	if s.IsZero() || s.Pending() {
		return s.Plain(), nil
	}
	k, err := v.key(s.Key, false)
	if s.IsErased() {
		err = seal.ErrErased
	}
	if err != nil {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, err)
	}
	text, err := seal.Open(s, k)
	if err != nil {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, err)
	}
	return text, nil
}

// Texts opens many fields; those of erased items give "".
func (v *Vault) Texts(ctx context.Context, fields []events.Sealed) ([]string, error) {
	out := make([]string, len(fields))
	for i, s := range fields {
		text, err := v.Open(ctx, s)
		if err != nil && !errors.Is(err, seal.ErrErased) {
			return nil, err
		}
		out[i] = text
	}
	return out, nil
}

// SealBytes seals a blob with the item's key.
func (v *Vault) SealBytes(_ context.Context, item, bound string, plain []byte) ([]byte, error) {
	k, err := v.key(item, true)
	if err != nil {
		return nil, fmt.Errorf("seal blob of item %s: %w", item, err)
	}
	return seal.Box(k, plain, seal.Blob(item, bound))
}

// OpenBytes returns what SealBytes sealed.
func (v *Vault) OpenBytes(_ context.Context, item, bound string, box []byte) ([]byte, error) {
	k, err := v.key(item, false)
	if err != nil {
		return nil, fmt.Errorf("open blob of item %s: %w", item, err)
	}
	return seal.Unbox(k, box, seal.Blob(item, bound))
}

// IndexKey returns the key for hashing search words.
func (v *Vault) IndexKey() []byte { return v.index.Bytes }

// Erase destroys an item's key; the item takes no more personal data.
func (v *Vault) Erase(_ context.Context, item uuid.UUID) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys[item.String()] = seal.Key{}
	return nil
}
