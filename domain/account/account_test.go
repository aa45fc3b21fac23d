package account

import (
	"errors"
	"strings"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal/memory"
	vaultmemory "xiaohao/events/vault/memory"
)

var own = events.Actor{ID: "zhang", Role: events.UnitHead}

// Five failures lock the account, each lock twice as long as the one before, until somebody
// signs in or unlocks it.
func TestLock(t *testing.T) {
	now := time.Date(2026, 3, 10, 1, 0, 0, 0, time.UTC)
	d := &Desk{Log: memory.New(), Vault: vaultmemory.New(), Now: func() time.Time { return now }}
	change := func(f func(*Account) ([]events.Event, error)) {
		t.Helper()
		if _, err := d.Change(t.Context(), "zhang", "test", own, f); err != nil {
			t.Fatal(err)
		}
	}
	account := func() Account {
		t.Helper()
		a, err := d.Load(t.Context(), "zhang")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	fail := func() {
		t.Helper()
		change(func(a *Account) ([]events.Event, error) {
			return a.Failed(events.SignInFailed{Way: events.ByPassword}), nil
		})
	}
	var delays []time.Duration
	for range 4 {
		fail()
		a := account()
		delays = append(delays, a.Delay())
	}
	if delays[0] != 250*time.Millisecond || delays[3] != 2*time.Second {
		t.Errorf("delays %v", delays)
	}
	for _, minutes := range []int{15, 30, 60, 120, 240, 240} {
		for a := account(); a.Locked(now) == 0; a = account() {
			fail()
		}
		a := account()
		if got := a.Locked(now); got != time.Duration(minutes)*time.Minute {
			t.Fatalf("locked for %v, want %d minutes", got, minutes)
		}
		now = now.Add(a.Locked(now))
	}
	fail()
	change(func(*Account) ([]events.Event, error) { return []events.Event{events.AccountUnlocked{}}, nil })
	for range 4 {
		fail()
	}
	change(func(*Account) ([]events.Event, error) {
		return []events.Event{events.SessionStarted{Session: "s", Step: 7}}, nil
	})
	if a := account(); a.Failures != 0 || a.Locks != 0 || a.Step != 7 || !a.LastSignIn.Equal(now) {
		t.Errorf("after a sign-in: %+v", a)
	}
	change(func(*Account) ([]events.Event, error) { return []events.Event{events.AccountErased{}}, nil })
	_, err := d.Change(t.Context(), "zhang", "test", own, func(*Account) ([]events.Event, error) { return nil, errors.New("asked") })
	if err == nil || !strings.Contains(err.Error(), "account.erased") {
		t.Errorf("after erasing: %v", err)
	}
}

func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]string{
		"短口令": "password.short", "1234567890": "password.common", "PASSWORD123": "password.common", "ababababababab": "password.common",
		"my name is zhang": "password.name", strings.Repeat("长短不一", 40): "password.long", "五月的风吹过江山村": "password.short",
		"五月的风吹过江山村口": "", "correct horse battery": "",
	} {
		got := ""
		if r := CheckPassword("zhang", password); r != nil {
			got = r.Rule
		}
		if got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}

// What is done to the accounts of others: by whom the table names, never for somebody else,
// never to one's own but signing out, and to an administrator's only by the security
// administrator when it opens the account.
func TestWhoMay(t *testing.T) {
	system, security := events.Actor{ID: "root", Role: events.SystemAdmin}, events.Actor{ID: "guard", Role: events.SecurityAdmin}
	for _, tc := range []struct {
		name          string
		a             events.Actor
		officer       string
		administrator bool
		want          string
	}{
		{EndSession, own, "zhang", false, ""},
		{ResetPassword, own, "zhang", false, "account.role"},
		{EndSession, events.Actor{ID: "li", Role: events.UnitHead}, "zhang", false, "account.role"},
		{EndSession, events.Actor{ID: "zhang", Role: events.UnitHead, Delegation: events.Delegation{ID: "d", Of: "li"}}, "zhang", false, "account.delegated"},
		{Unlock, events.Actor{ID: "audit", Role: events.AuditAdmin}, "zhang", false, "account.role"},
		{ResetPassword, system, "zhang", false, ""},
		{ResetPassword, system, "root", true, "account.own"},
		{ResetPassword, system, "guard", true, "account.administrator"},
		{RemoveSecondFactor, system, "guard", true, "account.administrator"},
		{LinkLogin, system, "guard", true, "account.administrator"},
		{Unlock, system, "guard", true, ""},
		{ResetPassword, security, "root", true, ""},
		{Erase, security, "guard", true, "account.own"},
	} {
		got := ""
		if r := SpecOf(tc.name).May(tc.a, tc.officer, tc.administrator); r != nil {
			if got = r.Rule; !strings.HasSuffix(r.Message, "。") {
				t.Errorf("%q is not a sentence", r.Message)
			}
		}
		if got != tc.want {
			t.Errorf("%s of %s by %+v: %q, want %q", tc.name, tc.officer, tc.a, got, tc.want)
		}
	}
}
