package proof_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"testing"

	"xiaohao/events"
	"xiaohao/events/proof"

	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "write golden files that are missing")

// storyLog makes a story what a Prover reads.
type storyLog struct{ log []events.Message }

func (l storyLog) Identity() string                     { return stream.String() }
func (l storyLog) Last(context.Context) (uint64, error) { return uint64(len(l.log)), nil }

func (l storyLog) Scan(_ context.Context, from, to uint64, f func(events.Message) error) error {
	for _, m := range l.log[from-1 : to] {
		if err := f(m); err != nil {
			return err
		}
	}
	return nil
}

func (l storyLog) MessagesOf(_ context.Context, a events.Aggregate, id uuid.UUID) (out []events.Message, err error) {
	for _, m := range l.log {
		if m.Subject == events.Subject(tenant, a, id) {
			out = append(out, m)
		}
	}
	return out, nil
}

func (l storyLog) Append(context.Context, ...events.Write) ([]events.Recorded, error) {
	return nil, errors.New("a story is read only")
}

// golden returns what a file of testdata holds, and with -update writes it when it is absent.
func golden(t *testing.T, name string, make func() []byte) []byte {
	t.Helper()
	path := "testdata/" + name
	data, err := os.ReadFile(path)
	if *update && os.IsNotExist(err) {
		data = make()
		err = errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, data, 0o644))
	}
	if err != nil {
		t.Fatalf("no golden file (go test ./events/proof -update writes it): %v", err)
	}
	return data
}

// A log and a case that were proved once are proved for ever: the files are never changed,
// so that no format of this package can be either.
func TestGolden(t *testing.T) {
	write := func() (log, file []byte) {
		s := newStory(t)
		s.work(8)
		s.sign(0, key, nil)
		s.work(8)
		s.sign(2, key, public(other))
		s.work(3)
		s.sign(0, other, nil)
		s.work(1)
		log, err := json.MarshalIndent(s.log, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		p := &proof.Prover{Log: storyLog{s.log}, Tenant: tenant}
		c, err := p.Case(t.Context(), s.items[0])
		if err != nil {
			t.Fatal(err)
		}
		if file, err = c.Encode(); err != nil {
			t.Fatal(err)
		}
		return append(log, '\n'), file
	}
	stored := golden(t, "log.json", func() []byte { log, _ := write(); return log })
	file := golden(t, "case.json", func() []byte { _, file := write(); return file })

	var log []events.Message
	if err := json.Unmarshal(stored, &log); err != nil {
		t.Fatal(err)
	}
	r, w := check(log, public(key))
	if w != nil || r.Messages != 23 || r.Roots != 3 || !r.Trusted || r.Uncovered != 2 {
		t.Errorf("log: %+v, %v", r, w)
	}
	k, err := proof.CheckCase(file, public(other))
	if err != nil || k.Covered == 0 || k.Revs != k.Covered+k.Uncovered {
		t.Errorf("case: %+v, %v", k, err)
	}
}

// Whatever a file says, the answer is a sentence and no panic; and what is accepted is
// written again to the same bytes.
func FuzzCheckCase(f *testing.F) {
	for _, name := range []string{"testdata/case.json"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"format":"xiaohao case 1","root":null,"inclusion":null,"commits":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := proof.CheckCase(data, public(other))
		if err == nil && r.Revs == 0 {
			t.Error("a case of nothing is fine")
		}
	})
}

// No message makes a Checker panic, and none is taken twice.
func FuzzChecker(f *testing.F) {
	f.Add("rect.main.item."+stream.String(), []byte(`{"hash":"","commit":{}}`))
	s := newStory(f)
	s.work(1)
	s.sign(0, key, nil)
	for _, m := range s.log {
		f.Add(m.Subject, m.Data)
	}
	f.Fuzz(func(t *testing.T, subject string, data []byte) {
		c := proof.NewChecker("", tenant)
		m := events.Message{Sequence: 1, Subject: subject, Time: start, Data: data}
		if err := c.Add(m); err != nil {
			return
		}
		if m.Sequence++; c.Add(m) == nil {
			t.Error("the same commit again is fine")
		}
	})
}
