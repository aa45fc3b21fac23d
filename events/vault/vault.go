package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"xiaohao/events"
	"xiaohao/events/vault/seal"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Errors of a vault. The first two are those of package seal, so that a vault in memory
// returns the same.
var (
	ErrErased   = seal.ErrErased
	ErrTampered = seal.ErrTampered
	// ErrWrongMaster says that the bucket's keys were wrapped by another master key.
	ErrWrongMaster = errors.New("vault: not the master key that these data keys were wrapped with")
)

// Config of a Vault.
type Config struct {
	Master   []byte // 32 bytes, from LoadMaster
	Replicas int    // of the bucket when it is created; 1 when 0
}

// Vault seals and opens personal fields. It is safe for concurrent use.
type Vault struct {
	kv     jetstream.KeyValue
	stream jetstream.Stream
	master []byte
	cache  cache
}

const timeout = 5 * time.Second

// Open opens the bucket of data keys, making it if it is absent. It returns
// ErrWrongMaster if the bucket belongs to another master key.
func Open(ctx context.Context, nc *nats.Conn, cfg Config) (*Vault, error) {
	if len(cfg.Master) != seal.KeySize {
		return nil, fmt.Errorf("open vault: master key has %d bytes, must have %d", len(cfg.Master), seal.KeySize)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	v := &Vault{master: append([]byte(nil), cfg.Master...), cache: newCache()}
	if v.stream, err = bucket(ctx, js, cfg.Replicas); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if v.kv, err = js.KeyValue(ctx, Bucket); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if err := v.checkMaster(ctx); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	return v, nil
}

// SealCommit seals every personal field of c that is still plain, with the data key of
// c's item, and leaves those sealed before. c needs its item and command id. It returns
// ErrErased if the item was erased. On an error c is unchanged.
func (v *Vault) SealCommit(ctx context.Context, c *events.Commit) error {
	var key []byte
	return seal.Commit(c, func() (_ []byte, err error) {
		if key == nil {
			ctx, cancel := bounded(ctx)
			defer cancel()
			key, err = v.key(ctx, c.Item.String(), true)
		}
		return key, err
	})
}

// Open returns the text of a field: "" for one that was not given, and the text of one
// that was not sealed yet. It returns ErrErased if the item's key is gone, ErrTampered if
// the field is not what was sealed in that place.
func (v *Vault) Open(ctx context.Context, s events.Sealed) (string, error) {
	if s.IsZero() || s.Pending() {
		return s.Plain(), nil
	}
	if uuid.Validate(s.Key) != nil {
		return "", fmt.Errorf("open field of item %q: %w", s.Key, ErrTampered)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	key, err := v.key(ctx, s.Key, false)
	if err != nil {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, err)
	}
	text, err := seal.Open(s, key)
	if errors.Is(err, ErrTampered) {
		v.cache.drop(s.Key) // should it have been the key that changed
	}
	if err != nil {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, err)
	}
	return text, nil
}

// Erase destroys the item's data key for good and bars the item from getting another.
// Erasing twice, or an item that never had personal data, is no error. If it fails, call
// it again: until it succeeds nothing is promised.
func (v *Vault) Erase(ctx context.Context, item uuid.UUID) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	id := item.String()
	v.cache.drop(id)
	if err := v.destroy(ctx, id); err != nil {
		return fmt.Errorf("erase item %s: %w", id, err)
	}
	v.cache.bar(id)
	return nil
}

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, timeout)
}
