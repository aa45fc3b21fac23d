package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	rules "xiaohao/domain/account"
	"xiaohao/events"
	"xiaohao/events/roster"
)

// How long a session lasts.
const (
	Idle     = 2 * time.Hour   // without a request
	Longest  = 12 * time.Hour  // in any case: a working day
	halfway  = 5 * time.Minute // between password and code
	seenStep = 5 * time.Minute // how exactly the last request is known
)

// Errors of the service beside refusals.
var (
	// ErrNoSession says that nobody is signed in with that cookie or token.
	ErrNoSession = errors.New("account: no such session")
	// ErrTooOften says that the address has failed too often.
	ErrTooOften = errors.New("account: too many failures from this address")
)

// Vault seals and opens the credentials, and erases them.
type Vault interface {
	domain.Vault
	Open(ctx context.Context, s events.Sealed) (string, error)
	Erase(ctx context.Context, entry uuid.UUID) error
}

// Config is what the service needs.
type Config struct {
	Postgres string // address; the tables are in schema "account"
	Site     string // what the second factor is called on a telephone
	Log      domain.Histories
	Vault    Vault
	Roster   func(ctx context.Context) (*roster.Roster, error)
	Now      func() time.Time // nil = time.Now
	Logger   *slog.Logger     // nil = none
}

// Service signs people in. It is safe for concurrent use.
type Service struct {
	cfg       Config
	desk      *rules.Desk
	table     *table
	hasher    *hasher
	addresses *tries
	names     *tries // that nobody has
	turns     [64]sync.Mutex
	pause     func(ctx context.Context, d time.Duration) error // before a failure is answered

	linksMu    sync.Mutex
	linksFound bool // the table of links was filled from the log
}

// Open connects to Postgres and makes the tables when they are not there.
func Open(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	t, err := openTable(ctx, cfg.Postgres)
	if err != nil {
		return nil, err
	}
	s := &Service{cfg: cfg, desk: &rules.Desk{Log: cfg.Log, Vault: cfg.Vault, Now: cfg.Now}, table: t, hasher: newHasher(),
		addresses: newTries(addressFailures, addressWindow), names: newTries(nameFailures, nameWindow), pause: pause}
	return s, nil
}

// Close ends the connections.
func (s *Service) Close() { s.table.pool.Close() }

// Visitor is where a request comes from.
type Visitor struct {
	Address string // without port
	Agent   string // class of the browser, see [Agent]
}

// Signed is what came of one step of signing in.
type Signed struct {
	Cookie string // the new one
	Stage  Stage  // what has to be done first
}

// turn makes the caller the only one in this process who tries an account.
func (s *Service) turn(officer string) (done func()) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(officer)) // never fails
	m := &s.turns[h.Sum32()%uint32(len(s.turns))]
	m.Lock()
	return m.Unlock
}

// known returns the officer when he may sign in today.
func (s *Service) known(ctx context.Context, officer string) (*roster.Roster, bool, error) {
	r, err := s.cfg.Roster(ctx)
	if err != nil {
		return nil, false, err
	}
	o := r.Officer(officer)
	return r, o != nil && o.Here(s.today()), nil
}

func (s *Service) today() events.Date { return events.DateOf(s.cfg.Now()) }

// errWrong says the same of a wrong password and of a name that nobody has.
var errWrong = &domain.Refusal{Rule: "sign_in.wrong", Field: "password", Message: "人员编号或口令不对。"}

// Password is the first step of signing in. old is the cookie the browser brought: it is worth nothing
// afterwards. The error is a refusal (sign_in.wrong, sign_in.locked) or ErrTooOften.
func (s *Service) Password(ctx context.Context, officer, password, old string, v Visitor) (Signed, error) {
	if s.addresses.wait(v.Address, s.cfg.Now()) > 0 {
		return Signed{}, ErrTooOften
	}
	defer s.turn(officer)()
	r, known, err := s.known(ctx, officer)
	if err != nil {
		return Signed{}, err
	}
	if !known {
		return Signed{}, s.unknown(ctx, officer, password, v)
	}
	a, err := s.desk.Load(ctx, officer)
	if err != nil {
		return Signed{}, err
	}
	if left := a.Locked(s.cfg.Now()); left > 0 {
		return Signed{}, rules.ErrLocked(left)
	}
	phc, err := s.open(ctx, a.Hash)
	if err != nil {
		return Signed{}, err
	}
	ok, err := s.hasher.matches(ctx, phc, password)
	if err != nil {
		return Signed{}, err
	}
	if !ok {
		return Signed{}, s.failed(ctx, officer, events.ByPassword, v, errWrong)
	}
	if err := s.drop(ctx, old); err != nil {
		return Signed{}, err
	}
	if !a.Secret.IsZero() {
		return s.half(ctx, officer, events.ByPassword, v)
	}
	return s.start(ctx, r, a, Session{Officer: officer, Way: events.ByPassword, Address: v.Address, Agent: v.Agent}, nil)
}

// unknown answers for a name that nobody has, as slowly and in the same words.
func (s *Service) unknown(ctx context.Context, officer, password string, v Visitor) error {
	now := s.cfg.Now()
	if left := s.names.wait(officer, now); left > 0 {
		return rules.ErrLocked(left)
	}
	if _, err := s.hasher.matches(ctx, "", password); err != nil {
		return err
	}
	s.addresses.failed(v.Address, now)
	a := rules.Account{Failures: s.names.failed(officer, now)}
	return s.late(ctx, a.Delay(), errWrong)
}

// failed records a failure, and returns what to say of it: why, or that the account is locked.
func (s *Service) failed(ctx context.Context, officer string, way events.SignInWay, v Visitor, why error) error {
	s.addresses.failed(v.Address, s.cfg.Now())
	var delay time.Duration
	said := why
	_, err := s.desk.Change(ctx, officer, "sign_in", own(officer), func(a *rules.Account) ([]events.Event, error) {
		delay = a.Delay()
		if left := a.Locked(s.cfg.Now()); left > 0 {
			said = rules.ErrLocked(left)
			return nil, nil
		}
		facts := a.Failed(events.SignInFailed{Way: way, Address: v.Address, Agent: v.Agent})
		if l, ok := facts[len(facts)-1].(events.AccountLocked); ok {
			said = rules.ErrLocked(time.Duration(l.Minutes) * time.Minute)
		}
		return facts, nil
	})
	if err != nil {
		return err
	}
	return s.late(ctx, delay, said)
}

// late answers after a while.
func (s *Service) late(ctx context.Context, d time.Duration, err error) error {
	if e := s.pause(ctx, d); e != nil {
		return e
	}
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// own is the actor of what somebody does to his own account before he is signed in.
func own(officer string) events.Actor { return events.Actor{ID: officer, Post: "本人"} }

// half keeps that the first step was right until the code comes.
func (s *Service) half(ctx context.Context, officer string, way events.SignInWay, v Visitor) (Signed, error) {
	now := s.cfg.Now()
	cookie := rand.Text()
	err := s.table.insert(ctx, cookie, Session{ID: uuid.NewString(), Officer: officer, Stage: NeedsCode, Way: way, Address: v.Address,
		Agent: v.Agent, Started: now, Seen: now, Until: now.Add(halfway)})
	return Signed{cookie, NeedsCode}, err
}

// Code is the second step: a one-time code or a recovery code. The error is a refusal
// (sign_in.code, sign_in.locked), ErrNoSession when the first step is too long ago, or
// ErrTooOften.
func (s *Service) Code(ctx context.Context, cookie, code string, v Visitor) (Signed, error) {
	if s.addresses.wait(v.Address, s.cfg.Now()) > 0 {
		return Signed{}, ErrTooOften
	}
	h, err := s.table.find(ctx, cookie, s.cfg.Now())
	if err != nil {
		return Signed{}, err
	}
	if h.Stage != NeedsCode {
		return Signed{}, ErrNoSession
	}
	defer s.turn(h.Officer)()
	r, known, err := s.known(ctx, h.Officer)
	if err != nil || !known {
		return Signed{}, errors.Join(err, ErrNoSession)
	}
	a, err := s.desk.Load(ctx, h.Officer)
	if err != nil {
		return Signed{}, err
	}
	if left := a.Locked(s.cfg.Now()); left > 0 {
		return Signed{}, rules.ErrLocked(left)
	}
	next := Session{Officer: h.Officer, Way: events.BySecondFactor, Second: true, Address: v.Address, Agent: v.Agent}
	facts, taken, err := s.check(ctx, a, code)
	switch {
	case err != nil:
		return Signed{}, err
	case taken == 0 && facts == nil:
		return Signed{}, s.failed(ctx, h.Officer, events.BySecondFactor, v, errCode)
	case h.Way == events.ByOIDC:
		next.Way = h.Way
	case facts != nil:
		next.Way = events.ByRecoveryCode
	}
	next.step = taken
	if err := s.drop(ctx, cookie); err != nil {
		return Signed{}, err
	}
	return s.start(ctx, r, a, next, facts)
}

var errCode = &domain.Refusal{Rule: "sign_in.code", Field: "code", Message: "动态口令不对，或者已经用过。等手机上换下一个，再填。"}

// check tells a code: the step of a one-time code, or the fact of a recovery code.
func (s *Service) check(ctx context.Context, a rules.Account, code string) (facts []events.Event, taken int, err error) {
	secret, err := s.open(ctx, a.Secret)
	if err != nil || secret == "" {
		return nil, 0, err
	}
	if taken = step(secret, code, s.cfg.Now(), a.Step); taken > 0 {
		return nil, taken, nil
	}
	codes, err := s.open(ctx, a.Codes)
	if err != nil {
		return nil, 0, err
	}
	if i := recovery(codes, code, a.Used); i >= 0 {
		return []events.Event{events.RecoveryCodeUsed{Code: i}}, 0, nil
	}
	return nil, 0, nil
}

// start records the sign-in and makes the session. What somebody else did to the account
// meanwhile counts: a lock, a code that was used.
func (s *Service) start(ctx context.Context, r *roster.Roster, seen rules.Account, n Session, before []events.Event) (Signed, error) {
	now := s.cfg.Now()
	n.ID, n.Started, n.Seen, n.Until = uuid.NewString(), now, now, now.Add(Longest)
	n.Stage = s.stage(r, seen, n)
	_, err := s.desk.Change(ctx, n.Officer, "sign_in", own(n.Officer), func(a *rules.Account) ([]events.Event, error) {
		if left := a.Locked(now); left > 0 {
			return nil, rules.ErrLocked(left)
		}
		if n.step > 0 && n.step <= a.Step || len(a.Used) != len(seen.Used) {
			return nil, errCode
		}
		return append(slices.Clip(before), events.SessionStarted{Session: n.ID, Way: n.Way, Second: n.Second, Step: n.step, Address: n.Address, Agent: n.Agent}), nil
	})
	if err != nil {
		return Signed{}, err
	}
	if err := s.table.sweep(ctx, now); err != nil {
		s.cfg.Logger.Warn("old sessions not dropped", "error", err)
	}
	cookie := rand.Text()
	return Signed{cookie, n.Stage}, s.table.insert(ctx, cookie, n)
}

// stage is what has to be done first in a new session.
func (s *Service) stage(r *roster.Roster, a rules.Account, n Session) Stage {
	switch {
	case a.Temporary && n.Way != events.ByOIDC:
		return NeedsPassword
	case a.Secret.IsZero() && !n.Second && NeedsSecond(r, n.Officer, s.today()):
		return NeedsSecondFactor
	}
	return Ready
}

// NeedsSecond reports whether the officer must have a second factor: an administrator.
func NeedsSecond(r *roster.Roster, officer string, day events.Date) bool {
	return slices.ContainsFunc(r.Hats(officer, day), func(h roster.Hat) bool { return slices.Contains(events.Administrators, h.Post.Role) })
}

func (s *Service) open(ctx context.Context, f events.Sealed) (string, error) {
	text, err := s.cfg.Vault.Open(ctx, f)
	if err != nil && !errors.Is(err, events.ErrErased) {
		return "", fmt.Errorf("open a credential: %w", err)
	}
	return text, nil
}

// drop ends the session of a cookie that a new one takes the place of.
func (s *Service) drop(ctx context.Context, cookie string) error {
	if cookie == "" {
		return nil
	}
	_, err := s.table.exec(ctx, "drop a session", `delete from account.session where hash = $1`, keyOf(cookie))
	return err
}
