package shield

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of the proxies in front of the program. None: nobody is believed.
type Proxies []netip.Prefix

// ParseProxies reads networks or single addresses: 10.0.0.0/8, 127.0.0.1.
func ParseProxies(texts []string) (Proxies, error) {
	var out Proxies
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("%q is neither a network (10.0.0.0/8) nor an address", text)
			}
			p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (ps Proxies) has(a netip.Addr) bool {
	for _, p := range ps {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Client is the address that a request comes from: of the peer, or, when that is a named
// proxy, the last one in X-Forwarded-For that is none. The parts before it were written by
// the client. It is the zero Addr when the peer has no address.
func (ps Proxies) Client(r *http.Request) netip.Addr {
	at := peer(r)
	if !ps.has(at) {
		return at
	}
	via := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(via) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(via[i]))
		if err != nil {
			return at
		}
		if at = a.Unmap().WithZone(""); !ps.has(at) {
			return at
		}
	}
	return at
}

func peer(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// Secure reports whether the browser spoke TLS, to us or to a named proxy.
func (ps Proxies) Secure(r *http.Request) bool {
	return r.TLS != nil || ps.has(peer(r)) && r.Header.Get("X-Forwarded-Proto") == "https"
}
