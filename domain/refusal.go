package domain

import (
	"errors"
	"fmt"
	"strings"
)

// Refusal says which rule forbids a command, at which field, in one plain Chinese
// sentence. Rule codes are stable: scripts and tests rely on them.
type Refusal struct {
	Rule    string `json:"rule"`            // assign.one_lead
	Field   string `json:"field,omitempty"` // units.1.part, "" when the whole command is meant
	Message string `json:"message"`
}

func (r *Refusal) Error() string { return r.Rule + ": " + r.Message }

// Refusals are all reasons found at once, so that a person corrects a form only once.
type Refusals []*Refusal

func (rs Refusals) Error() string {
	s := make([]string, len(rs))
	for i, r := range rs {
		s[i] = r.Error()
	}
	return strings.Join(s, "; ")
}

// err returns rs as an error, nil when there is no refusal.
func (rs Refusals) err() error {
	if len(rs) == 0 {
		return nil
	}
	return rs
}

// RefusalsOf returns the refusals in err, or nil when err is something else.
func RefusalsOf(err error) Refusals {
	var rs Refusals
	if errors.As(err, &rs) {
		return rs
	}
	var r *Refusal
	if errors.As(err, &r) {
		return Refusals{r}
	}
	return nil
}

// Overtaken says that somebody changed the item after the page was opened.
type Overtaken struct {
	Seen, Now int // revisions
}

func (e *Overtaken) Error() string {
	return fmt.Sprintf("domain: item is at revision %d, the page showed %d", e.Now, e.Seen)
}

// ErrConflict says that the item changed again and again while the command was tried.
var ErrConflict = errors.New("domain: too many changes at the same time")

// ErrNotFound says that there is no such item.
var ErrNotFound = errors.New("domain: no such item")

func refuse(rule, format string, args ...any) *Refusal {
	return &Refusal{Rule: rule, Message: fmt.Sprintf(format, args...)}
}

func refuseAt(field, rule, format string, args ...any) *Refusal {
	return &Refusal{Rule: rule, Field: field, Message: fmt.Sprintf(format, args...)}
}
