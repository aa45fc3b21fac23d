package main

import (
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"
	"xiaohao/events/journal/natstest"
)

// TestRestoreIntoCluster moves a log from one embedded server to three servers that have
// deploy/nats.conf, and back: the operator restores, the program backs up.
func TestRestoreIntoCluster(t *testing.T) {
	t.Parallel()
	single, root := t.TempDir(), t.TempDir()
	srv, err := journal.StartServer(journal.ServerConfig{Dir: filepath.Join(single, "log")})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop()
	nc, err := srv.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j, err := journal.Open(t.Context(), nc, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	item := journaltest.Fill(t, j, 30)
	if _, err := j.NextNumber(t.Context(), "QG-2026"); err != nil {
		t.Fatal(err)
	}
	nc.Close()
	srv.Stop()
	first, second := filepath.Join(root, "first"), filepath.Join(root, "second")
	if err := (&backupCmd{Dir: first, Data: single}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}

	d := natstest.StartDeployed(t, "../../deploy/nats.conf")
	program := remoteFlags{Nats: d.URLs("tls"), CA: d.CAFile, Cert: d.Cert, Key: d.Key, Creds: d.Creds("xiaohao")}
	operator := program
	operator.Creds = d.Creds("operator")
	if err := (&restoreCmd{remoteFlags: operator, Dir: first, Replicas: 3}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	remote, err := program.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer remote.Close()
	k, err := journal.Open(t.Context(), remote, journal.Config{Replicas: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	history, err := k.Load(t.Context(), item[0].Item)
	if err != nil || len(history) != 30 || k.Identity() != j.Identity() {
		t.Fatalf("%d commits, identity %s was %s, %v", len(history), k.Identity(), j.Identity(), err)
	}
	if _, err := k.Append(t.Context(), journaltest.Next(history[29]), journaltest.Start(uuid.New())); err != nil {
		t.Fatal(err)
	}
	if n, err := k.NextNumber(t.Context(), "QG-2026"); n != 2 || err != nil {
		t.Errorf("next number is %d, %v", n, err)
	}
	for _, dir := range []string{first, second} { // continued, and from the start
		if err := (&backupCmd{remoteFlags: program, Dir: dir}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := (&restoreCmd{Dir: dir, Data: t.TempDir()}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
