package follow

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// State is how far a follow is.
type State string

// The states.
const (
	Asked State = "ASKED"
	On    State = "ON"
	Ended State = "ENDED"
)

// Patience is how long a follow waits to be confirmed.
const Patience = 7 * 24 * time.Hour

// Follow is one address that wants letters about one item.
type Follow struct {
	ID       uuid.UUID
	Item     string // id
	PublicID string
	Address  events.Sealed
	State    State
}

// fold returns the follow that the commits make; false when there are none.
func fold(id uuid.UUID, history []events.Recorded) (f Follow, ok bool) {
	f.ID = id
	for _, c := range history {
		for _, e := range c.Events {
			switch e := e.(type) {
			case events.FollowAsked:
				f.Item, f.PublicID, f.Address, f.State = e.Item, e.PublicID, e.Address, Asked
			case events.FollowConfirmed:
				f.State = On
			case events.FollowEnded:
				f.State = Ended
			}
		}
	}
	return f, len(history) > 0
}

// Vault keeps the addresses.
type Vault interface {
	domain.Vault
	Open(ctx context.Context, s events.Sealed) (string, error)
	Erase(ctx context.Context, id uuid.UUID) error
}

// Desk takes what people say about letters.
type Desk struct {
	Journal domain.Histories
	Vault   Vault
	Now     func() time.Time // nil = time.Now
}

const longest = 254 // of an address, RFC 5321

// Address reads a mail address as typed. The error is a [*domain.Refusal] at the field mail.
func Address(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	no := func(rule, message string) error {
		return &domain.Refusal{Rule: "follow." + rule, Field: "mail", Message: message}
	}
	if typed == "" {
		return "", no("missing", "电子邮箱：还没有填。")
	}
	a, err := mail.ParseAddress(typed)
	if err != nil || a.Address != typed || len(typed) > longest || !strings.Contains(typed[strings.LastIndex(typed, "@"):], ".") {
		return "", no("address", "电子邮箱：写得不对，像 name@example.cn。")
	}
	return typed, nil
}

// Ask records that an address wants letters about an item, and returns the sequence. Nothing
// tells whoever asked what id it has.
func (d *Desk) Ask(ctx context.Context, a events.Actor, item, publicID, address string) (uint64, error) {
	return d.carry(ctx, uuid.New(), uuid.New(), "ask_follow", a, func(Follow, bool) ([]events.Event, error) {
		return []events.Event{events.FollowAsked{Item: item, PublicID: publicID, Address: events.Secret(address)}}, nil
	})
}

// Confirm records that the address is wanted by who reads it; doing it twice is no error. The
// error is domain.ErrNotFound when there is no such follow, a refusal when it has ended.
func (d *Desk) Confirm(ctx context.Context, id, command uuid.UUID, a events.Actor) error {
	_, err := d.carry(ctx, id, command, "confirm_follow", a, func(f Follow, ok bool) ([]events.Event, error) {
		switch {
		case !ok:
			return nil, domain.ErrNotFound
		case f.State == Ended:
			return nil, &domain.Refusal{Rule: "follow.ended", Message: "已经不再关注，邮箱地址也销毁了。还想关注，请到那件事的页面上重新填。"}
		case f.State == On:
			return nil, nil
		}
		return []events.Event{events.FollowConfirmed{}}, nil
	})
	return err
}

// End records that no more letters go out, and destroys the key of the address. Doing it twice
// is no error; when it fails it has to be done again. unconfirmed says that nobody confirmed it.
func (d *Desk) End(ctx context.Context, id, command uuid.UUID, a events.Actor, unconfirmed bool) error {
	_, err := d.carry(ctx, id, command, "end_follow", a, func(f Follow, ok bool) ([]events.Event, error) {
		switch {
		case !ok:
			return nil, domain.ErrNotFound
		case f.State == Ended, unconfirmed && f.State == On: // confirmed at the last moment
			return nil, nil
		}
		return []events.Event{events.FollowEnded{Unconfirmed: unconfirmed}}, nil
	})
	if err != nil {
		return err
	}
	f, err := d.Look(ctx, id)
	if err != nil || f.State != Ended {
		return err
	}
	return d.Vault.Erase(ctx, id)
}

// Look returns a follow, domain.ErrNotFound when there is none.
func (d *Desk) Look(ctx context.Context, id uuid.UUID) (Follow, error) {
	history, err := d.Journal.LoadOf(ctx, events.FollowAggregate, id)
	if err != nil {
		return Follow{}, fmt.Errorf("load follow: %w", err)
	}
	f, ok := fold(id, history)
	if !ok {
		return f, domain.ErrNotFound
	}
	return f, nil
}

// Recipient is where the letters of a follow go, "" when none may go there any more.
func (d *Desk) Recipient(ctx context.Context, id uuid.UUID) (string, error) {
	f, err := d.Look(ctx, id)
	if err != nil || f.State == Ended {
		return "", err
	}
	return d.Vault.Open(ctx, f.Address)
}

func (d *Desk) carry(ctx context.Context, id, command uuid.UUID, name string, a events.Actor, decide func(f Follow, ok bool) ([]events.Event, error)) (uint64, error) {
	now := time.Now
	if d.Now != nil {
		now = d.Now
	}
	c := domain.Change{ID: command, Of: events.FollowAggregate, Entry: id, Command: name, Actor: a}
	r, err := c.Carry(ctx, d.Journal, d.Vault, now(), func(h []events.Recorded) ([]events.Event, error) { return decide(fold(id, h)) })
	return r.Sequence, err
}
