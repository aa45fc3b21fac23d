package vault

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
)

// Config of a Vault.
type Config struct {
	Master seal.Master
	// Other gives the other master key while one is replaced by another, and false when
	// there is none. It is asked when something opens with no key known so far. May be nil.
	Other    func() (seal.Master, bool, error)
	Cipher   seal.Cipher // of new keys; seal.AES when 0
	Replicas int         // of the bucket when it is created; 1 when 0
	// Sync returns when everything acknowledged so far is on disk. It is called after a
	// key was made or destroyed. nil when the server syncs each write by itself.
	Sync func(ctx context.Context) error
	// Log is given with an embedded store, which one process has to itself: then sealing
	// does not wait for the disk, because the commits in the log tell which keys a power
	// cut took. nil: a key is on disk before anything is sealed with it.
	Log Log
}

// Vault seals and opens personal data. It is safe for concurrent use.
type Vault struct {
	js     jetstream.JetStream
	kv     jetstream.KeyValue
	stream jetstream.Stream
	other  func() (seal.Master, bool, error)
	cipher seal.Cipher
	sync   func(context.Context) error
	log    Log
	ahead  seeds // used when there is a log
	index  seal.Key
	cache  cache
	settle time.Duration

	mu      sync.Mutex
	masters []seal.Master // one, or two during a rotation
	wraps   seal.Master   // the one for new keys; used when there is a log
}

const timeout = 5 * time.Second

// Open opens the bucket of data keys, making it if it is absent. It returns
// ErrWrongMaster if the bucket belongs to another master key, ErrRotating if it needs two
// and one is not given.
func Open(ctx context.Context, nc *nats.Conn, cfg Config) (*Vault, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	v := &Vault{js: js, masters: []seal.Master{cfg.Master}, other: cfg.Other, cipher: cfg.Cipher, sync: cfg.Sync, log: cfg.Log, cache: newCache(), settle: settle}
	if v.cipher == 0 {
		v.cipher = seal.AES
	}
	if v.stream, err = bucket(ctx, js, cfg.Replicas); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if v.kv, err = js.KeyValue(ctx, Bucket); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if err := v.openState(ctx); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if err := v.openIndex(ctx); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if err := v.openAhead(ctx); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	return v, nil
}

// SealCommit seals every personal field of c that is still plain, with the data key of
// c's item, and leaves those sealed before. c needs its item and command id. It returns
// ErrErased if the item was erased. On an error c is unchanged. With [Config].Log what was
// sealed is only to be kept in the log.
func (v *Vault) SealCommit(ctx context.Context, c *events.Commit) error {
	var key seal.Key
	return seal.Commit(c, func() (_ seal.Key, err error) {
		if key.IsZero() {
			ctx, cancel := bounded(ctx)
			defer cancel()
			key, err = v.keyOrNew(ctx, c.Item.String(), c.Rev == 1)
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
	if s.IsErased() {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, ErrErased)
	}
	if uuid.Validate(s.Key) != nil {
		return "", fmt.Errorf("open field of item %q: %w", s.Key, ErrTampered)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	key, err := v.key(ctx, s.Key)
	if err != nil {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, err)
	}
	return v.open(s, key)
}

func (v *Vault) open(s events.Sealed, key seal.Key) (string, error) {
	text, err := seal.Open(s, key)
	if errors.Is(err, ErrTampered) {
		v.cache.drop(s.Key) // should it have been the key that changed
	}
	if err != nil {
		return "", fmt.Errorf("open field of item %s: %w", s.Key, err)
	}
	return text, nil
}

// Texts opens many fields at once, in their order. A field of an erased item gives "". One
// that does not authenticate fails the whole call with ErrTampered.
func (v *Vault) Texts(ctx context.Context, fields []events.Sealed) ([]string, error) {
	var ids []string
	seen := map[string]bool{}
	for _, s := range fields {
		if s.IsZero() || s.Pending() || s.IsErased() || seen[s.Key] {
			continue
		}
		if uuid.Validate(s.Key) != nil {
			return nil, fmt.Errorf("open field of item %q: %w", s.Key, ErrTampered)
		}
		seen[s.Key] = true
		ids = append(ids, s.Key)
	}
	keys, err := v.keys(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("open %d fields: %w", len(fields), err)
	}
	out := make([]string, len(fields))
	for i, s := range fields {
		if s.IsZero() || s.Pending() {
			out[i] = s.Plain()
		} else if key, ok := keys[s.Key]; ok && !s.IsErased() {
			if out[i], err = v.open(s, key); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// SealBytes seals a whole blob with the item's data key. It opens only under the same item
// and bound, which says what and where the blob is. It returns ErrErased if the item was
// erased.
func (v *Vault) SealBytes(ctx context.Context, item, bound string, plain []byte) ([]byte, error) {
	if uuid.Validate(item) != nil {
		return nil, fmt.Errorf("seal blob: %q is not the id of an item", item)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	key, err := v.keyOrNew(ctx, item, false)
	if err == nil && v.log != nil {
		err = v.synced(ctx) // no commit tells of a blob's key; when it is on disk already this costs nothing
	}
	if err != nil {
		return nil, fmt.Errorf("seal blob of item %s: %w", item, err)
	}
	box, err := seal.Box(key, plain, seal.Blob(item, bound))
	if err != nil {
		return nil, fmt.Errorf("seal blob of item %s: %w", item, err)
	}
	return box, nil
}

// OpenBytes returns what SealBytes sealed, ErrErased or ErrTampered.
func (v *Vault) OpenBytes(ctx context.Context, item, bound string, box []byte) ([]byte, error) {
	if uuid.Validate(item) != nil {
		return nil, fmt.Errorf("open blob of item %q: %w", item, ErrTampered)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	key, err := v.key(ctx, item)
	if err != nil {
		return nil, fmt.Errorf("open blob of item %s: %w", item, err)
	}
	plain, err := seal.Unbox(key, box, seal.Blob(item, bound))
	if err != nil {
		return nil, fmt.Errorf("open blob of item %s: %w", item, err)
	}
	return plain, nil
}

// Erase destroys the item's data key for good and bars the item from getting another.
// Erasing twice, or an item that never had personal data, is no error. If it fails, call
// it again: until it succeeds nothing is promised.
func (v *Vault) Erase(ctx context.Context, item uuid.UUID) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	id := item.String()
	v.cache.drop(id)
	err := v.destroy(ctx, id)
	if err == nil && v.log != nil {
		err = v.renew(ctx, 1)
	}
	if err != nil {
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
