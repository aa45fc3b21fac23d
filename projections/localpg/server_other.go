//go:build !linux

package localpg

import (
	"context"
	"fmt"
)

// Server has no working form on this operating system.
type Server struct{}

// Start returns ErrUnsupported.
func Start(_ context.Context, cfg Config) (*Server, error) {
	return nil, fmt.Errorf("start a postgres in %s: %w", cfg.Dir, ErrUnsupported)
}

// See the Linux form for what these are.

func (*Server) Dir() string             { return "" }
func (*Server) DSN() string             { return "" }
func (*Server) DSNFor(string) string    { return "" }
func (*Server) Pid() int                { return 0 }
func (*Server) Exited() <-chan struct{} { return nil }
func (*Server) Stop() error             { return ErrUnsupported }
