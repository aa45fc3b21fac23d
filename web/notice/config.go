package notice

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
)

// Config says by which channels notices leave the program. It is a file of the operator's,
// since it holds secrets; without one there is the inbox only.
type Config struct {
	Link     string    `json:"link"` // address of the site: https://…
	Mail     *Mail     `json:"mail,omitempty"`
	People   []Person  `json:"people,omitempty"`
	Robots   []Robot   `json:"robots,omitempty"`
	Webhooks []Webhook `json:"webhooks,omitempty"`
}

// Person is somebody who gets letters: the inbox of an officer, as an address.
type Person struct {
	ID    string `json:"id"`    // actor id, whose preferences hold
	Mail  string `json:"mail"`  // address
	Boxes []Box  `json:"boxes"` // role|DISPATCHER, unit|区城管局|UNIT_LIAISON, leader|l1
}

func (p Person) in(b Box) bool { return slices.Contains(p.Boxes, b) }

// ReadConfig reads a configuration and refuses what it does not know.
func ReadConfig(r io.Reader) (c Config, err error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("read notices configuration: %w", err)
	}
	return c, c.check()
}

func (c Config) check() error {
	var errs []error
	seen := map[string]bool{MailChannel: true}
	name := func(kind, n, address string) {
		if n == "" || seen[n] {
			errs = append(errs, fmt.Errorf("%s %q: name is missing or taken", kind, n))
		}
		seen[n] = true
		if u, err := url.Parse(address); err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
			errs = append(errs, fmt.Errorf("%s %q: no address", kind, n))
		}
	}
	for _, r := range c.Robots {
		name("robot", r.Name, r.URL)
		if !slices.Contains([]string{WeCom, DingTalk, Feishu}, r.Kind) {
			errs = append(errs, fmt.Errorf("robot %q: kind %q is none of wecom, dingtalk, feishu", r.Name, r.Kind))
		}
	}
	for _, w := range c.Webhooks {
		name("webhook", w.Name, w.URL)
		if _, err := w.key(); err != nil {
			errs = append(errs, fmt.Errorf("webhook %q: %w", w.Name, err))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("notices configuration: %w", errors.Join(errs...))
	}
	return nil
}
