package natstest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Cluster is one or several nodes that belong together.
type Cluster struct {
	Nodes []*Node
	t     testing.TB
}

// Config of a Cluster.
type Config struct {
	Nodes int
	Text  func(n *Node, all []*Node) string // the configuration file; nil = Plain
	Env   []string                          // of the processes, besides the test's own
}

// Start runs nodes without TLS or users, and waits until they are ready.
func Start(t testing.TB, nodes int) *Cluster {
	t.Helper()
	return StartConfig(t, Config{Nodes: nodes})
}

// StartConfig runs nodes with a configuration of the test's own, which must have the
// node's ports and StoreDir, and waits until they are ready. They end with the test.
func StartConfig(t testing.TB, cfg Config) *Cluster {
	t.Helper()
	if cfg.Text == nil {
		cfg.Text = Plain
	}
	c := &Cluster{t: t}
	for i := range cfg.Nodes {
		c.Nodes = append(c.Nodes, &Node{Name: fmt.Sprintf("n%d", i+1), Dir: t.TempDir(),
			Client: port(t), Route: port(t), Monitor: port(t), t: t, env: cfg.Env})
	}
	t.Cleanup(func() {
		for _, n := range c.Nodes {
			n.end(syscall.SIGKILL) // the directories go as well
			if t.Failed() {
				t.Logf("%s said last:\n%s", n.Name, n.tail())
			}
		}
	})
	for _, n := range c.Nodes {
		if err := os.WriteFile(n.ConfigFile(), []byte(cfg.Text(n, c.Nodes)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := n.Launch(); err != nil {
			t.Fatal(err)
		}
	}
	c.Wait()
	return c
}

// Plain is a configuration without TLS or users: every write synced, routes to all.
func Plain(n *Node, all []*Node) string {
	text := fmt.Sprintf("server_name: %s\nlisten: 127.0.0.1:%d\nhttp: 127.0.0.1:%d\njetstream {\n  store_dir: %q\n  sync_interval: always\n}\n",
		n.Name, n.Client, n.Monitor, n.StoreDir())
	if len(all) == 1 {
		return text
	}
	var routes []string
	for _, m := range all {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", m.Route))
	}
	return text + fmt.Sprintf("cluster {\n  name: test\n  listen: 127.0.0.1:%d\n  routes: [%s]\n}\n", n.Route, strings.Join(routes, ", "))
}

// URL lists the addresses of all nodes.
func (c *Cluster) URL() string { return c.URLs("nats") }

// URLs is URL with another scheme, such as "tls".
func (c *Cluster) URLs(scheme string) string {
	var all []string
	for _, n := range c.Nodes {
		all = append(all, fmt.Sprintf("%s://127.0.0.1:%d", scheme, n.Client))
	}
	return strings.Join(all, ",")
}

// Wait waits until every node is healthy: there is a leader, and all have what it has.
func (c *Cluster) Wait() {
	c.t.Helper()
	for _, n := range c.Nodes {
		Eventually(c.t, 40*time.Second, n.Name+" is healthy", func() error {
			select {
			case <-n.exited:
				c.t.Fatalf("%s ended:\n%s", n.Name, n.tail())
			default:
			}
			return n.Healthy()
		})
	}
}

// Leader returns the node that leads a stream now. A stream on a server alone is led by it.
func (c *Cluster) Leader(nc *nats.Conn, stream string) *Node {
	c.t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		c.t.Fatal(err)
	}
	var leader *Node
	Eventually(c.t, 20*time.Second, stream+" has a leader", func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s, err := js.Stream(ctx, stream)
		if err != nil {
			return err
		}
		name := c.Nodes[0].Name
		if group := s.CachedInfo().Cluster; group != nil && group.Leader != "" {
			name = group.Leader
		}
		for _, n := range c.Nodes {
			if n.Name == name {
				leader = n
				return nil
			}
		}
		return fmt.Errorf("leader is %q", name)
	})
	return leader
}

// Eventually calls f until it returns nil, and fails the test when it does not in time.
func Eventually(t testing.TB, limit time.Duration, what string, f func() error) {
	t.Helper()
	end, tick := time.After(limit), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-end:
			t.Fatalf("waited %v: %s: %v", limit, what, err)
		case <-tick.C:
		}
	}
}

// given are the ports that this process gave out: a node that is down must find its own free.
var given sync.Map

// port returns a free port below those that the system gives to outgoing connections.
func port(t testing.TB) int {
	t.Helper()
	for range 1000 {
		p := 20000 + rand.IntN(12000)
		if _, taken := given.LoadOrStore(p, true); taken {
			continue
		}
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p)); err == nil {
			l.Close()
			return p
		}
	}
	t.Fatal("no free port")
	return 0
}
