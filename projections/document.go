package projections

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"xiaohao/events"
)

// document is what pointer p leads to as JSON text, appended to b: byte for byte what
// encoding/json writes, without the one character that Postgres cannot keep. How each type is
// written is found out once, since a rebuild writes every item; encoding/json takes several
// times longer, and writes what is out of the ordinary.
func document(b []byte, p any) ([]byte, error) {
	at := len(b)
	v := reflect.ValueOf(p).Elem()
	b, err := writingOf(v.Type())(b, v)
	if err == nil && bytes.Contains(b[at:], []byte(`\u0000`)) {
		b = b[:at+len(withoutNul(b[at:]))]
	}
	return b, err
}

// writing appends a value that has an address.
type writing func(b []byte, v reflect.Value) ([]byte, error)

var writings sync.Map // of types

func writingOf(t reflect.Type) writing {
	if w, ok := writings.Load(t); ok {
		return w.(writing)
	}
	w := makeWriting(t)
	writings.Store(t, w)
	return w
}

// ordinary leaves a value to encoding/json.
func ordinary(b []byte, v reflect.Value) ([]byte, error) {
	raw, err := json.Marshal(v.Addr().Interface())
	return append(b, raw...), err
}

func makeWriting(t reflect.Type) writing {
	switch t {
	case reflect.TypeFor[events.Date](), reflect.TypeFor[time.Time]():
		return func(b []byte, v reflect.Value) ([]byte, error) {
			b, err := v.Addr().Interface().(encoding.TextAppender).AppendText(append(b, '"'))
			return append(b, '"'), err
		}
	case reflect.TypeFor[events.Sealed]():
		return func(b []byte, v reflect.Value) ([]byte, error) {
			s := v.Addr().Interface().(*events.Sealed)
			if s.Pending() || s.IsZero() {
				return ordinary(b, v)
			}
			b = appendString(append(b, `{"key":`...), s.Key)
			b = appendString(append(b, `,"at":`...), s.At)
			b = base64.StdEncoding.AppendEncode(append(b, `,"box":"`...), s.Box)
			return append(b, `"}`...), nil
		}
	}
	if p := reflect.PointerTo(t); p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return ordinary
	}
	switch t.Kind() {
	case reflect.String:
		return func(b []byte, v reflect.Value) ([]byte, error) { return appendString(b, v.String()), nil }
	case reflect.Bool:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(b, v.Bool()), nil }
	case reflect.Int:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(b, v.Int(), 10), nil }
	case reflect.Uint64:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendUint(b, v.Uint(), 10), nil }
	case reflect.Float64:
		return func(b []byte, v reflect.Value) ([]byte, error) {
			if f := math.Abs(v.Float()); f != 0 && (f < 1e-6 || !(f < 1e21)) {
				return ordinary(b, v)
			}
			return strconv.AppendFloat(b, v.Float(), 'f', -1, 64), nil
		}
	case reflect.Pointer:
		return pointerWriting(writingOf(t.Elem()))
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return sliceWriting(writingOf(t.Elem()))
		}
	case reflect.Struct:
		return structWriting(t)
	}
	return ordinary
}

func pointerWriting(of writing) writing {
	return func(b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return of(b, v.Elem())
	}
}

func sliceWriting(element writing) writing {
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = element(b, v.Index(i)); err != nil {
				return b, err
			}
		}
		return append(b, ']'), nil
	}
}

// writtenField is a field of a struct, or of one that is embedded in it.
type writtenField struct {
	index []int
	name  string // with its quotes and the colon
	omit  func(v reflect.Value) bool
	write writing
}

func structWriting(t reflect.Type) writing {
	fields, ok := writtenFields(t, nil)
	if !ok {
		return ordinary
	}
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		open := byte('{')
		for i := range fields {
			f := &fields[i]
			x := v.Field(f.index[0])
			for _, n := range f.index[1:] {
				x = x.Field(n)
			}
			if f.omit != nil && f.omit(x) {
				continue
			}
			b = append(append(b, open), f.name...)
			if b, err = f.write(b, x); err != nil {
				return b, err
			}
			open = ','
		}
		if open == '{' {
			b = append(b, open)
		}
		return append(b, '}'), nil
	}
}

// writtenFields is false when it is not plain which fields a struct has.
func writtenFields(t reflect.Type, at []int) (out []writtenField, ok bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(at[:len(at):len(at)], i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Tag.Get("json") == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			inner, ok := writtenFields(f.Type, index)
			if !ok {
				return nil, false
			}
			out = append(out, inner...)
		case f.Anonymous || !f.IsExported() || options != "" && options != "omitzero":
			return nil, false
		default:
			if name == "" {
				name = f.Name
			}
			w := writtenField{index: index, name: string(appendString(nil, name)) + ":", write: writingOf(f.Type)}
			if options != "" {
				w.omit = omitZero(f.Type)
			}
			out = append(out, w)
		}
	}
	names := map[string]bool{}
	for _, f := range out {
		names[f.name] = true
	}
	return out, len(names) == len(out)
}

// omitZero tells a zero value as encoding/json does: by the type's own word, if it has one.
func omitZero(t reflect.Type) func(v reflect.Value) bool {
	type zero interface{ IsZero() bool }
	switch {
	case t.Kind() == reflect.Pointer && t.Implements(reflect.TypeFor[zero]()):
		return func(v reflect.Value) bool { return v.IsNil() || v.Interface().(zero).IsZero() }
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(reflect.TypeFor[zero]()):
		return func(v reflect.Value) bool { return v.Addr().Interface().(zero).IsZero() }
	}
	return reflect.Value.IsZero
}

// appendString appends a text in quotes.
func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&',
			c == 0xe2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xa8: // U+2028 and U+2029
			return appendOdd(b, s)
		}
	}
	if !utf8.ValidString(s) {
		return appendOdd(b, s)
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendOdd(b []byte, s string) []byte {
	raw, _ := json.Marshal(s) // a text cannot fail
	return append(b, raw...)
}

// withoutNul drops the escape \u0000 from JSON, and leaves \\u0000 alone.
func withoutNul(raw []byte) []byte {
	out := raw[:0]
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			if bytes.HasPrefix(raw[i:], []byte(`\u0000`)) {
				i += 5
				continue
			}
			out = append(out, raw[i])
			i++
		}
		out = append(out, raw[i])
	}
	return out
}
