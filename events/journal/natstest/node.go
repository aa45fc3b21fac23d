package natstest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Node is one nats-server process. Its fields are what its configuration is made of.
type Node struct {
	Name    string // n1, n2, n3
	Dir     string // of the store, the configuration and the log; stays over restarts
	Client  int    // ports on 127.0.0.1
	Route   int
	Monitor int

	t      testing.TB
	env    []string
	cmd    *exec.Cmd
	exited chan struct{}
}

// ConfigFile is where the node's configuration stands; a test may rewrite it before Restart.
func (n *Node) ConfigFile() string { return filepath.Join(n.Dir, "nats.conf") }

// StoreDir is where the node keeps its streams.
func (n *Node) StoreDir() string { return filepath.Join(n.Dir, "store") }

// Log is everything the node has said.
func (n *Node) Log() string {
	b, err := os.ReadFile(n.logFile())
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func (n *Node) logFile() string { return filepath.Join(n.Dir, "nats.log") }

// Start runs the process and returns when it answers, or fails the test when it ends
// first. It does not wait for the cluster: that is Cluster.Wait.
func (n *Node) Start() {
	n.t.Helper()
	if err := n.Launch(); err != nil {
		n.t.Fatal(err)
	}
	Eventually(n.t, 20*time.Second, n.Name+" answers", func() error {
		select {
		case <-n.exited:
			n.t.Fatalf("%s ended:\n%s", n.Name, n.tail())
		default:
		}
		return n.monitor("/varz")
	})
}

// Launch runs the process and waits for nothing.
func (n *Node) Launch() error {
	bin, err := Binary()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(n.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	cmd, started, exited := exec.Command(bin, "-c", n.ConfigFile()), make(chan error, 1), make(chan struct{})
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = append(os.Environ(), n.env...), out, out, attributes()
	go func() {
		defer out.Close()
		defer close(exited)
		runtime.LockOSThread() // the child dies with the thread that started it
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	n.cmd, n.exited = cmd, exited
	return nil
}

// Exited is closed when the process that was started last has ended.
func (n *Node) Exited() <-chan struct{} { return n.exited }

// Kill ends the process outright (kill -9) and waits until it is gone.
func (n *Node) Kill() { n.end(syscall.SIGKILL) }

// Stop ends the process gently and waits until it is gone.
func (n *Node) Stop() { n.end(syscall.SIGTERM) }

// Freeze stops the process where it stands, as a machine that hangs (SIGSTOP).
func (n *Node) Freeze() { n.signal(syscall.SIGSTOP) }

// Thaw lets a frozen process go on (SIGCONT).
func (n *Node) Thaw() { n.signal(syscall.SIGCONT) }

func (n *Node) signal(s syscall.Signal) {
	select {
	case <-n.exited:
	default:
		_ = n.cmd.Process.Signal(s)
	}
}

func (n *Node) end(s syscall.Signal) {
	if n.cmd == nil {
		return
	}
	n.signal(s)
	n.signal(syscall.SIGCONT) // a frozen process does not hear anything but SIGKILL
	select {
	case <-n.exited:
	case <-time.After(20 * time.Second):
		n.signal(syscall.SIGKILL)
		<-n.exited
		n.t.Errorf("%s did not stop", n.Name)
	}
}

// Healthy returns nil when the node has caught up with all that it holds.
func (n *Node) Healthy() error { return n.monitor("/healthz") }

func (n *Node) monitor(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", n.Monitor, path), nil)
	if err != nil {
		return err
	}
	req.Close = true // no idle connection may outlive the test
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		return fmt.Errorf("%s%s: %s %s", n.Name, path, res.Status, strings.TrimSpace(string(b)))
	}
	return nil
}

// tail is the end of what the node said, without what our own asking made it say.
func (n *Node) tail() string {
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(n.Log()), "\n"), func(line string) bool {
		return strings.Contains(line, "Healthcheck failed")
	})
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}
