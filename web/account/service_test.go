package account

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"xiaohao/domain"
	rules "xiaohao/domain/account"
	"xiaohao/domain/directory"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	"xiaohao/events/roster"
	vaultmemory "xiaohao/events/vault/memory"
	"xiaohao/projections/localpg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is a service with a directory of three officers: zhang of a unit, root and guard who
// are administrators. Time stands still unless a test moves it.
type desk struct {
	*Service
	t     *testing.T
	log   *memory.Journal
	mu    sync.Mutex
	clock time.Time

	paused time.Duration // that failures were answered late
}

const secret = "五月的风吹过江山村口"

var (
	here   = Visitor{Address: "192.0.2.7", Agent: "Chrome · Windows"}
	system = events.Actor{ID: "xiaohao", Role: events.System, Post: "系统"}
)

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, log: memory.New(), clock: time.Now().Truncate(time.Second)}
	vault := vaultmemory.New()
	dir := &directory.Desk{Journal: d.log, Vault: vault, Now: d.now}
	for _, c := range []directory.Command{
		directory.PutUnit{ID: "gov", Name: "增口乡", Level: events.Township, Type: events.TerritorialUnit},
		directory.PutOfficer{ID: "zhang", Name: "张三"}, directory.PutOfficer{ID: "root", Name: "管"}, directory.PutOfficer{ID: "guard", Name: "安"},
		directory.TakePost{Officer: "zhang", Unit: "gov", Role: events.UnitHead}, directory.TakePost{Officer: "zhang", Unit: "gov", Role: events.Handler},
		directory.TakePost{Officer: "root", Unit: "gov", Role: events.SystemAdmin}, directory.TakePost{Officer: "guard", Unit: "gov", Role: events.SecurityAdmin},
	} {
		if _, err := dir.Do(t.Context(), directory.Order{ID: uuid.New(), Command: c, Actor: system}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), Config{Postgres: pgtest.Database(t), Site: "整改销号", Log: d.log, Vault: vault, Roster: d.roster, Now: d.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	d.Service = s
	s.pause = func(ctx context.Context, by time.Duration) error { d.paused += by; return ctx.Err() }
	for _, o := range []string{"zhang", "root"} {
		if err := s.SetPassword(t.Context(), system, o, secret, false); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clock
}

func (d *desk) later(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock = d.clock.Add(by)
}

// facts are all that the log holds, with whom they are about.
func (d *desk) facts(ctx context.Context) (out []roster.Fact) {
	last, err := d.log.Last(ctx)
	for seq := uint64(1); err == nil && seq <= last; seq++ {
		var r events.Recorded
		if r, err = d.log.At(ctx, seq); err == nil {
			for _, e := range r.Events {
				out = append(out, roster.Fact{Entry: r.Item.String(), Event: e})
			}
		}
	}
	if err != nil {
		d.t.Error(err)
	}
	return out
}

func (d *desk) roster(ctx context.Context) (*roster.Roster, error) {
	return new(roster.Roster).With(d.facts(ctx)...), nil
}

// names are the wire names of the facts after the first n.
func (d *desk) names(from int) string {
	var out []string
	for _, f := range d.facts(d.t.Context())[from:] {
		name, _ := events.TypeOf(f.Event)
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func (d *desk) in(officer string) (string, Person) {
	d.t.Helper()
	n, err := d.Password(d.t.Context(), officer, secret, "", here)
	if err != nil {
		d.t.Fatal(err)
	}
	p, err := d.Who(d.t.Context(), n.Cookie)
	if err != nil {
		d.t.Fatal(err)
	}
	return n.Cookie, p
}

func rule(err error) string {
	if rs := domain.RefusalsOf(err); len(rs) > 0 {
		return rs[0].Rule
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// A session acts in one of the officer's posts, and ends by idling, by age, by the officer's
// leaving and by being ended.
func TestSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := len(d.facts(t.Context()))
	cookie, p := d.in("zhang")
	if p.Actor.ID != "zhang" || p.Actor.Role != events.UnitHead || p.Actor.Unit.Name != "增口乡" || p.Session.Stage != Ready || len(p.Hats) != 2 {
		t.Errorf("signed in as %+v", p)
	}
	if got := d.names(before); got != "session.started" {
		t.Errorf("recorded %s", got)
	}
	if err := d.Wear(t.Context(), p, p.Hats[1].Key); err != nil {
		t.Fatal(err)
	}
	if p, err := d.Who(t.Context(), cookie); err != nil || p.Actor.Role != events.Handler {
		t.Errorf("after changing the post: %+v, %v", p.Actor, err)
	}
	if err := d.Wear(t.Context(), p, "d/nobody's"); rule(err) != "account.hat" {
		t.Errorf("a post of nobody: %v", err)
	}
	for range 5 { // two hours less a minute, five times: it does not idle, but grows old
		d.later(2*time.Hour - time.Minute)
		if _, err := d.Who(t.Context(), cookie); err != nil {
			t.Fatal(err)
		}
	}
	d.later(2*time.Hour + 5*time.Minute)
	if _, err := d.Who(t.Context(), cookie); !errors.Is(err, ErrNoSession) {
		t.Errorf("after twelve hours: %v", err)
	}
	idle, _ := d.in("zhang")
	d.later(Idle)
	if _, err := d.Who(t.Context(), idle); !errors.Is(err, ErrNoSession) {
		t.Errorf("after two idle hours: %v", err)
	}
	one, p := d.in("zhang")
	two, _ := d.in("zhang")
	if l, err := d.Sessions(t.Context(), "zhang"); err != nil || len(l) != 2 {
		t.Errorf("sessions %+v, %v", l, err)
	}
	if err := d.End(t.Context(), p.Actor, "zhang", p.Session.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Who(t.Context(), one); !errors.Is(err, ErrNoSession) {
		t.Errorf("after it was ended: %v", err)
	}
	if _, err := d.Who(t.Context(), two); err != nil {
		t.Errorf("another one: %v", err)
	}
	if err := d.End(t.Context(), events.Actor{ID: "li", Role: events.UnitHead}, "zhang", ""); rule(err) != "account.role" {
		t.Errorf("ended by anybody: %v", err)
	}
	if err := d.End(t.Context(), p.Actor, "zhang", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Who(t.Context(), two); !errors.Is(err, ErrNoSession) {
		t.Errorf("after all were ended: %v", err)
	}
}

// Nobody can be made to use a session that somebody else knows: a sign-in never takes over the
// cookie that the browser brought, and the code of the second step makes another one again.
func TestFixation(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	theirs, _ := d.in("root") // an attacker's own session, planted in the browser
	n, err := d.Password(t.Context(), "zhang", secret, theirs, here)
	if err != nil || n.Cookie == theirs {
		t.Fatalf("%+v, %v", n, err)
	}
	if _, err := d.Who(t.Context(), theirs); !errors.Is(err, ErrNoSession) {
		t.Errorf("the planted session still stands: %v", err)
	}
	planted := "PLANTEDPLANTEDPLANTEDPLANT"
	if n, err = d.Password(t.Context(), "zhang", secret, planted, here); err != nil || n.Cookie == planted {
		t.Fatalf("%+v, %v", n, err)
	}
	if _, err := d.Who(t.Context(), planted); !errors.Is(err, ErrNoSession) {
		t.Errorf("a made-up cookie became a session: %v", err)
	}
	var stored string
	if err := d.table.pool.QueryRow(t.Context(), `select string_agg(s::text, ' ') from account.session s`).Scan(&stored); err != nil || strings.Contains(stored, n.Cookie) {
		t.Errorf("the cookie stands in the table: %v", err)
	}
}

// Wrong password and unknown name say the same, lock the same, and the lock holds even for the
// right password.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := len(d.facts(t.Context()))
	for _, officer := range []string{"zhang", "nobody"} {
		for n := range 6 {
			want := "sign_in.wrong"
			if n == 5 || n == 4 && officer == "zhang" {
				want = "sign_in.locked"
			}
			_, err := d.Password(t.Context(), officer, "not the password", "", Visitor{Address: officer})
			if rule(err) != want {
				t.Errorf("%s, try %d: %v, want %s", officer, n+1, err, want)
			}
		}
	}
	if d.paused != 2*(250+500+1000+2000)*time.Millisecond {
		t.Errorf("answered late by %v", d.paused)
	}
	if got, want := d.names(before), strings.Repeat("sign_in.failed ", 5)+"account.locked"; got != want {
		t.Errorf("recorded %q, want %q", got, want)
	}
	if _, err := d.Password(t.Context(), "zhang", secret, "", here); rule(err) != "sign_in.locked" {
		t.Errorf("right password while locked: %v", err)
	}
	d.later(15 * time.Minute)
	d.in("zhang")
	guard := events.Actor{ID: "guard", Role: events.SecurityAdmin}
	if err := d.Unlock(t.Context(), guard, "zhang"); err != nil {
		t.Error(err)
	}
}

// An address that fails at many names is turned away.
func TestAddress(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range addressFailures {
		d.addresses.failed(here.Address, d.now())
	}
	if _, err := d.Password(t.Context(), "zhang", secret, "", here); !errors.Is(err, ErrTooOften) {
		t.Errorf("got %v", err)
	}
	if _, err := d.Password(t.Context(), "zhang", secret, "", Visitor{Address: "192.0.2.8"}); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	d.later(addressWindow)
	if _, err := d.Password(t.Context(), "zhang", secret, "", here); err != nil {
		t.Errorf("later: %v", err)
	}
}

// The second factor: an administrator has to have it; a code is good once, so is a recovery
// code; another administrator takes it off.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, p := d.in("root")
	if p.Session.Stage != NeedsSecondFactor {
		t.Fatalf("an administrator begins at %q", p.Session.Stage)
	}
	e, err := d.Enrol("root")
	if err != nil || !strings.HasPrefix(e.QR, "data:image/png;base64,") {
		t.Fatal(err)
	}
	code := func() string {
		c, err := totp.GenerateCodeCustom(e.Secret, d.now(), codeOptions)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if _, _, err := d.SetSecondFactor(t.Context(), p, e.Secret, "000000", secret, here); rule(err) != "second_factor.code" {
		t.Errorf("with a wrong code: %v", err)
	}
	if _, _, err := d.SetSecondFactor(t.Context(), p, e.Secret, code(), "not the password", here); rule(err) != "sign_in.wrong" {
		t.Errorf("with a wrong password: %v", err)
	}
	recover, stage, err := d.SetSecondFactor(t.Context(), p, e.Secret, code(), secret, here)
	if err != nil || stage != Ready || len(recover) != RecoveryCodes {
		t.Fatalf("%q %v %v", stage, recover, err)
	}
	enter := func(code string) (Signed, error) {
		t.Helper()
		n, err := d.Password(t.Context(), "root", secret, "", here)
		if err != nil || n.Stage != NeedsCode {
			t.Fatalf("%+v, %v", n, err)
		}
		if _, err := d.Who(t.Context(), n.Cookie); !errors.Is(err, ErrNoSession) {
			t.Errorf("half a session opens a page: %v", err)
		}
		m, err := d.Code(t.Context(), n.Cookie, code, here)
		if err == nil && m.Cookie == n.Cookie {
			t.Error("the cookie was not drawn anew")
		}
		return m, err
	}
	used := code()
	m, err := enter(used)
	if err != nil || m.Stage != Ready {
		t.Fatalf("%+v, %v", m, err)
	}
	if p, err := d.Who(t.Context(), m.Cookie); err != nil || !p.Session.Second || p.Actor.Role != events.SystemAdmin {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := enter(used); rule(err) != "sign_in.code" {
		t.Errorf("the same code again: %v", err)
	}
	if _, err := enter(recover[3]); err != nil {
		t.Errorf("recovery code: %v", err)
	}
	if _, err := enter(strings.ToUpper(recover[3])); rule(err) != "sign_in.code" {
		t.Errorf("the same recovery code again: %v", err)
	}
	if err := d.RemoveSecondFactor(t.Context(), events.Actor{ID: "root", Role: events.SystemAdmin}, "root", "换手机"); rule(err) != "account.own" {
		t.Errorf("taken off by oneself: %v", err)
	}
	if err := d.RemoveSecondFactor(t.Context(), events.Actor{ID: "guard", Role: events.SecurityAdmin}, "root", "换手机"); err != nil {
		t.Fatal(err)
	}
	if _, p := d.in("root"); p.Session.Stage != NeedsSecondFactor {
		t.Errorf("afterwards: %q", p.Session.Stage)
	}
}

// The vectors of RFC 6238, appendix B, cut to six digits.
func TestRFC6238(t *testing.T) {
	t.Parallel()
	const key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := step(key, want, time.Unix(at, 0), 0); got != int(at/period) {
			t.Errorf("%d: step %d", at, got)
		}
		if step(key, want, time.Unix(at, 0), int(at/period)) != 0 {
			t.Errorf("%d: taken twice", at)
		}
	}
}

// A password that an administrator gave is changed first; changing ends all other sessions.
func TestTemporaryPassword(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	guard := events.Actor{ID: "guard", Role: events.SecurityAdmin}
	old, _ := d.in("zhang")
	given, err := d.ResetPassword(t.Context(), guard, "zhang")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Who(t.Context(), old); !errors.Is(err, ErrNoSession) {
		t.Errorf("an old session after a reset: %v", err)
	}
	n, err := d.Password(t.Context(), "zhang", given, "", here)
	if err != nil || n.Stage != NeedsPassword {
		t.Fatalf("%+v, %v", n, err)
	}
	p, err := d.Who(t.Context(), n.Cookie)
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]string{given: "password.same", "short": "password.short"} {
		if _, err := d.ChangePassword(t.Context(), p, given, password, here); rule(err) != want {
			t.Errorf("%q: %v", password, err)
		}
	}
	if stage, err := d.ChangePassword(t.Context(), p, given, secret+"二", here); err != nil || stage != Ready {
		t.Errorf("%q %v", stage, err)
	}
	if p, err := d.Who(t.Context(), n.Cookie); err != nil || p.Session.Stage != Ready {
		t.Errorf("%+v, %v", p, err)
	}
}

// Tokens act in one post, until a day, and end at once; erasing leaves nothing to sign in with.
func TestTokenAndErasing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, p := d.in("zhang")
	today := d.today()
	for want, f := range map[string]func() (string, error){
		"token.name": func() (string, error) { return d.IssueToken(t.Context(), p, " ", p.Hats[0].Key, false, today) },
		"token.until": func() (string, error) {
			return d.IssueToken(t.Context(), p, "接口", p.Hats[0].Key, false, today.AddDays(400))
		},
		"token.hat": func() (string, error) { return d.IssueToken(t.Context(), p, "接口", "no", false, today) },
	} {
		if _, err := f(); rule(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	token, err := d.IssueToken(t.Context(), p, "12345 对接", p.Hats[1].Key, true, today.AddDays(2))
	if err != nil {
		t.Fatal(err)
	}
	q, err := d.Program(t.Context(), token)
	if err != nil || q.Actor.Role != events.Handler || !q.Write || !q.Program {
		t.Errorf("%+v, %v", q, err)
	}
	if _, err := d.IssueToken(t.Context(), q, "再来", q.Session.Hat, true, today); rule(err) != "token.program" {
		t.Errorf("a token issued a token: %v", err)
	}
	a, err := d.Account(t.Context(), "zhang")
	if err != nil || len(a.Tokens) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	d.later(72 * time.Hour)
	if _, err := d.Program(t.Context(), token); !errors.Is(err, ErrNoSession) {
		t.Errorf("after its last day: %v", err)
	}
	d.later(-72 * time.Hour)
	if err := d.RevokeToken(t.Context(), p, a.Tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Program(t.Context(), token); !errors.Is(err, ErrNoSession) {
		t.Errorf("after it was revoked: %v", err)
	}
	if err := d.Erase(t.Context(), p.Actor, "zhang"); rule(err) != "account.role" {
		t.Errorf("erased by oneself: %v", err)
	}
	for range 2 { // again is no error
		if err := d.Erase(t.Context(), system, "zhang"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Password(t.Context(), "zhang", secret, "", here); err == nil {
		t.Error("signed in after erasing")
	}
	for _, f := range d.facts(t.Context()) {
		if set, ok := f.Event.(events.PasswordSet); ok && f.Entry == rules.ID("zhang").String() {
			if _, err := d.cfg.Vault.Open(t.Context(), set.Hash); !errors.Is(err, events.ErrErased) {
				t.Errorf("the hash in the log can still be opened: %v", err)
			}
		}
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	h := newHasher()
	phc, err := h.hash(t.Context(), secret)
	if err != nil || !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%s, %v", phc, err)
	}
	for password, want := range map[string]bool{secret: true, secret + " ": false, "": false} {
		if ok, err := h.matches(t.Context(), phc, password); err != nil || ok != want {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	for _, bad := range []string{"$2a$10$x", phc[:20], strings.Replace(phc, "m=19456", "m=99999999", 1)} {
		if ok, err := h.matches(t.Context(), bad, secret); ok || err == nil {
			t.Errorf("%q: %v, %v", bad, ok, err)
		}
	}
}
