package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Sealed is a personal field. It is made with [Secret], sealed by the vault before
// anything is written, and opened again by the vault only. The zero Sealed means
// "nothing was given".
type Sealed struct {
	plain *string // a pointer: not even a struct that hides a Sealed can be printed with its text
	Key   string  // id of the item whose data key sealed it
	At    string  // command id / index of the fact / field: part of the associated data
	Box   []byte  // nonce and ciphertext
}

// ErrErased says that a field was erased: its text is gone for good.
var ErrErased = errors.New("events: personal data was erased")

// ErrNotSealed is returned when plain personal data is about to be encoded.
var ErrNotSealed = errors.New("events: personal field was not sealed")

// Secret holds plain personal text until the vault seals it.
func Secret(plain string) Sealed {
	if plain == "" {
		return Sealed{}
	}
	return Sealed{plain: &plain}
}

// Plain returns the text of a Sealed that has not been sealed yet.
func (s Sealed) Plain() string {
	if s.plain == nil {
		return ""
	}
	return *s.plain
}

// Pending reports whether s still has to be sealed.
func (s Sealed) Pending() bool { return s.plain != nil && s.Box == nil }

// IsZero reports whether nothing was given.
func (s Sealed) IsZero() bool { return s.plain == nil && s.Box == nil }

// erasedBox stands in a read model where a box stood. No real box is this short.
const erasedBox = "erased"

// Erased returns what a read model keeps of a field that was erased: that it was given,
// and nothing else. Of a field that was not given it returns nothing.
func (s Sealed) Erased() Sealed {
	if s.IsZero() {
		return s
	}
	return Sealed{Key: s.Key, Box: []byte(erasedBox)}
}

// IsErased reports whether s is what Erased left. A vault answers ErrErased for it.
func (s Sealed) IsErased() bool { return string(s.Box) == erasedBox }

// String never shows the text.
func (s Sealed) String() string {
	if s.IsZero() {
		return ""
	}
	return "[sealed]"
}

// GoString never shows the text.
func (s Sealed) GoString() string { return s.String() }

// Format never shows the text, whatever the verb.
func (s Sealed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue never shows the text.
func (s Sealed) LogValue() slog.Value { return slog.StringValue(s.String()) }

type sealedWire struct {
	Key string `json:"key"`
	At  string `json:"at"`
	Box []byte `json:"box"`
}

// MarshalJSON writes the sealed form. It returns ErrNotSealed for plain text.
func (s Sealed) MarshalJSON() ([]byte, error) {
	switch {
	case s.Pending():
		return nil, ErrNotSealed
	case s.IsZero():
		return []byte("null"), nil
	}
	return json.Marshal(sealedWire{s.Key, s.At, s.Box})
}

// UnmarshalJSON reads the sealed form. Unknown fields and a missing box are errors.
func (s *Sealed) UnmarshalJSON(b []byte) error {
	var w *sealedWire
	if err := strict(b, &w); err != nil {
		return err
	}
	if w == nil {
		*s = Sealed{}
		return nil
	}
	if len(w.Box) == 0 {
		return errors.New("sealed field has no box")
	}
	*s = Sealed{Key: w.Key, At: w.At, Box: w.Box}
	return nil
}

// sealer is a fact that has personal fields.
type sealer interface {
	// mapSealed returns the fact with each personal field replaced by what f makes of it.
	mapSealed(f func(field string, s Sealed) (Sealed, error)) (Event, error)
}

// MapSealed returns e with each personal field that was given replaced by what f makes
// of it. A fact without personal fields is returned as it is.
func MapSealed(e Event, f func(field string, s Sealed) (Sealed, error)) (Event, error) {
	s, ok := e.(sealer)
	if !ok {
		return e, nil
	}
	return s.mapSealed(func(field string, v Sealed) (Sealed, error) {
		if v.IsZero() {
			return v, nil
		}
		return f(field, v)
	})
}

// mapFields applies f to named fields in turn and stops at the first error.
func mapFields(f func(string, Sealed) (Sealed, error), fields ...namedSealed) error {
	for _, x := range fields {
		v, err := f(x.name, *x.field)
		if err != nil {
			return err
		}
		*x.field = v
	}
	return nil
}

type namedSealed struct {
	name  string
	field *Sealed
}

func (o *Opinion) fields() []namedSealed {
	return []namedSealed{{"opinion.text", &o.Text}, {"opinion.name", &o.Name}, {"opinion.phone", &o.Phone}, {"opinion.place", &o.Place}}
}

func (e ItemRaised) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, e.Opinion.fields()...)
	return e, err
}

func (e OpinionAdded) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, e.Opinion.fields()...)
	return e, err
}

func (e InfoSupplied) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"text", &e.Text})
	return e, err
}

func (e LedgerClaimed) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"measures", &e.Measures}, namedSealed{"note", &e.Note}, namedSealed{"workbook.name", &e.Workbook.Name})
	return e, err
}

func (e ReplySubmitted) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"private", &e.Private})
	return e, err
}

func (e RectificationReported) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"contact_note", &e.ContactNote})
	return e, err
}

func (e ObjectionRaised) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"text", &e.Text}, namedSealed{"contact", &e.Contact})
	return e, err
}

func (e Evaluated) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"words", &e.Words})
	return e, err
}
