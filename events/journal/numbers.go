package journal

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"xiaohao/events"

	"github.com/nats-io/nats.go"
)

// NextNumber returns the next running number of a prefix such as "QG-2026": 1, 2, 3 …
// No number is ever given twice, whoever asks and however often: the server itself counts
// and stores the sum with each request. Numbers may have gaps, because one that was given
// for a command that was then refused, or whose answer got lost, is not given again; an
// office that must explain a gap finds that nothing in the log has the number.
//
// The counters live in a stream of their own. Restoring an older copy of it would give
// numbers out again: back both streams up together. With the embedded server a number is
// on disk with the commit that bears it, not before: see recount.
func (j *Journal) NextNumber(ctx context.Context, prefix string) (int, error) {
	if !token(prefix) {
		return 0, fmt.Errorf("take next number: prefix %q is not one word", prefix)
	}
	if err := j.writable(); err != nil {
		return 0, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	n, err := j.count(ctx, prefix, 1)
	if err != nil {
		return 0, fmt.Errorf("take next number of %s: %w", prefix, err)
	}
	return n, nil
}

// count moves a counter on by n and returns where it stands.
func (j *Journal) count(ctx context.Context, prefix string, n int) (int, error) {
	m := nats.NewMsg("rectno." + j.tenant + "." + prefix)
	m.Header["Nats-Incr"] = []string{"+" + strconv.Itoa(n)}
	// No expected stream, no guard: the server refuses them on counters (10171).
	a, err := j.request(ctx, m)
	if err != nil {
		return 0, err
	}
	at, err := strconv.Atoi(a.Val)
	if err != nil || at < n {
		return 0, fmt.Errorf("counter answers %q", a.Val)
	}
	return at, nil
}

// recount makes sure, when an embedded store is opened, that no counter stands below a
// number that a commit bears. A power cut may take a counter's last steps and leave the
// commits; those after the store's mark are looked through, because before the mark was
// set the counters were synced.
func (j *Journal) recount(ctx context.Context, last uint64) error {
	var from uint64
	if m, ok := readMark(j.server.dir); ok && m.Identity == j.identity {
		from = m.Sequence
	}
	borne := map[string]int{} // by prefix
	err := j.Scan(ctx, from+1, last, func(m events.Message) error {
		if !bytes.Contains(m.Data, []byte(`"number":`)) {
			return nil
		}
		c, _, err := events.Decode(m.Data)
		if err != nil {
			return nil // what cannot be read is told by whoever needs it
		}
		for _, e := range c.Events {
			if prefix, n, ok := numberOf(e); ok {
				borne[prefix] = max(borne[prefix], n)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for numbers in the log: %w", err)
	}
	for prefix, n := range borne {
		at, err := j.count(ctx, prefix, 0)
		if err == nil && at < n {
			_, err = j.count(ctx, prefix, n-at)
		}
		if err != nil {
			return fmt.Errorf("set the counter of %s: %w", prefix, err)
		}
	}
	if len(borne) > 0 {
		return j.server.Sync(ctx, NumbersStream)
	}
	return nil
}

// numberOf returns the running number that a new item was given.
func numberOf(e events.Event) (prefix string, n int, ok bool) {
	var number string
	switch e := e.(type) {
	case events.ItemRaised:
		number = e.Number
	case events.ItemSplitOff:
		number = e.Number
	}
	i := strings.LastIndexByte(number, '-')
	if i < 0 || !token(number[:i]) {
		return "", 0, false
	}
	n, err := strconv.Atoi(number[i+1:])
	return number[:i], n, err == nil
}
