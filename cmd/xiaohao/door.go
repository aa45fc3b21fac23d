package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"xiaohao/web/shield"
)

// doorFlags say where the pages answer and who stands before them.
type doorFlags struct {
	Listen       string   `default:"127.0.0.1:8080" help:"Address of the pages. Beyond this machine only with --tls-cert and --tls-key, or behind a named proxy. :0 takes any free port."`
	TLSCert      string   `name:"tls-cert" type:"path" env:"XIAOHAO_TLS_CERT" help:"Certificate chain of the pages (PEM)."`
	TLSKey       string   `name:"tls-key" type:"path" env:"XIAOHAO_TLS_KEY" help:"Its key (PEM)."`
	TrustedProxy []string `name:"trusted-proxy" env:"XIAOHAO_TRUSTED_PROXY" placeholder:"CIDR" help:"Network of a proxy in front, which ends TLS and says in X-Forwarded-For and X-Forwarded-Proto who asks. May be given again."`
}

// Bounds of one request, so that nobody holds a connection by being slow.
const (
	headerTime = 5 * time.Second
	bodyTime   = 30 * time.Second // head and body together
	answerTime = 2 * time.Minute  // from the end of the head; live pages lift it for themselves
	idleTime   = 2 * time.Minute
	maxHeader  = 32 << 10
)

// door is where the pages answer.
type door struct {
	ln      net.Listener
	tls     *tls.Config // nil: plain HTTP
	proxies shield.Proxies
}

// listen opens the door, or says why it must not: what goes beyond this machine goes encrypted, and
// the demonstration, in which anybody acts as anybody, stays on it.
func (f *doorFlags) listen(demo bool) (*door, error) {
	d := &door{}
	var err error
	if d.proxies, err = shield.ParseProxies(f.TrustedProxy); err != nil {
		return nil, &exitError{2, fmt.Errorf("--trusted-proxy: %w", err)}
	}
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return nil, &exitError{2, errors.New("--tls-cert and --tls-key go together")}
	}
	if f.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey)
		if err != nil {
			return nil, &exitError{2, fmt.Errorf("--tls-cert: %w", err)}
		}
		d.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	host, port, err := net.SplitHostPort(f.Listen)
	if err != nil {
		return nil, &exitError{2, fmt.Errorf("--listen %s: %w", f.Listen, err)}
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		switch {
		case demo:
			return nil, &exitError{2, fmt.Errorf("--listen %s: the demonstration lets anybody act as anybody and stays on this machine (127.0.0.1:%s)", f.Listen, port)}
		case d.tls == nil && len(d.proxies) == 0:
			return nil, &exitError{2, fmt.Errorf("--listen %s: beyond this machine only with --tls-cert and --tls-key, or behind a proxy named by --trusted-proxy", f.Listen)}
		}
	}
	d.ln, err = net.Listen("tcp", net.JoinHostPort(host, port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, notToBeHad(fmt.Errorf("port %s is taken by another program; use --listen 127.0.0.1:0 for a free one (make run ARGS='--listen :0')", port))
	}
	if err != nil {
		return nil, notToBeHad(err)
	}
	return d, nil
}

func (d *door) address() string {
	if d.tls != nil {
		return "https://" + d.ln.Addr().String()
	}
	return "http://" + d.ln.Addr().String()
}

// fingerprint is the SHA-256 of the certificate, "" without TLS.
func (d *door) fingerprint() string {
	if d.tls == nil {
		return ""
	}
	return fingerprintOf(d.tls.Certificates[0].Certificate[0])
}

func fingerprintOf(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	return hex.EncodeToString(sum[:])
}

// client asks the running server of this machine. Its certificate is for other names than
// the address, so it is known by its fingerprint.
func (r runningInfo) client() *http.Client {
	if r.Certificate == "" {
		return http.DefaultClient
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, VerifyConnection: func(c tls.ConnectionState) error {
		if fingerprintOf(c.PeerCertificates[0].Raw) != r.Certificate {
			return errors.New("another certificate than the server's own")
		}
		return nil
	}}
	return &http.Client{Transport: t}
}

// serverOf bounds what a request may take.
func serverOf(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, WriteTimeout: answerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader}
}

// serve answers until ctx ends or something under the pages died.
func (d *door) serve(ctx context.Context, h http.Handler, died <-chan error) error {
	base, cancel := context.WithCancel(context.Background())
	defer cancel()
	srv := serverOf(h)
	srv.BaseContext = func(net.Listener) context.Context { return base }
	failed := make(chan error, 1)
	go func() {
		if d.tls == nil {
			failed <- srv.Serve(d.ln)
			return
		}
		srv.TLSConfig = d.tls
		failed <- srv.ServeTLS(d.ln, "", "")
	}()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-died:
		err = notToBeHad(err)
	}
	cancel() // ends the live pages, which would else hold the shutdown
	end, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	if e := srv.Shutdown(end); e != nil && err == nil {
		err = fmt.Errorf("stop the pages: %w", e)
	}
	return err
}
