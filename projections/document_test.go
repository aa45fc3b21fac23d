package projections

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"xiaohao/events"
)

// TestDocumentIsWhatJSONWrites folds lives and holds every item and opinion against encoding/json.
func TestDocumentIsWhatJSONWrites(t *testing.T) {
	same := func(p any) {
		t.Helper()
		want, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := document([]byte("before "), p)
		if err != nil || string(got) != "before "+string(want) {
			t.Fatalf("%v: written as\n%s\nencoding/json writes\n%s", err, got, want)
		}
	}
	st := newStory(newSeeded(41))
	for range 3000 {
		st.advance()
	}
	items := map[string]*Item{}
	for i := range st.log {
		c := &st.log[i]
		if c.Aggregate() != events.ItemAggregate {
			continue
		}
		it := items[c.Item.String()]
		if it == nil {
			it = &Item{}
			items[c.Item.String()] = it
		}
		for _, e := range c.Events {
			it.apply(c, e, func(string) *Item { return nil })
			if raised, ok := e.(events.ItemRaised); ok {
				same(&raised.Opinion)
			}
		}
		same(it)
	}
	if len(items) < 50 {
		t.Fatalf("%d items", len(items))
	}
	all := &Item{}
	fillEvery(reflect.ValueOf(all).Elem())
	same(all)
	same(&events.SampleDrawn{})
}

// fillEvery gives every field a value that is not zero.
func fillEvery(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *events.Date:
		*x = today
		return
	case *time.Time:
		*x = time.Date(2026, 11, 25, 1, 2, 3, 4000, time.UTC)
		return
	case *events.Sealed:
		*x = events.Sealed{Key: "k<", At: "c/0/", Box: []byte("box")}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("“一行”\n\t\"<&>\\ \u2028 \x7f \xff 𠮷")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(-3)
	case reflect.Uint64:
		v.SetUint(math.MaxUint64)
	case reflect.Float64:
		v.SetFloat(-1e-7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fillEvery(v.Index(1))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillEvery(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fillEvery(v.Field(i))
		}
	}
}

// TestDocumentSaysWhatItCannotWrite holds that nothing plain and no figure that is none gets out.
func TestDocumentSaysWhatItCannotWrite(t *testing.T) {
	for _, p := range []any{&events.Opinion{Text: events.Secret("原话")}, &events.Quantity{Done: math.NaN()}, &Item{Touched: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}} {
		if doc, err := document(nil, p); err == nil {
			t.Errorf("written: %s", doc)
		}
	}
	doc, err := document([]byte(`\u0000`), &events.Unit{ID: "a\x00b", Name: `\u0000`})
	if want := `\u0000{"id":"ab","name":"\\u0000"}`; err != nil || string(doc) != want {
		t.Errorf("%s, %v, want %s", doc, err, want)
	}
}
