package notice

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Webhook is another system that is told of everything, one CloudEvent each, signed as
// Standard Webhooks does, for which receivers have libraries in most languages
// (standardwebhooks.com): the headers webhook-id, webhook-timestamp and webhook-signature.
type Webhook struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Secret string `json:"secret"` // of the signature: "whsec_" and base64, or plain text; at least 16 bytes
}

// key is the secret's bytes.
func (w Webhook) key() ([]byte, error) {
	key := []byte(w.Secret)
	if text, ok := strings.CutPrefix(w.Secret, "whsec_"); ok {
		var err error
		if key, err = base64.StdEncoding.DecodeString(text); err != nil {
			return nil, fmt.Errorf("secret is not base64: %w", err)
		}
	}
	if len(key) < 16 {
		return nil, fmt.Errorf("secret is shorter than 16 bytes")
	}
	return key, nil
}

// cloudEvent is a notice in the form of CloudEvents 1.0 (structured mode).
type cloudEvent struct {
	Spec    string    `json:"specversion"`
	ID      string    `json:"id"`
	Source  string    `json:"source"`
	Type    string    `json:"type"`
	Subject string    `json:"subject"`
	Time    time.Time `json:"time"`
	Kind    string    `json:"datacontenttype"`
	Data    struct {
		Says string `json:"says"`
	} `json:"data"`
}

// source is where a notice comes from when the operator gave the site no address.
const source = "urn:xiaohao"

// send posts one notice. Its id is the same however often it is sent: the receiver drops one
// that it has seen.
func (w Webhook) send(ctx context.Context, c *http.Client, n claimed, link string, now time.Time) error {
	key, err := w.key()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(n.notice))
	e := cloudEvent{Spec: "1.0", ID: "ntc_" + hex.EncodeToString(sum[:16]), Source: link, Type: "xiaohao." + n.Kind, Subject: n.Number, Time: n.At.UTC(), Kind: "application/json"}
	if link == "" {
		e.Source = source
	}
	e.Data.Says = n.Says
	_, err = post(ctx, c, w.URL, e, func(h http.Header, body []byte) {
		t := strconv.FormatInt(now.Unix(), 10)
		h.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
		h.Set("webhook-id", e.ID)
		h.Set("webhook-timestamp", t)
		h.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac(string(key), e.ID+"."+t+"."+string(body))))
	})
	return err
}
