package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"xiaohao/events"
	"xiaohao/events/evidence"
	"xiaohao/events/journal"
	"xiaohao/events/journal/natstest"
	"xiaohao/events/vault"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
)

// TestDeployedCluster runs everything on three servers that have deploy/nats.conf.
func TestDeployedCluster(t *testing.T) {
	t.Parallel()
	d := natstest.StartDeployed(t, "../../deploy/nats.conf")
	program := remoteFlags{Nats: d.URLs("tls"), CA: d.CAFile, Cert: d.Cert, Key: d.Key, Creds: d.Creds("xiaohao"), SysCreds: d.Creds("watcher")}
	operator := program
	operator.Creds = d.Creds("operator")
	dir := t.TempDir()

	t.Run("not initialised", func(t *testing.T) {
		dies(t, program, "请先用管理员的凭据运行一次 xiaohao init。")
	})
	t.Run("init", func(t *testing.T) {
		for range 2 { // the second finds everything there
			if err := (&initCmd{remoteFlags: operator, Data: dir, Replicas: 3}).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
	s := newSiteOn(t, dir, program)
	t.Run("works with least privilege", func(t *testing.T) { worksWholly(t, s) })
	t.Run("new master key", func(t *testing.T) {
		if r, err := s.stack.rotate(t.Context(), stackConfig{dir: dir}); err != nil || r.Keys == 0 || r.Old == "" {
			t.Errorf("%+v, %v", r, err)
		}
	})
	for who, remote := range map[string]remoteFlags{"program": program, "operator": operator} {
		t.Run(who+" cannot harm the log", func(t *testing.T) { cannotHarm(t, remote, who == "operator") })
	}
	t.Run("refused at the door", func(t *testing.T) { refusedAtTheDoor(t, d, program) })
	t.Run("a server that does not sync", func(t *testing.T) { weakServer(t, d, program, s.stack.log) })
}

// worksWholly takes items from raising to closing, erases a key, and builds the read
// models anew.
func worksWholly(t *testing.T, s *site) {
	unit := "区农林水局"
	n := s.raise(fields{"text": "张三说坝头溪淤积", "category": "民生", "name": "张三", "phone": "13812345678"})
	s.toRectified(n.Number, unit, nil)
	s.toClosed(n.Number, unit, true)
	other := s.raise(fields{"text": "几点上班"}).Number
	third := s.raise(fields{"text": "晚上几点关门"}).Number
	s.do("clerk", other, "accept", fields{"title": "上班时间", "category": "民生", "mode": "IMMEDIATE"})
	s.do("clerk", third, "merge", fields{"into": other, "basis": "同人同事"}) // an atomic batch

	st, err := s.stack.log.Status(t.Context())
	if err != nil || st.Replicas != 3 || !strings.Contains(st.Durability, "每台每次写入都落盘") {
		t.Errorf("status: %d replicas, %q, %v", st.Replicas, st.Durability, err)
	}
	history := s.history(t)
	item := history[0]
	raised, ok := item.Events[0].(events.ItemRaised)
	if !ok {
		t.Fatalf("first fact is %T", item.Events[0])
	}
	if text, err := s.stack.vault.Open(t.Context(), raised.Opinion.Text); err != nil || !strings.Contains(text, "坝头溪") {
		t.Errorf("open: %q, %v", text, err)
	}
	papers, err := evidence.Open(t.Context(), s.stack.nc, s.stack.vault, evidence.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	kept, err := papers.Put(t.Context(), item.Item, "坝头溪.png", &photo)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := papers.File(t.Context(), item.Item, kept.Object); err != nil || len(data) == 0 {
		t.Errorf("read a photo: %d bytes, %v", len(data), err)
	}
	// No fact names it, so it is swept: what an erasure does to photos as well.
	if n, err := papers.Sweep(t.Context(), s.stack.log, time.Now().Add(time.Hour)); n == 0 || err != nil {
		t.Errorf("sweep: %d, %v", n, err)
	}
	if err := s.stack.vault.Erase(t.Context(), item.Item); err != nil {
		t.Fatal(err)
	}
	if _, err := s.stack.vault.Open(t.Context(), raised.Opinion.Text); !errors.Is(err, vault.ErrErased) {
		t.Errorf("open after erasing: %v", err)
	}

	fresh, err := projections.Open(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	run, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- fresh.Run(run, s.stack.log) }()
	natstest.Eventually(t, 20*time.Second, "rebuild", func() error { return fresh.WaitFor(t.Context(), s.last()) })
	cancel()
	<-done
}

// history reads the whole log.
func (s *site) history(t *testing.T) []events.Recorded {
	t.Helper()
	last, enough := s.last(), errors.New("enough")
	var all []events.Recorded
	err := s.stack.log.Follow(t.Context(), 0, func(batch []events.Recorded, _ uint64) error {
		if all = append(all, batch...); all[len(all)-1].Sequence >= last {
			return enough
		}
		return nil
	})
	if err != enough {
		t.Fatal(err)
	}
	return all
}

// cannotHarm asks the servers for all that would take something out of the log.
func cannotHarm(t *testing.T, remote remoteFlags, operator bool) {
	nc, err := remote.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	refused := make(chan string, 10)
	nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		if errors.Is(err, nats.ErrPermissionViolation) {
			refused <- err.Error()
		}
	})
	before := logState(t, nc)
	var verbs []string
	for _, stream := range []string{journal.StreamName, journal.NumbersStream} {
		verbs = append(verbs, "STREAM.DELETE."+stream, "STREAM.PURGE."+stream, "STREAM.MSG.DELETE."+stream)
		if !operator {
			verbs = append(verbs, "STREAM.UPDATE."+stream, "STREAM.RESTORE."+stream, "STREAM.CREATE."+stream)
		}
	}
	verbs = append(verbs, "STREAM.DELETE.KV_RECT_KEYS", "STREAM.PURGE.KV_RECT_KEYS")
	if !operator {
		verbs = append(verbs, "STREAM.CREATE.OTHER", "STREAM.DELETE.OBJ_RECT_EVIDENCE", "META.LEADER.STEPDOWN", "STREAM.LEADER.STEPDOWN.RECT")
	}
	for _, verb := range verbs {
		if err := nc.Publish("$JS.API."+verb, []byte(`{"seq":1}`)); err != nil {
			t.Fatal(err)
		}
		select {
		case said := <-refused:
			if !strings.Contains(said, `"$JS.API.`+verb+`"`) {
				t.Errorf("%s: %s", verb, said)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s was not refused", verb)
		}
	}
	if diff := cmp.Diff(before, logState(t, nc)); diff != "" {
		t.Errorf("the log changed: %s", diff)
	}
}

func logState(t *testing.T, nc *nats.Conn) string {
	t.Helper()
	m, err := nc.Request("$JS.API.STREAM.INFO."+journal.StreamName, nil, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var info struct {
		Config json.RawMessage
		State  struct{ Messages, First_Seq, Last_Seq uint64 }
	}
	if err := json.Unmarshal(m.Data, &info); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// refusedAtTheDoor has one thing wrong at a time: one sentence, exit code 3.
func refusedAtTheDoor(t *testing.T, d *natstest.Deployed, right remoteFlags) {
	dir := t.TempDir()
	stranger := natstest.NewAuthority(t)
	strangerFile := filepath.Join(dir, "stranger.pem")
	if err := os.WriteFile(strangerFile, stranger.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	open := d.Creds("xiaohao")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		change func(*remoteFlags)
		want   string
	}{
		"wrong authority": {func(r *remoteFlags) { r.CA = strangerFile }, "证书不被接受"},
		"no certificate":  {func(r *remoteFlags) { r.Cert, r.Key = "", "" }, "证书不被接受"},
		"expired certificate": {func(r *remoteFlags) {
			r.Cert, r.Key = d.CA.Issue(t, filepath.Join(dir, "expired"), -time.Hour)
		}, "证书不被接受"},
		"a stranger's certificate": {func(r *remoteFlags) {
			r.Cert, r.Key = stranger.Issue(t, filepath.Join(dir, "stranger"), time.Hour)
		}, "证书不被接受"},
		"wrong password":        {func(r *remoteFlags) { r.Creds = d.Creds("xiaohao", "guess") }, "不认这个用户或口令"},
		"unknown user":          {func(r *remoteFlags) { r.Creds = d.Creds("nobody", "guess") }, "不认这个用户或口令"},
		"no credentials":        {func(r *remoteFlags) { r.Creds = "" }, "不认这个用户或口令"},
		"readable by all":       {func(r *remoteFlags) { r.Creds = open }, "所需的文件不能用"},
		"password in address":   {func(r *remoteFlags) { r.Nats = "tls://xiaohao:p-program@127.0.0.1:1" }, "所需的文件不能用"},
		"nobody there":          {func(r *remoteFlags) { r.Nats = "tls://127.0.0.1:1" }, "连不上"},
		"no system credentials": {func(r *remoteFlags) { r.SysCreds = d.Creds("watcher", "guess") }, "不认这个用户或口令"},
	} {
		t.Run(name, func(t *testing.T) {
			r := right
			x.change(&r)
			dies(t, r, x.want)
		})
	}
}

// weakServer weakens one server: it is named, and the program does not start.
func weakServer(t *testing.T, d *natstest.Deployed, right remoteFlags, log *journal.Journal) {
	n := d.Nodes[1]
	n.Stop()
	text, err := os.ReadFile(n.ConfigFile())
	if err != nil {
		t.Fatal(err)
	}
	weak := strings.Replace(string(text), "sync_interval: always", `sync_interval: "2m"`, 1)
	if err := os.WriteFile(n.ConfigFile(), []byte(weak), 0o600); err != nil {
		t.Fatal(err)
	}
	n.Start()
	d.Wait()
	dies(t, right, n.Name+" syncs every 2m0s")
	var why *journal.WeakError
	if err := right.check(t.Context(), log); !errors.As(err, &why) || len(why.Why) != 1 {
		t.Errorf("check: %v", err)
	}
}

// dies runs the program, which must end with one line that says what is wrong.
func dies(t *testing.T, r remoteFlags, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	cmd.Env = append(os.Environ(), asProgram+"=1", "XIAOHAO_NATS="+r.Nats, "XIAOHAO_NATS_CA="+r.CA, "XIAOHAO_NATS_CERT="+r.Cert,
		"XIAOHAO_NATS_KEY="+r.Key, "XIAOHAO_NATS_CREDS="+r.Creds, "XIAOHAO_NATS_SYS_CREDS="+r.SysCreds)
	var said strings.Builder
	cmd.Stderr = &said
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != 3 || !strings.Contains(said.String(), want) || strings.Count(said.String(), "\n") != 1 ||
		strings.Contains(said.String(), "guess") || strings.Contains(said.String(), "p-program") {
		t.Errorf("exit code %d, %v, said %q, want 3 and %q", code, err, said.String(), want)
	}
}
