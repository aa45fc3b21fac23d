package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/nats-io/nats.go"

	"xiaohao/events/journal"
	"xiaohao/events/journal/backup"
)

// backupCmd copies the log into a directory while the server runs, or while it does not.
type backupCmd struct {
	remoteFlags
	Dir  string `arg:"" type:"path" help:"Directory of the backup; one of the same log is continued."`
	Keys string `type:"path" help:"Directory of the data keys, to be kept apart from the backup. Without it personal data cannot be opened from the backup."`
	Data string `type:"path" env:"XIAOHAO_DATA" help:"Data directory of the server."`
	Demo bool   `help:"The demonstration's data."`
	JSON bool   `name:"json" help:"One JSON object."`
}

func (c *backupCmd) Run(ctx context.Context) error {
	r, err := c.backup(ctx, backup.Config{Dir: c.Dir, Keys: c.Keys})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("备份完成：%s\n日志      到第 %d 号，这次新增 %d 条（标识 %s）\n全部      %d 条，%d 个文件，%.1f MB\n",
		c.Dir, r.Last, r.Last-r.Before, r.Identity, r.Messages, r.Files, float64(r.Bytes)/1e6)
	if c.Keys == "" {
		fmt.Println("密钥      没有备份（没有给 --keys）：只凭这份备份，原话、姓名、电话等个人信息打不开。")
	} else {
		fmt.Printf("密钥      %d 条，在 %s：请与备份分开存放，分开保管。\n", r.Keys, c.Keys)
	}
	fmt.Println("主密钥    和签名密钥从不进入备份：请另外保管 master.key（丢了就没有人能再打开个人信息）和 signing.key。")
	return nil
}

// backup has the running server do it, or opens the store by itself.
func (c *backupCmd) backup(ctx context.Context, cfg backup.Config) (r backup.Report, err error) {
	if c.Nats != "" {
		nc, err := c.connect()
		if err != nil {
			return r, notToBeHad(err)
		}
		defer nc.Close()
		return runBackup(ctx, nc, cfg)
	}
	dir, err := (&serveCmd{Data: c.Data, Demo: c.Demo}).dataDir()
	if err != nil {
		return r, err
	}
	if err := callControl(ctx, dir, "/backup", cfg, &r); !errors.Is(err, errNotRunning) {
		return r, err
	}
	store := filepath.Join(dir, "log")
	if _, err := os.Stat(store); errors.Is(err, fs.ErrNotExist) { // a server would make one
		return r, backupError(fmt.Errorf("%w: %s", backup.ErrNoLog, dir))
	}
	srv, err := journal.StartServer(journal.ServerConfig{Dir: store})
	if err != nil {
		return r, notToBeHad(backupError(err))
	}
	defer srv.Stop()
	nc, err := srv.Connect()
	if err != nil {
		return r, err
	}
	defer nc.Close()
	return runBackup(ctx, nc, cfg)
}

func runBackup(ctx context.Context, nc *nats.Conn, cfg backup.Config) (backup.Report, error) {
	r, err := backup.Run(ctx, nc, cfg)
	return r, backupError(err)
}

// backupError says in a sentence what the package said, and what became of what was there.
func backupError(err error) error {
	_, damaged := errors.AsType[*backup.Fault](err)
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case damaged:
		return sentenceOf("原有的备份或日志已损坏，没有接着写，也没有改动它：请换一个目录，并用 xiaohao verify 查明原因。", err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return sentenceOf("磁盘满了，这次备份没有完成；原有的备份仍然完好。请腾出空间后重新执行。", err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return sentenceOf("备份目录不能写；原有的备份没有改动。", err)
	case errors.Is(err, backup.ErrNoLog):
		return sentenceOf("这里没有日志可以备份：请核对 --data 或 --nats。", err)
	case errors.Is(err, backup.ErrForeign):
		return sentenceOf("目录里有别的东西，不能用来备份：请给一个空目录。", err)
	case errors.Is(err, backup.ErrBusy):
		return sentenceOf("另一次备份正在写这个目录：请等它完成。", err)
	case errors.Is(err, backup.ErrNested):
		return sentenceOf("数据和密钥必须分开：两个目录不能相同，也不能一个在另一个里面。", err)
	case errors.Is(err, backup.ErrOtherLog):
		return sentenceOf("这个目录是另一份日志的备份，没有改动它：请换一个目录。", err)
	case errors.Is(err, backup.ErrDiverged):
		return sentenceOf("日志接不上这份备份：日志少了一截，或者被换过。备份没有改动；请把两者都留好，先查明原因。", err)
	case errors.Is(err, backup.ErrKind):
		return sentenceOf("目录用错了：数据的备份和密钥的备份要各用各的目录。", err)
	case errors.Is(err, backup.ErrFormat):
		return sentenceOf("这份备份的格式不是这个版本写的。", err)
	case errors.Is(err, backup.ErrNoBackup):
		return sentenceOf("这个目录里没有备份。", err)
	case errors.Is(err, journal.ErrLocked):
		return sentenceOf("数据目录正被另一个进程使用，而它不应答：也许正在启动或停下，请稍后重试。", err)
	}
	return err
}

// sentenceOf puts a sentence for people before the reason. The reason is text from here
// on, since the sentence already says what it means.
func sentenceOf(text string, err error) error { return fmt.Errorf("%s（%v）", text, err) }
