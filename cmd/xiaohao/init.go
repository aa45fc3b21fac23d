package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nats-io/nats.go"

	"xiaohao/events/evidence"
	"xiaohao/events/journal"
	"xiaohao/events/vault"
)

// initCmd makes the streams on servers elsewhere, with the credentials of a person who
// may: the program's own user may not (deploy/nats.conf).
type initCmd struct {
	remoteFlags
	masterFlags
	Data     string `type:"path" env:"XIAOHAO_DATA" help:"Data directory, for the master key, which is made when there is none."`
	Replicas int    `default:"3" help:"Copies of each stream, on as many servers."`
	MaxBytes int64  `help:"Most bytes of the log; when it is full it refuses what is new. Default: no limit."`
}

func (c *initCmd) Run(ctx context.Context) error {
	if c.Nats == "" {
		return &exitError{2, errors.New("init is for servers elsewhere: give --nats")}
	}
	dir, err := (&serveCmd{Data: c.Data}).dataDir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	nc, err := c.connect()
	if err != nil {
		return notToBeHad(err)
	}
	defer nc.Close()
	log, err := journal.Open(ctx, nc, journal.Config{Replicas: c.Replicas, MaxBytes: c.MaxBytes})
	if err != nil {
		return notToBeHad(err)
	}
	defer log.Close()
	if err := c.check(ctx, log); err != nil {
		return notToBeHad(err)
	}
	if err := c.openBuckets(ctx, nc, dir); err != nil {
		return err
	}
	if _, err := loadSigning(dir); err != nil {
		return err
	}
	fmt.Printf("日志已建好：%s，%d 份副本。主密钥在 %s，日根的签名密钥在 %s：请各另存一份，并拷到每台运行本程序的机器。\n",
		log.Identity(), c.Replicas, c.file(dir), filepath.Join(dir, signingFile))
	return nil
}

// openBuckets makes the bucket of keys, bound to the master key, and that of evidence.
func (c *initCmd) openBuckets(ctx context.Context, nc *nats.Conn, dir string) error {
	v, err := c.masterFlags.open(ctx, nc, dir, vault.Config{Replicas: c.Replicas})
	if err != nil {
		return err
	}
	if _, err = evidence.Open(ctx, nc, v, evidence.Config{Replicas: c.Replicas}); err != nil {
		return notToBeHad(err)
	}
	return nil
}
