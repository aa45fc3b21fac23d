package notice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The kinds of group robots.
const (
	WeCom    = "wecom"    // 企业微信
	DingTalk = "dingtalk" // 钉钉
	Feishu   = "feishu"   // 飞书
)

// Robot is a group robot: one address that speaks to a group.
type Robot struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	URL    string `json:"url"`
	Secret string `json:"secret,omitempty"` // of 钉钉 and 飞书
	Boxes  []Box  `json:"boxes"`            // what the group is told
}

func (r Robot) serves(b Box) bool { return Person{Boxes: r.Boxes}.in(b) }

// sendTimeout is how long a channel may take to answer.
const sendTimeout = 10 * time.Second

// text is what waits for one address in one message, with the stable ids of the notices so
// that a repeat is known as one.
func text(cs []claimed, link string) string {
	var b strings.Builder
	if len(cs) > 1 {
		fmt.Fprintf(&b, "有 %d 件事要您看：\n", len(cs))
	}
	for i, c := range cs {
		if i == 20 {
			fmt.Fprintf(&b, "还有 %d 件，请到收件箱看。\n", len(cs)-i)
			break
		}
		b.WriteString(c.Says + "\n")
	}
	if link != "" {
		b.WriteString(strings.TrimSuffix(link, "/") + "/inbox\n")
	}
	return b.String() + "通知号 " + short(cs)
}

// short is a stable id of a message: of the first notice in it.
func short(cs []claimed) string {
	sum := sha256.Sum256([]byte(cs[0].notice))
	return hex.EncodeToString(sum[:6])
}

// send speaks to the group. A robot that answers 200 and says otherwise in its answer has
// not taken the message.
func (r Robot) send(ctx context.Context, c *http.Client, says string, now time.Time) error {
	address := r.URL
	switch r.Kind {
	case Feishu:
		m := feishuMessage{Kind: "text"}
		m.Content.Text = says
		if r.Secret != "" {
			m.Timestamp = strconv.FormatInt(now.Unix(), 10)
			m.Sign = base64.StdEncoding.EncodeToString(mac(m.Timestamp+"\n"+r.Secret, ""))
		}
		return r.post(ctx, c, address, m)
	case DingTalk:
		if r.Secret != "" {
			ms := strconv.FormatInt(now.UnixMilli(), 10)
			sign := base64.StdEncoding.EncodeToString(mac(r.Secret, ms+"\n"+r.Secret))
			address += "&timestamp=" + ms + "&sign=" + url.QueryEscape(sign)
		}
	}
	m := robotMessage{Kind: "text"}
	m.Text.Content = says
	return r.post(ctx, c, address, m)
}

type robotMessage struct {
	Kind string `json:"msgtype"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
}

type feishuMessage struct {
	Timestamp string `json:"timestamp,omitempty"`
	Sign      string `json:"sign,omitempty"`
	Kind      string `json:"msg_type"`
	Content   struct {
		Text string `json:"text"`
	} `json:"content"`
}

// robotAnswer is what all three answer: errcode of 企业微信 and 钉钉, code of 飞书.
type robotAnswer struct {
	ErrCode *int   `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
	Code    *int   `json:"code"`
	Msg     string `json:"msg"`
}

func (r Robot) post(ctx context.Context, c *http.Client, address string, message any) error {
	raw, err := post(ctx, c, address, message, nil)
	if err != nil {
		return err
	}
	var a robotAnswer
	switch err := json.Unmarshal(raw, &a); {
	case err != nil || a.ErrCode == nil && a.Code == nil:
		return maybeSent{errors.New("robot answered 200 but did not say that it took the message")}
	case a.ErrCode != nil && *a.ErrCode != 0:
		return fmt.Errorf("robot refused: %d %s", *a.ErrCode, cut(a.ErrMsg, 100))
	case a.Code != nil && *a.Code != 0:
		return fmt.Errorf("robot refused: %d %s", *a.Code, cut(a.Msg, 100))
	}
	return nil
}

func mac(key, message string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(message))
	return h.Sum(nil)
}

// post sends JSON and returns the answer of a 2xx. Redirects are not followed, and no more
// than 64 KiB are read. The error is a [maybeSent] from the moment on that the request was
// written until an answer below 500 said what became of it: who answers 500 or nothing may
// have acted before.
func post(ctx context.Context, c *http.Client, address string, v any, sign func(http.Header, []byte)) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("address cannot be used") // it may hold a key
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if sign != nil {
		sign(req.Header, body)
	}
	var written atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }}))
	res, err := c.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the address: it may hold a key
		}
		if written.Load() {
			err = maybeSent{err}
		}
		return nil, err
	}
	defer res.Body.Close()
	switch raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10)); {
	case res.StatusCode >= 500:
		return nil, maybeSent{fmt.Errorf("answered %s", res.Status)}
	case res.StatusCode/100 != 2:
		return nil, fmt.Errorf("answered %s", res.Status)
	case err != nil:
		return nil, maybeSent{err}
	default:
		return raw, nil
	}
}
