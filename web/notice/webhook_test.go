package notice

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2/event"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Many senders at one outbox deliver each notice once, signed and in a form that other
// programs read.
func TestTwoSenders(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef"))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		seen[r.Header.Get("webhook-id")]++
		if err := received(body, r.Header, secret); err != nil {
			t.Error(err)
		}
	}))
	defer srv.Close()
	o := box(t, 60, "oa", srv.URL)
	c := Config{Webhooks: []Webhook{{Name: "oa", URL: srv.URL, Secret: secret}}}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s := sender(o, c, time.Now)
			if _, err := s.round(t.Context(), s.channels()[0]); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(seen) != 60 {
		t.Errorf("%d of 60 delivered", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s delivered %d times", id, n)
		}
	}
}

// received is what a receiver does, by the libraries that are made for it: the signature of
// Standard Webhooks, then the event of CloudEvents.
func received(body []byte, h http.Header, secret string) error {
	check, err := webhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	if err := check.Verify(body, h); err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	forged := append([]byte(" "), body...)
	if check.Verify(forged, h) == nil {
		return fmt.Errorf("a changed body passes")
	}
	var e cloudevents.Event
	if err := json.Unmarshal(body, &e); err != nil {
		return err
	}
	if err := e.Validate(); err != nil {
		return err
	}
	var data struct{ Says string }
	if err := e.DataAs(&data); err != nil || data.Says == "" || e.ID() != h.Get("webhook-id") || e.Type() != "xiaohao.supervision.issued" {
		return fmt.Errorf("event %s: %v", e, err)
	}
	return nil
}
