package proof_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"xiaohao/events/journal/journaltest"
	"xiaohao/events/journal/memory"
	"xiaohao/events/proof"

	"github.com/google/uuid"
)

// caseFile exports the item that was written to before and after the root.
func caseFile(t *testing.T, before, after int) []byte {
	t.Helper()
	log := memory.New()
	for range 5 {
		journaltest.Fill(t, log, 2)
	}
	own := journaltest.Fill(t, log, before)
	last := own[before-1]
	s := newSigner(log, &clock{noon})
	mustSign(t, s, true)
	for range after {
		got, err := log.Append(t.Context(), journaltest.Next(last))
		if err != nil {
			t.Fatal(err)
		}
		last = got[0]
	}
	c, err := s.Prover.Case(t.Context(), last.Item)
	if err != nil {
		t.Fatal(err)
	}
	file, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCase(t *testing.T) {
	r, err := proof.CheckCase(caseFile(t, 4, 3), public(key))
	if err != nil || r.Revs != 7 || r.Covered != 4 || r.Uncovered != 3 || !r.Trusted {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = proof.CheckCase(caseFile(t, 4, 0)); err != nil || r.Covered != 4 || r.Uncovered != 0 || r.Trusted {
		t.Errorf("with no key: %+v, %v", r, err)
	}
	var w *proof.Wrong
	if _, err = proof.CheckCase(caseFile(t, 1, 0), public(other)); !errors.As(err, &w) || w.Kind != proof.WrongSigner {
		t.Errorf("with another key: %v", err)
	}
}

// No byte of a covered case can be changed, nor any be added or taken away.
func TestCaseMutatedAnywhere(t *testing.T) {
	file := caseFile(t, 2, 0)
	rnd := rand.New(rand.NewPCG(5, 6))
	refuses := func(what string, i int, b []byte) {
		t.Helper()
		if _, err := proof.CheckCase(b, public(key)); err == nil {
			t.Errorf("%s at byte %d of %d (%q) is not found", what, i, len(file), file[max(0, i-20):i+1])
		}
	}
	for i := range file {
		b := bytes.Clone(file)
		b[i] ^= 1 << rnd.IntN(8)
		refuses("a flipped bit", i, b)
		refuses("a byte left out", i, append(bytes.Clone(file[:i]), file[i+1:]...))
		refuses("a blank put in", i, append(append(bytes.Clone(file[:i]), ' '), file[i:]...))
	}
	refuses("text after it", len(file)-1, append(bytes.Clone(file), '\n'))
}

// Changes that keep the form: each is found, and the first wrong revision is named.
func TestCaseForged(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *proof.Case)
		kind   proof.Kind
		rev    int
	}{
		"format":          {func(c *proof.Case) { c.Format = "xiaohao case 2" }, "", 0},
		"no commits":      {func(c *proof.Case) { c.Commits = nil }, "", 0},
		"no inclusion":    {func(c *proof.Case) { c.Inclusion = nil }, "", 0},
		"first left out":  {func(c *proof.Case) { c.Commits = c.Commits[1:] }, proof.WrongRev, 1},
		"middle left out": {func(c *proof.Case) { c.Commits = append(c.Commits[:1:1], c.Commits[2:]...) }, proof.WrongRev, 2},
		"end left out":    {func(c *proof.Case) { c.Commits = c.Commits[:3] }, proof.WrongRoot, 3},
		"text":            {func(c *proof.Case) { c.Commits[1].Data = strings.Replace(c.Commits[1].Data, "批示", "指示", 1) }, proof.WrongHash, 2},
		"time":            {func(c *proof.Case) { c.Commits[1].Time = "2026-01-01T00:00:00Z" }, proof.WrongRoot, 4},
		"time of the end": {func(c *proof.Case) { c.Commits[3].Time = "2026-01-01T00:00:00Z" }, proof.WrongRoot, 4},
		"other spelling":  {func(c *proof.Case) { c.Commits[1].Time = "2026-01-01T00:00:00.100Z" }, proof.WrongForm, 2},
		"sequence":        {func(c *proof.Case) { c.Commits[0].Sequence-- }, proof.WrongRoot, 4},
		"repeated":        {func(c *proof.Case) { c.Commits[1].Sequence-- }, proof.WrongSequence, 2},
		"said to be late": {func(c *proof.Case) { c.Inclusion.Rev-- }, proof.WrongRoot, 5},
		"subject":         {func(c *proof.Case) { c.Subject = "rect.main.item." + uuid.NewString() }, proof.WrongSubject, 1},
		"the log's own":   {func(c *proof.Case) { c.Subject = "rect.main.log." + uuid.NewString() }, proof.WrongSubject, 1},
		"root":            {func(c *proof.Case) { c.Root.Day = c.Root.Day.AddDays(1) }, proof.WrongSigner, 5},
		"path":            {func(c *proof.Case) { c.Inclusion.Path[0] = c.Root.Root }, proof.WrongRoot, 4},
		"index":           {func(c *proof.Case) { c.Inclusion.Index ^= 1 }, proof.WrongRoot, 4},
		"signed by another": {func(c *proof.Case) {
			if err := proof.Sign(c.Root, other); err != nil {
				t.Fatal(err)
			}
		}, proof.WrongSigner, 5},
	} {
		t.Run(name, func(t *testing.T) {
			var k proof.Case
			if err := json.Unmarshal(caseFile(t, 4, 1), &k); err != nil {
				t.Fatal(err)
			}
			c.change(&k)
			file, err := k.Encode()
			if err != nil {
				t.Fatal(err)
			}
			_, err = proof.CheckCase(file, public(key))
			var w *proof.Wrong
			switch {
			case c.kind == "" && errors.Is(err, proof.ErrNotCase):
			case errors.As(err, &w) && w.Kind == c.kind && w.Rev == c.rev:
			default:
				t.Errorf("got %v (%+v)", err, w)
			}
		})
	}
}

// An item that no root covers yet is chained only, and that is said.
func TestCaseBeforeAnyRoot(t *testing.T) {
	log := memory.New()
	own := journaltest.Fill(t, log, 2)
	p := &proof.Prover{Log: log, Tenant: tenant}
	c, err := p.Case(t.Context(), own[0].Item)
	if err != nil || c.Root != nil || c.Inclusion != nil {
		t.Fatalf("%+v, %v", c, err)
	}
	file, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if r, err := proof.CheckCase(file, public(key)); err != nil || r.Covered != 0 || r.Uncovered != 2 || r.Root != nil || r.Trusted {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := p.Case(t.Context(), uuid.New()); !errors.Is(err, proof.ErrNoItem) {
		t.Errorf("an item that does not exist: %v", err)
	}
}
