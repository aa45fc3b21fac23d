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
	c, err := w.commit(raw, hash)
	if err != nil {
		return false // read again slowly
	}
	for i, e := range c.Events {
		if _, v := TypeOf(e); v == w.Events[i].V {
			samePlain(t, reflect.TypeOf(e), w.Events[i].Data)
		}
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

// samePlain holds that what a plan takes encoding/json reads alike.
func samePlain(t *testing.T, fact reflect.Type, data []byte) (taken bool) {
	t.Helper()
	fast, slow, s := reflect.New(fact), reflect.New(fact), scanner{b: data}
	if planOf(fact)(&s, fast.Elem()); s.bad || s.i != len(data) {
		return false
	}
	if err := strict(data, slow.Interface()); err != nil {
		t.Fatalf("taken: %s\nrefused: %v", data, err)
	}
	if !reflect.DeepEqual(fast.Interface(), slow.Interface()) {
		t.Fatalf("%s\nis read as %+v\nand slowly as %+v", data, fast, slow)
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

// FuzzPlain changes the data of facts.
func FuzzPlain(f *testing.F) {
	for k := range kinds {
		for _, e := range []Event{filled(f, k), zeroOf(f, k)} {
			w, err := toWire(e)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(int(k), []byte(w.Data))
		}
	}
	for _, s := range []string{`{"note":"一行\n\"二\" <\u0026> \\","quantity":{"done":-0.5,"total":1e+21,"unit":""}}`, `{"note":null}`, `{"note":"a","note":"b"}`,
		`{"Note":"a"}`, `{"note":"a" }`, `{"note":"\ud800"}`, `{"note":"a","quantity":{"done":1.,"unit":""}}`, `{"note":"a","quantity":{"done":01,"unit":""}}`} {
		f.Add(int(progressReported), []byte(s))
	}
	f.Fuzz(func(t *testing.T, k int, data []byte) {
		if k >= 0 && k < int(kinds) {
			samePlain(t, reflect.TypeOf(zeroOf(t, kind(k))), data)
		}
	})
}

// TestPlainTakesWhatIsWritten holds that every fact is read by its plan, whether it says all
// it can say or nothing.
func TestPlainTakesWhatIsWritten(t *testing.T) {
	for k := range kinds {
		for _, e := range []Event{filled(t, k), zeroOf(t, k)} {
			w, err := toWire(e)
			if err != nil {
				t.Fatal(err)
			}
			if !samePlain(t, reflect.TypeOf(e), w.Data) {
				t.Errorf("not taken: %s %s", w.Type, w.Data)
			}
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
