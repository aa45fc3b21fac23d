package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"xiaohao/events/vault/seal"

	"github.com/nats-io/nats.go/jetstream"
)

// erased is what stands in the place of a destroyed key. No wrapped key is this short.
var erased = []byte("erased")

// young is how old a key is before its maker has certainly synced it or failed.
const young = time.Minute

// abreast is how many keys are asked for at the same time, for the sake of servers elsewhere
// (not measured); with one in this process it gains nothing (0.1 to 0.5 ms a key either way).
const abreast = 8

// key returns an item's data key, or ErrErased.
func (v *Vault) key(ctx context.Context, id string) (seal.Key, error) {
	k, ok := v.cache.get(id)
	if ok && k.IsZero() {
		return k, ErrErased
	}
	if ok {
		return k, nil
	}
	e, err := v.kv.Get(ctx, "item."+id)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return k, ErrErased
	}
	if err != nil {
		return k, fmt.Errorf("read data key: %w", err)
	}
	return v.unwrap(id, e.Value())
}

// keyOrNew returns an item's data key, and makes one when there is none; of several
// writers that do so at once the first wins and all use its key. fresh spares the look for
// one that is hardly there.
func (v *Vault) keyOrNew(ctx context.Context, id string, fresh bool) (seal.Key, error) {
	if k, ok := v.cache.get(id); ok && k.IsZero() {
		return k, ErrErased
	} else if ok {
		return k, nil
	}
	var e jetstream.KeyValueEntry
	err := error(jetstream.ErrKeyNotFound)
	if !fresh {
		e, err = v.kv.Get(ctx, "item."+id)
	}
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		k, err := v.newKey(ctx, id)
		if err == nil {
			v.cache.put(id, k)
		}
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return k, err
		}
		e, err = v.kv.Get(ctx, "item."+id)
		if err != nil {
			return k, fmt.Errorf("read data key: %w", err)
		}
	} else if err != nil {
		return seal.Key{}, fmt.Errorf("read data key: %w", err)
	}
	if v.log == nil && time.Since(e.Created()) < young { // its maker may not have synced it yet
		if err := v.synced(ctx); err != nil {
			return seal.Key{}, err
		}
	}
	return v.unwrap(id, e.Value())
}

// newKey makes an item's key and stores it so that no commit sealed with it can outlive it,
// or returns jetstream.ErrKeyExists.
func (v *Vault) newKey(ctx context.Context, id string) (seal.Key, error) {
	if v.log != nil {
		return v.fromSeed(ctx, id)
	}
	k := seal.NewKey(v.cipher)
	return k, v.create(ctx, "item."+id, k)
}

// create stores a key durably, or returns jetstream.ErrKeyExists.
func (v *Vault) create(ctx context.Context, name string, k seal.Key) error {
	if err := v.store(ctx, name, k); err != nil {
		return err
	}
	return v.synced(ctx)
}

// store stores a new key and does not wait for the disk.
func (v *Vault) store(ctx context.Context, name string, k seal.Key) error {
	ctx, cancel := context.WithTimeout(ctx, timeout) // see settle
	defer cancel()
	master, err := v.wrapper(ctx)
	if err != nil {
		return err
	}
	wrapped, err := seal.Wrap(master, k, place(name))
	if err != nil {
		return fmt.Errorf("wrap data key: %w", err)
	}
	if _, err := v.kv.Create(ctx, name, wrapped); errors.Is(err, jetstream.ErrKeyExists) {
		return err
	} else if err != nil {
		return fmt.Errorf("store data key: %w", err)
	}
	return nil
}

// place is what a wrapped key is bound to: its entry's name as the first release wrote it.
func place(entry string) string { return strings.Replace(entry, ".", ":", 1) }

func (v *Vault) unwrap(id string, value []byte) (seal.Key, error) {
	if bytes.Equal(value, erased) {
		return seal.Key{}, ErrErased
	}
	k, err := v.unwrapAny(value, place("item."+id))
	if err != nil {
		return k, fmt.Errorf("unwrap data key: %w", err)
	}
	v.cache.put(id, k)
	return k, nil
}

// keys returns the data keys of many items, asked for side by side: erased ones are
// absent. They come from the leader like every key, because a replica may not know yet
// that one was erased.
func (v *Vault) keys(ctx context.Context, ids []string) (map[string]seal.Key, error) {
	out := make(map[string]seal.Key, len(ids))
	var missing []string
	for _, id := range ids {
		if k, ok := v.cache.get(id); !ok {
			missing = append(missing, id)
		} else if !k.IsZero() {
			out[id] = k
		}
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	next := make(chan string)
	for range min(abreast, len(missing)) {
		wg.Go(func() {
			for id := range next {
				k, err := v.key(ctx, id)
				mu.Lock()
				if err == nil {
					out[id] = k
				} else if !errors.Is(err, ErrErased) && failed == nil {
					failed = fmt.Errorf("key of item %s: %w", id, err)
				}
				mu.Unlock()
			}
		})
	}
	for _, id := range missing {
		next <- id
	}
	close(next)
	wg.Wait()
	return out, failed
}

// destroy overwrites the stored key and puts the mark in its place. Between the two the
// item has neither: it fails closed for readers, and a key that a writer makes in that
// moment is destroyed as well.
func (v *Vault) destroy(ctx context.Context, id string) error {
	for {
		e, err := v.kv.Get(ctx, "item."+id)
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
		case err != nil:
			return fmt.Errorf("read data key: %w", err)
		case bytes.Equal(e.Value(), erased):
			return v.synced(ctx) // the mark may be of a call that was cut off before its sync
		default:
			if err := v.overwrite(ctx, e.Revision()); err != nil {
				return fmt.Errorf("overwrite data key: %w", err)
			}
		}
		_, err = v.kv.Create(ctx, "item."+id, erased)
		if err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
			return fmt.Errorf("mark as erased: %w", err)
		}
	}
}

// overwrite overwrites a stored value, which somebody else may have done meanwhile: the client
// library drops the code of that refusal, so the bucket is asked.
func (v *Vault) overwrite(ctx context.Context, revision uint64) error {
	err := v.stream.SecureDeleteMsg(ctx, revision)
	if err == nil {
		return nil
	}
	if _, gone := v.stream.GetMsg(ctx, revision); errors.Is(gone, jetstream.ErrMsgNotFound) {
		return nil
	}
	return err
}

// synced returns when what was acknowledged is on disk.
func (v *Vault) synced(ctx context.Context) error {
	if v.sync == nil {
		return nil
	}
	if err := v.sync(ctx); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}
