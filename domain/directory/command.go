package directory

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/roster"
)

// Command says how one entry of the directory should be.
type Command interface {
	name() string
	// entry is what the command is about: its aggregate and its id in the log.
	entry() (events.Aggregate, uuid.UUID)
	// decide returns the facts that bring the entry to what the command says, none when it
	// is so already.
	decide(s situation) ([]events.Event, error)
}

// Name returns the name of a command, "put_unit".
func Name(c Command) string { return c.name() }

// situation is what a decision may know.
type situation struct {
	actor events.Actor
	today events.Date
	is    entry                                         // the entry as it is
	look  func(events.Aggregate, string) (entry, error) // another one, by its short id
	open  func(events.Sealed) (string, error)           // a personal field of the entry itself
	newID func() string
}

// entry is one entry of the directory, folded from its facts; all nil when there is none.
type entry struct {
	unit    *roster.Unit
	officer *roster.Officer
	ledger  *roster.Ledger
	duty    *roster.Duty
}

func fold(history []events.Recorded) (e entry) {
	for _, r := range history {
		for _, f := range r.Events {
			e.apply(f)
		}
	}
	return e
}

func (e *entry) apply(f events.Event) {
	switch events.AggregateOf(f) {
	case events.UnitAggregate:
		e.unit = e.unit.Apply(f)
	case events.OfficerAggregate:
		e.officer = e.officer.Apply(f)
	case events.LedgerAggregate:
		e.ledger = e.ledger.Apply(f)
	case events.DutyAggregate:
		e.duty = e.duty.Apply(f)
	}
}

// unit looks a unit up that a command names. It must be there and stand on the day.
func (s situation) unit(field, label, rule, id string, day events.Date) (*roster.Unit, error) {
	e, err := s.look(events.UnitAggregate, id)
	if err != nil {
		return nil, err
	}
	if e.unit == nil {
		return nil, refuse(field, rule+".unknown", "%s：单位目录里没有“%s”，请先添加。", label, id)
	}
	if as := e.unit.On(day); !as.Open {
		return nil, refuse(field, rule+".closed", "%s：“%s”已于 %s 撤销。", label, as.Name, as.Closed)
	}
	return e.unit, nil
}

// orToday is the day from which a command holds that says none.
func (s situation) orToday(d events.Date) events.Date {
	if d.IsZero() {
		return s.today
	}
	return d
}

func refuse(field, rule, format string, args ...any) *domain.Refusal {
	return &domain.Refusal{Rule: rule, Field: field, Message: fmt.Sprintf(format, args...)}
}

// checks gathers what is wrong with the inputs of a command.
type checks struct {
	command string
	found   domain.Refusals
}

func (c *checks) err() error {
	if len(c.found) == 0 {
		return nil
	}
	return c.found
}

func (c *checks) add(field, rule, format string, args ...any) {
	c.found = append(c.found, refuse(field, c.command+"."+rule, format, args...))
}

// text wants a text of at most so many characters, one line, needed or not.
func (c *checks) text(field, label, v string, most int, need bool) {
	switch n := utf8.RuneCountInString(v); {
	case strings.TrimSpace(v) == "" && need:
		c.add(field, "missing", "%s：还没有填。", label)
	case n > most:
		c.add(field, "too_long", "%s：最多 %d 字，现在 %d 字。", label, most, n)
	case !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsPrint(r) }):
		c.add(field, "text", "%s：有不能识别的字符，请重新输入。", label)
	}
}

// id wants a short id: it stands in addresses, files and facts, and is read aloud.
func (c *checks) id(field, label, v string) {
	c.text(field, label, v, 64, true)
	if strings.ContainsAny(v, "|/\\?#%\"'<> \t") {
		c.add(field, "id", "%s：不能有空格和 | / \\ ? # %% \" ' < > 这些符号。", label)
	}
}

func (c *checks) day(field, label string, d events.Date) {
	if y := d.Year(); !d.IsZero() && (y < 1949 || y > 2100) {
		c.add(field, "date", "%s：年份要在 1949 到 2100 之间。", label)
	}
}

func oneOf[T interface {
	~string
	Zh() string
}](c *checks, field, label string, v T, all []T) {
	if slices.Contains(all, v) {
		return
	}
	words := make([]string, len(all))
	for i, x := range all {
		words[i] = x.Zh()
	}
	if v == "" {
		c.add(field, "missing", "%s：还没有填，可以是%s。", label, strings.Join(words, "、"))
		return
	}
	c.add(field, "choice", "%s：没有“%s”，可以是%s。", label, v, strings.Join(words, "、"))
}
