package events

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// craft returns a stored commit with one fact as given, and a right hash.
func craft(t testing.TB, name string, version int, data string) []byte {
	t.Helper()
	raw := `{"item":"0196a000-0000-7000-8000-000000000001","rev":1,"prev":"","command_id":"0196a000-0000-7000-8000-0000000000c4",` +
		`"command":"x","actor":{"id":"a","role":"INTAKE","post":"p"},"at":"2026-03-02T01:02:03Z","events":[{"type":` +
		quote(name) + `,"v":` + string(mustJSON(t, version)) + `,"data":` + data + `}]}`
	return sealUp(raw)
}

func sealUp(raw string) []byte {
	return []byte(`{"hash":"` + HashOf([]byte(raw)) + `","commit":` + raw + `}`)
}

func quote(s string) string { return `"` + s + `"` }

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// names checks that an error of decoding says which fact it is about.
func names(t *testing.T, err error, fact string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: decoded", fact)
	} else if !strings.Contains(err.Error(), fact) {
		t.Errorf("error does not name %s: %v", fact, err)
	}
}

func TestDecodeNamesTheFact(t *testing.T) {
	for k := range kinds {
		name := table[k].name
		t.Run(name, func(t *testing.T) {
			_, _, err := Decode(craft(t, name, table[k].version+1, "{}"))
			names(t, err, name)
			var unknown *UnknownError
			if !errors.As(err, &unknown) || unknown.Version != table[k].version+1 {
				t.Errorf("a future version gives %v, want an UnknownError", err)
			}
			for v := 1; v <= table[k].version; v++ {
				for _, data := range []string{`{"no_such_field":1}`, `null`, `[]`, `"x"`, `7`} {
					_, _, err = Decode(craft(t, name, v, data))
					names(t, err, name)
				}
			}
			typ := reflect.TypeOf(zeroOf(t, k))
			for i := range typ.NumField() {
				tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
				wrong := `{"x":[]}` // is no text, number, list, day; and an unknown field of any struct
				_, _, err = Decode(craft(t, name, table[k].version, `{"`+tag+`":`+wrong+`}`))
				names(t, err, name)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := string(craft(t, "plan.approved", 1, `{"note":"n"}`))
	if _, _, err := Decode([]byte(good)); err != nil {
		t.Fatal(err)
	}
	inner := good[strings.Index(good, `"commit":`)+len(`"commit":`) : len(good)-1]
	edit := func(old, new string) string {
		t.Helper()
		if !strings.Contains(inner, old) {
			t.Fatalf("%q is not in the commit", old)
		}
		return string(sealUp(strings.Replace(inner, old, new, 1)))
	}
	var unknown *UnknownError
	for name, c := range map[string]struct {
		data string
		want error
	}{
		"nothing":             {"", ErrBroken},
		"null":                {"null", ErrBroken},
		"no commit":           {`{"hash":""}`, ErrBroken},
		"not json":            {"commit", ErrBroken},
		"truncated":           {good[:len(good)/2], ErrBroken},
		"last byte missing":   {good[:len(good)-1], ErrBroken},
		"two values":          {good + good, ErrBroken},
		"stray brace":         {good + "}", ErrBroken},
		"stray bracket":       {good + " ]", ErrBroken},
		"text after":          {good + " x", ErrBroken},
		"unknown in envelope": {strings.Replace(good, `{"hash"`, `{"x":1,"hash"`, 1), ErrBroken},
		"changed":             {strings.Replace(good, `"note":"n"`, `"note":"m"`, 1), ErrHash},
		"wrong hash":          {strings.Replace(good, `{"hash":"`, `{"hash":"0`, 1), ErrHash},
		"blank added":         {strings.Replace(good, `{"item"`, `{ "item"`, 1), ErrHash},
		"unknown in commit":   {edit(`"rev":1`, `"rev":1,"x":2`), ErrBroken},
		"unknown in actor":    {edit(`"post":"p"`, `"post":"p","name":"张三"`), ErrBroken},
		"unknown beside fact": {edit(`"v":1`, `"v":1,"w":1`), ErrBroken},
		"no revision":         {edit(`"rev":1`, `"rev":0`), ErrBroken},
		"no item":             {edit(`0196a000-0000-7000-8000-000000000001`, `00000000-0000-0000-0000-000000000000`), ErrBroken},
		"no command id":       {edit(`0196a000-0000-7000-8000-0000000000c4`, `00000000-0000-0000-0000-000000000000`), ErrBroken},
		"revision is text":    {edit(`"rev":1`, `"rev":"1"`), ErrBroken},
		"impossible day":      {edit(`"events"`, `"occurred":"2026-02-30","events"`), ErrBroken},
		"no facts":            {string(sealUp(inner[:strings.Index(inner, `"events":[`)] + `"events":[]}`)), ErrBroken},
		"mixed facts":         {edit(`"events":[`, `"events":[{"type":"root.signed","v":1,"data":{}},`), ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := Decode([]byte(c.data)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	_, _, err := Decode(craft(t, "plan.abandoned", 1, "{}"))
	if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "plan.abandoned") {
		t.Errorf("unknown fact: %v", err)
	}
}

func TestSealedFormIsStrict(t *testing.T) {
	for name, data := range map[string]string{
		"unknown field": `{"text":{"key":"k","at":"a","box":"AA==","plain":"张三"}}`,
		"no box":        `{"text":{"key":"k","at":"a","box":null}}`,
		"empty box":     `{"text":{"key":"k","at":"a","box":""}}`,
		"not base64":    `{"text":{"key":"k","at":"a","box":"?"}}`,
		"plain text":    `{"text":"张三"}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Decode(craft(t, "info.supplied", 1, data))
			names(t, err, "info.supplied")
			if err != nil && strings.Contains(err.Error(), "张三") {
				t.Errorf("the error shows the text: %v", err)
			}
		})
	}
	c, _, err := Decode(craft(t, "info.supplied", 1, `{"text":null}`))
	if err != nil || !c.Events[0].(InfoSupplied).Text.IsZero() {
		t.Errorf("null: %v %v", c.Events, err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Commit){
		"no item":       func(c *Commit) { c.Item = uuid.Nil },
		"no command id": func(c *Commit) { c.CommandID = uuid.Nil },
		"no revision":   func(c *Commit) { c.Rev = 0 },
		"no facts":      func(c *Commit) { c.Events = nil },
		"mixed facts":   func(c *Commit) { c.Events = append(c.Events, RootSigned{}) },
	} {
		t.Run(name, func(t *testing.T) {
			c := commitOf(PlanApproved{})
			spoil(&c)
			if _, _, err := Encode(c); !errors.Is(err, ErrBroken) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The same commit is written the same whatever the writer's zone and clock are like.
func TestEncodeNormalisesTime(t *testing.T) {
	a := commitOf(PlanApproved{})
	b := a
	b.At = a.At.In(Beijing).Add(789 * time.Microsecond)
	_, ha, err := Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	_, hb, err := Encode(b)
	if err != nil || ha != hb {
		t.Errorf("%s and %s, %v", ha, hb, err)
	}
}

func TestSubject(t *testing.T) {
	if got := Subject("main", ItemAggregate, commitOf().Item); got != "rect.main.item.0196a000-0000-7000-8000-000000000001" {
		t.Error(got)
	}
}

// Whatever decodes is encoded again to an equal commit; nothing makes it panic.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.v*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[strings.Index(string(data), `"commit":`)+len(`"commit":`) : len(data)-2])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _, _ = Decode(raw)
		c, _, err := Decode(sealUp(string(raw)))
		if err != nil {
			return
		}
		data, hash, err := Encode(c)
		if err != nil {
			t.Fatalf("decoded but not encoded: %v", err)
		}
		again, h, err := Decode(data)
		if err != nil || h != hash || !reflect.DeepEqual(again, c) {
			t.Errorf("%v\n%#v\n%#v", err, c, again)
		}
	})
}
