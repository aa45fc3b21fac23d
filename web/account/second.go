package account

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// One-time codes (RFC 6238): SHA-1, six digits, a new one every 30 seconds; one before and
// one after are taken too, for clocks that differ.
const (
	period = 30
	skew   = 1
)

var codeOptions = totp.ValidateOpts{Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// RecoveryCodes is how many recovery codes are given.
const RecoveryCodes = 8

// Enrolment is a second factor that is being set up: nothing of it is kept until a first code
// proves that the telephone has it.
type Enrolment struct {
	Secret string // base32, to be typed
	QR     string // data: address of a picture of it
}

// enrol draws a new secret.
func enrol(site, officer string) (Enrolment, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: site, AccountName: officer, Period: period, SecretSize: 20})
	if err != nil {
		return Enrolment{}, fmt.Errorf("draw a second factor: %w", err)
	}
	return picture(key)
}

// enrolmentOf is the enrolment of a secret that was drawn before.
func enrolmentOf(site, officer, secret string) (Enrolment, error) {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil || len(raw) != 20 {
		return Enrolment{}, refusal("code", "second_factor.secret", "这张表不完整，请重新打开这一页。")
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: site, AccountName: officer, Period: period, Secret: raw})
	if err != nil {
		return Enrolment{}, fmt.Errorf("draw a second factor: %w", err)
	}
	return picture(key)
}

func picture(key *otp.Key) (Enrolment, error) {
	img, err := key.Image(220, 220)
	if err != nil {
		return Enrolment{}, fmt.Errorf("draw a second factor: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return Enrolment{}, fmt.Errorf("draw a second factor: %w", err)
	}
	return Enrolment{key.Secret(), "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())}, nil
}

// step returns which time step a code is of, 0 when it is of none near now. Steps up to last
// were used, and do not count.
func step(secret, code string, now time.Time, last int) int {
	code = digits(code)
	found := 0
	for d := -skew; d <= skew; d++ {
		at := now.Add(time.Duration(d) * period * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, codeOptions)
		n := int(at.Unix() / period)
		if err == nil && n > last && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = n
		}
	}
	return found
}

// digits drops what people type between digits.
func digits(s string) string { return strings.NewReplacer(" ", "", "-", "", "\u3000", "").Replace(s) }

// newRecovery draws recovery codes: 50 random bits each, to be read and typed.
func newRecovery() (shown []string, hashes string) {
	var lines []string
	for range RecoveryCodes {
		c := strings.ToLower(rand.Text()[:10])
		shown = append(shown, c[:5]+"-"+c[5:])
		lines = append(lines, hashOf(c))
	}
	return shown, strings.Join(lines, "\n")
}

// recovery returns which recovery code it is, -1 for none that is left.
func recovery(hashes, code string, used []int) int {
	h := hashOf(strings.ToLower(digits(code)))
	for i, line := range strings.Split(hashes, "\n") {
		if subtle.ConstantTimeCompare([]byte(line), []byte(h)) == 1 && !slices.Contains(used, i) {
			return i
		}
	}
	return -1
}

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
