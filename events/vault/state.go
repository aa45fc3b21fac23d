package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"xiaohao/events/vault/seal"

	"github.com/nats-io/nats.go/jetstream"
)

// Errors of opening with master keys that do not fit.
var (
	// ErrWrongMaster says that the bucket's keys were wrapped by another master key.
	ErrWrongMaster = errors.New("vault: not the master key that these data keys were wrapped with")
	// ErrRotating says that a change of master key is under way and one of the two is not given.
	ErrRotating = errors.New("vault: a master key is being replaced, and one of the two is not given")
	// ErrOtherRotation says that a change to another new master key is under way.
	ErrOtherRotation = errors.New("vault: the master key is being replaced by another one")
)

// state is the entry "check": which master key is in force, and which is to be while keys
// are wrapped anew. It changes by compare-and-set only.
type state struct {
	Now  []byte `json:"now"`            // check value of the master key in force
	Next []byte `json:"next,omitempty"` // of the new one: a rotation is under way

	revision uint64
}

func (v *Vault) readState(ctx context.Context) (state, error) {
	var s state
	e, err := v.kv.Get(ctx, "check")
	if err != nil {
		return s, fmt.Errorf("read check value: %w", err)
	}
	if err := json.Unmarshal(e.Value(), &s); err != nil || len(s.Now) == 0 {
		s = state{Now: e.Value()} // the first release stored the bare value
	}
	s.revision = e.Revision()
	return s, nil
}

// overtaken says that the entry changed after it was read.
func overtaken(err error) bool {
	return errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch)
}

// writeState replaces s, or makes the entry when s was never read. See overtaken.
func (v *Vault) writeState(ctx context.Context, s state) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if s.revision == 0 {
		_, err = v.kv.Create(ctx, "check", b)
	} else {
		_, err = v.kv.Update(ctx, "check", b, s.revision)
	}
	if err != nil {
		return fmt.Errorf("write check value: %w", err)
	}
	return v.synced(ctx)
}

// openState compares the given master keys with those that the bucket asks for.
func (v *Vault) openState(ctx context.Context) error {
	check, err := seal.Check(v.masters[0])
	if err != nil {
		return err
	}
	v.wraps = v.masters[0]
	if err := v.writeState(ctx, state{Now: check}); !overtaken(err) {
		return err
	}
	s, err := v.readState(ctx)
	if err != nil {
		return err
	}
	m, now, err := v.find(s.Now)
	if err != nil {
		return err
	}
	if len(s.Next) == 0 {
		if !now {
			return ErrWrongMaster
		}
		v.wraps = m
		return nil
	}
	m, next, err := v.find(s.Next)
	v.wraps = m
	switch {
	case err != nil:
		return err
	case !now && !next:
		return ErrWrongMaster
	case !now || !next:
		return ErrRotating
	}
	return nil
}

// find returns the master key that a check value is of; false when it is not known here.
func (v *Vault) find(check []byte) (seal.Master, bool, error) {
	for n := 0; ; n++ {
		for _, m := range v.known() {
			if ok, err := seal.Checks(m, check); ok || err != nil {
				return m, ok, err
			}
		}
		if n > 0 {
			return seal.Master{}, false, nil
		}
		if more, err := v.learn(); !more || err != nil {
			return seal.Master{}, false, err
		}
	}
}

// wrapper returns the master key for new keys: the new one from the moment a rotation
// begins. It is asked of the bucket each time when the rotation may be another process's.
func (v *Vault) wrapper(ctx context.Context) (seal.Master, error) {
	if v.log != nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.wraps, nil
	}
	s, err := v.readState(ctx)
	if err != nil {
		return seal.Master{}, err
	}
	check, missing := s.Now, ErrWrongMaster
	if len(s.Next) > 0 {
		check, missing = s.Next, ErrRotating
	}
	m, ok, err := v.find(check)
	if err == nil && !ok {
		err = missing
	}
	return m, err
}

// unwrapAny unwraps a key with whichever master key did it.
func (v *Vault) unwrapAny(value []byte, bound string) (seal.Key, error) {
	for n := 0; ; n++ {
		for _, m := range v.known() {
			if k, err := seal.Unwrap(m, value, bound); err == nil || !errors.Is(err, ErrTampered) {
				return k, err
			}
		}
		if n > 0 {
			return seal.Key{}, ErrTampered
		}
		if more, err := v.learn(); err != nil {
			return seal.Key{}, err
		} else if !more {
			return seal.Key{}, ErrTampered
		}
	}
}

func (v *Vault) known() []seal.Master {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.masters
}

// learn asks for the other master key and reports whether it is new here.
func (v *Vault) learn() (bool, error) {
	if v.other == nil {
		return false, nil
	}
	m, ok, err := v.other()
	if err != nil || !ok {
		return false, err
	}
	return v.add(m), nil
}

// wrapWith makes m the one that new keys are wrapped with.
func (v *Vault) wrapWith(m seal.Master) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wraps = m
}

func (v *Vault) add(m seal.Master) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if slices.Contains(v.masters, m) {
		return false
	}
	v.masters = append(slices.Clone(v.masters), m)
	return true
}

// InForce reports whether m alone opens everything: no other master key is needed any more.
func (v *Vault) InForce(ctx context.Context, m seal.Master) (bool, error) {
	s, err := v.readState(ctx)
	if err != nil || len(s.Next) > 0 {
		return false, err
	}
	return seal.Checks(m, s.Now)
}

// openIndex reads the key of the search index, or makes it.
func (v *Vault) openIndex(ctx context.Context) error {
	k := seal.NewKey(v.cipher)
	err := v.create(ctx, "index", k)
	if errors.Is(err, jetstream.ErrKeyExists) {
		e, err := v.kv.Get(ctx, "index")
		if err != nil {
			return fmt.Errorf("read index key: %w", err)
		}
		if k, err = v.unwrapAny(e.Value(), place("index")); err != nil {
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
func (v *Vault) IndexKey() []byte { return slices.Clone(v.index.Bytes) }
