package events

// Facts about accounts: who may sign in and with what, who signed in and who failed. An
// account has the [DirectoryID] of its officer among accounts, and a data key of its own, so
// that destroying that key erases its credentials for good and nothing else.

// PasswordSet gives the account another password. Only its Argon2id hash is kept, sealed.
type PasswordSet struct {
	Hash      Sealed `json:"hash"`
	Temporary bool   `json:"temporary,omitzero"` // given by somebody else: has to be changed first
}

// SecondFactorSet turns the second factor on (动态口令, RFC 6238).
type SecondFactorSet struct {
	Secret Sealed `json:"secret"`
	Codes  Sealed `json:"codes"` // hashes of the recovery codes, one a line
}

// SecondFactorRemoved turns it off: a lost telephone.
type SecondFactorRemoved struct {
	Reason string `json:"reason"`
}

// RecoveryCodeUsed says that a recovery code stood in for the second factor. It is good once.
type RecoveryCodeUsed struct {
	Code int `json:"code"` // which of them, from 0
}

// LoginLinked lets the account be signed in to by another system (统一身份认证).
type LoginLinked struct {
	Issuer  string `json:"issuer"`
	Subject Sealed `json:"subject"`
}

// LoginUnlinked takes that back.
type LoginUnlinked struct {
	Issuer string `json:"issuer"`
}

// SessionStarted says that somebody signed in.
type SessionStarted struct {
	Session string    `json:"session"`
	Way     SignInWay `json:"way"`
	Second  bool      `json:"second,omitzero"` // with the second factor
	Step    int       `json:"step,omitzero"`   // of the one-time code, which is good once
	Address string    `json:"address"`
	Agent   string    `json:"agent"` // class of the browser: Chrome · Windows
}

// SessionEnded says that a session was ended before its time.
type SessionEnded struct {
	Session string `json:"session"` // "" for all
}

// SignInFailed says that a password or a code was wrong.
type SignInFailed struct {
	Way     SignInWay `json:"way"`
	Address string    `json:"address"`
	Agent   string    `json:"agent"`
}

// AccountLocked closes the account for some time after too many failures. What is tried
// meanwhile is not recorded.
type AccountLocked struct {
	Failures int `json:"failures"`
	Minutes  int `json:"minutes"`
}

// AccountUnlocked opens it before its time.
type AccountUnlocked struct{}

// AccountErased says that the credentials are to be erased: from here on nobody signs in, and
// the key that sealed them is destroyed.
type AccountErased struct{}

// TokenIssued lets a program act for the account (接口令牌). The token itself is shown once
// and kept nowhere; it has 130 random bits, so that its plain hash tells nothing.
type TokenIssued struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`   // what it is for
	Scopes []string `json:"scopes"` // read, write
	Hat    string   `json:"hat"`    // post in which the program acts
	Until  Date     `json:"until"`  // the last day
}

// TokenRevoked ends a token.
type TokenRevoked struct {
	ID string `json:"id"`
}

// SignInWay is how somebody signs in.
type SignInWay string

const (
	ByPassword     SignInWay = "PASSWORD" // 口令
	BySecondFactor SignInWay = "TOTP"     // 动态口令
	ByRecoveryCode SignInWay = "RECOVERY" // 恢复码
	ByOIDC         SignInWay = "OIDC"     // 统一身份认证
)

var signInWayZh = map[SignInWay]string{ByPassword: "口令", BySecondFactor: "动态口令", ByRecoveryCode: "恢复码", ByOIDC: "统一身份认证"}

// Zh returns the Chinese word.
func (v SignInWay) Zh() string { return word(signInWayZh, v) }

func (e PasswordSet) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"hash", &e.Hash})
	return e, err
}

func (e SecondFactorSet) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"secret", &e.Secret}, namedSealed{"codes", &e.Codes})
	return e, err
}

func (e LoginLinked) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"subject", &e.Subject})
	return e, err
}

func (PasswordSet) fact() kind         { return passwordSet }
func (SecondFactorSet) fact() kind     { return secondFactorSet }
func (SecondFactorRemoved) fact() kind { return secondFactorRemoved }
func (RecoveryCodeUsed) fact() kind    { return recoveryCodeUsed }
func (LoginLinked) fact() kind         { return loginLinked }
func (LoginUnlinked) fact() kind       { return loginUnlinked }
func (SessionStarted) fact() kind      { return sessionStarted }
func (SessionEnded) fact() kind        { return sessionEnded }
func (SignInFailed) fact() kind        { return signInFailed }
func (AccountLocked) fact() kind       { return accountLocked }
func (AccountUnlocked) fact() kind     { return accountUnlocked }
func (AccountErased) fact() kind       { return accountErased }
func (TokenIssued) fact() kind         { return tokenIssued }
func (TokenRevoked) fact() kind        { return tokenRevoked }
