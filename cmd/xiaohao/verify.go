package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/events/journal"
	"xiaohao/events/journal/backup"
	"xiaohao/events/proof"
)

// verifyCmd proves a log, a backup or a case file.
type verifyCmd struct {
	Path string   `arg:"" optional:"" type:"path" help:"A case file, or the directory of a backup. Default: the log itself."`
	Key  []string `placeholder:"PUB" help:"Public key to trust: 64 hexadecimal digits, or a file of them. Default: signing.pub of the data directory."`
	Root []string `placeholder:"HASH" help:"Fingerprint of a published root that the log must have, as somebody kept it."`
	Data string   `type:"path" env:"XIAOHAO_DATA" help:"Data directory. A running server proves its own log."`
	Demo bool     `help:"The demonstration's data."`
	JSON bool     `name:"json" help:"One JSON object."`
	remoteFlags

	ReadModels bool   `name:"read-models" help:"Compare the read models with the log, row by row, and nothing else."`
	Postgres   string `name:"postgres" env:"XIAOHAO_POSTGRES" help:"Their Postgres, with --nats."`
}

func (c *verifyCmd) Run(ctx context.Context) error {
	dir, err := findData(c.Data, c.Demo)
	if err != nil {
		return err
	}
	if c.ReadModels {
		return c.readModels(ctx, dir)
	}
	keys, from, err := c.keys(dir)
	if err != nil {
		return err
	}
	if c.Path != "" {
		info, err := os.Stat(c.Path)
		if err != nil {
			return &exitError{2, fmt.Errorf("verify: %w", err)}
		}
		if !info.IsDir() {
			return c.verifyCase(keys, from)
		}
	}
	var report proof.Report
	switch {
	case c.Path != "":
		report, err = verifyBackup(ctx, c.Path, keys)
	case c.Nats != "":
		report, err = verifyRemote(ctx, c.remoteFlags, keys)
	default:
		report, err = verifyData(ctx, dir, keys)
	}
	if errors.As(err, new(*exitError)) {
		return err
	}
	if err == nil {
		err = c.kept(report)
	}
	return errors.Join(c.tell(report, from, err == nil), err)
}

// kept looks for the roots that somebody kept.
func (c *verifyCmd) kept(r proof.Report) error {
	for _, root := range c.Root {
		if !slices.Contains(r.RootIDs, strings.ToLower(strings.Join(strings.Fields(root), ""))) {
			return fmt.Errorf("日志里没有指纹是 %s 的日根：它被改写过、截短过，或者不是同一份日志。", root)
		}
	}
	return nil
}

// keys returns the public keys to trust, and in words where they are from.
func (c *verifyCmd) keys(dir string) (keys []ed25519.PublicKey, from string, err error) {
	for _, s := range c.Key {
		k, err := proof.ParseKey(s)
		if err == nil {
			keys = append(keys, k)
			continue
		}
		more, err := readPublic(s)
		if err != nil || len(more) == 0 {
			return nil, "", &exitError{2, fmt.Errorf("--key %s：既不是公钥（64 位十六进制数），也不是公钥文件。", s)}
		}
		keys = append(keys, more...)
	}
	if len(keys) > 0 {
		return keys, "指定的公钥", nil
	}
	file := filepath.Join(dir, publicFile)
	keys, err = readPublic(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	if len(keys) == 0 {
		return nil, "没有可信的公钥（用 --key 指定）：签名只与日根自己写的公钥核对", nil
	}
	return keys, "没有指定公钥，用的是 " + file, nil
}

// verifyData proves the log of a data directory: by the server that has it, or else by a
// log server of our own.
func verifyData(ctx context.Context, dir string, keys []ed25519.PublicKey) (proof.Report, error) {
	var report proof.Report
	err := callControl(ctx, dir, "/verify", verifyRequest{keys}, &report)
	if err == nil && report.Wrong != nil {
		err = report.Wrong
	}
	if !errors.Is(err, errNotRunning) {
		return report, err
	}
	err = withOwnLog(ctx, dir, func(log *journal.Journal) error {
		report, err = verifyLog(ctx, log, keys)
		return err
	})
	return report, err
}

func verifyRemote(ctx context.Context, servers remoteFlags, keys []ed25519.PublicKey) (report proof.Report, err error) {
	err = withRemoteLog(ctx, servers, func(log *journal.Journal) error {
		report, err = verifyLog(ctx, log, keys)
		return err
	})
	return report, err
}

// verifyRequest asks a running server to prove its log.
type verifyRequest struct {
	Keys []ed25519.PublicKey `json:"keys"`
}

// verify answers it. What is wrong with the log is in the answer, not an error.
func (s *stack) verify(ctx context.Context, in verifyRequest) (proof.Report, error) {
	for _, k := range in.Keys {
		if len(k) != ed25519.PublicKeySize {
			return proof.Report{}, &exitError{2, errors.New("verify: public key of a wrong size")}
		}
	}
	report, err := verifyLog(ctx, s.log, in.Keys)
	if report.Wrong != nil {
		return report, nil
	}
	return report, err
}

// verifyLog reads a log from its first message to what is its last now.
func verifyLog(ctx context.Context, log *journal.Journal, keys []ed25519.PublicKey) (proof.Report, error) {
	checker := proof.NewChecker(log.Identity(), tenant, keys...)
	last, err := log.Last(ctx)
	if err != nil {
		return proof.Report{}, notToBeHad(err)
	}
	if err := log.Scan(ctx, 1, last, checker.Add); err != nil && checker.Report().Wrong == nil {
		return checker.Report(), notToBeHad(err)
	}
	err = checker.Finish()
	if loss := (*journal.LossError)(nil); err == nil && errors.As(log.Intact(), &loss) { // what is left is whole by itself
		err = &divergedError{lossText(loss), loss}
	}
	return checker.Report(), err
}

// withOwnLog starts a log server on a data directory that no other process has, for as
// long as f runs.
func withOwnLog(ctx context.Context, dir string, f func(*journal.Journal) error) error {
	logDir := filepath.Join(dir, "log")
	if _, err := os.Stat(logDir); err != nil {
		return notToBeHad(fmt.Errorf("%s 里没有日志。", dir))
	}
	srv, err := journal.StartServer(journal.ServerConfig{Dir: logDir})
	if errors.Is(err, journal.ErrLocked) {
		return notToBeHad(fmt.Errorf("%s 正由另一个进程使用，而它没有应答；等它启动完，或停下它再试。", dir))
	}
	if err != nil {
		return notToBeHad(err)
	}
	defer srv.Stop()
	nc, err := srv.Connect()
	if err != nil {
		return notToBeHad(err)
	}
	defer nc.Close()
	log, err := journal.Open(ctx, nc, journal.Config{})
	if err != nil {
		return notToBeHad(err)
	}
	defer log.Close()
	return f(log)
}

// withRemoteLog connects to servers that must have the log already.
func withRemoteLog(ctx context.Context, servers remoteFlags, f func(*journal.Journal) error) error {
	nc, err := servers.connect()
	if err != nil {
		return notToBeHad(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err == nil {
		_, err = js.Stream(ctx, journal.StreamName) // Open would make one
	}
	if err != nil {
		return notToBeHad(fmt.Errorf("look up the log: %w", err))
	}
	log, err := journal.Open(ctx, nc, journal.Config{})
	if err != nil {
		return notToBeHad(err)
	}
	defer log.Close()
	return f(log)
}

// findData is the data directory: the one that was given, else the usual one, else that of
// the demonstration, which is what a newcomer runs.
func findData(data string, demo bool) (string, error) {
	dir, err := (&serveCmd{Data: data, Demo: demo}).dataDir()
	if err != nil || data != "" || demo {
		return dir, err
	}
	if _, err := os.Stat(filepath.Join(dir, "log")); err != nil {
		if _, err := os.Stat(filepath.Join(dir, "demo", "log")); err == nil {
			return filepath.Join(dir, "demo"), nil
		}
	}
	return dir, nil
}

// tell prints what was found.
func (c *verifyCmd) tell(r proof.Report, from string, well bool) error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("核对了    %d 条记录，%d 条链，%d 个日根；日志 %s\n公钥      %s\n", r.Messages, r.Aggregates, r.Roots, r.Stream, from)
	if r.Root != nil {
		fmt.Printf("最近日根  %s，管到第 %d 号，密钥 %s\n", r.Root.Day, r.Root.Sequence, r.Root.Key)
	}
	if r.Uncovered > 0 {
		fmt.Printf("未签名    最后 %d 条还没有日根管到：只核对了哈希链\n", r.Uncovered)
	}
	if r.ClockBack > 0 {
		fmt.Printf("时钟      有 %d 条的入库时间早于前一条（时钟回拨或换了主节点），按原样核对\n", r.ClockBack)
	}
	if well {
		fmt.Println("结论      完好")
	}
	return nil
}

func (c *verifyCmd) verifyCase(keys []ed25519.PublicKey, from string) error {
	file, err := os.ReadFile(c.Path)
	if err != nil {
		return &exitError{2, fmt.Errorf("verify: %w", err)}
	}
	r, err := proof.CheckCase(file, keys...)
	if errors.Is(err, proof.ErrNotCase) {
		return fmt.Errorf("%s 不是卷宗文件，或有字节被改动。", c.Path)
	}
	if err == nil && r.Root == nil {
		err = errors.New("这份卷宗导出时还没有日根管到它，不能凭签名核验；日根签过之后请重新导出。")
	}
	if c.JSON {
		return errors.Join(json.NewEncoder(os.Stdout).Encode(r), err)
	}
	fmt.Printf("卷宗      %s，%d 版\n公钥      %s\n", r.Number, r.Revs, from)
	if err != nil {
		return err
	}
	fmt.Printf("日根      %s，管到第 %d 号，密钥 %s\n已证明    第 1 版到第 %d 版\n", r.Root.Day, r.Root.Sequence, r.Root.Key, r.Covered)
	if r.Uncovered > 0 {
		fmt.Printf("未签名    后 %d 版还没有日根管到：只核对了哈希链\n", r.Uncovered)
	}
	fmt.Println("结论      完好")
	return nil
}

// verifyBackup proves the backup of a log, or checks that of keys.
func verifyBackup(ctx context.Context, dir string, keys []ed25519.PublicKey) (proof.Report, error) {
	b, err := backup.Open(dir)
	if errors.Is(err, backup.ErrNoBackup) {
		return proof.Report{}, &exitError{2, fmt.Errorf("verify: %s 里没有备份。", dir)}
	}
	if err != nil {
		return proof.Report{}, err
	}
	return b.Check(ctx, keys...)
}
