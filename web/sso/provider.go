package sso

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Errors of signing in there, beside a cancelled request.
var (
	ErrDown  = errors.New("sso: the other system does not answer")
	ErrCode  = errors.New("sso: the other system does not take the code")
	ErrToken = errors.New("sso: the identity token does not hold")
)

// Back is the path that the other system leads back to. It is registered there, after the
// address of this site.
const Back = "/signin/sso/back"

// patience is how long one request to the other system may take; after it did not answer,
// nobody waits for it again within the respite.
const (
	patience = 10 * time.Second
	respite  = 3 * time.Second
)

// Config says which system it is, and what this program is called there.
type Config struct {
	Issuer   string // https://sso.example.gov.cn
	ClientID string
	Secret   string
	Site     string // address of these pages as browsers see it: https://zg.example.gov.cn
}

// Provider is the other system.
type Provider struct {
	cfg    Config
	client *http.Client
	mu     sync.Mutex
	found  *discovered
	failed error // of the last discovery
	at     time.Time
}

// discovered is what the other system says of itself.
type discovered struct {
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
}

// New checks the configuration. The other system is not asked yet.
func New(cfg Config) (*Provider, error) {
	if cfg.ClientID == "" || cfg.Secret == "" {
		return nil, errors.New("sso: client id and secret are both needed")
	}
	for _, address := range []string{cfg.Issuer, cfg.Site} {
		if err := checkAddress(address); err != nil {
			return nil, err
		}
	}
	cfg.Site = strings.TrimSuffix(cfg.Site, "/")
	return &Provider{cfg: cfg, client: &http.Client{Timeout: patience}}, nil
}

// checkAddress wants TLS for whatever is not on this machine.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("sso: %q is no address such as https://sso.example.gov.cn", address)
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fmt.Errorf("sso: %q must be https", address)
}

// Attempt is one try to sign in: three secrets that belong together.
type Attempt struct {
	State    string // comes back in the address
	Nonce    string // comes back in the token
	Verifier string // proves that the code is for whoever began (PKCE)
}

// URL is where a browser signs in. The error is ErrDown or of the context.
func (p *Provider) URL(ctx context.Context, a Attempt) (string, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return d.oauth.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Identity is who signed in there.
type Identity struct {
	Issuer  string
	Subject string // never the same for two people of one issuer
	Second  bool   // with a second factor
}

// Finish makes of the code who it was. The error is ErrDown, ErrCode, ErrToken or of the context.
func (p *Provider) Finish(ctx context.Context, code string, a Attempt) (Identity, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	t, err := d.oauth.Exchange(p.through(ctx), code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", exchangeError(err), err)
	}
	raw, _ := t.Extra("id_token").(string)
	token, err := d.verifier.Verify(p.through(ctx), raw)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrToken, err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(a.Nonce)) != 1 {
		return Identity{}, fmt.Errorf("%w: nonce of another attempt", ErrToken)
	}
	var claims struct {
		Party string   `json:"azp"`
		AMR   []string `json:"amr"`
		ACR   string   `json:"acr"`
	}
	if err := token.Claims(&claims); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrToken, err)
	}
	if len(token.Audience) > 1 && claims.Party != p.cfg.ClientID || token.Subject == "" {
		return Identity{}, fmt.Errorf("%w: not for this program alone, or of nobody", ErrToken)
	}
	return Identity{Issuer: token.Issuer, Subject: token.Subject, Second: second(claims.AMR, claims.ACR)}, nil
}

// Issuer is what links of accounts to this system are kept under.
func (p *Provider) Issuer() string { return p.cfg.Issuer }

// exchangeError tells a code that is refused from a system that is out of order.
func exchangeError(err error) error {
	var r *oauth2.RetrieveError
	if errors.As(err, &r) && r.Response != nil && r.Response.StatusCode >= 400 && r.Response.StatusCode < 500 {
		return ErrCode
	}
	return ErrDown
}

// held are the methods of RFC 8176 that prove more than a password does.
var held = []string{"mfa", "otp", "hwk", "swk", "sc", "pop"}

func second(amr []string, acr string) bool {
	return acr == "phr" || acr == "phrh" || slices.ContainsFunc(amr, func(m string) bool { return slices.Contains(held, m) })
}

// discover asks the other system where it signs people in, until it has said so once. Keys are
// fetched by the same client when a token needs one that is not known.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if p.failed != nil && time.Since(p.at) < respite {
		return nil, p.failed
	}
	there, err := oidc.NewProvider(p.through(ctx), p.cfg.Issuer)
	if err != nil {
		if e := ctx.Err(); e != nil {
			return nil, e
		}
		p.failed, p.at = fmt.Errorf("%w: %w", ErrDown, err), time.Now()
		return nil, p.failed
	}
	p.found = &discovered{
		verifier: there.VerifierContext(p.through(context.WithoutCancel(ctx)), &oidc.Config{ClientID: p.cfg.ClientID}),
		oauth:    oauth2.Config{ClientID: p.cfg.ClientID, ClientSecret: p.cfg.Secret, Endpoint: there.Endpoint(), RedirectURL: p.cfg.Site + Back, Scopes: []string{oidc.ScopeOpenID}},
	}
	return p.found, nil
}

func (p *Provider) through(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}
