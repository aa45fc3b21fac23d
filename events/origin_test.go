package events

import (
	"net/netip"
	"strings"
	"testing"
)

func TestNetworkOf(t *testing.T) {
	for in, want := range map[string]string{"198.51.100.7": "198.51.100.0/24", "2001:db8:1:2::3": "2001:db8:1::/48"} {
		if got := NetworkOf(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
	if NetworkOf(netip.Addr{}) != "" {
		t.Error("no address has a network")
	}
}

// Where somebody acted from stands in the envelope and is read back both ways; a commit of
// before, or of the public, says nothing of it.
func TestOriginInEnvelope(t *testing.T) {
	c := commitOf(SessionEnded{Session: "s"})
	before, _, err := Encode(c)
	if err != nil || strings.Contains(string(before), "origin") {
		t.Errorf("%v: %s", err, before)
	}
	c.Actor.Origin = Origin{Network: "198.51.100.0/24", Agent: "Chrome · Windows"}
	c.Actor.Delegation = Delegation{ID: "d1", Of: "li"}
	data, hash, err := Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, ok := canonical(data); !ok {
		t.Error("it is read the slow way")
	}
	got, h, err := Decode(data)
	if err != nil || h != hash || got.Actor != c.Actor {
		t.Errorf("%v: read back as %+v", err, got.Actor)
	}
}
