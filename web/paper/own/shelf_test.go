package own

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	"xiaohao/web/paper/docx"
	"xiaohao/web/paper/form"
	"xiaohao/web/paper/ledger"
)

var clerk = events.Actor{ID: "office.clerk", Role: events.Dispatcher, Post: "交办员"}

// cupboard keeps files in memory.
type cupboard map[string][]byte

func (c cupboard) Put(_ context.Context, _ uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error) {
	data, err := io.ReadAll(r)
	c[name] = data
	return events.EvidenceFile{Object: name, Size: len(data), Original: "hash"}, err
}

func (c cupboard) File(_ context.Context, _ uuid.UUID, object string) ([]byte, error) {
	return c[object], nil
}

func shelf() *Shelf { return &Shelf{Log: memory.New(), Files: cupboard{}, Now: time.Now} }

func rule(t *testing.T, err error) *domain.Refusal {
	t.Helper()
	rs := domain.RefusalsOf(err)
	if len(rs) != 1 {
		t.Fatalf("no refusal: %v", err)
	}
	return rs[0]
}

// Each unit's words on its columns last and add up, also on another node; others have their own.
func TestMapping(t *testing.T) {
	s := shelf()
	remember := func(unit string, m ledger.Mapping) {
		t.Helper()
		if err := s.Remember(t.Context(), uuid.New(), clerk, unit, m); err != nil {
			t.Fatal(err)
		}
	}
	remember("水利局", ledger.Mapping{"说明": ledger.Problem, "某栏": ledger.Ignored})
	remember("水利局", ledger.Mapping{"说明": ledger.Problem}) // nothing new
	remember("水利局", ledger.Mapping{"某栏": ledger.LeadUnit})
	other := &Shelf{Log: s.Log, Now: time.Now}
	m, err := other.Mapping(t.Context(), "水利局")
	if err != nil || len(m) != 2 || m["说明"] != ledger.Problem || m["某栏"] != ledger.LeadUnit {
		t.Errorf("%v, %v", m, err)
	}
	if h, err := s.Log.LoadOf(t.Context(), events.PaperAggregate, events.MappingID("水利局")); err != nil || len(h) != 2 {
		t.Errorf("%d commits, %v", len(h), err)
	}
	if m, err := s.Mapping(t.Context(), "教育局"); err != nil || len(m) != 0 {
		t.Errorf("another unit: %v, %v", m, err)
	}
	if err := s.Remember(t.Context(), uuid.New(), clerk, "", ledger.Mapping{"a": "no_field"}); domain.RefusalsOf(err) == nil {
		t.Errorf("a field that is none: %v", err)
	}
}

// Each unit's words on names of units last and add up, and are taken back by an empty one.
func TestUnits(t *testing.T) {
	s := shelf()
	for _, said := range []map[string]string{{"住建局": "zj", "水务局": "sl"}, {"住建局": "zj"}, {"水务局": ""}, {"城管": "cg"}} {
		if err := s.RememberUnits(t.Context(), uuid.New(), clerk, "督查办", said); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Remember(t.Context(), uuid.New(), clerk, "督查办", ledger.Mapping{"说明": ledger.Problem}); err != nil {
		t.Fatal(err)
	}
	other := &Shelf{Log: s.Log, Now: time.Now}
	got, err := other.Units(t.Context(), "督查办")
	if err != nil || len(got) != 2 || got["住建局"] != "zj" || got["城管"] != "cg" {
		t.Errorf("%v, %v", got, err)
	}
	if h, err := s.Log.LoadOf(t.Context(), events.PaperAggregate, events.MappingID("督查办")); err != nil || len(h) != 4 { // the second said nothing new
		t.Errorf("%d commits, %v", len(h), err)
	}
	if got, err := s.Units(t.Context(), "教育局"); err != nil || len(got) != 0 {
		t.Errorf("another unit: %v, %v", got, err)
	}
}

// An office's template is kept when it has what the paper needs, and refused by name when not.
func TestTemplate(t *testing.T) {
	s, k := shelf(), form.Reply
	if data, err := s.File(t.Context(), k); err != nil || data != nil {
		t.Fatalf("there is one already: %v", err)
	}
	good, err := form.Template(k)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Keep(t.Context(), uuid.New(), clerk, k, "红头.docx", good); err != nil {
		t.Fatal(err)
	}
	if data, err := s.File(t.Context(), k); err != nil || !bytes.Equal(data, good) {
		t.Errorf("another file comes back: %v", err)
	}
	var odd bytes.Buffer
	d := docx.New("答复意见书", "", false)
	d.Note("{{没有这一项}}")
	if _, err := d.WriteTo(&odd); err != nil {
		t.Fatal(err)
	}
	bad := rule(t, s.Keep(t.Context(), uuid.New(), clerk, k, "坏.docx", odd.Bytes()))
	if bad.Rule != "template.placeholders" || !strings.Contains(bad.Message, "缺少占位符 {{编号}}") || !strings.Contains(bad.Message, "{{没有这一项}} 没有对应的内容") {
		t.Errorf("%+v", bad)
	}
	if r := rule(t, s.Keep(t.Context(), uuid.New(), clerk, k, "a.docx", []byte("PK no zip"))); r.Rule != "template.docx" {
		t.Errorf("%+v", r)
	}
	if r := rule(t, s.Keep(t.Context(), uuid.New(), clerk, "no", "a.docx", good)); r.Rule != "template.paper" {
		t.Errorf("%+v", r)
	}
	if kept, ok, err := s.Template(t.Context(), k); err != nil || !ok || kept.By != "交办员" || kept.Size != len(good) {
		t.Errorf("%+v %v %v", kept, ok, err)
	}
	id := uuid.New()
	if err := errors.Join(s.Withdraw(t.Context(), id, clerk, k), s.Withdraw(t.Context(), id, clerk, k)); err != nil {
		t.Fatal(err)
	}
	if data, err := s.File(t.Context(), k); err != nil || data != nil {
		t.Errorf("withdrawn and still there: %v", err)
	}
}
