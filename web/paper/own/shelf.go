package own

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/web/paper/docx"
	"xiaohao/web/paper/form"
	"xiaohao/web/paper/ledger"
)

// Files keeps the files of templates; events/evidence is one.
type Files interface {
	Put(ctx context.Context, of uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error)
	File(ctx context.Context, of uuid.UUID, object string) ([]byte, error)
}

// Shelf has what the office has set. It is safe for concurrent use, on any number of nodes.
type Shelf struct {
	Log   domain.Histories
	Files Files // nil: no templates can be kept
	Now   func() time.Time
}

// Mapping is what a unit has said its columns mean, empty when it said nothing.
func (s *Shelf) Mapping(ctx context.Context, unit string) (ledger.Mapping, error) {
	h, err := s.Log.LoadOf(ctx, events.PaperAggregate, events.MappingID(unit))
	if err != nil {
		return nil, fmt.Errorf("load the mapping of %q: %w", unit, err)
	}
	m := ledger.Mapping{}
	for _, r := range h {
		for _, e := range r.Events {
			if e, ok := e.(events.ColumnsMapped); ok {
				for _, c := range e.Columns {
					m[c.Heading] = ledger.Field(c.Field)
				}
			}
		}
	}
	return m, nil
}

// Remember adds to what a unit said its columns mean. Nothing new is no fact.
func (s *Shelf) Remember(ctx context.Context, id uuid.UUID, a events.Actor, unit string, m ledger.Mapping) error {
	if err := m.Check(); err != nil {
		return err
	}
	was, err := s.Mapping(ctx, unit)
	if err != nil {
		return err
	}
	fact := events.ColumnsMapped{Unit: unit}
	for heading, f := range m {
		if known, ok := was[heading]; !ok || known != f {
			fact.Columns = append(fact.Columns, events.MappedColumn{Heading: heading, Field: string(f)})
		}
	}
	if len(fact.Columns) == 0 {
		return nil
	}
	slices.SortFunc(fact.Columns, func(a, b events.MappedColumn) int { return bytes.Compare([]byte(a.Heading), []byte(b.Heading)) })
	return s.record(ctx, events.MappingID(unit), id, a, "map_columns", fact)
}

// Units is which units of the directory a unit meant by names in its ledgers, ids by the names.
func (s *Shelf) Units(ctx context.Context, unit string) (map[string]string, error) {
	h, err := s.Log.LoadOf(ctx, events.PaperAggregate, events.MappingID(unit))
	if err != nil {
		return nil, fmt.Errorf("load the names of %q: %w", unit, err)
	}
	out := map[string]string{}
	for _, r := range h {
		for _, e := range r.Events {
			if e, ok := e.(events.UnitsMapped); ok {
				for _, n := range e.Names {
					if out[n.Name] = n.ID; n.ID == "" {
						delete(out, n.Name)
					}
				}
			}
		}
	}
	return out, nil
}

// RememberUnits adds to what names mean; an empty id takes a name back. Nothing new is no fact.
func (s *Shelf) RememberUnits(ctx context.Context, id uuid.UUID, a events.Actor, unit string, names map[string]string) error {
	was, err := s.Units(ctx, unit)
	if err != nil {
		return err
	}
	fact := events.UnitsMapped{Unit: unit}
	for name, of := range names {
		if was[name] != of {
			fact.Names = append(fact.Names, events.MappedName{Name: name, ID: of})
		}
	}
	if len(fact.Names) == 0 {
		return nil
	}
	slices.SortFunc(fact.Names, func(a, b events.MappedName) int { return strings.Compare(a.Name, b.Name) })
	return s.record(ctx, events.MappingID(unit), id, a, "map_units", fact)
}

// Kept is the template of a paper as it stands.
type Kept struct {
	events.TemplateKept
	By string // post of who put it there
	On time.Time
}

// Template returns which template of a paper the office has; false when it has none of its own.
func (s *Shelf) Template(ctx context.Context, k form.Kind) (t Kept, ok bool, err error) {
	h, err := s.Log.LoadOf(ctx, events.PaperAggregate, events.TemplateID(string(k)))
	if err != nil {
		return t, false, fmt.Errorf("load the template of %s: %w", k, err)
	}
	for _, r := range h {
		for _, e := range r.Events {
			switch e := e.(type) {
			case events.TemplateKept:
				t, ok = Kept{e, r.Actor.Post, r.Time}, true
			case events.TemplateWithdrawn:
				t, ok = Kept{}, false
			}
		}
	}
	return t, ok, nil
}

// File returns the file of the office's template, nil when it has none.
func (s *Shelf) File(ctx context.Context, k form.Kind) ([]byte, error) {
	t, ok, err := s.Template(ctx, k)
	if err != nil || !ok || s.Files == nil {
		return nil, err
	}
	data, err := s.Files.File(ctx, events.TemplateID(string(k)), t.Object)
	if err != nil {
		return nil, fmt.Errorf("read the template of %s: %w", k, err)
	}
	return data, nil
}

// Keep takes a template of the office's. The error is a *domain.Refusal that names the
// placeholders, one about the file, or a failure of the log or the store.
func (s *Shelf) Keep(ctx context.Context, id uuid.UUID, a events.Actor, k form.Kind, name string, data []byte) error {
	if k.Zh() == "" || s.Files == nil {
		return &domain.Refusal{Rule: "template.paper", Field: "paper", Message: "没有这种表单，或者这里没有开文件上传。"}
	}
	switch err := form.Check(k, data); {
	case errors.Is(err, docx.ErrNoTemplate):
		return &domain.Refusal{Rule: "template.docx", Field: "file", Message: "文件：不是能用的 .docx，请用 Word 或 WPS 另存为 .docx 再交。"}
	case err != nil:
		if bad, is := errors.AsType[*form.BadTemplate](err); is {
			return &domain.Refusal{Rule: "template.placeholders", Field: "file", Message: bad.Says()}
		}
		return err
	}
	of := events.TemplateID(string(k))
	f, err := s.Files.Put(ctx, of, name, bytes.NewReader(data))
	var no interface{ Refused() (code, message string) }
	if errors.As(err, &no) {
		_, message := no.Refused()
		return &domain.Refusal{Rule: "template.file", Field: "file", Message: message}
	}
	if err != nil {
		return fmt.Errorf("keep the template of %s: %w", k, err)
	}
	return s.record(ctx, of, id, a, "keep_template", events.TemplateKept{Paper: string(k), Object: f.Object, Size: f.Size, Hash: f.Original})
}

// Withdraw lets the program's own template hold again. Without one of the office's it does nothing.
func (s *Shelf) Withdraw(ctx context.Context, id uuid.UUID, a events.Actor, k form.Kind) error {
	if _, ok, err := s.Template(ctx, k); err != nil || !ok {
		return err
	}
	return s.record(ctx, events.TemplateID(string(k)), id, a, "withdraw_template", events.TemplateWithdrawn{Paper: string(k)})
}

// record appends one fact. The same command id is carried out once.
func (s *Shelf) record(ctx context.Context, of, id uuid.UUID, a events.Actor, command string, fact events.Event) error {
	c := domain.Change{ID: id, Of: events.PaperAggregate, Entry: of, Command: command, Actor: a}
	_, err := c.Carry(ctx, s.Log, nil, s.Now(), func([]events.Recorded) ([]events.Event, error) { return []events.Event{fact}, nil })
	return err
}
