package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

const secret = "张三家住埭港村十二号"

// sealedAt returns the places of all personal fields under v.
func sealedAt(v reflect.Value, path []int) [][]int {
	if v.Type() == reflect.TypeFor[Sealed]() {
		return [][]int{path}
	}
	var out [][]int
	if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[Date]() {
		for i := range v.NumField() {
			out = append(out, sealedAt(v.Field(i), append(append([]int{}, path...), i))...)
		}
	}
	return out
}

// withSecret returns the fact with plain text in one personal field.
func withSecret(e Event, at []int) Event {
	v := reflect.New(reflect.TypeOf(e)).Elem()
	v.Set(reflect.ValueOf(e))
	v.FieldByIndex(at).Set(reflect.ValueOf(Secret(secret)))
	return v.Interface().(Event)
}

func TestPendingNeverEncodes(t *testing.T) {
	n := 0
	for k := range kinds {
		e := filled(t, k)
		for _, at := range sealedAt(reflect.ValueOf(e), nil) {
			n++
			name := fmt.Sprintf("%s/%s", table[k].name, reflect.TypeOf(e).FieldByIndex(at).Name)
			t.Run(name, func(t *testing.T) {
				pending := withSecret(e, at)
				if _, _, err := Encode(commitOf(pending)); !errors.Is(err, ErrNotSealed) || !strings.Contains(err.Error(), table[k].name) {
					t.Errorf("encode: %v, want ErrNotSealed of %s", err, table[k].name)
				}
				hidden(t, pending)
			})
		}
	}
	if n < 10 {
		t.Errorf("only %d personal fields found", n)
	}
}

type tucked struct{ e any } // fmt calls no methods on what an unexported field holds

// hidden checks that no way of printing shows the plain text.
func hidden(t *testing.T, e any) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t", "%T"} {
		for _, x := range []any{e, &e, []any{e}, map[string]any{"e": e}, tucked{e}, &tucked{e}} {
			s := fmt.Sprintf(verb, x)
			if strings.Contains(s, secret) || strings.Contains(s, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s shows the text: %s", verb, s)
			}
		}
	}
	if b, err := json.Marshal(e); err == nil || strings.Contains(string(b), secret) || strings.Contains(err.Error(), secret) {
		t.Errorf("json: %s, %v", b, err)
	}
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("m", "fact", e, "group", slog.GroupValue(slog.Any("x", e)), "err", fmt.Errorf("fact %v", e))
	}
	if strings.Contains(out.String(), secret) {
		t.Errorf("slog shows the text: %s", out.String())
	}
}

func TestSealedAlone(t *testing.T) {
	s := Secret(secret)
	hidden(t, s)
	hidden(t, struct{ S Sealed }{s})
	hidden(t, struct{ s *Sealed }{&s}.s)
	if s.Plain() != secret || !s.Pending() || s.IsZero() {
		t.Error("a secret is pending and opens in memory")
	}
	if fmt.Sprintf("%v|%#v|%s", s, s, s.LogValue()) != "[sealed]|[sealed]|[sealed]" {
		t.Errorf("%v", s)
	}
	none := Secret("")
	if none.Pending() || !none.IsZero() || none.Plain() != "" || none.String() != "" || fmt.Sprint(none) != "" {
		t.Error("nothing given is nothing to seal")
	}
	if b, err := json.Marshal(none); err != nil || string(b) != "null" {
		t.Errorf("%s %v", b, err)
	}
	boxed := Sealed{Key: "k", At: "a", Box: []byte{1}}
	if boxed.Pending() || boxed.IsZero() {
		t.Error("a sealed field is neither pending nor nothing")
	}
}

// MapSealed reaches every personal field of every fact, under a name of its own, and
// changes nothing else.
func TestMapSealedReachesAll(t *testing.T) {
	for k := range kinds {
		t.Run(table[k].name, func(t *testing.T) {
			e := filled(t, k)
			want := sealedAt(reflect.ValueOf(e), nil)
			seen := map[string]bool{}
			got, err := MapSealed(e, func(field string, s Sealed) (Sealed, error) {
				if seen[field] {
					t.Errorf("two fields are called %s", field)
				}
				seen[field] = true
				return Sealed{Key: "new", At: s.At, Box: s.Box}, nil
			})
			if err != nil || len(seen) != len(want) {
				t.Fatalf("reached %d of %d personal fields, %v", len(seen), len(want), err)
			}
			back := reflect.New(reflect.TypeOf(got)).Elem()
			back.Set(reflect.ValueOf(got))
			for _, at := range want {
				if back.FieldByIndex(at).Interface().(Sealed).Key != "new" {
					t.Errorf("field %v was not replaced", at)
				}
				back.FieldByIndex(at).Set(reflect.ValueOf(e).FieldByIndex(at))
			}
			if !reflect.DeepEqual(back.Interface(), e) {
				t.Error("something else was changed")
			}
			if len(want) == 0 {
				return
			}
			stop := errors.New("stop")
			if _, err := MapSealed(e, func(string, Sealed) (Sealed, error) { return Sealed{}, stop }); !errors.Is(err, stop) {
				t.Errorf("error is lost: %v", err)
			}
			_, err = MapSealed(zeroOf(t, k), func(string, Sealed) (Sealed, error) { return Sealed{}, stop })
			if err != nil {
				t.Error("a field that was not given is handed out for sealing")
			}
		})
	}
}
