package main

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"

	"xiaohao/events/journal"
)

// remoteFlags are how to get at JetStream servers elsewhere. Secrets are in files; none
// stands on a command line or in the environment.
type remoteFlags struct {
	Nats     string `name:"nats" env:"XIAOHAO_NATS" help:"JetStream servers, tls://host:4222,… Default: one inside this process."`
	CA       string `name:"nats-ca" env:"XIAOHAO_NATS_CA" help:"Certificate of the authority that signed the servers'."`
	Cert     string `name:"nats-cert" env:"XIAOHAO_NATS_CERT" help:"Our certificate for the servers."`
	Key      string `name:"nats-key" env:"XIAOHAO_NATS_KEY" help:"Its key."`
	Creds    string `name:"nats-creds" env:"XIAOHAO_NATS_CREDS" help:"Who we are: a .creds file, or two lines, user and password; mode 0600."`
	SysCreds string `name:"nats-sys-creds" env:"XIAOHAO_NATS_SYS_CREDS" help:"The same of a user of the system account: start only when every server syncs every write."`
}

func (r remoteFlags) connect() (*nats.Conn, error) { return r.as(r.Creds) }

func (r remoteFlags) as(creds string) (*nats.Conn, error) {
	return journal.Access{CA: r.CA, Cert: r.Cert, Key: r.Key, Creds: creds}.Connect(r.Nats)
}

// check asks the servers of the log how they write, if somebody gave us the right to ask.
func (r remoteFlags) check(ctx context.Context, log *journal.Journal) error {
	if r.Nats == "" || r.SysCreds == "" {
		return nil
	}
	sys, err := r.as(r.SysCreds)
	if err != nil {
		return err
	}
	defer sys.Close()
	return log.CheckServers(ctx, sys)
}

// Validate is called by kong.
func (r remoteFlags) Validate() error {
	if r.Nats == "" && (r.CA != "" || r.Cert != "" || r.Key != "" || r.Creds != "" || r.SysCreds != "") {
		return errors.New("--nats-… without --nats")
	}
	return nil
}
