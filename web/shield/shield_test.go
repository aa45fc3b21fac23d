package shield

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestParseProxies(t *testing.T) {
	ps, err := ParseProxies([]string{"10.1.2.3/8", "127.0.0.1", "::1", "fd00::/8"})
	if err != nil || len(ps) != 4 || ps[0].String() != "10.0.0.0/8" || ps[1].String() != "127.0.0.1/32" {
		t.Errorf("%v %v", ps, err)
	}
	for _, bad := range []string{"", "proxy", "10.0.0.0/33", "10.0.0"} {
		if _, err := ParseProxies([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestClient holds that an address is believed only of a named proxy, and only the part of
// the header that such a one wrote.
func TestClient(t *testing.T) {
	ps, err := ParseProxies([]string{"10.0.0.0/8", "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		peer, header, want string
		named              Proxies
	}{
		"direct":                   {"203.0.113.9:55", "", "203.0.113.9", ps},
		"direct, forged":           {"203.0.113.9:55", "1.1.1.1", "203.0.113.9", ps},
		"no proxy named":           {"127.0.0.1:55", "1.1.1.1", "127.0.0.1", nil},
		"by proxy":                 {"127.0.0.1:55", "198.51.100.7", "198.51.100.7", ps},
		"by proxy, forged before":  {"127.0.0.1:55", "1.1.1.1, 198.51.100.7", "198.51.100.7", ps},
		"by two proxies":           {"127.0.0.1:55", "1.1.1.1, 198.51.100.7, 10.3.3.3", "198.51.100.7", ps},
		"proxy alone":              {"127.0.0.1:55", "", "127.0.0.1", ps},
		"rubbish":                  {"127.0.0.1:55", "1.1.1.1, evil", "127.0.0.1", ps},
		"mapped":                   {"[::ffff:127.0.0.1]:55", "::ffff:198.51.100.7", "198.51.100.7", ps},
		"a proxy inside the chain": {"10.9.9.9:1", "10.8.8.8", "10.8.8.8", ps},
		"no address":               {"@", "1.1.1.1", "invalid IP", ps},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		if c.header != "" {
			r.Header.Set("X-Forwarded-For", c.header)
		}
		if got := c.named.Client(r); got.String() != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestSecure(t *testing.T) {
	ps, _ := ParseProxies([]string{"127.0.0.1"})
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("X-Forwarded-Proto", "https")
	r.RemoteAddr = "203.0.113.9:5"
	if ps.Secure(r) {
		t.Error("anybody may say that he spoke TLS")
	}
	if r.RemoteAddr = "127.0.0.1:5"; !ps.Secure(r) || Proxies(nil).Secure(r) {
		t.Error("a named proxy, and no other, may say so")
	}
	r.Header.Del("X-Forwarded-Proto")
	if r.TLS = (&tls.ConnectionState{}); !Proxies(nil).Secure(r) {
		t.Error("TLS is TLS")
	}
	h := http.Header{}
	if Headers(h, false); h.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS over plain HTTP")
	}
	if Headers(h, true); h.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over TLS")
	}
}

func TestAgent(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "x": "其他", "curl/8.1": "curl",
		"Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36":                        "Chrome · Windows",
		"Mozilla/5.0 (Linux; Android 12; V2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107 Mobile Safari/537.36 MicroMessenger/8.0.42.2460": "微信 · Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile Safari/604.1":      "Safari · iPhone",
	} {
		if got := Agent(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestRates(t *testing.T) {
	rs := NewRates(Rate{Burst: 3, Every: time.Second})
	now := time.Unix(1e9, 0)
	a, b := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("198.51.100.8")
	for i := range 3 {
		if ok, _ := rs.Allow(a, now); !ok {
			t.Fatalf("stopped after %d", i)
		}
	}
	ok, wait := rs.Allow(a, now)
	if ok || wait != time.Second {
		t.Errorf("the fourth at once: %v %v", ok, wait)
	}
	if ok, _ := rs.Allow(b, now); !ok {
		t.Error("another address is stopped")
	}
	if ok, _ := rs.Allow(a, now.Add(time.Second)); !ok {
		t.Error("one more after a second")
	}
	if ok, _ := rs.Allow(a, now.Add(time.Second)); ok {
		t.Error("two more after a second")
	}
	x, y := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::ffff")
	for range 3 {
		rs.Allow(x, now)
	}
	if ok, _ := rs.Allow(y, now); ok {
		t.Error("another address of the same network goes on")
	}
	for i := range rateKeys + 1000 {
		rs.Allow(netip.AddrFrom4([4]byte{1, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if len(rs.next) > rateKeys {
		t.Errorf("%d addresses are kept", len(rs.next))
	}
}
