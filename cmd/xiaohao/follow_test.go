package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/web/notice"
)

// postbox is a mail server that takes every letter.
type postbox struct {
	t    *testing.T
	port int

	mu      sync.Mutex
	letters []letter
}

type letter struct{ to, subject, body string }

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &postbox{t: t, port: l.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

// serve speaks as much SMTP as a letter needs.
func (p *postbox) serve(c net.Conn) {
	defer c.Close()
	fmt.Fprint(c, "220 postbox\r\n")
	in, to := bufio.NewReader(c), ""
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		says := "250 ok"
		switch word := strings.ToUpper(strings.TrimSpace(line)); {
		case strings.HasPrefix(word, "RCPT TO:"):
			to = strings.Trim(strings.TrimSpace(line)[8:], "<>")
		case word == "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var b strings.Builder
			for {
				l, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				b.WriteString(l)
			}
			p.keep(to, b.String())
		case word == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		}
		fmt.Fprint(c, says+"\r\n")
	}
}

func (p *postbox) keep(to, raw string) {
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		p.t.Errorf("a letter cannot be read: %v", err)
		return
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	body, err2 := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || err2 != nil {
		p.t.Errorf("a letter cannot be read: %v %v", err, err2)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, letter{to, subject, string(body)})
}

// got returns the letters so far.
func (p *postbox) got() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter(nil), p.letters...)
}

// TestFollowByMail follows a released item by letter: nothing goes out before it is confirmed
// from the mailbox, letters name the step and nobody, and one press ends it and destroys the
// address, which stands in no table and no log entry.
func TestFollowByMail(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	const address = "lin.moumou@example.cn"
	s := newSiteTelling(t, notice.Config{Link: "https://zg.example.cn", Mail: &notice.Mail{Host: "127.0.0.1", Port: box.port, From: "xiaohao@example.cn", Plain: true}})
	n := s.inHand(1)[0]
	s.do("publisher", n, "draft_public_text", fields{"summary": "路灯不亮"})
	s.do("publisher2", n, "release", nil)
	public := s.publicOf(n)
	if body := s.call("", "GET", "/p/"+public, nil).Body; !strings.Contains(body, "有进展写信告诉我") {
		t.Fatal("the page offers no letters")
	}
	if got := s.post("", "/p/"+public+"/follow", url.Values{"mail": {"lin"}}); got != http.StatusUnprocessableEntity {
		t.Errorf("no address: %d", got)
	}
	if got := s.post("", "/p/"+public+"/follow", url.Values{"mail": {address}}); got != http.StatusOK {
		t.Fatalf("asked: %d", got)
	}
	s.until("the letter that asks", func() bool { return len(box.got()) == 1 })
	first := box.got()[0]
	path := regexp.MustCompile(`/follow/[0-9a-f-]{36}`).FindString(first.body)
	if first.to != address || path == "" || !strings.Contains(first.subject, "确认") {
		t.Fatalf("%+v", first)
	}
	s.do("clerk", n, "add_opinion", fields{"text": "我家门口也不亮", "channel": "CALL"}) // a public step, before anybody confirmed
	press := func(what, says string) {
		t.Helper()
		before := s.last()
		a := s.call("", "GET", path, nil)
		if a.Status != http.StatusOK || !strings.Contains(a.Body, says) || strings.Contains(a.Body, address) || s.last() != before {
			t.Fatalf("%s: %d, the log from %d to %d\n%s", path, a.Status, before, s.last(), text(a.Body))
		}
		if got := s.post("", path, url.Values{what: {"1"}, "id": {uuid.NewString()}}); got != http.StatusOK {
			t.Fatalf("%s: %d", what, got)
		}
		s.settled()
	}
	press("confirm", "确认关注进展")
	unit := "区城管局"
	s.do(staff(unit, "UNIT_LIAISON"), n, "sign", nil) // inside: tells nobody
	s.do(staff(unit, "HANDLER"), n, "record_evidence", fields{"title": "新灯头", "kind": "RESULT"})
	s.report(n, unit)
	s.until("the letter of the step", func() bool { return len(box.got()) == 2 })
	if second := box.got()[1]; second.to != address || !strings.Contains(second.body, "公示编号 "+public+"：整改完成") || !strings.Contains(second.body, "https://zg.example.cn/p/"+public) ||
		!strings.Contains(second.body, path) || strings.Contains(second.body, "夜班车") || strings.Count(second.body, public+"：") != 1 {
		t.Errorf("%+v", second)
	}
	press("end", "不再关注，销毁我的地址")
	if body := s.call("", "GET", path, nil).Body; !strings.Contains(body, "邮箱地址已经销毁") {
		t.Errorf("after the end:\n%s", text(body))
	}
	asked, err := s.stack.follow.Look(t.Context(), uuid.MustParse(strings.TrimPrefix(path, "/follow/")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.stack.vault.Open(t.Context(), asked.Address); !errors.Is(err, events.ErrErased) {
		t.Errorf("the address still opens: %v", err)
	}
	s.apply(n, unit)
	s.do(staff(unit, "UNIT_DEPUTY"), n, "sign_off", nil)
	s.do("clerk", n, "issue_reply", fields{"way": "PHONE"})
	ds, err := s.stack.notices.Deliveries(t.Context(), false, 100)
	if err != nil || len(ds) == 0 {
		t.Fatal(err)
	}
	for _, d := range ds {
		if all := fmt.Sprint(d); strings.Contains(all, address) || strings.Contains(all, path[len("/follow/"):]) {
			t.Errorf("deliveries tell the address or the link: %s", all)
		}
	}
	if got := box.got(); len(got) != 2 {
		t.Errorf("%d letters", len(got))
	}
	if got := s.post("", "/p/"+public+"/follow", url.Values{"mail": {address}}); got != http.StatusOK {
		t.Errorf("asked again: %d", got)
	}
	s.settled()
	s.days(8)
	if err := s.stack.endUnconfirmed(t.Context(), time.Now().AddDate(0, 0, 8)); err != nil {
		t.Fatal(err)
	}
	s.settled()
	if left, err := s.stack.reads.Unconfirmed(t.Context(), time.Now().AddDate(0, 0, 9), 10); err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
}
