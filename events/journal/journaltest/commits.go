package journaltest

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"xiaohao/events"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
)

// Log is the whole of a log.
type Log interface {
	Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
	Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error)
	LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error)
	Follow(ctx context.Context, after uint64, f func(batch []events.Recorded, behind uint64) error) error
	Scan(ctx context.Context, from, to uint64, f func(events.Message) error) error
	MessagesOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Message, error)
	Last(ctx context.Context) (uint64, error)
	At(ctx context.Context, seq uint64) (events.Recorded, error)
	Identity() string
	NextNumber(ctx context.Context, prefix string) (int, error)
}

// Start returns the write of a new item's first commit.
func Start(item uuid.UUID) events.Write {
	return Next(events.Recorded{Commit: events.Commit{Item: item}})
}

// Next returns a write that continues after last.
func Next(last events.Recorded) events.Write {
	return events.Write{Expected: last.Sequence, Commit: events.Commit{
		Item: last.Item, Rev: last.Rev + 1, Prev: last.Hash, CommandID: uuid.New(), Command: "instruct",
		Actor: events.Actor{ID: "u-1", Role: events.LeaderRole, Post: "区长"},
		At:    time.Now(), Events: []events.Event{events.LeaderInstructed{Text: fmt.Sprintf("第%d次批示", last.Rev+1)}},
	}}
}

// Fill appends n commits to a new item, one after another, and returns them.
func Fill(t testing.TB, log Log, n int) []events.Recorded {
	t.Helper()
	var out []events.Recorded
	w := Start(uuid.New())
	for range n {
		got, err := log.Append(t.Context(), w)
		if err != nil {
			t.Fatalf("append revision %d: %v", w.Commit.Rev, err)
		}
		out = append(out, got[0])
		w = Next(got[0])
	}
	return out
}

// diff compares commits; days are compared as values.
func diff(want, got []events.Recorded) string {
	if reflect.DeepEqual(want, got) { // much faster on long histories
		return ""
	}
	return cmp.Diff(want, got, cmpopts.EquateComparable(events.Date{}))
}

// timeless drops what only readers know, to compare what was appended with what was read.
func timeless(in []events.Recorded) []events.Recorded {
	out := make([]events.Recorded, len(in))
	for i, r := range in {
		r.Time = time.Time{}
		out[i] = r
	}
	return out
}
