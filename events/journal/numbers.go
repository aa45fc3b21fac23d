package journal

import (
	"context"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
)

// NextNumber returns the next running number of a prefix such as "QG-2026": 1, 2, 3 …
// No number is ever given twice, whoever asks and however often: the server itself counts
// and stores the sum with each request. Numbers may have gaps, because one that was given
// for a command that was then refused, or whose answer got lost, is not given again; an
// office that must explain a gap finds that nothing in the log has the number.
//
// The counters live in a stream of their own. Restoring an older copy of it would give
// numbers out again: back both streams up together.
func (j *Journal) NextNumber(ctx context.Context, prefix string) (int, error) {
	if !token(prefix) {
		return 0, fmt.Errorf("take next number: prefix %q is not one word", prefix)
	}
	if err := j.writable(); err != nil {
		return 0, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	m := nats.NewMsg("rectno." + j.tenant + "." + prefix)
	m.Header["Nats-Incr"] = []string{"+1"}
	// No expected stream, no guard: the server refuses them on counters (10171).
	a, err := j.request(ctx, m)
	if err != nil {
		return 0, fmt.Errorf("take next number of %s: %w", prefix, err)
	}
	if j.server != nil { // a number that a power cut takes back would be given twice
		if err := j.server.Sync(ctx, NumbersStream); err != nil {
			return 0, fmt.Errorf("take next number of %s: %w", prefix, err)
		}
	}
	n, err := strconv.Atoi(a.Val)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("take next number of %s: counter answers %q", prefix, a.Val)
	}
	return n, nil
}
