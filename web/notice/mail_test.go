package notice

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// A letter comes to a server that speaks SMTP, with everything that waits in it.
func TestMail(t *testing.T) {
	port, letters := smtpServer(t, "")
	o := box(t, 3, MailChannel, "lin@example.gov.cn")
	s := sender(o, Config{Link: "https://zg.example.gov.cn", Mail: &Mail{Host: "127.0.0.1", Port: port, From: "zg@example.gov.cn", Plain: true}}, time.Now)
	if n, err := s.round(t.Context(), s.channels()[0]); err != nil || n != 3 {
		t.Fatal(n, err)
	}
	select {
	case got := <-letters:
		if !strings.Contains(got, "RCPT TO:<lin@example.gov.cn>") || !strings.Contains(got, "@xiaohao") {
			t.Errorf("letter:\n%s", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("no letter")
	}
	if ds, err := o.Deliveries(t.Context(), false, 9); err != nil || len(ds) != 3 || ds[0].State != "SENT" {
		t.Errorf("deliveries %+v, %v", ds, err)
	}
}

// A server that takes the letter and hangs up without a word: whether it has it nobody knows,
// so it is not sent again by itself. One that hangs up before is.
func TestMailCutOff(t *testing.T) {
	for at, unsure := range map[string]bool{".": true, "MAIL": false} {
		port, _ := smtpServer(t, at)
		m := &Mail{Host: "127.0.0.1", Port: port, From: "zg@example.gov.cn", Plain: true}
		cs := []claimed{{delivery: delivery{notice: "c", address: "lin@example.gov.cn"}, Notice: Notice{Says: "催办。"}}}
		err := m.send(t.Context(), cs, "")
		var maybe maybeSent
		if err == nil || errors.As(err, &maybe) != unsure {
			t.Errorf("cut off at %s: %v", at, err)
		}
	}
}

// smtpServer takes letters on loopback and hands on what was said to it. It hangs up at a
// word, if one is named.
func smtpServer(t *testing.T, hangsUpAt string) (port int, letters <-chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	out := make(chan string, 9)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				out <- converse(c, hangsUpAt)
			}()
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port, out
}

func converse(c net.Conn, hangsUpAt string) string {
	var said strings.Builder
	fmt.Fprint(c, "220 test\r\n")
	in, data := bufio.NewScanner(c), false
	for in.Scan() {
		line := in.Text()
		said.WriteString(line + "\n")
		switch word := strings.ToUpper(strings.Fields(line + " x")[0]); {
		case hangsUpAt != "" && strings.HasPrefix(word, hangsUpAt):
			return said.String()
		case data && line == ".":
			data = false
			fmt.Fprint(c, "250 taken\r\n")
		case data:
		case word == "DATA":
			data = true
			fmt.Fprint(c, "354 go on\r\n")
		case word == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return said.String()
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
	return said.String()
}
