package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaohao/events"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
)

func TestServerListensNowhere(t *testing.T) {
	s, err := StartServer(ServerConfig{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if a := s.ns.Addr(); a != nil {
		t.Errorf("server listens on %v", a)
	}
}

// TestDroppedClientComesBack has the server drop its only client, as it does with one
// that does not read for long.
func TestDroppedClientComesBack(t *testing.T) {
	s, err := StartServer(ServerConfig{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j, err := Open(t.Context(), nc, Config{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := nc.GetClientID()
	if err != nil {
		t.Fatal(err)
	}
	lost, back := nc.StatusChanged(nats.RECONNECTING), nc.StatusChanged(nats.CONNECTED)
	if err := s.ns.DisconnectClientByID(id); err != nil {
		t.Fatal(err)
	}
	<-lost
	w := events.Write{Commit: events.Commit{Item: uuid.New(), Rev: 1, CommandID: uuid.New(),
		Events: []events.Event{events.LeaderInstructed{Text: "批示"}}}}
	if _, err := j.Append(t.Context(), w); err != nil && !errors.Is(err, ErrUnreachable) {
		t.Errorf("append while away: %v", err)
	}
	<-back
	if _, err := j.Append(t.Context(), w); err != nil && !errors.Is(err, events.ErrConflict) {
		t.Errorf("append when back: %v", err)
	}
	if got, err := j.Load(t.Context(), w.Commit.Item); len(got) != 1 || err != nil {
		t.Errorf("load when back: %d, %v", len(got), err)
	}
}

func TestServerSaysWhyItCannotStart(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "jetstream"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := StartServer(ServerConfig{Dir: dir, Log: t.Logf})
	if err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("start: %v", err)
	}
	if _, err := StartServer(ServerConfig{}); err == nil {
		t.Error("a server without a directory")
	}
}
