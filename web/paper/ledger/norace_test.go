//go:build !race

package ledger

const slowed = 1
