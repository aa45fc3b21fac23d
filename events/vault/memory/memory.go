// Package memory is a vault whose keys live in memory, for tests of rules.
package memory

import (
	"context"
	"fmt"
	"sync"

	"xiaohao/events"
	"xiaohao/events/vault/seal"

	"github.com/google/uuid"
)

// Vault is a vault in memory. It is safe for concurrent use; make one with New.
type Vault struct {
	mu   sync.Mutex
	keys map[string][]byte // nil for an erased item
}

// New returns an empty vault.
func New() *Vault { return &Vault{keys: make(map[string][]byte)} }

// SealCommit seals every pending personal field of c.
func (v *Vault) SealCommit(_ context.Context, c *events.Commit) error {
	return seal.Commit(c, func() ([]byte, error) {
		v.mu.Lock()
		defer v.mu.Unlock()
		id := c.Item.String()
		k, ok := v.keys[id]
		if ok && k == nil {
			return nil, seal.ErrErased
		}
		if !ok {
			k = seal.NewKey()
			v.keys[id] = k
		}
		return k, nil
	})
}

// Open returns the text of a field, seal.ErrErased or seal.ErrTampered.
func (v *Vault) Open(_ context.Context, s events.Sealed) (string, error) {
	if s.IsZero() || s.Pending() {
		return s.Plain(), nil
	}
	v.mu.Lock()
	k := v.keys[s.Key]
	v.mu.Unlock()
	if k == nil {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, seal.ErrErased)
	}
	text, err := seal.Open(s, k)
	if err != nil {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, err)
	}
	return text, nil
}

// Erase destroys an item's key; the item takes no more personal data.
func (v *Vault) Erase(_ context.Context, item uuid.UUID) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys[item.String()] = nil
	return nil
}
