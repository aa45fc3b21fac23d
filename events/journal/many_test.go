package journal_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"xiaohao/events/journal"
	"xiaohao/events/journal/natstest"
)

// soak is how long each variant runs at least: one round of faults unless XIAOHAO_SOAK
// says otherwise ("30s").
func soak(t *testing.T) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(os.Getenv("XIAOHAO_SOAK"))
	if err != nil && os.Getenv("XIAOHAO_SOAK") != "" {
		t.Fatal(err)
	}
	return d
}

// rounds repeats a round of faults until the time of the soak is over.
func rounds(t *testing.T, round func(n int)) {
	t.Helper()
	end := time.Now().Add(soak(t))
	for n := 0; n == 0 || time.Now().Before(end); n++ {
		round(n)
	}
}

// grows waits until n more commands were acknowledged: the writers are at work again.
func grows(t *testing.T, r *record, n int) {
	t.Helper()
	target := r.count() + n
	natstest.Eventually(t, time.Minute, fmt.Sprintf("%d more commands", n), func() error {
		if have := r.count(); have < target {
			return fmt.Errorf("%d are missing", target-have)
		}
		return nil
	})
}

// TestManyWriters has 32 writers on 8 items while servers are killed and frozen: nothing
// acknowledged is lost, nothing is stored twice or out of order, every chain is whole, and
// porcupine finds an order that explains all that was seen.
func TestManyWriters(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { t.Parallel(); manyEmbedded(t) })
	t.Run("one server", func(t *testing.T) { t.Parallel(); manyOutside(t, 1) })
	t.Run("three servers", func(t *testing.T) { t.Parallel(); manyOutside(t, 3) })
}

// manyEmbedded freezes and kills a process that holds writers and server both.
func manyEmbedded(t *testing.T) {
	dir := t.TempDir()
	var r record
	rounds(t, func(int) {
		p := startHammer(t, dir, &r)
		grows(t, &r, 200)
		p.freeze(100 * time.Millisecond)
		grows(t, &r, 200)
		p.kill(t)
	})
	p := startHammer(t, dir, &r)
	grows(t, &r, 100)
	p.kill(t)
	_, nc := start(t, dir)
	r.verify(t, open(t, nc, journal.Config{}), true)
}

// process is a hammerChild.
type process struct {
	cmd  *exec.Cmd
	read chan struct{} // closed when all that it said was read
}

func startHammer(t *testing.T, dir string, r *record) *process {
	t.Helper()
	p := &process{exec.Command(os.Args[0]), make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "JOURNAL_TEST_HAMMER="+dir)
	var complaints strings.Builder
	p.cmd.Stderr = &complaints
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.read; _ = p.cmd.Wait() })
	go func() {
		defer close(p.read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var e entry
			if json.Unmarshal(lines.Bytes(), &e) == nil { // the last line may be cut off
				r.add(e)
			}
		}
	}()
	return p
}

func (p *process) freeze(d time.Duration) {
	_ = p.cmd.Process.Signal(syscall.SIGSTOP)
	<-time.After(d)
	_ = p.cmd.Process.Signal(syscall.SIGCONT)
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	<-p.read
	_ = p.cmd.Wait() // "signal: killed"
}

// manyOutside kills and freezes servers elsewhere; of three, one at a time, the leader
// among them.
func manyOutside(t *testing.T, nodes int) {
	c := natstest.Start(t, nodes)
	nc, err := journal.Connect(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j := open(t, nc, journal.Config{Replicas: nodes})
	var r record
	h := hammer{j, r.add}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); h.run(ctx) }()
	defer func() { stop(); <-ended }()

	grows(t, &r, 200)
	rounds(t, func(n int) {
		victim := c.Leader(nc, journal.StreamName)
		victim.Kill()
		if nodes > 1 {
			grows(t, &r, 200) // the others go on
		}
		victim.Start()
		c.Wait()
		grows(t, &r, 200)

		// Frozen is at first a follower, which costs no election; in a soak each in turn.
		leader := c.Leader(nc, journal.StreamName)
		victim = c.Nodes[n%nodes]
		if n == 0 && victim == leader {
			victim = c.Nodes[nodes-1]
		}
		victim.Freeze()
		if nodes > 1 {
			grows(t, &r, 200)
		} else {
			<-time.After(300 * time.Millisecond)
		}
		victim.Thaw()
		c.Wait()
		grows(t, &r, 200)
	})
	stop()
	<-ended
	c.Wait()
	r.verify(t, j, nodes == 1)
}
