package journal

import (
	"context"
	"sync"
	"time"
)

// durable knows up to which sequence the log is on disk. A reader is never given more: rows
// made from a commit that a power cut then took away would belong to no log.
type durable struct {
	mu    sync.Mutex
	seq   uint64
	moved chan struct{} // closed and renewed when seq grows
}

func (d *durable) raise(seq uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if seq <= d.seq {
		return
	}
	d.seq = seq
	if d.moved != nil {
		close(d.moved)
		d.moved = nil
	}
}

// reached reports whether seq is on disk, else returns what is closed at the next move.
func (d *durable) reached(seq uint64) (bool, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if seq <= d.seq {
		return true, nil
	}
	if d.moved == nil {
		d.moved = make(chan struct{})
	}
	return false, d.moved
}

// patience is how long a reader waits for the writer of a commit to sync it before it does
// so itself: a writer that gave up leaves a commit nobody syncs.
const patience = 20 * time.Millisecond

// settle returns when the log is on disk up to seq. Outside servers answer for that
// themselves, before they acknowledge.
func (j *Journal) settle(ctx context.Context, seq uint64) error {
	if j.server == nil {
		return nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		ok, moved := j.durable.reached(seq)
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
			continue
		case <-timer.C:
		}
		return j.sync(ctx, seq)
	}
}

// sync puts the log on disk, and says that seq, stored before, is there.
func (j *Journal) sync(ctx context.Context, seq uint64) error {
	if j.server == nil {
		return nil
	}
	if err := j.server.Sync(ctx, StreamName); err != nil {
		return err
	}
	j.durable.raise(seq)
	j.server.mark.put(mark{j.identity, seq})
	return nil
}
