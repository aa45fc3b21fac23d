package backup

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// FuzzLine proves that whatever a stream holds comes back from a line byte by byte, and
// that a line is one line of JSON.
func FuzzLine(f *testing.F) {
	for _, data := range []string{"", "{", "{}", `{"a":"<&>\u2028 "}`, "{\"a\":1.0,\"a\":2}", `{"a": 1 }`, "{\"a\":\n1}", "{\"\xff\":1}",
		"[1]", `"text"`, "null", " {}", "{} ", "\x00", `{"hash":"x","commit":{"n":12345678901234567890}}`} {
		f.Add(uint64(1), int64(1), "rect.main.item.x", "Nats-Msg-Id", "id", []byte(data))
	}
	f.Add(uint64(1<<63), int64(-1), "主题", "名", "值\"\\", []byte("数据"))
	f.Fuzz(func(t *testing.T, seq uint64, ns int64, subject, name, value string, data []byte) {
		clean := func(s string) string { return strings.ToValidUTF8(s, "?") } // the server's headers and subjects are UTF-8
		m := Message{Seq: seq, Time: time.Unix(0, ns).UTC(), Subject: clean(subject), Data: data,
			Header: map[string][]string{clean(name): {clean(value), "2"}}}
		line := appendLine(nil, m)
		if n := bytes.IndexByte(line, '\n'); n != len(line)-1 {
			t.Fatalf("%q is not one line", line)
		}
		if !json.Valid(line) {
			t.Fatalf("%q is not JSON", line)
		}
		got, err := parseLine(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if fast, ok := parsePlain(line[:len(line)-1]); ok && !reflect.DeepEqual(fast, got) {
			t.Fatalf("%q: read as %+v and as %+v", line, fast, got)
		}
		if !bytes.Equal(got.Data, m.Data) {
			t.Fatalf("data %q came back as %q", m.Data, got.Data)
		}
		got.Data, m.Data = nil, nil
		if !reflect.DeepEqual(got, m) {
			t.Fatalf("%+v came back as %+v", m, got)
		}
	})
}

func TestLineRefusesWhatItWouldNotWrite(t *testing.T) {
	good := string(appendLine(nil, Message{Seq: 7, Time: time.Unix(1, 5), Subject: "a.b", Data: []byte(`{"x":1}`)}))
	if _, err := parseLine([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		strings.Replace(good, `{"seq":7`, `{"seq":7,"note":"kept beside"`, 1),
		strings.Replace(good, `{"seq":7`, `{"seq":8,"seq":7`, 1),
		strings.Replace(good, `"seq"`, `"Seq"`, 1),
		strings.Replace(good, `:7`, `: 7`, 1),
		strings.Replace(good, "1970-01-01T00:00:01.000000005Z", "1970-01-01T08:00:01.000000005+08:00", 1),
		strings.Replace(good, `"a.b"`, `"a.b","headers":{}`, 1),
		strings.Replace(good, `"a.b"`, `"a.b","headers":{"a":["1"],"a":["2"]}`, 1),
		strings.Replace(good, `"a.b"`, `"a.b","headers":{"b":["1"],"a":["2"]}`, 1),
		strings.Replace(good, `"json":{"x":1}`, `"base64":"eyJ4IjoxfQ=="`, 1),
		strings.Replace(good, `"json":`, `"base64":"","json":`, 1),
		good[:len(good)-2], "", "{}", "null",
	} {
		if bad == good {
			t.Fatal("the case changes nothing")
		}
		if _, err := parseLine([]byte(bad)); err == nil {
			t.Errorf("accepted %s", bad)
		}
	}
}

// BenchmarkParseLine is most of what checking a backup costs.
func BenchmarkParseLine(b *testing.B) {
	line := appendLine(nil, Message{Seq: 7, Time: time.Now(), Subject: "rect.main.item.0196a000-0000-7000-8000-000000000001",
		Header: map[string][]string{"Nats-Msg-Id": {"0196a000-0000-7000-8000-000000000002"}, "Nats-Expected-Stream": {"RECT"}},
		Data:   []byte(`{"hash":"` + strings.Repeat("ab", 32) + `","commit":{"item":"x","events":[{"data":{"text":"` + strings.Repeat("第一次批示", 30) + `"}}]}}`)})
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := parseLine(line); err != nil {
			b.Fatal(err)
		}
	}
}
