package backup

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Message is one message of a stream as the server stores it.
type Message struct {
	Seq     uint64
	Time    time.Time // the server's clock, UTC, to the nanosecond
	Subject string
	Header  map[string][]string // nil when none was stored
	Data    []byte
}

// A line is written by hand, since encoding/json would compact and escape the stored
// bytes, and hashes are over the bytes.
//
//	{"seq":7,"time":"2026-11-24T08:00:00.123456789Z","subject":"rect.main.item.…","headers":{"Nats-Msg-Id":["…"]},"json":{…}}
//
// The data stand under "json" verbatim when they are one JSON object in one line of valid
// UTF-8, so that jq can read into them; else under "base64".
func appendLine(b []byte, m Message) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, m.Seq, 10)
	b = append(b, `,"time":"`...)
	b = m.Time.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","subject":`...)
	b = appendString(b, m.Subject)
	if len(m.Header) > 0 {
		b = append(b, `,"headers":{`...)
		for i, name := range slices.Sorted(maps.Keys(m.Header)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, name), ':', '[')
			for i, v := range m.Header[name] {
				if i > 0 {
					b = append(b, ',')
				}
				b = appendString(b, v)
			}
			b = append(b, ']')
		}
		b = append(b, '}')
	}
	if readable(m.Data) {
		b = append(b, `,"json":`...)
		b = append(b, m.Data...)
	} else {
		b = append(b, `,"base64":"`...)
		b = base64.StdEncoding.AppendEncode(b, m.Data)
		b = append(b, '"')
	}
	return append(b, "}\n"...)
}

// readable reports whether data can stand in a line as they are.
func readable(data []byte) bool {
	return len(data) > 1 && data[0] == '{' && data[len(data)-1] == '}' &&
		!bytes.ContainsAny(data, "\n\r") && utf8.Valid(data) && json.Valid(data)
}

func appendString(b []byte, s string) []byte {
	plain := true
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			plain = false
			break
		}
	}
	if plain {
		return append(append(append(b, '"'), s...), '"')
	}
	q, _ := json.Marshal(s) // a string always encodes
	return append(b, q...)
}

var errLine = errors.New("line is not one that a backup writes")

// parseLine reads what appendLine wrote, with or without the line's end. Anything else is
// refused, so that a line says neither more nor less than the message.
func parseLine(line []byte) (Message, error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	var w struct {
		Seq     uint64              `json:"seq"`
		Time    time.Time           `json:"time"`
		Subject string              `json:"subject"`
		Headers map[string][]string `json:"headers"`
		JSON    json.RawMessage     `json:"json"`
		Base64  []byte              `json:"base64"`
	}
	if err := json.Unmarshal(line, &w); err != nil {
		return Message{}, fmt.Errorf("%w: %v", errLine, err)
	}
	m := Message{Seq: w.Seq, Time: w.Time.UTC(), Subject: w.Subject, Header: w.Headers, Data: w.Base64}
	if w.JSON != nil {
		m.Data = w.JSON
	}
	again := appendLine(make([]byte, 0, len(line)+1), m)
	if !bytes.Equal(again[:len(again)-1], line) {
		return Message{}, errLine
	}
	return m, nil
}
