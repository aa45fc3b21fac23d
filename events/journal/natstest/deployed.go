package natstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// Deployed is a cluster of three that runs the configuration file operators are given,
// with its paths, addresses and ports changed to those of the test, and what a client
// needs to get in. Any other change of the file fails the test.
type Deployed struct {
	*Cluster
	CA        *Authority
	CAFile    string
	Cert, Key string // a client's certificate
	dir       string
}

// passwords of the users in the file.
var passwords = map[string]string{"xiaohao": "p-program", "operator": "p-operator", "watcher": "p-watcher"}

// StartDeployed runs file, which is deploy/nats.conf.
func StartDeployed(t testing.TB, file string) *Deployed {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := &Deployed{dir: t.TempDir()}
	d.CA = NewAuthority(t)
	d.CAFile = filepath.Join(d.dir, "ca.pem")
	write(t, d.CAFile, d.CA.PEM())
	d.CA.Issue(t, filepath.Join(d.dir, "server"), time.Hour)
	d.Cert, d.Key = d.CA.Issue(t, filepath.Join(d.dir, "client"), time.Hour)
	var hashes strings.Builder
	for user, password := range passwords {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&hashes, "%s_PASSWORD: %q\n", strings.ToUpper(user), hash)
	}
	d.Cluster = StartConfig(t, Config{Nodes: 3, Text: func(n *Node, all []*Node) string {
		write(t, filepath.Join(n.Dir, "passwords.conf"), []byte(hashes.String()))
		out := string(text)
		put := func(old, new string) {
			if !strings.Contains(out, old) {
				t.Fatalf("%s has no %q", file, old)
			}
			out = strings.ReplaceAll(out, old, new)
		}
		put("$NATS_NODE", n.Name)
		put("listen: 0.0.0.0:4222", fmt.Sprintf("listen: 127.0.0.1:%d", n.Client))
		put("listen: 0.0.0.0:6222", fmt.Sprintf("listen: 127.0.0.1:%d", n.Route))
		put("http: 127.0.0.1:8222", fmt.Sprintf("http: 127.0.0.1:%d", n.Monitor))
		put("/var/lib/nats", n.StoreDir())
		put("/etc/nats/tls", d.dir)
		for i, host := range []string{"a", "b", "c"} {
			put("nats://"+host+":6222", fmt.Sprintf("nats://127.0.0.1:%d", all[i].Route))
		}
		return out
	}})
	return d
}

// Creds writes a file of credentials of a user in the file, with its own password or another.
func (d *Deployed) Creds(user string, password ...string) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), user)
	write(d.t, path, []byte(user+"\n"+strings.Join(append(password, passwords[user])[:1], "")+"\n"))
	return path
}

// Authority signs certificates.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes one.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Authority{cert, key}
}

// PEM is the authority's certificate.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Issue writes a certificate for 127.0.0.1 and its key, as server or client, to path.pem
// and path.key. It ends after life, which may be negative.
func (a *Authority) Issue(t testing.TB, path string, life time.Duration) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: filepath.Base(path)},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(life), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &k.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = path+".pem", path+".key"
	write(t, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw}))
	return cert, key
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
