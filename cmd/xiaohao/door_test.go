package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDoor holds that nothing goes beyond this machine in the clear, and the demonstration
// not at all.
func TestDoor(t *testing.T) {
	cert, key := certificate(t)
	for name, c := range map[string]struct {
		flags doorFlags
		demo  bool
		want  string // of the refusal, "" when it opens
	}{
		"this machine":                  {doorFlags{Listen: "127.0.0.1:0"}, true, ""},
		"any free port":                 {doorFlags{Listen: ":0"}, true, ""},
		"beyond, in the clear":          {doorFlags{Listen: "0.0.0.0:0"}, false, "--tls-cert"},
		"beyond, by name, in the clear": {doorFlags{Listen: "intranet.test:0"}, false, "--tls-cert"},
		"beyond, with TLS":              {doorFlags{Listen: "0.0.0.0:0", TLSCert: cert, TLSKey: key}, false, ""},
		"beyond, behind a proxy":        {doorFlags{Listen: "0.0.0.0:0", TrustedProxy: []string{"10.0.0.0/8"}}, false, ""},
		"the demonstration beyond":      {doorFlags{Listen: "0.0.0.0:0", TLSCert: cert, TLSKey: key}, true, "demonstration"},
		"certificate without key":       {doorFlags{Listen: "127.0.0.1:0", TLSCert: cert}, false, "go together"},
		"no such certificate":           {doorFlags{Listen: "127.0.0.1:0", TLSCert: cert + "x", TLSKey: key}, false, "--tls-cert"},
		"no network":                    {doorFlags{Listen: "127.0.0.1:0", TrustedProxy: []string{"proxy"}}, false, "--trusted-proxy"},
		"no address":                    {doorFlags{Listen: "8080"}, false, "--listen"},
	} {
		d, err := c.flags.listen(c.demo)
		if err == nil {
			err = d.ln.Close()
		}
		var exit *exitError
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.As(err, &exit) || exit.code != 2):
			t.Errorf("%s: not wrong usage: %v", name, err)
		}
	}
}

// TestDoorTLS speaks TLS with a certificate that only its fingerprint makes known, as
// xiaohao status does.
func TestDoorTLS(t *testing.T) {
	cert, key := certificate(t)
	d, err := (&doorFlags{Listen: "127.0.0.1:0", TLSCert: cert, TLSKey: key}).listen(false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- d.serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }), nil)
	}()
	res, err := runningInfo{Address: d.address(), Certificate: d.fingerprint()}.client().Get(d.address())
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res, err := (runningInfo{Address: d.address(), Certificate: strings.Repeat("0", 64)}).client().Get(d.address()); err == nil {
		_ = res.Body.Close()
		t.Error("another certificate was taken")
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestSlowAndLong holds that a request that is too long in its head is refused and one whose
// body does not come ends.
func TestSlowAndLong(t *testing.T) {
	read := make(chan error, 1)
	srv := serverOf(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	}))
	if srv.ReadHeaderTimeout == 0 || srv.ReadTimeout == 0 || srv.WriteTimeout == 0 || srv.IdleTimeout == 0 {
		t.Errorf("a request without end: %+v", srv)
	}
	srv.ReadTimeout = 200 * time.Millisecond
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	say := func(text string) (net.Conn, *bufio.Reader) {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := io.WriteString(c, text); err != nil && !strings.HasPrefix(text, "GET") {
			t.Fatal(err)
		}
		return c, bufio.NewReader(c)
	}
	_, r := say("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", maxHeader+8<<10) + "\r\n\r\n")
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "431") {
		t.Errorf("a long head: %q %v", line, err)
	}
	say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow")
	select {
	case err := <-read:
		if err == nil {
			t.Error("half a body was taken for a whole one")
		}
	case <-time.After(10 * time.Second):
		t.Error("a slow body is waited for without end")
	}
}

// certificate writes one for this test and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"intranet.test"}}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
