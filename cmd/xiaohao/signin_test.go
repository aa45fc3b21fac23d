package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"xiaohao/domain/directory"
	"xiaohao/events"
)

// Passwords of the tests' officers.
const password = "五月的风吹过江山村口"

// office opens pages without the demonstration's switch, over a directory of three officers
// who can sign in: zhang of a unit, li of the office, root who is an administrator.
func office(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	for _, c := range []directory.Command{
		directory.PutUnit{ID: "增口乡", Name: "增口乡", Level: events.Township, Type: events.TerritorialUnit},
		directory.PutUnit{ID: "office", Name: "领导小组办公室", Level: events.CountyLevel, Type: events.OfficeUnit},
		directory.PutOfficer{ID: "zhang", Name: "张三"}, directory.PutOfficer{ID: "li", Name: "李四"}, directory.PutOfficer{ID: "root", Name: "管"},
		directory.TakePost{Officer: "zhang", Unit: "增口乡", Role: events.UnitHead, Title: "乡长"},
		directory.TakePost{Officer: "li", Unit: "增口乡", Role: events.Handler, Title: "办事员"},
		directory.TakePost{Officer: "root", Unit: "office", Role: events.SystemAdmin},
	} {
		if _, err := s.stack.directory.Do(t.Context(), directory.Order{ID: uuid.New(), Command: c, Actor: shell}); err != nil {
			t.Fatal(err)
		}
	}
	s.settled()
	for _, o := range []string{"zhang", "li", "root"} {
		if err := s.stack.accounts.SetPassword(t.Context(), shell, o, password, false); err != nil {
			t.Fatal(err)
		}
	}
	s.settled()
	s.listenAs(s.stack.now, discard(), false)
	return s
}

// visitor is a browser without scripts that keeps its cookies.
type visitor struct {
	*http.Client
	s *site
}

func (s *site) visitor() visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return visitor{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, s}
}

// send posts a form, or with nil gets a page, and returns status and where it leads.
func (v visitor) send(path string, form url.Values) (int, string) {
	v.s.t.Helper()
	var res *http.Response
	var err error
	if form == nil {
		res, err = v.Get(v.s.url + path)
	} else {
		res, err = v.PostForm(v.s.url+path, form)
	}
	if err != nil {
		v.s.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode, res.Header.Get("Location")
}

func (v visitor) cookie() string {
	u, _ := url.Parse(v.s.url)
	for _, c := range v.Jar.Cookies(u) {
		if c.Name == "session" {
			return c.Value
		}
	}
	return ""
}

// Without the demonstration nobody gets a page of the office without signing in, and a
// sign-in leads to where the person wanted to go, on this site only.
func TestSignInRequired(t *testing.T) {
	t.Parallel()
	s := office(t)
	for _, path := range []string{"/items", "/desk", "/unit", "/leader", "/board", "/account"} {
		v := s.visitor()
		v.Jar.SetCookies(mustURL(t, s.url), []*http.Cookie{{Name: "act", Value: "clerk"}})
		if code, to := v.send(path, nil); code != 303 || to != "/signin?to="+url.QueryEscape(path) {
			t.Errorf("%s: %d %s", path, code, to)
		}
	}
	for path, want := range map[string]int{"/": 200, "/raise": 200, "/q": 200, "/signin": 200, "/act": 303} {
		if code, _ := s.visitor().send(path, nil); code != want {
			t.Errorf("%s: %d", path, code)
		}
	}
	if a := s.call("", "GET", "/api/v1/items", nil, "Xiaohao-Act", "clerk"); a.Status != 403 {
		t.Errorf("the demonstration's header: %d", a.Status)
	}
	for to, want := range map[string]string{"/board?unit=x": "/board?unit=x", "//evil.test/": "/unit", "https://evil.test/": "/unit", "/\\evil.test": "/unit", "": "/unit"} {
		if code, at := s.visitor().send("/signin", url.Values{"officer": {"zhang"}, "password": {password}, "to": {to}}); code != 303 || at != want {
			t.Errorf("to %q: %d %q, want %q", to, code, at, want)
		}
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A session that was planted in the browser before signing in is nobody's afterwards.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	s := office(t)
	attacker, victim := s.visitor(), s.visitor()
	attacker.send("/signin", url.Values{"officer": {"li"}, "password": {password}})
	planted := attacker.cookie()
	victim.Jar.SetCookies(mustURL(t, s.url), []*http.Cookie{{Name: "session", Value: planted}})
	if code, to := victim.send("/signin", url.Values{"officer": {"zhang"}, "password": {password}}); code != 303 || to != "/unit" {
		t.Fatalf("%d %s", code, to)
	}
	if victim.cookie() == planted {
		t.Error("the planted cookie was kept")
	}
	if code, to := attacker.send("/unit", nil); code != 303 || !strings.HasPrefix(to, "/signin") {
		t.Errorf("the attacker is still in: %d %s", code, to)
	}
}

// A token acts for a program, in the header only, and reads only when it may only read.
func TestTokenOverHTTP(t *testing.T) {
	t.Parallel()
	s := office(t)
	v := s.visitor()
	v.send("/signin", url.Values{"officer": {"zhang"}, "password": {password}})
	p, err := s.stack.accounts.Who(t.Context(), v.cookie())
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.stack.accounts.IssueToken(t.Context(), p, "对接", p.Hats[0].Key, false, events.DateOf(time.Now()).AddDays(1))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.call("", "GET", "/api/v1/items", nil, "Authorization", "Bearer "+token); a.Status != 200 {
		t.Errorf("reading: %d %s", a.Status, a.Body)
	}
	if a := s.call("", "GET", "/api/v1/items?token="+token, nil); a.Status != 403 {
		t.Errorf("in the address: %d", a.Status)
	}
	if a := s.call("", "POST", "/api/v1/items", fields{"text": "路灯不亮", "category": "民生"}, "Authorization", "Bearer "+token); a.Status != 403 {
		t.Errorf("writing with a token that reads: %d %s", a.Status, a.Body)
	}
	if a := s.call("", "GET", "/account", nil, "Authorization", "Bearer "+token); a.Status != 403 && a.Status != 303 && a.Status != 200 || strings.Contains(a.Body, "我的账号") {
		t.Errorf("a program opens the account: %d", a.Status)
	}
}

// What a person does in a browser: sign in, fail five times, delegate, turn the second
// factor on and use it, sign out everywhere. axe-core finds nothing on the way.
func TestSignInJourney(t *testing.T) {
	s := office(t)
	b := s.open(t, 1280, "")
	b.goTo("/unit")
	b.must("工作人员登录")
	b.axe()
	b.fill("officer", "zhang", "password", password)
	b.press("登录")
	b.must("乡长")
	b.goTo("/account")
	b.must("我的账号", "在哪里登录着", "（这里）")
	b.axe()
	today := events.DateOf(time.Now())
	b.choose("from", today.String(), "until", today.AddDays(3).String())
	b.fill("to", "li", "reason", "出差")
	b.press("委托")
	b.must("已委托。", "生效中")
	b.axe()

	b.goTo("/account/second")
	b.axe()
	b.until(`document.querySelector('main img').naturalWidth > 0`) // the picture of the secret is drawn
	secret := b.value(`document.querySelector('[name=secret]').value`)
	now, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.fill("code", now, "old", password)
	b.press("开通")
	b.must("动态口令开通了")
	recovery := b.value(`document.querySelector('#codes code').innerText`)
	b.axe()
	b.goTo("/account")
	b.press("所有地方都退出")
	b.must("已退出。")

	for n := range 5 {
		b.fill("officer", "li", "password", "wrong password "+string(rune('0'+n)))
		b.press("登录")
	}
	b.must("没有登录", "账号已锁定")
	b.axe()
	b.fill("officer", "zhang", "password", password)
	b.press("登录")
	b.must("动态口令")
	b.axe()
	b.fill("code", "000000")
	b.press("登录")
	b.must("动态口令不对")
	b.fill("code", recovery)
	b.press("登录")
	b.must("乡长")
	small := s.open(t, 375, "")
	small.goTo("/signin")
	small.axe()
	small.fill("officer", "root", "password", password)
	small.press("登录")
	small.must("开通动态口令", "管理员必须开通")
	small.axe()
}
