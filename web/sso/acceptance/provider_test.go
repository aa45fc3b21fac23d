package acceptance

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	clientID = "xiaohao"
	secret   = "the provider's secret"
)

// provider is the other system. Whoever comes to sign in is let in as the person of the moment.
type provider struct {
	*storage.Storage
	url string

	mu   sync.Mutex
	is   string // who signs in
	lies lies
	down bool
}

// lies is what the identity token says differently, nothing for the truth.
type lies struct {
	nonce    string
	audience []string
	amr      []string
	forged   bool // signed by a key that is not the provider's
}

func (p *provider) set(change func(*provider)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// newProvider starts it for one site.
func newProvider(t *testing.T, back string, people ...string) *provider {
	t.Helper()
	p := &provider{Storage: storage.NewStorageWithClients(userStore(people), map[string]*storage.Client{clientID: storage.WebClient(clientID, secret, back)})}
	mux := http.NewServeMux()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		down := p.down
		p.mu.Unlock()
		if down {
			http.Error(w, "out of order", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	p.url = srv.URL
	cfg := &op.Config{CryptoKey: sha256.Sum256([]byte("test")), CodeMethodS256: true, AuthMethodPost: true}
	is, err := op.NewProvider(cfg, p, op.StaticIssuer(p.url), op.WithAllowInsecure(), op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	on := op.AuthCallbackURL(is)
	mux.HandleFunc("/login/username", func(w http.ResponseWriter, r *http.Request) { // its page of signing in
		id := r.FormValue("authRequestID")
		p.mu.Lock()
		who := p.is
		p.mu.Unlock()
		if err := p.CheckUsernamePassword(who, "right", id); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		ctx := op.ContextWithIssuer(r.Context(), p.url)
		http.Redirect(w, r, on(ctx, id), http.StatusFound)
	})
	mux.Handle("/", is)
	mux.HandleFunc("/oauth/token", func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		is.ServeHTTP(rec, r)
		p.mu.Lock()
		l := p.lies
		p.mu.Unlock()
		body := rec.Body.Bytes()
		if rec.Code == http.StatusOK && (l.audience != nil || l.forged) {
			body = p.resigned(t, body, l)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(rec.Code)
		_, _ = w.Write(body) // a browser that has gone
	})
	return p
}

// userStore knows people by their subject, all with one password.
type userStore []string

func (s userStore) GetUserByID(id string) *storage.User {
	for _, u := range s {
		if u == id {
			return &storage.User{ID: u, Username: u, Password: "right"}
		}
	}
	return nil
}

func (s userStore) GetUserByUsername(name string) *storage.User { return s.GetUserByID(name) }
func (userStore) ExampleClientID() string                       { return "service" }

// told is a request whose token says something else.
type told struct {
	*storage.AuthRequest
	lies
}

func (t told) GetNonce() string {
	if t.nonce != "" {
		return t.nonce
	}
	return t.AuthRequest.GetNonce()
}

func (t told) GetAMR() []string {
	if t.amr != nil {
		return t.amr
	}
	return t.AuthRequest.GetAMR()
}

func (p *provider) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	r, err := p.Storage.AuthRequestByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return told{r.(*storage.AuthRequest), p.lies}, nil
}

func (p *provider) CreateAccessToken(ctx context.Context, r op.TokenRequest) (string, time.Time, error) {
	if t, ok := r.(told); ok {
		return p.Storage.CreateAccessToken(ctx, t.AuthRequest)
	}
	return p.Storage.CreateAccessToken(ctx, r)
}

// resigned is an answer of the token endpoint with another identity token.
func (p *provider) resigned(t *testing.T, body []byte, l lies) []byte {
	t.Helper()
	var answer, claims map[string]json.RawMessage
	key, err := p.SigningKey(t.Context())
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil {
		t.Fatal(err)
	}
	var raw string
	if err := json.Unmarshal(answer["id_token"], &raw); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	signing := jose.SigningKey{Algorithm: key.SignatureAlgorithm(), Key: jose.JSONWebKey{Key: key.Key(), KeyID: key.ID()}}
	if l.audience != nil {
		if claims["aud"], err = json.Marshal(l.audience); err != nil {
			t.Fatal(err)
		}
	}
	if l.forged {
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		signing.Key = jose.JSONWebKey{Key: other, KeyID: key.ID()}
	}
	signer, err := jose.NewSigner(signing, nil)
	if err != nil {
		t.Fatal(err)
	}
	if payload, err = json.Marshal(claims); err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = signed.CompactSerialize(); err != nil {
		t.Fatal(err)
	}
	if answer["id_token"], err = json.Marshal(raw); err != nil {
		t.Fatal(err)
	}
	if body, err = json.Marshal(answer); err != nil {
		t.Fatal(err)
	}
	return body
}
