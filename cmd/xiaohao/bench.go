package main

import (
	"os"
	"slices"
	"time"
)

// benchCmd measures this program and, in the same run, the ceiling it stands under.
type benchCmd struct {
	Append  benchAppendCmd  `cmd:"" help:"Durable commands a second through the whole desk, beside raw publishing and a plain Postgres transaction."`
	Project benchProjectCmd `cmd:"" help:"Read models rebuilt from the log, beside plain COPY of the same rows; and how soon a write is seen."`
	Board   benchBoardCmd   `cmd:"" help:"Pages of boards, ledger and search at growing sizes."`
	Live    benchLiveCmd    `cmd:"" help:"What pages cost that lie open and renew themselves while commands arrive."`
	Public  benchPublicCmd  `cmd:"" help:"The query page by number and code over HTTP, beside a server that sends as many bytes and does nothing else."`
}

// latencies are how long single calls took.
type latencies []time.Duration

// ms returns the q-quantile in milliseconds, 0 when nothing was measured.
func (l latencies) ms(q float64) float64 {
	if len(l) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(l))
	return round(float64(s[int(q*float64(len(s)-1))].Microseconds()) / 1000)
}

// round keeps two decimals.
func round(x float64) float64 { return float64(int64(x*100+0.5)) / 100 }

// scratch makes a directory that is gone after the benchmark, on the disk to be measured.
// Other users may pass through it: when we are root, Postgres runs as one.
func scratch(under string) (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp(under, "xiaohao-bench-"); err != nil {
		return "", nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", nil, err
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}
