package account

import (
	"errors"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"xiaohao/domain/directory"
	"xiaohao/events"

	"github.com/google/uuid"
)

const issuer = "https://sso.test"

// An officer signs in as a person of another system once an administrator has linked them, and
// nobody else does; what the log says counts, whatever the table does.
func TestLinked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	guard, root := events.Actor{ID: "guard", Role: events.SecurityAdmin}, events.Actor{ID: "root", Role: events.SystemAdmin}
	enter := func(subject string, second bool) (Signed, string) {
		t.Helper()
		n, err := d.Linked(t.Context(), issuer, subject, second, "", here)
		return n, rule(err)
	}
	if _, got := enter("zhang-there", false); got != "sign_in.unlinked" {
		t.Errorf("nobody linked: %q", got)
	}
	for _, tc := range []struct {
		a                events.Actor
		officer, subject string
		want             string
	}{
		{events.Actor{ID: "zhang", Role: events.UnitHead}, "zhang", "zhang-there", "account.role"},
		{root, "root", "root-there", "account.own"},
		{root, "guard", "guard-there", "account.administrator"},
		{root, "zhang", "", "link.subject"},
		{root, "zhang", "line\nbreak", "link.subject"},
		{root, "nobody", "x", "account.unknown"},
		{root, "zhang", "zhang-there", ""},
		{root, "zhang", "zhang-there", ""},
		{root, "zhang", "another", "link.already"},
		{guard, "root", "zhang-there", "link.taken"},
		{guard, "root", "root-there", ""},
	} {
		if got := rule(d.Link(t.Context(), tc.a, tc.officer, issuer, tc.subject)); got != tc.want {
			t.Errorf("%s links %s to %q: %q, want %q", tc.a.ID, tc.officer, tc.subject, got, tc.want)
		}
	}
	n, got := enter("zhang-there", false)
	if got != "" || n.Stage != Ready {
		t.Fatalf("%+v %q", n, got)
	}
	p, err := d.Who(t.Context(), n.Cookie)
	if err != nil || p.Session.Officer != "zhang" || p.Session.Way != events.ByOIDC || p.Session.Second {
		t.Errorf("%+v, %v", p.Session, err)
	}
	if _, got := enter("another", true); got != "sign_in.unlinked" {
		t.Errorf("a link that was refused: %q", got)
	}
	if _, err := d.table.exec(t.Context(), "lose", `truncate account.login`); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), d.cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Close)
	if n, err := again.Linked(t.Context(), issuer, "zhang-there", false, "", here); err != nil || n.Stage != Ready {
		t.Errorf("after the table was lost: %+v, %v", n, err)
	}
	if err := d.UnlinkAll(t.Context(), guard, "zhang"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.table.claim(t.Context(), issuer, "zhang-there", "zhang", ""); err != nil { // a table that is behind
		t.Fatal(err)
	}
	if _, got := enter("zhang-there", true); got != "sign_in.unlinked" {
		t.Errorf("after it was taken back: %q", got)
	}
	if _, err := d.Who(t.Context(), n.Cookie); !errors.Is(err, ErrNoSession) {
		t.Errorf("its session: %v", err)
	}
	dir := &directory.Desk{Journal: d.log, Vault: d.cfg.Vault.(directory.Vault), Now: d.now}
	if _, err := dir.Do(t.Context(), directory.Order{ID: uuid.New(), Command: directory.DismissOfficer{ID: "root"}, Actor: system}); err != nil {
		t.Fatal(err)
	}
	if _, got := enter("root-there", true); got != "sign_in.unlinked" {
		t.Errorf("who has left: %q", got)
	}
}

// An administrator needs a second factor, there or here. Without a password he proves himself by
// having signed in there just now.
func TestLinkedSecondFactor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	root := events.Actor{ID: "root", Role: events.SystemAdmin}
	system := events.Actor{ID: "xiaohao", Role: events.System, Post: "系统"}
	if err := d.Link(t.Context(), system, "guard", issuer, "guard-there"); err != nil {
		t.Fatal(err)
	}
	enter := func(second bool) (Signed, Person) {
		t.Helper()
		n, err := d.Linked(t.Context(), issuer, "guard-there", second, "", here)
		if err != nil {
			t.Fatal(err)
		}
		if n.Stage == NeedsCode {
			return n, Person{}
		}
		p, err := d.Who(t.Context(), n.Cookie)
		if err != nil {
			t.Fatal(err)
		}
		return n, p
	}
	if n, p := enter(true); n.Stage != Ready || !p.Session.Second {
		t.Errorf("with a second factor there: %+v", n)
	}
	n, p := enter(false)
	if n.Stage != NeedsSecondFactor {
		t.Fatalf("without: %q", n.Stage)
	}
	e, err := d.Enrol("guard")
	if err != nil {
		t.Fatal(err)
	}
	code := func() string {
		c, err := totp.GenerateCodeCustom(e.Secret, d.now(), codeOptions)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	d.later(freshTime + time.Minute)
	if _, _, err := d.SetSecondFactor(t.Context(), p, e.Secret, code(), "", here); rule(err) != "second_factor.stale" {
		t.Errorf("signed in long ago: %v", err)
	}
	_, p = enter(false)
	if _, stage, err := d.SetSecondFactor(t.Context(), p, e.Secret, code(), "", here); err != nil || stage != Ready {
		t.Fatalf("%q %v", stage, err)
	}
	if n, _ := enter(true); n.Stage != Ready {
		t.Errorf("with a second factor there, and one here: %q", n.Stage)
	}
	n, _ = enter(false)
	if n.Stage != NeedsCode {
		t.Fatalf("with one here only: %q", n.Stage)
	}
	m, err := d.Code(t.Context(), n.Cookie, code(), here)
	if err != nil || m.Stage != Ready {
		t.Fatalf("%+v %v", m, err)
	}
	if p, err := d.Who(t.Context(), m.Cookie); err != nil || p.Session.Way != events.ByOIDC || !p.Session.Second {
		t.Errorf("%+v %v", p.Session, err)
	}
	if err := d.SetPassword(t.Context(), root, "guard", secret, true); rule(err) != "account.administrator" {
		t.Errorf("the system administrator gives the security administrator a password: %v", err)
	}
}

// An attempt to sign in elsewhere is there once, and not for long.
func TestFlow(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	f, err := d.Begin(t.Context(), "/desk")
	if err != nil || len(f.Verifier) < 43 { // RFC 7636
		t.Fatalf("%+v, %v", f, err)
	}
	if g, err := d.Take(t.Context(), f.State); err != nil || g != f {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := d.Take(t.Context(), f.State); !errors.Is(err, ErrNoSession) {
		t.Errorf("a second time: %v", err)
	}
	if f, err = d.Begin(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	d.later(FlowTime)
	if _, err := d.Take(t.Context(), f.State); !errors.Is(err, ErrNoSession) {
		t.Errorf("too late: %v", err)
	}
}
