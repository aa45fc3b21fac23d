package journal

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Errors of connecting to servers elsewhere; when none answers it is ErrUnreachable.
var (
	// ErrCredentials says that the servers do not know this user, or not this password.
	ErrCredentials = errors.New("journal: servers refuse the credentials")
	// ErrCertificate says that one side does not accept the other's certificate.
	ErrCertificate = errors.New("journal: certificate is not accepted")
	// ErrAccess says that a file of Access cannot be used.
	ErrAccess = errors.New("journal: access is not set up")
	// ErrNotPermitted says that the log is not there and this user may not make it.
	ErrNotPermitted = errors.New("journal: this user may not create the log")
)

// Access is what an operator has to get at servers elsewhere: paths of files, so that no
// secret stands on a command line. The zero Access is for servers that ask for nothing.
type Access struct {
	CA    string // certificates of the authority that signed the servers'; with it only TLS is spoken
	Cert  string // this program's certificate, and
	Key   string // its key, for servers that ask for one
	Creds string // who we are: a .creds file, or two lines, user and password; readable by its owner only
}

// Connect returns a connection to servers elsewhere that ask for nothing.
func Connect(urls string) (*nats.Conn, error) { return Access{}.Connect(urls) }

// Connect returns a connection to servers elsewhere: "tls://a:4222,tls://b:4222". It
// reconnects for ever. While a connection is down, writes fail at once instead of being
// kept and sent later: a decision must not reach the log long after it was made.
//
// The error is ErrAccess, ErrCertificate, ErrCredentials or ErrUnreachable.
func (a Access) Connect(urls string) (*nats.Conn, error) {
	opts, err := a.options(urls)
	if errors.Is(err, ErrCertificate) {
		return nil, fmt.Errorf("connect to the log: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to the log: %w: %w", ErrAccess, err)
	}
	// A server that hangs is left after four to six seconds; the library's own four minutes
	// would leave every writer waiting for an answer.
	opts = append(opts, nats.MaxReconnects(-1), nats.PingInterval(2*time.Second), nats.MaxPingsOutstanding(2))
	nc, err := nats.Connect(urls, opts...)
	if err != nil {
		return nil, fmt.Errorf("connect to the log: %w", connectError(err))
	}
	return nc, nil
}

// options are those of every connection. Without a handler of its own the library prints
// on standard error what a request that failed is told as well.
func options() []nats.Option {
	return []nats.Option{nats.Name("xiaohao"), nats.ReconnectWait(250 * time.Millisecond), nats.ReconnectBufSize(-1),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})}
}

func (a Access) options(urls string) ([]nats.Option, error) {
	opts := options()
	for one := range strings.SplitSeq(urls, ",") {
		if u, err := url.Parse(strings.TrimSpace(one)); err == nil && u.User != nil {
			return nil, fmt.Errorf("address of %s holds a user: credentials belong into a file", u.Host)
		}
	}
	if a.CA != "" || a.Cert != "" || a.Key != "" {
		cfg, err := a.tls()
		if err != nil {
			return nil, err
		}
		opts = append(opts, nats.Secure(cfg))
	}
	if a.Creds == "" {
		return opts, nil
	}
	who, err := credentials(a.Creds)
	if err != nil {
		return nil, err
	}
	return append(opts, who), nil
}

func (a Access) tls() (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.CA != "" {
		pem, err := os.ReadFile(a.CA)
		if err != nil {
			return nil, fmt.Errorf("read authority: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read authority: no certificate in %s", a.CA)
		}
	}
	if a.Cert == "" && a.Key == "" {
		return cfg, nil
	}
	own, err := tls.LoadX509KeyPair(a.Cert, a.Key)
	if err != nil {
		return nil, fmt.Errorf("read own certificate: %w", err)
	}
	if end := own.Leaf.NotAfter; time.Now().After(end) { // the server would only say "bad certificate"
		return nil, fmt.Errorf("%w: %s ended on %s", ErrCertificate, a.Cert, end.Local().Format(time.DateTime))
	}
	cfg.Certificates = []tls.Certificate{own}
	return cfg, nil
}

// credentials reads who we are from a file that only its owner may read.
func credentials(path string) (nats.Option, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return nil, fmt.Errorf("read credentials: %s may be read or changed by others (%#o); set it to 0600", path, perm)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	if bytes.Contains(text, []byte("BEGIN NATS USER JWT")) {
		return nats.UserCredentials(path), nil
	}
	user, password, ok := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if user, password = strings.TrimSpace(user), strings.TrimSpace(password); !ok || user == "" || password == "" || strings.Contains(password, "\n") {
		return nil, fmt.Errorf("read credentials: %s is neither a .creds file nor two lines, user and password", path)
	}
	return nats.UserInfo(user, password), nil
}

// connectError sorts why there is no connection.
func connectError(err error) error {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		op        *net.OpError
	)
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked),
		errors.Is(err, nats.ErrAccountAuthExpired):
		return fmt.Errorf("%w: %w", ErrCredentials, err)
	case errors.As(err, &authority), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &verify),
		errors.As(err, &op) && op.Op == "remote error", // what the other side says of our certificate
		errors.Is(err, nats.ErrTLS), errors.Is(err, nats.ErrSecureConnRequired), errors.Is(err, nats.ErrSecureConnWanted):
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
