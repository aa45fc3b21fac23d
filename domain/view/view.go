package view

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// Most is how many views a holder can have.
const Most = 30

// space makes the id of a holder's place in the log.
var space = uuid.MustParse("c1f5a6be-4f5c-5f0e-9d0b-2b6f9e0f7a41")

// Reach says for whom a view is.
type Reach string

// The reaches.
const (
	Private  Reach = "PRIVATE"  // 自己看
	OfUnit   Reach = "UNIT"     // 本单位都看
	Everyone Reach = "EVERYONE" // 大家都看
)

// Zh says the reach in words.
func (r Reach) Zh() string {
	return map[Reach]string{Private: "只给自己", OfUnit: "给本单位", Everyone: "给所有人"}[r]
}

// Holder returns whose a view of this reach is for somebody, and why he may not keep it.
func Holder(r Reach, a events.Actor) (string, *domain.Refusal) {
	switch r {
	case Private:
		return "person/" + a.ID, nil
	case OfUnit:
		if a.Unit.IsZero() {
			return "", &domain.Refusal{Rule: "view.unit", Field: "reach", Message: "给谁看：您没有在单位任职，不能存给本单位。"}
		}
		return "unit/" + a.Unit.ID, nil
	case Everyone:
		if a.Role != events.Dispatcher {
			return "", &domain.Refusal{Rule: "view.everyone", Field: "reach", Message: "给谁看：存给所有人由交办员来做。"}
		}
		return "everyone", nil
	}
	return "", &domain.Refusal{Rule: "view.reach", Field: "reach", Message: "给谁看：请选一样。"}
}

// Holders lists whose views somebody sees: his own, his unit's, everyone's.
func Holders(a events.Actor) []string {
	out := []string{"person/" + a.ID}
	if !a.Unit.IsZero() {
		out = append(out, "unit/"+a.Unit.ID)
	}
	return append(out, "everyone")
}

// Desk takes what people save and drop.
type Desk struct {
	Journal domain.Histories
	Vault   domain.Vault
	Now     func() time.Time // nil = time.Now
}

// Save keeps a view under its name; query is the filter of an address, "state=OPEN&unit=x".
// The same command id is carried out once. It returns the sequence to wait for.
func (d *Desk) Save(ctx context.Context, id uuid.UUID, a events.Actor, r Reach, name, query string) (uint64, error) {
	holder, no := Holder(r, a)
	if no != nil {
		return 0, no
	}
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 20 || strings.ContainsAny(name, "\r\n\t") {
		return 0, &domain.Refusal{Rule: "view.name", Field: "name", Message: "名称：要 1 到 20 字。"}
	}
	if len(query) > 1000 {
		return 0, &domain.Refusal{Rule: "view.query", Message: "筛选的条件太长，存不下。"}
	}
	return d.carry(ctx, id, a, "save_view", holder, func(has []string) (events.Event, error) {
		if len(has) >= Most && !slices.Contains(has, name) {
			return nil, &domain.Refusal{Rule: "view.many", Message: fmt.Sprintf("最多存 %d 个，先去掉不用的。", Most)}
		}
		return events.ViewSaved{Holder: holder, Name: name, Query: query}, nil
	})
}

// Drop forgets a view.
func (d *Desk) Drop(ctx context.Context, id uuid.UUID, a events.Actor, r Reach, name string) (uint64, error) {
	holder, no := Holder(r, a)
	if no != nil {
		return 0, no
	}
	return d.carry(ctx, id, a, "drop_view", holder, func(has []string) (events.Event, error) {
		if !slices.Contains(has, name) {
			return nil, nil
		}
		return events.ViewDropped{Holder: holder, Name: name}, nil
	})
}

func (d *Desk) carry(ctx context.Context, id uuid.UUID, a events.Actor, command, holder string, decide func(has []string) (events.Event, error)) (uint64, error) {
	c := domain.Change{ID: id, Of: events.ViewAggregate, Entry: uuid.NewSHA1(space, []byte(holder)), Command: command, Actor: a}
	r, err := c.Carry(ctx, d.Journal, d.Vault, d.now(), func(history []events.Recorded) ([]events.Event, error) {
		e, err := decide(names(history))
		if err != nil || e == nil {
			return nil, err
		}
		return []events.Event{e}, nil
	})
	return r.Sequence, err
}

func (d *Desk) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}

// names are those that a holder has.
func names(history []events.Recorded) (has []string) {
	for _, c := range history {
		for _, e := range c.Events {
			switch e := e.(type) {
			case events.ViewSaved:
				if !slices.Contains(has, e.Name) {
					has = append(has, e.Name)
				}
			case events.ViewDropped:
				has = slices.DeleteFunc(has, func(n string) bool { return n == e.Name })
			}
		}
	}
	return has
}
