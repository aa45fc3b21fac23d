package evidence

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/events"
)

// Grace is how long an object may wait for the fact that names it. A command takes seconds.
const Grace = 24 * time.Hour

// ErrOtherLog says that an object belongs to an item that the log does not know: the log is
// not the one the object was kept for, or has lost its end. Nothing is swept then.
var ErrOtherLog = errors.New("evidence: the log does not know the item")

// Log loads the facts of an item; the journal is one. The sweeper asks the log itself and
// never a read model: a read model that is behind would cost a file.
type Log interface {
	Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error)
}

// Sweep takes away every object older than before that no fact names: what is left of a
// command that was refused, or of a program that was killed between Put and the fact. Of an
// item whose personal data was erased it takes everything, since nobody can open it any
// more, and so it does a workbook whose key is destroyed. It returns how many files it took.
// It loads each item that has files once. A sweep that was cut short leaves nothing that the
// next one does not find.
func (s *Store) Sweep(ctx context.Context, log Log, before time.Time) (int, error) {
	infos, err := s.objs.List(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return 0, fmt.Errorf("list objects: %w", err)
	}
	chunks := map[string]bool{} // subjects that belong to an object
	named := map[string]objects{}
	swept := 0
	for _, o := range infos {
		chunks[chunkSubjects+o.NUID] = true
		item := o.Metadata[itemKey]
		if named[item].named == nil {
			if named[item], err = s.objectsOf(ctx, log, item); err != nil {
				return swept, err
			}
		}
		id, isThumb := strings.CutSuffix(o.Name, "/t")
		of := named[item]
		if young := !o.ModTime.Before(before); !of.gone[id] && (of.named[id] || young && !of.erased) {
			continue
		}
		if !isThumb {
			swept++
		}
		if err := s.drop(ctx, o.Name, o.NUID); err != nil {
			return swept, err
		}
	}
	return swept, s.sweepChunks(ctx, chunks, before)
}

// objects are those of an item.
type objects struct {
	named  map[string]bool // by a fact
	gone   map[string]bool // workbooks whose own key is destroyed
	erased bool            // the item's keys are destroyed
}

// objectsOf returns the objects that an item's facts name.
func (s *Store) objectsOf(ctx context.Context, log Log, item string) (objects, error) {
	out := objects{named: map[string]bool{}, gone: map[string]bool{}}
	id, err := uuid.Parse(item)
	if err != nil {
		return out, fmt.Errorf("object of item %q: %w", item, err)
	}
	commits, err := log.Load(ctx, id)
	if err != nil {
		return out, fmt.Errorf("load item %s: %w", id, err)
	}
	if len(commits) == 0 { // files are only taken for items that are there, and no item ever goes
		return out, fmt.Errorf("object of item %s: %w", id, ErrOtherLog)
	}
	for _, c := range commits {
		for _, e := range c.Events {
			switch e := e.(type) {
			case events.EvidenceRecorded:
				out.named[e.File.Object] = true
			case events.PhotoRedacted:
				out.named[e.File.Object] = true
			case events.LedgerClaimed:
				if e.Workbook.IsZero() {
					continue
				}
				out.named[e.Workbook.Object] = true
				// One that cannot be read for another reason stays: it is named.
				if _, err := s.Workbook(ctx, e.Workbook.Original, e.Workbook.Object); errors.Is(err, events.ErrErased) {
					out.gone[e.Workbook.Object] = true
				}
			case events.ErasureCompleted:
				out.named, out.erased = map[string]bool{}, true
				return out, nil
			}
		}
	}
	return out, nil
}

// drop takes an object away: first what makes it visible, then its chunks.
func (s *Store) drop(ctx context.Context, object, nuid string) error {
	for _, subject := range []string{metaSubject(object), chunkSubjects + nuid} {
		if err := s.stream.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
			return fmt.Errorf("drop object %s: %w", object, err)
		}
	}
	return nil
}

// sweepChunks takes away chunks of no object: Put was cut off before the object was there, or
// drop after it was gone.
func (s *Store) sweepChunks(ctx context.Context, known map[string]bool, before time.Time) error {
	info, err := s.stream.Info(ctx, jetstream.WithSubjectFilter(chunkSubjects+">"))
	if err != nil {
		return fmt.Errorf("list chunks: %w", err)
	}
	for subject := range info.State.Subjects {
		if known[subject] {
			continue
		}
		last, err := s.stream.GetLastMsgForSubject(ctx, subject)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read chunks: %w", err)
		}
		if !last.Time.Before(before) {
			continue
		}
		if err := s.stream.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
			return fmt.Errorf("drop chunks: %w", err)
		}
	}
	return nil
}

// KeepSwept sweeps now and then every six hours until ctx ends. What goes wrong is told and
// tried again the next time.
func (s *Store) KeepSwept(ctx context.Context, log Log, tell func(swept int, err error)) {
	tick := time.NewTicker(6 * time.Hour)
	defer tick.Stop()
	for {
		n, err := s.Sweep(ctx, log, time.Now().Add(-Grace))
		if ctx.Err() != nil {
			return
		}
		if n > 0 || err != nil {
			tell(n, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
