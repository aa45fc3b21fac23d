package events

import (
	"bytes"
	"reflect"
	"testing"
)

// same holds that what canonical takes encoding/json reads alike.
func same(t *testing.T, data []byte) (taken bool) {
	t.Helper()
	w, hash, raw, ok := canonical(data)
	if !ok {
		return false
	}
	if _, err := w.commit(raw, hash); err != nil {
		return false // read again slowly
	}
	var env envelope
	var slow commitWire
	if err := strict(data, &env); err != nil {
		t.Fatalf("taken: %s\nrefused: %v", data, err)
	}
	if err := strict(env.Commit, &slow); err != nil {
		t.Fatalf("taken: %s\nrefused: %v", data, err)
	}
	if hash != env.Hash || !bytes.Equal(raw, env.Commit) || !reflect.DeepEqual(w, slow) {
		t.Fatalf("%s\nis read as %+v\nand slowly as %+v", data, w, slow)
	}
	return true
}

// encoded is a message for each fact, and one with several.
func encoded(t testing.TB) (out [][]byte) {
	t.Helper()
	var all []Event
	for k := range kinds {
		e := filled(t, k)
		if AggregateOf(e) == ItemAggregate {
			all = append(all, e)
		}
		m, _, err := Encode(commitOf(e))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	c := commitOf(all...)
	c.Cause, c.Occurred, c.Correlation = "sweep", NewDate(2026, 10, 23), c.CommandID
	m, _, err := Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	return append(out, m)
}

// FuzzCanonical changes messages.
func FuzzCanonical(f *testing.F) {
	for _, m := range encoded(f) {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, data []byte) { same(t, data) })
}

// TestCanonicalTakesWhatIsWritten holds that the fast way is the one that is used.
func TestCanonicalTakesWhatIsWritten(t *testing.T) {
	for _, m := range encoded(t) {
		if !same(t, m) {
			t.Errorf("not taken: %s", m)
		}
		if same(t, append([]byte(" "), m...)) || same(t, append(m[:len(m):len(m)], '}')) {
			t.Error("taken with something before or after")
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	ms := encoded(b)
	size := 0
	for _, m := range ms {
		size += len(m)
	}
	b.SetBytes(int64(size / len(ms)))
	for i := 0; b.Loop(); i++ {
		if _, _, err := Decode(ms[i%len(ms)]); err != nil {
			b.Fatal(err)
		}
	}
}
