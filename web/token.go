package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"xiaohao/events"
)

// actHeader names whom a program acts as; it goes with Authorization: Bearer TOKEN.
const actHeader = "Xiaohao-Act"

// signedFor is how long a signed choice holds.
const signedFor = 12 * time.Hour

// sign makes the cookie value of a key: it can only be made by who knows the token. In the
// demonstration it is the key itself.
func (s *Server) sign(key string) string {
	if s.cfg.Demo {
		return key
	}
	until := strconv.FormatInt(s.cfg.Now().Add(signedFor).Unix(), 36)
	return until + "." + s.mac(until+"."+key) + "." + key
}

// unsign returns the key of a cookie value, false when it was not signed here or is too old.
func (s *Server) unsign(v string) (string, bool) {
	if s.cfg.Demo {
		return v, v != ""
	}
	until, rest, ok := strings.Cut(v, ".")
	mac, key, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || s.cfg.Token == "" || !hmac.Equal([]byte(mac), []byte(s.mac(until+"."+key))) {
		return "", false
	}
	at, err := strconv.ParseInt(until, 36, 64)
	if err != nil || s.cfg.Now().After(time.Unix(at, 0)) {
		return "", false
	}
	return key, key != ""
}

func (s *Server) mac(text string) string {
	h := hmac.New(sha256.New, []byte(s.cfg.Token))
	h.Write([]byte("xiaohao act|" + text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// tokenMatches compares in constant time; an empty token opens nothing.
func (s *Server) tokenMatches(given string) bool {
	if s.cfg.Token == "" {
		return false
	}
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.cfg.Token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// hasBearer reports whether the request carries the token, or is of the demonstration and
// says whom it acts as.
func (s *Server) hasBearer(r *http.Request) bool {
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.tokenMatches(strings.TrimSpace(t))
	}
	return s.cfg.Demo && r.Header.Get(actHeader) != ""
}

// bearer returns whom a program acts as.
func (s *Server) bearer(r *http.Request) (events.Actor, bool) {
	if !s.hasBearer(r) {
		return s.anybody(), false
	}
	key := r.Header.Get(actHeader)
	if key == "" {
		key = "clerk"
	}
	if u, err := url.PathUnescape(key); err == nil { // many programs send plain letters only in a header
		key = u
	}
	return s.actorOf(key)
}

// mayWrite reports whether the request may change anything at all: in the demonstration
// anybody, else who proved the token.
func (s *Server) mayWrite(r *http.Request) bool {
	if s.cfg.Demo || s.hasBearer(r) {
		return true
	}
	_, ok := s.actKey(r)
	return ok
}
