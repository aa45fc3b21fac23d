//go:build race

package ledger

// slowed is how much longer everything takes under the race detector.
const slowed = 10
