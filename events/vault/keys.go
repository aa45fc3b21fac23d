package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"xiaohao/events/vault/seal"

	"github.com/nats-io/nats.go/jetstream"
)

// Bucket is the key-value bucket of wrapped data keys:
//
//	item.<uuid>   a wrapped data key, or the mark of an erased one
//	check         a known text wrapped by the master key
const Bucket = "RECT_KEYS"

const checkText = "xiaohao"

// erased is what stands in the place of a destroyed key. No wrapped key is this short.
var erased = []byte("erased")

// bucket returns the stream under the bucket. It is made here and not by the client
// library, which forbids deleting single messages for ever: a destroyed key has to be
// overwritten on disk, and only such a delete does that.
func bucket(ctx context.Context, js jetstream.JetStream, replicas int) (jetstream.Stream, error) {
	name := "KV_" + Bucket
	s, err := js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = js.CreateStream(ctx, jetstream.StreamConfig{
			Name: name, Subjects: []string{"$KV." + Bucket + ".>"}, Description: "个人信息的密钥（已加密）",
			Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, Replicas: max(replicas, 1),
			MaxMsgsPerSubject: 1, MaxMsgs: -1, MaxBytes: -1, MaxMsgSize: 1 << 10,
			AllowRollup: true, AllowDirect: false, // reads from the leader: an erased key must not come from a replica
		})
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			s, err = js.Stream(ctx, name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", Bucket, err)
	}
	switch c := s.CachedInfo().Config; {
	case c.Storage != jetstream.FileStorage, c.MaxAge != 0, c.Discard != jetstream.DiscardNew:
		return nil, fmt.Errorf("bucket %s would lose keys: storage %v, max age %v, discard %v", Bucket, c.Storage, c.MaxAge, c.Discard)
	case c.MaxMsgsPerSubject != 1, c.DenyDelete:
		return nil, fmt.Errorf("bucket %s cannot destroy keys: history %d, deny delete %v", Bucket, c.MaxMsgsPerSubject, c.DenyDelete)
	}
	return s, nil
}

// checkMaster compares the master key with the one the bucket was made with.
func (v *Vault) checkMaster(ctx context.Context) error {
	box, err := seal.Box(v.master, []byte(checkText), "check")
	if err != nil {
		return err
	}
	_, err = v.kv.Create(ctx, "check", box)
	if err == nil {
		return nil
	}
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return fmt.Errorf("write check value: %w", err)
	}
	e, err := v.kv.Get(ctx, "check")
	if err != nil {
		return fmt.Errorf("read check value: %w", err)
	}
	if text, err := seal.Unbox(v.master, e.Value(), "check"); err != nil || string(text) != checkText {
		return ErrWrongMaster
	}
	return nil
}

// key returns an item's data key. When there is none it makes one if asked to; of several
// writers that do so at once the first wins and all use its key.
func (v *Vault) key(ctx context.Context, id string, create bool) ([]byte, error) {
	if k, ok := v.cache.get(id); ok && k == nil {
		return nil, ErrErased
	} else if ok {
		return k, nil
	}
	e, err := v.kv.Get(ctx, "item."+id)
	if errors.Is(err, jetstream.ErrKeyNotFound) && create {
		k := seal.NewKey()
		wrapped, err := seal.Box(v.master, k, "item:"+id)
		if err != nil {
			return nil, err
		}
		_, err = v.kv.Create(ctx, "item."+id, wrapped)
		if err == nil {
			v.cache.put(id, k)
			return k, nil
		}
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return nil, fmt.Errorf("store data key: %w", err)
		}
		e, err = v.kv.Get(ctx, "item."+id)
		if err != nil {
			return nil, fmt.Errorf("read data key: %w", err)
		}
	} else if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, ErrErased
	} else if err != nil {
		return nil, fmt.Errorf("read data key: %w", err)
	}
	if bytes.Equal(e.Value(), erased) {
		return nil, ErrErased
	}
	k, err := seal.Unbox(v.master, e.Value(), "item:"+id)
	if err != nil {
		return nil, fmt.Errorf("unwrap data key: %w", err)
	}
	v.cache.put(id, k)
	return k, nil
}

// destroy overwrites the stored key and puts the mark in its place. Between the two the
// item has neither: it fails closed for readers, and a key that a writer makes in that
// moment is replaced by the mark.
func (v *Vault) destroy(ctx context.Context, id string) error {
	e, err := v.kv.Get(ctx, "item."+id)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
	case err != nil:
		return fmt.Errorf("read data key: %w", err)
	case bytes.Equal(e.Value(), erased):
		return nil
	default:
		err := v.stream.SecureDeleteMsg(ctx, e.Revision())
		if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return fmt.Errorf("overwrite data key: %w", err)
		}
	}
	if _, err := v.kv.Put(ctx, "item."+id, erased); err != nil {
		return fmt.Errorf("mark as erased: %w", err)
	}
	return nil
}
