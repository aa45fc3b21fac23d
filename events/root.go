package events

// RootSigned is a signature over everything in the log up to a sequence (日根): whoever
// knows it can tell later whether anything before it was changed, moved or taken away.
// What the texts are made of, and how they are checked, is in package events/proof.
type RootSigned struct {
	Stream     string `json:"stream"`            // identity of the stream
	Tenant     string `json:"tenant"`            // whose part of the stream
	Day        Date   `json:"day"`               // the Beijing day that had ended
	Sequence   uint64 `json:"sequence"`          // the last one covered
	Aggregates int    `json:"aggregates"`        // items and others that have a commit up to there
	Root       string `json:"root"`              // Merkle root over the heads of all chains, hex
	Digest     string `json:"digest"`            // running digest over all messages, hex
	Previous   string `json:"previous,omitzero"` // SHA-256 of the statement of the root before, hex
	Key        string `json:"key"`               // Ed25519 public key of the signature, hex
	NextKey    string `json:"next_key,omitzero"` // the key that signs from the next root on, when it changes
	Signature  string `json:"signature"`         // over the statement, hex
}

func (RootSigned) fact() kind { return rootSigned }
