package acceptance

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	eh "github.com/looplab/eventhorizon"
	"github.com/looplab/eventhorizon/eventstore"
	"github.com/looplab/eventhorizon/mocks"
	ehuuid "github.com/looplab/eventhorizon/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/journal/memory"
	"xiaohao/events/journal/natstest"
)

// embedded opens a journal on a server inside this process.
func embedded(t *testing.T) (*journal.Journal, *nats.Conn) {
	t.Helper()
	s, err := journal.StartServer(journal.ServerConfig{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	j, err := journal.Open(t.Context(), nc, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return j, nc
}

// settled is a log on replicas, read only after they have what was written: the suite
// reads back what it wrote, which the desk never does.
type settled struct {
	*journal.Journal
	t *testing.T
}

func (s settled) Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error) {
	got, err := s.Journal.Append(ctx, writes...)
	if err != nil {
		return nil, err
	}
	last := got[len(got)-1]
	for range 3 { // any of the three may answer
		natstest.Eventually(s.t, 10*time.Second, "replicas", func() error {
			history, err := s.Load(ctx, last.Item)
			if err == nil && len(history) < last.Rev {
				err = fmt.Errorf("%d of %d commits", len(history), last.Rev)
			}
			return err
		})
	}
	return got, nil
}

func TestAcceptance(t *testing.T) {
	t.Run("embedded server", func(t *testing.T) {
		j, _ := embedded(t)
		eventstore.AcceptanceTest(t, store{j}, t.Context())
	})
	t.Run("three servers", func(t *testing.T) {
		c := natstest.Start(t, 3)
		nc, err := journal.Connect(c.URL())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		j, err := journal.Open(t.Context(), nc, journal.Config{Replicas: 3})
		if err != nil {
			t.Fatal(err)
		}
		eventstore.AcceptanceTest(t, store{settled{j, t}}, t.Context())
	})
	t.Run("memory", func(t *testing.T) {
		eventstore.AcceptanceTest(t, store{memory.New()}, t.Context())
	})
}

func event(id ehuuid.UUID, version int, content string) eh.Event {
	return eh.NewEvent(mocks.EventType, &mocks.EventData{Content: content}, time.Now(), eh.ForAggregate(mocks.AggregateType, id, version))
}

// TestRefused lists what an append-only log does not do, though the suite's stores may.
func TestRefused(t *testing.T) {
	j, nc := embedded(t)
	s := store{j}
	id := ehuuid.New()
	for v := range 3 {
		if err := s.Save(t.Context(), []eh.Event{event(id, v+1, "said")}, v); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("saving over what is there", func(t *testing.T) {
		for seen := range 3 {
			if err := s.Save(t.Context(), []eh.Event{event(id, seen+1, "otherwise")}, seen); !errors.Is(err, eh.ErrEventConflictFromOtherSave) {
				t.Errorf("a save on version %d: %v", seen, err)
			}
		}
	})
	t.Run("leaving a gap", func(t *testing.T) {
		if err := s.Save(t.Context(), []eh.Event{event(id, 6, "later")}, 5); !errors.Is(err, eh.ErrIncorrectEventVersion) {
			t.Errorf("a save after a gap: %v", err)
		}
	})
	t.Run("maintenance: replace, rename, remove, clear", func(t *testing.T) {
		var any any = s
		if _, ok := any.(eh.EventStoreMaintenance); ok {
			t.Error("the adapter offers what the log cannot do")
		}
		js, err := jetstream.New(nc)
		if err != nil {
			t.Fatal(err)
		}
		stream, err := js.Stream(t.Context(), journal.StreamName)
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.DeleteMsg(t.Context(), 2); err == nil {
			t.Error("a commit was taken out, as replacing and renaming would need")
		}
		if err := stream.Purge(t.Context()); err == nil {
			t.Error("the log was cleared")
		}
	})
	t.Run("snapshots", func(t *testing.T) {
		var any any = s
		if _, ok := any.(eh.SnapshotStore); ok {
			t.Error("snapshots are offered")
		}
	})
	got, err := s.Load(t.Context(), id)
	if err != nil || len(got) != 3 {
		t.Fatalf("%d events, %v", len(got), err)
	}
	for i, e := range got {
		if d, ok := e.Data().(*mocks.EventData); !ok || d.Content != "said" || e.Version() != i+1 {
			t.Errorf("event %d is now %v", i+1, e)
		}
	}
}
