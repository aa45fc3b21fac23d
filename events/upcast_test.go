package events

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

// Every version that a program ever wrote has its golden file, decodes to today's struct,
// and is written again in today's version.
func TestEveryVersionDecodes(t *testing.T) {
	for k := range kinds {
		if got := len(pasts[k]); got != table[k].version-1 {
			t.Errorf("%s is v%d and has %d past versions", table[k].name, table[k].version, got)
			continue
		}
		for v := 1; v <= table[k].version; v++ {
			stored, err := os.ReadFile(goldenOf(k, v))
			if err != nil {
				t.Errorf("%s v%d was written once: %v", table[k].name, v, err)
				continue
			}
			c, _, err := Decode(stored)
			if err != nil {
				t.Errorf("%s v%d: %v", table[k].name, v, err)
				continue
			}
			if got, want := reflect.TypeOf(c.Events[0]), reflect.TypeOf(zeroOf(t, k)); got != want {
				t.Errorf("%s v%d decodes to %s, want %s", table[k].name, v, got, want)
			}
			again, _, err := Encode(c)
			if err != nil || !strings.Contains(string(again), `"v":`+string(mustJSON(t, table[k].version))) {
				t.Errorf("%s v%d is written again as %s, %v", table[k].name, v, again, err)
			}
			if back, _, err := Decode(again); err != nil || !reflect.DeepEqual(back, c) {
				t.Errorf("%s v%d changed when it was written again: %#v, %v", table[k].name, v, back, err)
			}
		}
	}
}

func TestEvidenceV1(t *testing.T) {
	stored, err := os.ReadFile(goldenOf(evidenceRecorded, 1))
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := Decode(stored)
	if err != nil {
		t.Fatal(err)
	}
	want := EvidenceRecorded{ID: "id 原样", Name: "name 原样", Kind: ResultEvidence, Formed: NewDate(2026, 11, 30), SHA256: "sha256,omitzero 原样", Early: true}
	if got := c.Events[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v", got)
	}
	// What only v2 can say is unknown in a v1 fact: it was not written by the program it names.
	_, _, err = Decode(craft(t, "evidence.recorded", 1, `{"id":"e","shows":"AFTER"}`))
	names(t, err, "evidence.recorded v1")
}

func TestUnknownSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name    string
		version int
		says    string
	}{
		{"evidence.recorded", 3, `"evidence.recorded" v3 is unknown: written by a newer program (this one knows v1 to v2)`},
		{"drone.flown", 1, `"drone.flown" v1 is unknown: written by a newer program`},
		{"item.raised", 0, `"item.raised" v0 is unknown: no program ever wrote such a version`},
		{"item.raised", -1, `no program ever wrote`},
	} {
		_, _, err := Decode(craft(t, c.name, c.version, "{}"))
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Name != c.name || unknown.Version != c.version || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s v%d: %v", c.name, c.version, err)
		}
	}
}

// Steps run in order, each on what the one before it made.
func TestStepsRunInOrder(t *testing.T) {
	type v1 struct{ A string }
	type v2 struct{ A, B string }
	type v3 struct{ A, B, C string }
	steps := []past{was(func(o v1) v2 { return v2{o.A, o.A + "b"} }), was(func(o v2) v3 { return v3{o.A, o.B, o.B + "c"} })}
	v, err := steps[0].read([]byte(`{"A":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		v = s.next(v)
	}
	if v != (v3{"a", "ab", "abc"}) {
		t.Errorf("%#v", v)
	}
	if _, err := steps[1].read([]byte(`{"A":"a","C":"c"}`)); err == nil {
		t.Error("a field of v3 was read in v2")
	}
}
