package notice

import (
	"context"
	"errors"
	"fmt"

	"github.com/wneessen/go-mail"
)

// MailChannel is the name of the letters among the channels.
const MailChannel = "mail"

// Mail is the server that takes letters.
type Mail struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	From     string `json:"from"`
	User     string `json:"user,omitempty"`
	Password string `json:"password,omitempty"`
	Plain    bool   `json:"plain,omitempty"` // no TLS: only for a server on this machine
}

// send writes one letter with everything that waits for its address. Its Message-ID is made
// of the first notice, so a server that has it drops a repeat.
func (m *Mail) send(ctx context.Context, cs []claimed, link string) error {
	subject := cs[0].Says
	if len(cs) > 1 {
		subject = fmt.Sprintf("有 %d 件事要您看", len(cs))
	}
	return m.write(ctx, cs[0].address, subject, text(cs, link), short(cs))
}

// write sends one letter; id is the same for the same letter.
func (m *Mail) write(ctx context.Context, to, subject, body, id string) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	msg := mail.NewMsg()
	if err := msg.From(m.From); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(to); err != nil {
		return fmt.Errorf("recipient: %w", err)
	}
	msg.Subject(subject)
	msg.SetDate()
	msg.SetMessageIDWithValue(id + "@xiaohao")
	msg.SetBodyString(mail.TypeTextPlain, body)
	opts := []mail.Option{mail.WithPort(m.Port), mail.WithTimeout(sendTimeout), mail.WithTLSPolicy(mail.TLSMandatory)}
	if m.Plain {
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	}
	if m.User != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	c, err := mail.NewClient(m.Host, opts...)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	err = c.DialAndSendWithContext(ctx, msg)
	var failed *mail.SendError
	switch {
	case msg.IsDelivered():
		return nil // what failed came after
	case errors.As(err, &failed) && failed.Reason == mail.ErrSMTPDataClose && failed.ErrorCode() == 0:
		return maybeSent{err} // all of it was written, and no answer came
	}
	return err
}
