package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"xiaohao/events"
)

// The stored form of a commit around the two parts that differ. Every byte of a message is
// one of these, the hash, or hashed.
const (
	beforeHash   = `{"hash":"`
	beforeCommit = `","commit":`
	afterCommit  = `}`
)

// commit is what a proof needs to know of a stored commit.
type commit struct {
	hash Hash
	head header
}

type header struct {
	Item   string `json:"item"`
	Rev    int    `json:"rev"`
	Prev   string `json:"prev"`
	Events []struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	} `json:"events"`
}

// open takes a stored message apart and checks its hash. What it reads is given back even
// when it is wrong, so that a person is told which commit it was, as far as it says.
func open(data []byte) (c commit, kind Kind) {
	const hashAt, commitAt = len(beforeHash), len(beforeHash) + 2*sha256.Size + len(beforeCommit)
	s := string(data)
	if len(s) < commitAt+len(afterCommit) || !strings.HasPrefix(s, beforeHash) || s[commitAt-len(beforeCommit):commitAt] != beforeCommit || !strings.HasSuffix(s, afterCommit) {
		return c, WrongForm
	}
	raw := data[commitAt : len(data)-len(afterCommit)]
	c.hash = sha256.Sum256(raw)
	formed := json.Unmarshal(raw, &c.head) == nil
	if s[hashAt:hashAt+2*sha256.Size] != hex.EncodeToString(c.hash[:]) {
		return c, WrongHash
	}
	if !formed || c.head.Item == "" || c.head.Rev < 1 || len(c.head.Events) == 0 {
		return c, WrongForm
	}
	return c, ""
}

// place is a subject taken apart.
type place struct {
	tenant    string
	aggregate events.Aggregate
	id        string
}

func placeOf(subject string) (place, bool) {
	parts := strings.Split(subject, ".")
	if len(parts) != 4 || parts[0] != "rect" || len(subject) > 0xffff {
		return place{}, false
	}
	return place{parts[1], events.Aggregate(parts[2]), parts[3]}, true
}

// belongs reports whether what a commit says it is about is what its subject says.
func (c commit) belongs(p place) bool {
	for _, e := range c.head.Events {
		if a, known := events.AggregateNamed(e.Type); known && a != p.aggregate {
			return false
		}
	}
	return c.head.Item == p.id
}
