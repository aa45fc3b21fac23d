package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"xiaohao/events/journal"
	"xiaohao/events/journal/backup"
)

// restoreCmd brings a backup into an empty store. On servers elsewhere it needs the rights
// of the operator (deploy/nats.conf).
type restoreCmd struct {
	remoteFlags
	Dir      string `arg:"" type:"existingdir" help:"Directory of the backup."`
	Keys     string `type:"existingdir" help:"Directory of the backup of the data keys. Without it personal data cannot be opened."`
	Data     string `type:"path" env:"XIAOHAO_DATA" help:"Data directory to restore into; its log must be empty and its server stopped."`
	Replicas int    `help:"Replicas of each stream on servers elsewhere. Default: as in the backup."`
	Demo     bool   `help:"The demonstration's data directory."`
}

func (c *restoreCmd) Run(ctx context.Context) error {
	cfg := backup.RestoreConfig{Dir: c.Dir, Keys: c.Keys, Replicas: c.Replicas}
	if c.Nats != "" {
		r, err := backup.Prepare(ctx, cfg)
		if err != nil {
			return restoreError(err)
		}
		nc, err := c.connect()
		if err != nil {
			return notToBeHad(err)
		}
		defer nc.Close()
		done, err := r.Into(ctx, nc)
		if err != nil {
			return restoreError(err)
		}
		c.say(done, c.Nats, "")
		return nil
	}
	dir, err := (&serveCmd{Data: c.Data, Demo: c.Demo}).dataDir()
	if err != nil {
		return err
	}
	cfg.Replicas = 1
	done, err := restoreData(ctx, dir, cfg)
	if err != nil {
		return restoreError(err)
	}
	c.say(done, dir, dir)
	return nil
}

// restoreData restores into the embedded store of a data directory. The backup is checked
// before the directory is made.
func restoreData(ctx context.Context, dir string, cfg backup.RestoreConfig) (backup.Restored, error) {
	r, err := backup.Prepare(ctx, cfg)
	if err != nil {
		return backup.Restored{}, err
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return backup.Restored{}, fmt.Errorf("data directory: %w", err)
	}
	srv, err := journal.StartServer(journal.ServerConfig{Dir: filepath.Join(dir, "log")})
	if err != nil {
		return backup.Restored{}, err
	}
	defer srv.Stop()
	nc, err := srv.Connect()
	if err != nil {
		return backup.Restored{}, err
	}
	defer nc.Close()
	return r.Into(ctx, nc)
}

// say tells what was restored, and which files a data directory dir still lacks.
func (c *restoreCmd) say(r backup.Restored, where, dir string) {
	fmt.Printf("恢复完成：%s\n日志      到第 %d 号，标识 %s，与备份逐条相同（序号、时间、内容、哈希链）\n全部      %d 条\n", where, r.Last, r.Identity, r.Messages)
	switch {
	case c.Keys == "":
		fmt.Println("密钥      没有恢复（没有给 --keys）：个人信息打不开。")
	case r.KeysLast < r.Last:
		fmt.Printf("密钥      %d 条；是日志到第 %d 号时备份的，之后新立的事项可能没有密钥。\n", r.Keys, r.KeysLast)
	default:
		fmt.Printf("密钥      %d 条\n", r.Keys)
	}
	if dir != "" && lacks(dir, masterFile) {
		fmt.Printf("主密钥    还没有：启动之前请把另外保管的 master.key 放到 %s，权限 0600。\n", dir)
	}
	if dir != "" && lacks(dir, signingFile) {
		fmt.Println("签名密钥  还没有：要接着签日根，把另外保管的 signing.key 和 signing.pub 也放进去；演练不要放。")
	}
	fmt.Println("读模型在下次启动时由日志重建。")
}

func lacks(dir, file string) bool {
	_, err := os.Stat(filepath.Join(dir, file))
	return errors.Is(err, os.ErrNotExist)
}

// restoreError says in a sentence what the package said, and what became of the store.
func restoreError(err error) error {
	_, damaged := errors.AsType[*backup.Fault](err)
	_, config := errors.AsType[*journal.ConfigError](err)
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case damaged:
		return sentenceOf("备份已损坏，什么都没有恢复。", err)
	case config:
		return sentenceOf("备份里的流设置不是本程序的，什么都没有恢复。", err)
	case errors.Is(err, backup.ErrNotEmpty):
		return sentenceOf("要恢复到的地方已有数据，什么都没有改：只能恢复到空的数据目录或空的服务器。", err)
	case errors.Is(err, backup.ErrOtherLog):
		return sentenceOf("密钥与数据不是同一份日志的，什么都没有恢复。", err)
	case errors.Is(err, journal.ErrLocked):
		return sentenceOf("数据目录正被另一个进程使用：请先停下它。", err)
	case errors.Is(err, backup.ErrNoBackup), errors.Is(err, backup.ErrKind), errors.Is(err, backup.ErrNested), errors.Is(err, backup.ErrFormat):
		return backupError(err)
	}
	return sentenceOf("恢复没有完成：未完成的部分带有标记，程序不会使用它；原因排除后重新执行同一条命令即可。", err)
}
