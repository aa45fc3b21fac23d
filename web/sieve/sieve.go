package sieve

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strconv"
	"time"

	"xiaohao/events"
	"xiaohao/web/shield"
)

// Bits is how many leading zero bits a proof needs: 65,000 attempts on the average, a moment
// for one form and an hour of a processor for ten thousand.
const Bits = 16

// Quickest is the shortest time in which somebody types an opinion.
const Quickest = 4 * time.Second

// Rate is how many opinions one address gives without a doubt: a village behind one address
// gets along with it.
var Rate = shield.Rate{Burst: 10, Every: 6 * time.Minute}

// Signs is what came with a form beside the opinion.
type Signs struct {
	ID     string    // of the command
	Proof  string    // the number that was found
	Trap   string    // what stands in the field that nobody sees
	Opened time.Time // zero: the form does not say
	Sent   time.Time
	Often  bool // the address is beyond Rate
}

// Doubts says what is odd, nothing when nothing is.
func (s Signs) Doubts() []events.Doubt {
	var out []events.Doubt
	note := func(d events.Doubt, odd bool) {
		if odd {
			out = append(out, d)
		}
	}
	note(events.NoProof, !Paid(s.ID, s.Proof))
	note(events.TooQuick, s.Opened.IsZero() || s.Sent.Sub(s.Opened) < Quickest)
	note(events.Trapped, s.Trap != "")
	note(events.TooMany, s.Often)
	return out
}

// Paid reports whether proof is one for the id.
func Paid(id, proof string) bool {
	if n, err := strconv.ParseUint(proof, 10, 64); err != nil || strconv.FormatUint(n, 10) != proof {
		return false
	}
	sum := sha256.Sum256([]byte(id + ":" + proof))
	return bits.LeadingZeros32(binary.BigEndian.Uint32(sum[:])) >= Bits
}

// Pay finds a proof: what a browser does, for programs that are meant to get through.
func Pay(id string) string {
	for n := uint64(0); ; n++ {
		if proof := strconv.FormatUint(n, 10); Paid(id, proof) {
			return proof
		}
	}
}
