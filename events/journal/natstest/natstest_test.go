package natstest_test

import (
	"testing"
	"time"

	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"
	"xiaohao/events/journal/natstest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestThreeNodes appends through the loss of the leader and through a frozen node.
func TestThreeNodes(t *testing.T) {
	c := natstest.Start(t, 3)
	nc, err := journal.Connect(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j, err := journal.Open(t.Context(), nc, journal.Config{Replicas: 3})
	if err != nil {
		t.Fatal(err)
	}
	items := journaltest.Fill(t, j, 5)
	leader := c.Leader(nc, journal.StreamName)
	leader.Kill()
	next := c.Leader(nc, journal.StreamName)
	if next == leader {
		t.Fatal("a dead node leads")
	}
	grow := func(what string) {
		natstest.Eventually(t, 20*time.Second, what, func() error {
			history, err := j.Load(t.Context(), items[0].Item) // each time: an append before may have been stored
			if err != nil {
				return err
			}
			_, err = j.Append(t.Context(), journaltest.Next(history[len(history)-1]))
			return err
		})
	}
	grow("append without the old leader")
	leader.Start()
	c.Wait()
	for _, n := range c.Nodes {
		if n != c.Leader(nc, journal.StreamName) {
			n.Freeze()
			defer n.Thaw()
			break
		}
	}
	grow("append beside a frozen node")
	if got, err := j.Load(t.Context(), items[0].Item); err != nil || len(got) < 7 || got[4].Hash != items[4].Hash {
		t.Errorf("%d commits, %v", len(got), err)
	}
}

func TestAloneComesBack(t *testing.T) {
	c := natstest.Start(t, 1)
	nc, err := journal.Connect(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j, err := journal.Open(t.Context(), nc, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	items := journaltest.Fill(t, j, 5)
	c.Nodes[0].Kill()
	c.Nodes[0].Start()
	natstest.Eventually(t, 20*time.Second, "load after the kill", func() error {
		got, err := j.Load(t.Context(), items[0].Item)
		if err == nil && len(got) != 5 {
			t.Errorf("%d of 5 commits", len(got))
		}
		return err
	})
}
