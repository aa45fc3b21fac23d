package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
)

// saidHeader carries what there is to say about a file that is handed over.
const saidHeader = "Xiaohao-Said"

// handing makes f answer a request of [callForFile]: it writes a file, and returns what
// there is to say about it. What fails is said instead of a file, never after half of it.
func handing[In, Out any](f func(context.Context, In, io.Writer) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in)
		if err == nil {
			err = spooled(w, func(to io.Writer) (string, error) {
				out, err := f(r.Context(), in, to)
				if err != nil {
					return "", err
				}
				said, err := json.Marshal(out)
				return string(said), err
			})
		}
		if err != nil {
			refusal := controlError{err.Error(), 1}
			if e, ok := errors.AsType[*exitError](err); ok {
				refusal.Code = e.code
			}
			w.WriteHeader(http.StatusUnprocessableEntity)
			_ = json.NewEncoder(w).Encode(refusal) // nobody is left to be told
		}
	})
}

// spooled lets f write to a temporary file and then sends it.
func spooled(w http.ResponseWriter, f func(io.Writer) (said string, err error)) error {
	tmp, err := os.CreateTemp("", "xiaohao-paper-*")
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(tmp.Close(), os.Remove(tmp.Name())) }()
	said, err := f(tmp)
	if err == nil {
		_, err = tmp.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	w.Header().Set(saidHeader, said)
	_, _ = io.Copy(w, tmp) // the asker sees that it was cut off
	return nil
}

// paperFlags say where a ledger or report is made, and where it goes.
type paperFlags struct {
	Out      string `required:"" type:"path" placeholder:"FILE" help:"Where to write it; the ending says the format."`
	Data     string `type:"path" env:"XIAOHAO_DATA" help:"Data directory. A running server makes it."`
	Demo     bool   `help:"The demonstration's data."`
	Postgres string `name:"postgres" env:"XIAOHAO_POSTGRES" help:"Postgres address. Default: the private one."`
	masterFlags
	remoteFlags
}

// make has the running server write the file, or opens everything where none runs. The file
// appears only when it is whole.
func (p paperFlags) make(ctx context.Context, path string, in, out any, own func(*stack, io.Writer) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(p.Out), ".xiaohao-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", p.Out, err)
	}
	defer os.Remove(tmp.Name()) // gone when it was renamed
	defer tmp.Close()
	dir, err := findData(p.Data, p.Demo)
	if err != nil {
		return err
	}
	err = errNotRunning
	if p.Nats == "" {
		err = callForFile(ctx, dir, path, in, out, tmp)
	}
	if errors.Is(err, errNotRunning) {
		err = p.alone(ctx, dir, func(s *stack) error { return own(s, tmp) })
	}
	if err != nil {
		return err
	}
	if err := errors.Join(tmp.Chmod(0o600), tmp.Close(), os.Rename(tmp.Name(), p.Out)); err != nil {
		return fmt.Errorf("write %s: %w", p.Out, err)
	}
	return nil
}

// alone opens a store that no server runs on.
func (p paperFlags) alone(ctx context.Context, dir string, f func(*stack) error) error {
	if _, err := os.Stat(filepath.Join(dir, "log")); err != nil && p.Nats == "" {
		return notToBeHad(fmt.Errorf("%s 里没有日志。", dir))
	}
	s, err := openStack(ctx, stackConfig{dir: dir, remote: p.remoteFlags, postgres: p.Postgres, master: p.masterFlags, logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.caughtUp(ctx); err != nil {
		return notToBeHad(err)
	}
	return f(s)
}
