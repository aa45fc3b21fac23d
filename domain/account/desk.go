package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// Desk writes what happens to accounts.
type Desk struct {
	Log   domain.Histories
	Vault domain.Vault
	Now   func() time.Time // nil = time.Now
}

// Load returns an officer's account as it is.
func (d *Desk) Load(ctx context.Context, officer string) (Account, error) {
	h, err := d.Log.LoadOf(ctx, events.AccountAggregate, ID(officer))
	if err != nil {
		return Account{}, fmt.Errorf("load account: %w", err)
	}
	return Fold(h), nil
}

// Change decides on an account and writes the facts. decide may be called more than once.
// It returns the sequence of what was written, 0 when nothing was.
func (d *Desk) Change(ctx context.Context, officer, command string, actor events.Actor, decide func(*Account) ([]events.Event, error)) (uint64, error) {
	c := domain.Change{ID: uuid.New(), Of: events.AccountAggregate, Entry: ID(officer), Command: command, Actor: actor}
	r, err := c.Carry(ctx, d.Log, d.Vault, d.now(), func(h []events.Recorded) ([]events.Event, error) {
		a := Fold(h)
		if a.Erased {
			return nil, refuse("", "account.erased", "这个账号的登录凭据已经抹除，不能再用。")
		}
		return decide(&a)
	})
	return r.Sequence, err
}

func (d *Desk) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}

func refuse(field, rule, format string, args ...any) *domain.Refusal {
	return &domain.Refusal{Rule: rule, Field: field, Message: fmt.Sprintf(format, args...)}
}

// ErrLocked is the refusal of an account that is locked for so long.
func ErrLocked(left time.Duration) *domain.Refusal {
	return refuse("password", "sign_in.locked", "连错太多次，账号已锁定，%d 分钟后再试；急用请安全管理员解锁。", int((left+time.Minute-1)/time.Minute))
}

// Lengths of a password, in characters. Length counts, not kinds of characters: rules on
// kinds make people write passwords down.
const (
	minPassword = 10
	maxPassword = 128
)

// common are passwords that are long enough and everybody tries.
var common = []string{"1234567890", "0123456789", "password123", "qwertyuiop", "1q2w3e4r5t", "aa12345678", "a123456789", "123456789a",
	"admin12345", "administrator", "12345678910", "woaini1314", "5201314520", "1234567891", "qwer123456", "zxcvbnm123", "password1234", "admin@1234",
	"1111111111", "0000000000", "8888888888", "6666666666", "1qaz2wsx3edc", "qazwsxedcrfv", "abcd1234567", "xiaohao123"}

// CheckPassword returns why a password is no good, nil when it is.
func CheckPassword(officer, password string) *domain.Refusal {
	n, low := utf8.RuneCountInString(password), strings.ToLower(password)
	switch {
	case n < minPassword:
		return refuse("password", "password.short", "新口令：至少 %d 个字符，现在 %d 个。一句自己记得住的话就很好。", minPassword, n)
	case n > maxPassword:
		return refuse("password", "password.long", "新口令：最多 %d 个字符。", maxPassword)
	case !utf8.ValidString(password):
		return refuse("password", "password.text", "新口令：有不能识别的字符，请重新输入。")
	case slices.Contains(common, low), kinds(low) < 4:
		return refuse("password", "password.common", "新口令：太常见了，一猜就中，请换一个。")
	case len(officer) > 2 && strings.Contains(low, strings.ToLower(officer)):
		return refuse("password", "password.name", "新口令：不能含有自己的人员编号。")
	}
	return nil
}

// kinds counts different characters.
func kinds(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
