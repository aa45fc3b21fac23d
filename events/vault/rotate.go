package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"xiaohao/events/vault/seal"

	"github.com/nats-io/nats.go/jetstream"
)

// settle is how long after the beginning of a rotation a process that did not know of it
// may still store a key under the old master key.
const settle = 2 * timeout

// Rotate makes next the master key: every key is wrapped anew under it, and what was wrapped
// under the old one is overwritten. Meanwhile both are needed and everything works. Cut off
// at any point, it goes on where it was when called again with the same key; when it is
// done already it does nothing. It takes at least ten seconds. The number is how many keys
// this call wrapped.
//
//	entry "check"   {now: old}  ──▶  {now: old, next: new}  ──▶  {now: new}
//	wrapped keys       old       new ones new, old ones again       new
//
// It returns ErrOtherRotation when another new key was begun with.
func (v *Vault) Rotate(ctx context.Context, next seal.Master) (int, error) {
	n, err := v.rotate(ctx, next)
	if err != nil {
		return n, fmt.Errorf("rotate master key: %w", err)
	}
	return n, nil
}

func (v *Vault) rotate(ctx context.Context, next seal.Master) (total int, err error) {
	done, err := v.begin(ctx, next)
	if done || err != nil {
		return 0, err
	}
	if err := v.keepOld(ctx, true); err != nil {
		return 0, err
	}
	settled := time.After(v.settle)
	for quiet := false; ; {
		wrapped, err := v.wrapAgain(ctx, next)
		total += wrapped
		if err != nil {
			return total, err
		}
		removed, err := v.overwriteOld(ctx, next)
		if err != nil {
			return total, err
		}
		if wrapped+removed > 0 {
			continue
		}
		if quiet {
			break
		}
		select {
		case <-settled:
			quiet = true // one more look, after the last moment for a key of the old kind
		case <-ctx.Done():
			return total, ctx.Err()
		}
	}
	if err := v.keepOld(ctx, false); err != nil {
		return total, err
	}
	return total, v.finish(ctx, next)
}

// begin records the rotation. done says that there is nothing to do any more.
func (v *Vault) begin(ctx context.Context, next seal.Master) (done bool, err error) {
	for {
		s, err := v.readState(ctx)
		if err != nil {
			return false, err
		}
		if len(s.Next) > 0 {
			ours, err := seal.Checks(next, s.Next)
			if err == nil && !ours {
				err = ErrOtherRotation
			}
			if err == nil {
				v.add(next)
				v.wrapWith(next)
			}
			return false, err
		}
		if done, err := seal.Checks(next, s.Now); done || err != nil {
			return done, err
		}
		v.add(next)
		if s.Next, err = seal.Check(next); err != nil {
			return false, err
		}
		if err := v.writeState(ctx, s); !overtaken(err) {
			if err == nil {
				v.wrapWith(next)
			}
			return false, err
		}
	}
}

// finish retires the old master key.
func (v *Vault) finish(ctx context.Context, next seal.Master) error {
	s, err := v.readState(ctx)
	if err != nil {
		return err
	}
	if s.Now, err = seal.Check(next); err != nil {
		return err
	}
	s.Next = nil
	if err := v.writeState(ctx, s); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.masters = []seal.Master{next}
	return nil
}

// keepOld says whether an entry keeps what it held before its last change. During a
// rotation it must: only a message that is still there can be overwritten on disk.
func (v *Vault) keepOld(ctx context.Context, keep bool) error {
	s, err := v.js.Stream(ctx, streamName)
	if err != nil {
		return fmt.Errorf("read configuration of bucket %s: %w", Bucket, err)
	}
	cfg := s.CachedInfo().Config
	cfg.MaxMsgsPerSubject = 1
	if keep {
		cfg.MaxMsgsPerSubject = 2
	}
	if _, err := v.js.UpdateStream(ctx, cfg); err != nil {
		return fmt.Errorf("set history of bucket %s to %d: %w", Bucket, cfg.MaxMsgsPerSubject, err)
	}
	return nil
}

// wrapAgain wraps every key that is not under next yet.
func (v *Vault) wrapAgain(ctx context.Context, next seal.Master) (n int, err error) {
	err = v.eachKey(ctx, func(e jetstream.KeyValueEntry) error {
		if under(next, e) {
			return nil
		}
		k, err := v.unwrapAny(e.Value(), place(e.Key()))
		if err != nil {
			return fmt.Errorf("unwrap %s: %w", e.Key(), err)
		}
		wrapped, err := seal.Wrap(next, k, place(e.Key()))
		if err != nil {
			return fmt.Errorf("wrap %s: %w", e.Key(), err)
		}
		_, err = v.kv.Update(ctx, e.Key(), wrapped, e.Revision())
		if overtaken(err) {
			return nil // erased meanwhile, or wrapped by another process
		}
		if err != nil {
			return fmt.Errorf("store %s: %w", e.Key(), err)
		}
		n++
		return nil
	})
	if err != nil {
		return n, err
	}
	return n, v.synced(ctx) // before what they replace is destroyed
}

// overwriteOld overwrites what stands behind newer values.
func (v *Vault) overwriteOld(ctx context.Context, next seal.Master) (n int, err error) {
	err = v.eachKey(ctx, func(e jetstream.KeyValueEntry) error {
		if under(next, e) {
			return nil
		}
		last, err := v.kv.Get(ctx, e.Key())
		if errors.Is(err, jetstream.ErrKeyNotFound) || err == nil && last.Revision() == e.Revision() {
			n++ // to be looked at again
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", e.Key(), err)
		}
		if err := v.overwrite(ctx, e.Revision()); err != nil {
			return fmt.Errorf("overwrite %s: %w", e.Key(), err)
		}
		n++
		return nil
	}, jetstream.IncludeHistory())
	return n, err
}

// under reports whether an entry needs no other master key than m.
func under(m seal.Master, e jetstream.KeyValueEntry) bool {
	if bytes.Equal(e.Value(), erased) {
		return true
	}
	_, err := seal.Unwrap(m, e.Value(), place(e.Key()))
	return err == nil
}

// eachKey calls f with every wrapped key of the bucket.
func (v *Vault) eachKey(ctx context.Context, f func(jetstream.KeyValueEntry) error, opts ...jetstream.WatchOpt) error {
	w, err := v.kv.WatchAll(ctx, append(opts, jetstream.IgnoreDeletes())...)
	if err != nil {
		return fmt.Errorf("list bucket %s: %w", Bucket, err)
	}
	defer func() {
		_ = w.Stop()
		for range w.Updates() { // what came meanwhile, or the watcher would wait for its reader for ever
		}
	}()
	for {
		select {
		case e, open := <-w.Updates():
			if !open {
				return fmt.Errorf("list bucket %s: connection lost", Bucket)
			}
			if e == nil { // all that was there
				return nil
			}
			if e.Key() == "check" {
				continue
			}
			if err := f(e); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
