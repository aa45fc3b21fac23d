package projections

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// table says how rows made from an R stand in Postgres. Both ways of writing come from this
// one declaration, so that they cannot differ: set-wise insert with a rule for rows that are
// there already, and COPY.
type table[R any] struct {
	name string
	key  []string // of the primary key; none when rows are only ever added
	then onConflict
	set  string // of mergeRow
	mass bool   // a row a fact or an item: emptied before it is loaded, so that COPY costs less
	cols []col[R]
}

// onConflict says what becomes of a row whose key is there already.
type onConflict int

const (
	replaceRow onConflict = iota // the new row stands
	keepRow                      // the first row stands
	sumRow                       // columns outside the key are added up; the row goes when all come to nothing
	addRow                       // likewise, soon after (adding.go)
	mergeRow                     // as set says
)

// col is one column. put appends the value in Postgres's binary form with its length before
// it, which is the form of a COPY field and of an array element alike.
type col[R any] struct {
	name string
	kind colKind
	put  func(b []byte, r *R) []byte
}

// colKind is a type of column.
type colKind struct {
	name  string // in SQL
	elem  uint32 // its oid
	array uint32 // the oid of its array
}

var (
	kindUUID     = colKind{"uuid", 2950, 2951}
	kindText     = colKind{"text", 25, 1009}
	kindTexts    = colKind{"text[]", 25, 1009}   // travels as one text when it is an element
	kindBigs     = colKind{"bigint[]", 25, 1009} // likewise
	kindBool     = colKind{"boolean", 16, 1000}
	kindSmall    = colKind{"smallint", 21, 1005}
	kindInt      = colKind{"integer", 23, 1007}
	kindBig      = colKind{"bigint", 20, 1016}
	kindDate     = colKind{"date", 1082, 1182}
	kindTime     = colKind{"timestamptz", 1184, 1185}
	kindBytes    = colKind{"bytea", 17, 1001}
	kindDocument = colKind{"jsonb", 3802, 3807}
)

func uuidCol[R any](name string, f func(*R) uuid.UUID) col[R] {
	return col[R]{name, kindUUID, func(b []byte, r *R) []byte {
		u := f(r)
		return append(append(b, 0, 0, 0, 16), u[:]...)
	}}
}

// textCol drops the one character that Postgres cannot keep.
func textCol[R any, S ~string](name string, f func(*R) S) col[R] {
	return col[R]{name, kindText, func(b []byte, r *R) []byte { return appendText(b, string(f(r))) }}
}

// textsCol is a text[] that is never null.
func textsCol[R any](name string, f func(*R) []string) col[R] {
	return col[R]{name, kindTexts, func(b []byte, r *R) []byte { return appendTexts(b, f(r)) }}
}

// bigsCol is a bigint[] that is never null.
func bigsCol[R any](name string, f func(*R) []int64) col[R] {
	return col[R]{name, kindBigs, func(b []byte, r *R) []byte {
		ns := f(r)
		at := len(b)
		b = append(b, 0, 0, 0, 0)
		b = appendArrayHead(b, kindBig.elem, len(ns))
		for _, n := range ns {
			b = binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), uint64(n))
		}
		binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
		return b
	}}
}

func boolCol[R any](name string, f func(*R) bool) col[R] {
	return col[R]{name, kindBool, func(b []byte, r *R) []byte {
		if f(r) {
			return append(b, 0, 0, 0, 1, 1)
		}
		return append(b, 0, 0, 0, 1, 0)
	}}
}

func smallCol[R any](name string, f func(*R) int) col[R] {
	return col[R]{name, kindSmall, func(b []byte, r *R) []byte {
		return binary.BigEndian.AppendUint16(append(b, 0, 0, 0, 2), uint16(int16(f(r))))
	}}
}

func intCol[R any](name string, f func(*R) int) col[R] {
	return col[R]{name, kindInt, func(b []byte, r *R) []byte {
		return binary.BigEndian.AppendUint32(append(b, 0, 0, 0, 4), uint32(int32(f(r))))
	}}
}

func bigCol[R any, N ~int64 | ~uint64 | ~int](name string, f func(*R) N) col[R] {
	return col[R]{name, kindBig, func(b []byte, r *R) []byte {
		return binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), uint64(f(r)))
	}}
}

// dateCol is null for the zero day.
func dateCol[R any](name string, f func(*R) events.Date) col[R] {
	return col[R]{name, kindDate, func(b []byte, r *R) []byte {
		d := f(r)
		if d.IsZero() {
			return append(b, null...)
		}
		return appendDate(b, d)
	}}
}

// lastDateCol is infinity for the zero day, so that it sorts last.
func lastDateCol[R any](name string, f func(*R) events.Date) col[R] {
	return col[R]{name, kindDate, func(b []byte, r *R) []byte {
		d := f(r)
		if d.IsZero() {
			return append(b, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff)
		}
		return appendDate(b, d)
	}}
}

// timeCol is null for the zero time.
func timeCol[R any](name string, f func(*R) time.Time) col[R] {
	return col[R]{name, kindTime, func(b []byte, r *R) []byte {
		t := f(r)
		if t.IsZero() {
			return append(b, null...)
		}
		return binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), uint64(t.UnixMicro()-millennium.UnixMicro()))
	}}
}

// bytesCol is null for nil.
func bytesCol[R any](name string, f func(*R) []byte) col[R] {
	return col[R]{name, kindBytes, func(b []byte, r *R) []byte {
		v := f(r)
		if v == nil {
			return append(b, null...)
		}
		return append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
	}}
}

// docCol is a JSON document, made by [document].
func docCol[R any](name string, f func(*R) []byte) col[R] {
	return col[R]{name, kindDocument, func(b []byte, r *R) []byte {
		doc := f(r)
		b = binary.BigEndian.AppendUint32(b, uint32(len(doc)+1))
		return append(append(b, 1), doc...) // 1: version of the form
	}}
}

// rawCol is a JSON document, made by [document], that is only read as a whole: as text, which
// Postgres does not take apart.
func rawCol[R any](name string, f func(*R) []byte) col[R] {
	return col[R]{name, kindText, func(b []byte, r *R) []byte {
		doc := f(r)
		return append(binary.BigEndian.AppendUint32(b, uint32(len(doc))), doc...)
	}}
}

var (
	null       = []byte{0xff, 0xff, 0xff, 0xff}
	millennium = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // where Postgres counts from
)

func appendText(b []byte, s string) []byte {
	s = clean(s)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

func appendTexts(b []byte, ss []string) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = appendArrayHead(b, kindText.elem, len(ss))
	for _, s := range ss {
		b = appendText(b, s)
	}
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// appendArrayHead begins an array of n elements of one dimension without nulls said to be in it.
func appendArrayHead(b []byte, elem uint32, n int) []byte {
	dims := uint32(1)
	if n == 0 {
		dims = 0
	}
	b = binary.BigEndian.AppendUint32(b, dims)
	b = binary.BigEndian.AppendUint32(b, 1) // there may be nulls
	b = binary.BigEndian.AppendUint32(b, elem)
	if n > 0 {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
		b = binary.BigEndian.AppendUint32(b, 1) // counts from one
	}
	return b
}

func appendDate(b []byte, d events.Date) []byte {
	t := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
	return binary.BigEndian.AppendUint32(append(b, 0, 0, 0, 4), uint32(int32((t.Unix()-millennium.Unix())/86400)))
}

// names lists the columns, each with something before it.
func (t *table[R]) names(before string) string {
	var b strings.Builder
	for i, c := range t.cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(before + c.name)
	}
	return b.String()
}

// copySQL is the statement that takes rows in binary form; frozen into a table that was emptied
// in the same transaction.
func (t *table[R]) copySQL(frozen bool) string {
	return fmt.Sprintf(`copy %s (%s) from stdin (format binary, freeze %t)`, t.name, t.names(""), frozen)
}

// insertSQL is the statement that takes one array a column.
func (t *table[R]) insertSQL(upsert bool) string {
	var params, values []string
	for i, c := range t.cols {
		kind, value := c.kind.name, c.name
		if c.kind == kindTexts || c.kind == kindBigs { // arrays of arrays cannot be unnested
			kind, value = kindText.name, "string_to_array("+c.name+`, E'\x1f')::`+c.kind.name
		}
		params = append(params, fmt.Sprintf("$%d::%s[]", i+1, kind))
		values = append(values, value)
	}
	sql := fmt.Sprintf("insert into %s (%s) select %s from unnest(%s) as u (%s)", t.name, t.names(""),
		strings.Join(values, ", "), strings.Join(params, ", "), t.names(""))
	if !upsert || len(t.key) == 0 {
		return sql
	}
	sql += " on conflict (" + strings.Join(t.key, ", ") + ") do "
	switch t.then {
	case keepRow:
		return sql + "nothing"
	case sumRow:
		var sums []string
		for _, c := range t.cols {
			if !t.isKey(c.name) {
				sums = append(sums, c.name+" = "+t.name+"."+c.name+" + excluded."+c.name)
			}
		}
		return sql + "update set " + strings.Join(sums, ", ")
	}
	if t.then == mergeRow {
		return sql + "update set " + t.set
	}
	var set, was, is []string
	for _, c := range t.cols {
		if t.isKey(c.name) {
			continue
		}
		set = append(set, c.name+" = excluded."+c.name)
		was, is = append(was, t.name+"."+c.name), append(is, "excluded."+c.name)
	}
	return sql + "update set " + strings.Join(set, ", ") +
		" where (" + strings.Join(was, ", ") + ") is distinct from (" + strings.Join(is, ", ") + ")"
}

// emptySQL drops those of the given rows whose sums came to nothing.
func (t *table[R]) emptySQL() string {
	var params, match []string
	for i, c := range t.cols {
		params = append(params, fmt.Sprintf("$%d::%s[]", i+1, c.kind.name))
		if t.isKey(c.name) {
			match = append(match, "t."+c.name+" = u."+c.name)
		} else {
			match = append(match, "t."+c.name+" = 0")
		}
	}
	return fmt.Sprintf("delete from %s t using unnest(%s) as u (%s) where %s", t.name, strings.Join(params, ", "), t.names(""), strings.Join(match, " and "))
}

func (t *table[R]) isKey(name string) bool {
	for _, k := range t.key {
		if k == name {
			return true
		}
	}
	return false
}
