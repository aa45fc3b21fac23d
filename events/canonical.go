package events

import (
	"bytes"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// canonical takes a message apart that has exactly the form in which [Encode] writes: the
// fields in their order, no space between them. That is what a log holds, and it is read
// several times faster than by encoding/json. It is false for anything else, which may
// still be a good message. The data of facts are only found, not looked into (plain.go).
func canonical(data []byte) (w commitWire, hash string, raw []byte, ok bool) {
	s := scanner{b: data}
	s.lit(`{"hash":`)
	hash = s.text()
	s.lit(`,"commit":`)
	from := s.i
	s.lit(`{"item":`)
	w.Item = s.uuid()
	s.lit(`,"rev":`)
	w.Rev = s.int()
	s.lit(`,"prev":`)
	w.Prev = s.text()
	s.lit(`,"command_id":`)
	w.CommandID = s.uuid()
	s.lit(`,"command":`)
	w.Command = s.words()
	s.lit(`,"actor":`)
	w.Actor = s.actor()
	if s.has(`,"cause":`) {
		w.Cause = s.words()
	}
	if s.has(`,"correlation":`) {
		id := s.uuid()
		w.Correlation = &id
	}
	s.lit(`,"at":`)
	w.At = s.time()
	if s.has(`,"occurred":`) {
		w.Occurred = s.date()
	}
	s.lit(`,"events":[`)
	for more := true; more && !s.bad; more = s.has(",") {
		var x wire
		s.lit(`{"type":`)
		x.Type = s.words()
		s.lit(`,"v":`)
		x.V = s.int()
		s.lit(`,"data":`)
		x.Data = s.object()
		s.lit(`}`)
		w.Events = append(w.Events, x)
	}
	s.lit(`]}`)
	to := s.i
	s.lit(`}`)
	if s.bad || s.i != len(data) {
		return commitWire{}, "", nil, false
	}
	return w, hash, data[from:to], true
}

// scanner reads on from i. After the first thing that is not as expected it is bad and what
// it returns means nothing.
type scanner struct {
	b   []byte
	i   int
	bad bool
}

func (s *scanner) has(word string) bool {
	if s.bad || len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return false
	}
	s.i += len(word)
	return true
}

func (s *scanner) lit(word string) {
	if !s.has(word) {
		s.bad = true
	}
}

// token returns a string with its quotes.
func (s *scanner) token() []byte {
	if s.bad || s.i >= len(s.b) || s.b[s.i] != '"' {
		s.bad = true
		return nil
	}
	for i := s.i + 1; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '\\':
			i++
		case c == '"':
			t := s.b[s.i : i+1]
			s.i = i + 1
			return t
		case c < ' ':
			s.bad = true
			return nil
		}
	}
	s.bad = true
	return nil
}

func (s *scanner) text() string {
	t := s.token()
	if s.bad {
		return ""
	}
	if t = t[1 : len(t)-1]; bytes.IndexByte(t, '\\') < 0 && utf8.Valid(t) {
		return string(t)
	}
	s.bad = true // escapes are rare here
	return ""
}

func (s *scanner) uuid() (id uuid.UUID) {
	t := s.token()
	if s.bad || len(t) != 38 {
		s.bad = true
		return id
	}
	id, err := uuid.ParseBytes(t[1:37])
	s.bad = s.bad || err != nil
	return id
}

func (s *scanner) int() int {
	from := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	n, err := strconv.Atoi(string(s.b[from:s.i]))
	if err != nil || s.b[from] == '0' && s.i-from > 1 {
		s.bad = true
	}
	return n
}

// Neither a day nor a time has a form with escapes.

func (s *scanner) date() (d Date) {
	t := s.token()
	s.bad = s.bad || d.UnmarshalText(t[1:len(t)-1]) != nil
	return d
}

func (s *scanner) time() (at time.Time) {
	t := s.token()
	s.bad = s.bad || at.UnmarshalText(t[1:len(t)-1]) != nil
	return at
}

// object returns an object, found by its braces.
func (s *scanner) object() []byte {
	if s.bad || s.i >= len(s.b) || s.b[s.i] != '{' {
		s.bad = true
		return nil
	}
	from, depth := s.i, 0
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case '"':
			if s.token(); s.bad {
				return nil
			}
			continue
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				s.i++
				return s.b[from:s.i]
			}
		}
		s.i++
	}
	s.bad = true
	return nil
}

// actors are the ones decoded before: few people write most of a log.
var actors struct {
	sync.RWMutex
	known map[string]Actor
}

// maxActors bounds what is remembered.
const maxActors = 4096

func (s *scanner) actor() (a Actor) {
	raw := s.object()
	if s.bad {
		return a
	}
	actors.RLock()
	a, ok := actors.known[string(raw)]
	actors.RUnlock()
	if ok {
		return a
	}
	a, s.bad = newActor(raw)
	return a
}

func newActor(raw []byte) (a Actor, bad bool) {
	if strict(raw, &a) != nil {
		return a, true
	}
	actors.Lock()
	defer actors.Unlock()
	if actors.known == nil || len(actors.known) >= maxActors {
		actors.known = map[string]Actor{}
	}
	actors.known[string(raw)] = a
	return a, false
}
