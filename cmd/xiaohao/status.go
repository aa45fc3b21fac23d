package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"xiaohao/web"
)

// status is what a running server says of itself.
func (s *stack) status(ctx context.Context) (web.Status, error) {
	st, err := s.log.Status(ctx)
	if err != nil {
		return web.Status{}, err
	}
	h := s.reads.Health(ctx)
	parked, err := s.reads.Parked(ctx)
	if err != nil && h.Err == "" {
		h.Err = err.Error()
	}
	key, day, covered := s.newestRoot(ctx)
	if e := (*divergedError)(nil); errors.As(s.log.Halted(), &e) {
		h.Err = e.text
	}
	return web.Status{Version: version(), Stream: st.Stream, Identity: st.Identity, Server: st.ServerVersion, Durability: st.Durability,
		Replicas: st.Replicas, Messages: st.Messages, Bytes: st.Bytes, LastSequence: st.LastSeq, Position: h.Position.Sequence,
		Behind: h.Behind, LagSeconds: h.Lag.Seconds(), Progress: time.Since(h.Progress).Seconds(), Frozen: h.Frozen, Loading: h.Loading,
		Runner: h.Runner, Parked: parked, SigningKey: key, RootDay: day, RootSequence: covered, Error: h.Err}, nil
}

// statusCmd asks a running server how it is.
type statusCmd struct {
	Data string `type:"path" env:"XIAOHAO_DATA" help:"Data directory of the server."`
	Demo bool   `help:"The demonstration's server."`
	JSON bool   `name:"json" help:"One JSON object."`
}

func (c *statusCmd) Run(ctx context.Context) error {
	dir, err := (&serveCmd{Data: c.Data, Demo: c.Demo}).dataDir()
	if err != nil {
		return err
	}
	st, err := askStatus(ctx, dir)
	if err != nil && c.Data == "" && !c.Demo {
		// Nobody said which: the demonstration is the one a newcomer runs.
		st, err = askStatus(ctx, filepath.Join(dir, "demo"))
	}
	if err != nil {
		return notToBeHad(err)
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(st)
	}
	fmt.Printf("版本      %s\n日志      %s，%d 条记录，%d 字节，到第 %d 号\n标识      %s\n落盘      %s（NATS %s，%d 份）\n读模型    到第 %d 号，还差 %d 条\n",
		st.Version, st.Stream, st.Messages, st.Bytes, st.LastSequence, st.Identity, st.Durability, st.Server, st.Replicas, st.Position, st.Behind)
	fmt.Printf("          落后 %.1f 秒，上次前进在 %.0f 秒前，由 %s 维护\n", st.LagSeconds, st.Progress, orText(st.Runner, "（没有人）"))
	for _, p := range st.Parked {
		why, _, _ := strings.Cut(p.Error, "\n")
		fmt.Printf("搁置      %s（%s）从第 %d 号起，%d 条在后面等着：%s\n", orText(p.Number, "没有编号"), p.Item, p.Sequence, p.Waiting, why)
	}
	if st.RootDay == "" {
		fmt.Printf("日根      还没有；公钥 %s\n", st.SigningKey)
	} else {
		fmt.Printf("日根      %s，管到第 %d 号；公钥 %s\n", st.RootDay, st.RootSequence, st.SigningKey)
	}
	if st.Error != "" {
		return errors.New(st.Error)
	}
	return nil
}

func askStatus(ctx context.Context, dir string) (web.Status, error) {
	var st web.Status
	b, err := os.ReadFile(filepath.Join(dir, runningFile))
	if errors.Is(err, os.ErrNotExist) {
		return st, fmt.Errorf("no server runs on %s", dir)
	}
	if err != nil {
		return st, err
	}
	var run runningInfo
	if err := json.Unmarshal(b, &run); err != nil {
		return st, fmt.Errorf("read %s: %w", runningFile, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, run.Address+"/api/v1/status", nil)
	if err != nil {
		return st, err
	}
	res, err := run.client().Do(req)
	if err != nil {
		return st, fmt.Errorf("the server at %s does not answer: %w", run.Address, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return st, fmt.Errorf("the server at %s answers %s", run.Address, res.Status)
	}
	return st, json.NewDecoder(res.Body).Decode(&st)
}
