package acceptance

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/directory"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	vault "xiaohao/events/vault/memory"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
	"xiaohao/web"
	"xiaohao/web/account"
	"xiaohao/web/shield"
	"xiaohao/web/sso"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// office is the pages of an office whose people sign in by the provider.
type office struct {
	t     *testing.T
	log   *memory.Journal
	reads *projections.Store
	there *provider
	url   string

	browsers int // each at an address of its own
}

var system = events.Actor{ID: "xiaohao", Role: events.System, Post: "系统"}

func newOffice(t *testing.T) *office {
	t.Helper()
	dsn := pgtest.Database(t)
	reads, err := projections.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, log: memory.New(), reads: reads}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- reads.Run(ctx, o.log) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && ctx.Err() == nil {
			t.Error(err)
		}
		reads.Close()
	})
	var h http.Handler
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	t.Cleanup(srv.Close)
	o.url = srv.URL
	o.there = newProvider(t, o.url+sso.Back, "zhang-there", "root-there", "stranger")
	elsewhere, err := sso.New(sso.Config{Issuer: o.there.url, ClientID: clientID, Secret: secret, Site: o.url})
	if err != nil {
		t.Fatal(err)
	}
	v := vault.New()
	accounts, err := account.Open(t.Context(), account.Config{Postgres: dsn, Site: "整改销号", Log: o.log, Vault: v, Roster: reads.Roster})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(accounts.Close)
	proxies, err := shield.ParseProxies([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	dir := &directory.Desk{Journal: o.log, Vault: v}
	cfg := web.Config{Site: "整改销号", Owner: "办公室", Phone: "12345", Accounts: accounts, SSO: elsewhere, Directory: dir, Proxies: proxies}
	if h, err = web.New(cfg, &domain.Desk{Journal: o.log, Vault: v, Calendars: calendar.Official(), Prefix: "QG"}, reads, v); err != nil {
		t.Fatal(err)
	}
	o.people(dir)
	for officer, subject := range map[string]string{"zhang": "zhang-there", "root": "root-there"} {
		if err := accounts.Link(t.Context(), system, officer, o.there.url, subject); err != nil {
			t.Fatal(err)
		}
	}
	o.settle()
	return o
}

// people are zhang of a unit, and root who is an administrator.
func (o *office) people(dir *directory.Desk) {
	o.t.Helper()
	for _, c := range []directory.Command{
		directory.PutUnit{ID: "gov", Name: "增口乡", Level: events.Township, Type: events.TerritorialUnit},
		directory.PutOfficer{ID: "zhang", Name: "张三"}, directory.PutOfficer{ID: "root", Name: "管"},
		directory.TakePost{Officer: "zhang", Unit: "gov", Role: events.UnitHead}, directory.TakePost{Officer: "root", Unit: "gov", Role: events.SystemAdmin},
	} {
		if _, err := dir.Do(o.t.Context(), directory.Order{ID: uuid.New(), Command: c, Actor: system}); err != nil {
			o.t.Fatal(err)
		}
	}
	o.settle()
}

func (o *office) settle() {
	o.t.Helper()
	if err := o.reads.WaitFor(o.t.Context(), o.last()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) last() uint64 {
	o.t.Helper()
	n, err := o.log.Last(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	*http.Client
	t *testing.T
	o *office
}

func (o *office) browser(t *testing.T) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	o.browsers++
	from := from(fmt.Sprintf("192.0.2.%d", o.browsers))
	return browser{&http.Client{Jar: jar, Transport: from, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, t, o}
}

// from sends requests through a proxy that says this address.
type from string

func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", string(f))
	return http.DefaultTransport.RoundTrip(r)
}

// answer is what came of a request.
type answer struct {
	status int
	to     string // where it leads
	body   string
}

// ask gets an address, or sends a form to it.
func (b browser) ask(address string, form url.Values) answer {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.o.url + address
	}
	var res *http.Response
	var err error
	if form == nil {
		res, err = b.Get(address)
	} else {
		res, err = b.PostForm(address, form)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{res.StatusCode, res.Header.Get("Location"), string(body)}
	if at, ok := strings.CutPrefix(res.Header.Get("Refresh"), "0; url="); ok {
		a.to = at
	}
	return a
}

// there goes from our page to the provider and back, and returns what came back.
func (b browser) there(to string) url.Values {
	b.t.Helper()
	a := b.ask("/signin/sso", url.Values{"to": {to}})
	for range 5 {
		if a.to == "" {
			b.t.Fatalf("leads nowhere: %d %s", a.status, a.body)
		}
		if strings.HasPrefix(a.to, b.o.url+sso.Back) {
			u, err := url.Parse(a.to)
			if err != nil {
				b.t.Fatal(err)
			}
			return u.Query()
		}
		if strings.HasPrefix(a.to, "/") {
			a.to = b.o.there.url + a.to
		}
		a = b.ask(a.to, nil)
	}
	b.t.Fatalf("never comes back: %+v", a)
	return nil
}

// TestSignIn goes to the provider and back: the page that was wanted opens, and what is opened by
// GET on the way writes nothing.
func TestSignIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := o.browser(t)
	if a := b.ask("/signin", nil); !strings.Contains(a.body, "用统一身份认证登录") {
		t.Error("the page of signing in does not offer it")
	}
	o.there.set(func(p *provider) { p.is = "zhang-there" })
	before := o.last()
	q := b.there("/board?unit=gov")
	if a := b.ask(sso.Back+"?"+q.Encode(), nil); a.status != http.StatusOK || !strings.Contains(a.body, q.Get("code")) || !strings.Contains(a.body, "进入") {
		t.Errorf("coming back: %+v", a)
	}
	if o.last() != before {
		t.Error("coming back by GET wrote something")
	}
	if a := b.ask(sso.Back, q); a.status != http.StatusSeeOther || a.to != "/board?unit=gov" {
		t.Fatalf("signed in: %+v", a)
	}
	if a := b.ask("/account", nil); !strings.Contains(a.body, "统一身份认证") || !strings.Contains(a.body, "zhang") {
		t.Errorf("the account: %d", a.status)
	}
	if o.last() != before+1 {
		t.Errorf("%d commits were written", o.last()-before)
	}
	u, err := url.Parse(o.url)
	if err != nil {
		t.Fatal(err)
	}
	planted := b.Jar.Cookies(u)
	for _, to := range []string{"//evil.test/", "https://evil.test/", "/\\evil.test"} { // elsewhere is not gone to, and a planted session is not taken over
		victim := o.browser(t)
		victim.Jar.SetCookies(u, planted)
		if a := victim.ask(sso.Back, victim.there(to)); a.to != "/unit" {
			t.Errorf("to %q: %+v", to, a)
		}
		if now := victim.Jar.Cookies(u); len(now) != 1 || now[0].Value == planted[0].Value {
			t.Errorf("the cookie was kept: %v", now)
		}
	}
	if a := b.ask("/account", nil); a.status != http.StatusSeeOther {
		t.Errorf("the planted session still stands: %d", a.status)
	}
}

// TestAdministrator holds that an administrator needs a second factor, there or here.
func TestAdministrator(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, c := range map[string]struct {
		amr  []string
		want string
	}{
		"password there": {[]string{"pwd"}, "/account/second"}, "nothing said": {[]string{}, "/account/second"},
		"two factors": {[]string{"pwd", "mfa"}, "/desk"}, "a card": {[]string{"sc"}, "/desk"},
	} {
		b := o.browser(t)
		o.there.set(func(p *provider) { p.is, p.lies = "root-there", lies{amr: c.amr} })
		a := b.ask(sso.Back, b.there(""))
		if a.status != http.StatusSeeOther || (a.to == "/account/second") != (c.want == "/account/second") {
			t.Errorf("%s: %+v", name, a)
		}
		if c.want != "/account/second" {
			continue
		}
		second := b.ask("/account/second", nil)
		if !strings.Contains(second.body, "管理员必须开通") || strings.Contains(second.body, "登录口令") || strings.Contains(second.body, "查进展") {
			t.Errorf("%s: who has no password is asked for one, or sees the menu:\n%s", name, second.body)
		}
	}
}

// TestRefused tries what must not let anybody in: each says why in a sentence, writes nothing and
// makes no session.
func TestRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, c := range []struct {
		name string
		lies lies
		is   string
		try  func(t *testing.T, b browser) answer
		says string
	}{
		{"wrong state", lies{}, "", func(t *testing.T, b browser) answer {
			q := b.there("")
			q.Set("state", "ANOTHER")
			return b.ask(sso.Back, q)
		}, "不是在这个浏览器里开始的"},
		{"another browser's attempt", lies{}, "", func(t *testing.T, b browser) answer {
			q := o.browser(t).there("")
			b.there("")
			return b.ask(sso.Back, q)
		}, "不是在这个浏览器里开始的"},
		{"a browser that began nothing", lies{}, "", func(t *testing.T, b browser) answer { return b.ask(sso.Back, o.browser(t).there("")) }, "不是在这个浏览器里开始的"},
		{"replayed attempt", lies{}, "stranger", func(t *testing.T, b browser) answer {
			q := b.there("")
			u, _ := url.Parse(o.url + "/signin/sso")
			kept := b.Jar.Cookies(u)
			b.ask(sso.Back, q)
			b.Jar.SetCookies(u, kept)
			return b.ask(sso.Back, q)
		}, "已经用过"},
		{"replayed code", lies{}, "stranger", func(t *testing.T, b browser) answer {
			q := b.there("")
			b.ask(sso.Back, q)
			fresh := b.there("")
			fresh.Set("code", q.Get("code"))
			return b.ask(sso.Back, fresh)
		}, "不认这次登录的凭证"},
		{"code of somebody else's attempt", lies{}, "", func(t *testing.T, b browser) answer { // PKCE
			stolen := o.browser(t).there("")
			q := b.there("")
			q.Set("code", stolen.Get("code"))
			return b.ask(sso.Back, q)
		}, "不认这次登录的凭证"},
		{"wrong nonce", lies{nonce: "ANOTHER"}, "", nil, "身份核对不上"},
		{"wrong audience", lies{audience: []string{"another-program"}}, "", nil, "身份核对不上"},
		{"forged signature", lies{forged: true}, "", nil, "身份核对不上"},
		{"one token for two programs", lies{audience: []string{clientID, "another-program"}}, "", nil, ""},
		{"unknown subject", lies{}, "stranger", nil, "还没有关联到人员编号"},
		{"denied there", lies{}, "", func(t *testing.T, b browser) answer { return b.ask(sso.Back+"?error=access_denied&state=x", nil) }, "没有让您通过"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.is == "" {
				c.is = "zhang-there"
			}
			o.there.set(func(p *provider) { p.is, p.lies = c.is, c.lies })
			b := o.browser(t)
			if c.try == nil {
				c.try = func(t *testing.T, b browser) answer { return b.ask(sso.Back, b.there("")) }
			}
			before := o.last()
			a := c.try(t, b)
			if c.says == "" { // azp says that it is for us: fine
				if a.status != http.StatusSeeOther {
					t.Errorf("%+v", a)
				}
				return
			}
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.says) {
				t.Errorf("want %q, got %d\n%s", c.says, a.status, a.body)
			}
			if o.last() != before {
				t.Errorf("something was written")
			}
			if a := b.ask("/account", nil); a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/signin") {
				t.Errorf("somebody is in: %+v", a)
			}
		})
	}
	t.Run("the provider is down", func(t *testing.T) {
		b := o.browser(t)
		q := b.there("")
		o.there.set(func(p *provider) { p.down = true })
		if a := b.ask(sso.Back, q); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "现在连不上") {
			t.Errorf("at the end: %d\n%s", a.status, a.body)
		}
	})
}

// TestDownFromTheStart holds that pages open without the provider, and say that it is away.
func TestDownFromTheStart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.there.set(func(p *provider) { p.down = true })
	b := o.browser(t)
	if a := b.ask("/signin/sso", url.Values{}); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "现在连不上") || !strings.Contains(a.body, "人员编号") {
		t.Errorf("%d\n%s", a.status, a.body)
	}
}
