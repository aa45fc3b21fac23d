package events

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// The data of facts are read as [canonical] reads what is around them: exactly in the form in
// which they are written, the fields of a struct in their order and no space between them.
// How each type is read is found out once. Whatever is not of that form is read by
// encoding/json, which takes some six times longer; a fuzz test holds both to the same answer.

// readPlain reads v from data, false when they are not of the form; v then means nothing.
func readPlain[T any](data []byte, v *T) bool {
	s := scanner{b: data}
	planOf(reflect.TypeFor[T]())(&s, reflect.ValueOf(v).Elem())
	return !s.bad && s.i == len(data)
}

// plan reads one value of a type into v, which is zero.
type plan func(s *scanner, v reflect.Value)

var plans sync.Map // of types

func planOf(t reflect.Type) plan {
	if p, ok := plans.Load(t); ok {
		return p.(plan)
	}
	p := makePlan(t)
	plans.Store(t, p)
	return p
}

var (
	marshaler     = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler = reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()
)

func makePlan(t reflect.Type) plan {
	switch t {
	case reflect.TypeFor[Date]():
		return func(s *scanner, v reflect.Value) { *v.Addr().Interface().(*Date) = s.date() }
	case reflect.TypeFor[Sealed]():
		return func(s *scanner, v reflect.Value) { s.sealed(v.Addr().Interface().(*Sealed)) }
	}
	if p := reflect.PointerTo(t); p.Implements(marshaler) || p.Implements(textMarshaler) {
		return never
	}
	switch t.Kind() {
	case reflect.String:
		return func(s *scanner, v reflect.Value) { v.SetString(s.words()) }
	case reflect.Bool:
		return func(s *scanner, v reflect.Value) {
			if s.has("true") {
				v.SetBool(true)
			} else {
				s.lit("false")
			}
		}
	case reflect.Int:
		return func(s *scanner, v reflect.Value) { v.SetInt(int64(s.int())) }
	case reflect.Uint64:
		return func(s *scanner, v reflect.Value) { v.SetUint(uint64(s.int())) }
	case reflect.Float64:
		return func(s *scanner, v reflect.Value) { v.SetFloat(s.float()) }
	case reflect.Slice:
		return slicePlan(planOf(t.Elem()))
	case reflect.Struct:
		return structPlan(t)
	}
	return never
}

// never leaves a type to encoding/json.
func never(s *scanner, _ reflect.Value) { s.bad = true }

func slicePlan(element plan) plan {
	return func(s *scanner, v reflect.Value) {
		if s.has("null") {
			return
		}
		s.lit("[")
		if s.has("]") {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
			return
		}
		for n := 0; !s.bad; n++ {
			v.Grow(1)
			v.SetLen(n + 1)
			element(s, v.Index(n))
			if s.has("]") {
				return
			}
			s.lit(",")
		}
	}
}

func structPlan(t reflect.Type) plan {
	type field struct {
		name  string // with its quotes and the colon
		omits bool
		plan  plan
	}
	fields := make([]field, t.NumField())
	for i := range fields {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || name == "" || name == "-" || strings.Contains(options, "string") {
			return never
		}
		fields[i] = field{`"` + name + `":`, options != "", planOf(f.Type)}
	}
	return func(s *scanner, v reflect.Value) {
		s.lit("{")
		for i, first := 0, true; i < len(fields) && !s.bad; i++ {
			f := &fields[i]
			at := s.i
			if !first && !s.has(",") || !s.has(f.name) {
				s.i = at
				s.bad = s.bad || !f.omits
				continue
			}
			first = false
			f.plan(s, v.Field(i))
		}
		s.lit("}")
	}
}

// words is a text that may have escapes.
func (s *scanner) words() string {
	t := s.token()
	if s.bad {
		return ""
	}
	inner := t[1 : len(t)-1]
	for _, c := range inner {
		if c == '\\' {
			var out string
			s.bad = json.Unmarshal(t, &out) != nil
			return out
		}
	}
	if !utf8.Valid(inner) {
		s.bad = true
		return ""
	}
	return known(inner)
}

// float is a number as encoding/json writes it.
func (s *scanner) float() float64 {
	from := s.i
	for s.i < len(s.b) && strings.IndexByte("+-.0123456789Ee", s.b[s.i]) >= 0 {
		s.i++
	}
	n := s.b[from:s.i]
	f, err := strconv.ParseFloat(string(n), 64)
	s.bad = s.bad || err != nil || math.IsInf(f, 0) || !json.Valid(n)
	return f
}

func (s *scanner) sealed(v *Sealed) {
	if s.has("null") {
		return
	}
	s.lit(`{"key":`)
	v.Key = s.words()
	s.lit(`,"at":`)
	v.At = s.words()
	s.lit(`,"box":`)
	box := s.token()
	s.lit(`}`)
	if s.bad {
		return
	}
	box = box[1 : len(box)-1]
	v.Box = make([]byte, base64.StdEncoding.DecodedLen(len(box)))
	n, err := base64.StdEncoding.Decode(v.Box, box)
	v.Box = v.Box[:n]
	s.bad = err != nil || n == 0
}

// texts are short ones that were read lately, each in the place that its bytes lead to: most
// of what facts say in a word or two is said again and again.
var texts [1 << 10]atomic.Pointer[string]

// known is the text of b, one that is there already if there is.
func known(b []byte) string {
	if len(b) == 0 || len(b) > 64 {
		return string(b)
	}
	at := uint32(2166136261) // FNV-1a
	for _, c := range b {
		at = (at ^ uint32(c)) * 16777619
	}
	place := &texts[(at^at>>16)%uint32(len(texts))]
	if t := place.Load(); t != nil && *t == string(b) {
		return *t
	}
	t := string(b)
	place.Store(&t)
	return t
}
