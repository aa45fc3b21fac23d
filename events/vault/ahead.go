package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"xiaohao/events"
	"xiaohao/events/vault/seal"

	"github.com/nats-io/nats.go/jetstream"
)

// Log is the log whose commits the vault seals, see [Config].Log.
type Log interface {
	Last(ctx context.Context) (uint64, error)
	Scan(ctx context.Context, from, to uint64, f func(events.Message) error) error
}

// perSeed is how many keys are made from one seed. A start after a crash reads the log from
// where the seed was made.
const perSeed = 256

// seeds makes the keys of new items from a seed that is on disk already, so that nobody waits
// for the disk twice: for the key and then for the commit. An item's own entry is written at
// once but not waited for; should a power cut take it, the next start makes the same key again.
//
//	entry "ahead.<n>"   the seed; every key that commits 1..n were sealed with is on disk
//
// A seed could make the key of an erased item again, so it goes before an erasure is done.
// There is never a second process: servers elsewhere sync each entry themselves.
type seeds struct {
	mu   sync.RWMutex // held for reading while a key is made and its entry written
	seed seal.Key
	used atomic.Int64 // keys made from it
}

// fromSeed makes an item's key from the seed, or returns jetstream.ErrKeyExists.
func (v *Vault) fromSeed(ctx context.Context, id string) (seal.Key, error) {
	for {
		k, ok, err := v.tryFromSeed(ctx, id)
		if ok || err != nil {
			return k, err
		}
		if err := v.renew(ctx, perSeed); err != nil {
			return seal.Key{}, err
		}
	}
}

// tryFromSeed reports false when the seed is used up.
func (v *Vault) tryFromSeed(ctx context.Context, id string) (seal.Key, bool, error) {
	v.ahead.mu.RLock()
	defer v.ahead.mu.RUnlock()
	if v.ahead.seed.IsZero() || v.ahead.used.Add(1) > perSeed {
		return seal.Key{}, false, nil
	}
	k, err := v.ahead.seed.Derive(id)
	if err != nil {
		return k, false, err
	}
	return k, true, v.store(ctx, "item."+id, k)
}

// renew destroys the seed, if at least so many keys were made from it, and makes another one.
func (v *Vault) renew(ctx context.Context, least int64) error {
	v.ahead.mu.Lock()
	defer v.ahead.mu.Unlock()
	if !v.ahead.seed.IsZero() && v.ahead.used.Load() < least {
		return nil
	}
	v.ahead.seed = seal.Key{}
	if err := v.synced(ctx); err != nil { // all that was made from it
		return err
	}
	if err := v.eachSeed(ctx, func(seal.Key, uint64) error { return nil }); err != nil {
		return err
	}
	last, err := v.log.Last(ctx)
	if err != nil {
		return err
	}
	k := seal.NewKey(v.cipher)
	if err := v.create(ctx, "ahead."+strconv.FormatUint(last, 10), k); err != nil {
		return err
	}
	v.ahead.seed = k
	v.ahead.used.Store(0)
	return nil
}

// openAhead makes lost keys again from what seed the last process left, destroys it, and
// makes a new one if it is to be used.
func (v *Vault) openAhead(ctx context.Context) error {
	err := v.eachSeed(ctx, func(seed seal.Key, from uint64) error {
		if v.log == nil {
			return nil // restored from a store that was embedded: its entries are whole
		}
		if err := v.makeAgain(ctx, seed, from); err != nil {
			return err
		}
		return v.synced(ctx)
	})
	if err != nil || v.log == nil {
		return err
	}
	return v.renew(ctx, 0)
}

// eachSeed calls f with every seed that is stored, and overwrites it after that.
func (v *Vault) eachSeed(ctx context.Context, f func(seed seal.Key, from uint64) error) error {
	for {
		m, err := v.stream.GetLastMsgForSubject(ctx, entrySubject+"ahead.*")
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read seed: %w", err)
		}
		name := strings.TrimPrefix(m.Subject, entrySubject)
		from, err := strconv.ParseUint(strings.TrimPrefix(name, "ahead."), 10, 64)
		if err != nil {
			return fmt.Errorf("read seed %s: %w", name, err)
		}
		seed, err := v.unwrapAny(m.Data, place(name))
		if err != nil {
			return fmt.Errorf("unwrap seed: %w", err)
		}
		if err := f(seed, from); err != nil {
			return err
		}
		if err := v.overwrite(ctx, m.Sequence); err != nil {
			return fmt.Errorf("overwrite seed: %w", err)
		}
	}
}

// makeAgain makes the keys that commits after a sequence were sealed with and that are not
// stored. A key that was not made from the seed opens nothing and is left alone.
func (v *Vault) makeAgain(ctx context.Context, seed seal.Key, from uint64) error {
	last, err := v.log.Last(ctx)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	look := func(_ string, s events.Sealed) (events.Sealed, error) {
		if there[s.Key] {
			return s, nil
		}
		_, err := v.kv.Get(ctx, "item."+s.Key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			var k seal.Key
			if k, err = seed.Derive(s.Key); err != nil {
				return s, err
			}
			if _, err := seal.Open(s, k); err != nil {
				return s, nil
			}
			err = v.store(ctx, "item."+s.Key, k)
		}
		there[s.Key] = err == nil
		return s, err
	}
	err = v.log.Scan(ctx, from+1, last, func(m events.Message) error {
		if !bytes.Contains(m.Data, []byte(`"box":`)) {
			return nil
		}
		c, _, err := events.Decode(m.Data)
		if err != nil {
			return nil // what cannot be read is told by whoever needs it
		}
		for _, e := range c.Events {
			if _, err := events.MapSealed(e, look); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for keys that a power cut took: %w", err)
	}
	return nil
}
