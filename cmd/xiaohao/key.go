package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"xiaohao/events/vault"
)

// keyCmd is about the master key of personal data, and the key of the daily roots.
type keyCmd struct {
	Rotate rotateMasterCmd `cmd:"" help:"Replace the master key: wrap every data key anew under a new one, while the server runs or not."`

	RotateSigning rotateSigningCmd `cmd:"" name:"rotate-signing" help:"Make the key that will sign the daily roots: the next root announces it."`
}

// rotateMasterCmd replaces the master key. Cut off anywhere, it is simply run again.
type rotateMasterCmd struct {
	remoteFlags
	masterFlags
	Data string `type:"path" env:"XIAOHAO_DATA" help:"Data directory of the server."`
	Demo bool   `help:"The demonstration's data."`
}

// rotated is what came of it.
type rotated struct {
	Keys int    `json:"keys"` // wrapped anew by this run
	File string `json:"file"` // of the master key in force
	Old  string `json:"old"`  // of the old one; "" when it is not in a file here
}

func (c *rotateMasterCmd) Run(ctx context.Context) error {
	dir, err := (&serveCmd{Data: c.Data, Demo: c.Demo}).dataDir()
	if err != nil {
		return err
	}
	r, err := c.rotate(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Printf("主密钥已更换，%d 把数据密钥已用新主密钥重新封装。\n新主密钥  %s：请马上另存一份，与备份分开保管。\n", r.Keys, r.File)
	if r.Old != "" {
		fmt.Printf("旧主密钥  %s：已经打不开现在的任何东西。请确认程序运行正常，重新做一次密钥备份，再把旧主密钥和它的所有副本、更换以前的密钥备份一并删除；删除之前，两样都拿到的人仍能打开当时的个人信息。\n", r.Old)
	} else {
		fmt.Printf("旧主密钥  在环境变量 %s 里：请改成新主密钥的内容（十六进制或 base64），或改用 XIAOHAO_MASTER_KEY_FILE，再删除旧的。\n", masterEnv)
	}
	return nil
}

func (c *rotateMasterCmd) rotate(ctx context.Context, dir string) (r rotated, err error) {
	cfg := stackConfig{dir: dir, remote: c.remoteFlags, master: c.masterFlags, logger: slog.Default()}
	if c.Nats == "" {
		if err := callControl(ctx, dir, "/key/rotate", struct{}{}, &r); !errors.Is(err, errNotRunning) {
			return r, err
		}
		if _, err := os.Stat(filepath.Join(dir, "log")); errors.Is(err, fs.ErrNotExist) { // a server would make one
			return r, &exitError{2, fmt.Errorf("这里没有数据：请核对 --data（%s）。", dir)}
		}
	}
	s, err := openWriting(ctx, cfg)
	if err != nil {
		return r, err
	}
	defer s.close()
	return s.rotate(ctx, cfg)
}

// rotate makes the new master key, if nobody laid one ready, and moves everything to it.
func (s *stack) rotate(ctx context.Context, cfg stackConfig) (rotated, error) {
	next, err := vault.MakeMaster(cfg.master.next(cfg.dir))
	if err != nil {
		return rotated{}, err
	}
	r := rotated{File: cfg.master.next(cfg.dir)}
	if r.Keys, err = s.vault.Rotate(ctx, next); err != nil {
		return r, err
	}
	if r.Old, err = cfg.master.retire(ctx, s.vault, cfg.dir); err == nil && r.Old != "" {
		r.File = cfg.master.file(cfg.dir)
	}
	return r, err
}
