package follow_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/follow"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	vault "xiaohao/events/vault/memory"
)

var anybody = events.Actor{ID: "public", Role: events.Petitioner}

// TestFollow asks, confirms and ends: the address opens only in between, and what ended stays
// so.
func TestFollow(t *testing.T) {
	ctx := t.Context()
	log, keys := memory.New(), vault.New()
	d := &follow.Desk{Journal: log, Vault: keys}
	seq, err := d.Ask(ctx, anybody, uuid.NewString(), "K8XN3WQF6HRTV", "lin@example.cn")
	if err != nil {
		t.Fatal(err)
	}
	asked, err := log.At(ctx, seq)
	if err != nil {
		t.Fatal(err)
	}
	id := asked.Item
	state := func() follow.State {
		f, err := d.Look(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return f.State
	}
	if to, err := d.Recipient(ctx, id); err != nil || to != "lin@example.cn" || state() != follow.Asked {
		t.Errorf("%q %v", to, err)
	}
	for range 2 {
		if err := d.Confirm(ctx, id, uuid.New(), anybody); err != nil || state() != follow.On {
			t.Errorf("confirmed: %v %s", err, state())
		}
	}
	if err := d.End(ctx, id, uuid.New(), anybody, true); err != nil || state() != follow.On {
		t.Errorf("one that was confirmed ended for want of it: %v %s", err, state())
	}
	for range 2 {
		if err := d.End(ctx, id, uuid.New(), anybody, false); err != nil || state() != follow.Ended {
			t.Errorf("ended: %v %s", err, state())
		}
	}
	if to, err := d.Recipient(ctx, id); err != nil || to != "" {
		t.Errorf("after the end: %q %v", to, err)
	}
	f, err := d.Look(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Open(ctx, f.Address); !errors.Is(err, events.ErrErased) {
		t.Errorf("the address still opens: %v", err)
	}
	if err := d.Confirm(ctx, id, uuid.New(), anybody); domain.RefusalsOf(err) == nil {
		t.Errorf("confirmed after the end: %v", err)
	}
	if err := d.Confirm(ctx, uuid.New(), uuid.New(), anybody); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}

func TestAddress(t *testing.T) {
	for typed, want := range map[string]string{" lin@example.cn ": "lin@example.cn", "": "", "lin": "", "lin@localhost": "", "林 <lin@example.cn>": "",
		"lin@example.cn\r\nBcc: x@y.cn": "", "a@b.cn, c@d.cn": ""} {
		got, err := follow.Address(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q gives %q, %v", typed, got, err)
		}
	}
}
