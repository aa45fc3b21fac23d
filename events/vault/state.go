package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"xiaohao/events/vault/seal"

	"github.com/nats-io/nats.go/jetstream"
)

// state is the entry "check": which master key is in force.
type state struct {
	Now []byte `json:"now"` // check value of the master key in force
}

// parseState reads an entry of this release or of the first, which was the bare check value.
func parseState(b []byte) state {
	var s state
	if err := json.Unmarshal(b, &s); err != nil || len(s.Now) == 0 {
		return state{Now: b}
	}
	return s
}

// checkMaster compares the master key with the one the bucket was made with.
func (v *Vault) checkMaster(ctx context.Context) error {
	check, err := seal.Check(v.master)
	if err != nil {
		return err
	}
	b, err := json.Marshal(state{Now: check})
	if err != nil {
		return err
	}
	_, err = v.kv.Create(ctx, "check", b)
	if err == nil {
		return v.synced(ctx)
	}
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return fmt.Errorf("write check value: %w", err)
	}
	e, err := v.kv.Get(ctx, "check")
	if err != nil {
		return fmt.Errorf("read check value: %w", err)
	}
	ok, err := seal.Checks(v.master, parseState(e.Value()).Now)
	if err == nil && !ok {
		err = ErrWrongMaster
	}
	return err
}

// openIndex reads the key of the search index, or makes it.
func (v *Vault) openIndex(ctx context.Context) error {
	k, err := v.create(ctx, "index")
	if errors.Is(err, jetstream.ErrKeyExists) {
		e, err := v.kv.Get(ctx, "index")
		if err != nil {
			return fmt.Errorf("read index key: %w", err)
		}
		if k, err = seal.Unwrap(v.master, e.Value(), "index"); err != nil {
			return fmt.Errorf("unwrap index key: %w", err)
		}
		v.index = k
		return nil
	}
	v.index = k
	return err
}

// IndexKey returns the key for hashing search words of personal text. It is random, kept
// wrapped in the bucket, the same in every process and after every change of master key.
func (v *Vault) IndexKey() []byte { return append([]byte(nil), v.index.Bytes...) }
