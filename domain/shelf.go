package domain

import (
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// shelf keeps folded items at hand, so that an item in work is not read from the log again
// for each command. What it holds may be old, because other processes write too, and is
// never trusted: an append is guarded by the item's sequence, and a refusal made on a kept
// item is made again on the log. Commands on one item of one process wait for each other
// here instead of conflicting in the log.
type shelf struct {
	mu    sync.Mutex
	items map[uuid.UUID]*Item // each read and changed only under its lock
	locks [1024]sync.Mutex    // an item's by the end of its id
}

// maxKept bounds the shelf; an item takes some 5 KB.
const maxKept = 4096

// lock makes the caller the only one who works on the items; nil ids do not count.
func (s *shelf) lock(ids ...uuid.UUID) (unlock func()) {
	var places []int
	for _, id := range ids {
		if id != uuid.Nil {
			places = append(places, (int(id[14])<<8|int(id[15]))%len(s.locks))
		}
	}
	slices.Sort(places) // one order for all, so that no two wait for each other
	places = slices.Compact(places)
	for _, p := range places {
		s.locks[p].Lock()
	}
	return func() {
		for _, p := range slices.Backward(places) {
			s.locks[p].Unlock()
		}
	}
}

func (s *shelf) get(id uuid.UUID) *Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.items[id]
}

func (s *shelf) put(it *Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.items == nil {
		s.items = make(map[uuid.UUID]*Item)
	}
	for id := range s.items {
		if len(s.items) < maxKept {
			break
		}
		delete(s.items, id) // any one: the map's order is random
	}
	s.items[it.ID] = it
}

// drop forgets the items and reports whether it had any of them.
func (s *shelf) drop(ids ...uuid.UUID) (had bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if s.items[id] != nil {
			had = true
			delete(s.items, id)
		}
	}
	return had
}

// advance takes the kept items on by what was just stored.
func (s *shelf) advance(stored []events.Recorded) {
	for _, r := range stored {
		it := s.get(r.Item)
		switch {
		case nearMidnight(r.At):
			s.drop(r.Item) // its day may be another in the log
		case it == nil && r.Rev == 1:
			it = &Item{}
			it.Apply(r)
			s.put(it)
		case it != nil && it.Rev == r.Rev-1:
			it.Apply(r)
		default:
			s.drop(r.Item)
		}
	}
}

// nearMidnight reports whether the server may have stored at another Beijing day what the
// writer's clock put at t. Clocks five minutes apart are looked after by nobody.
func nearMidnight(t time.Time) bool {
	const apart = 5 * time.Minute
	return events.DateOf(t.Add(-apart)) != events.DateOf(t.Add(apart))
}
