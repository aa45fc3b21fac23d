//go:build !linux

package pgtest

import "os"

func makeDir() (string, error) { return os.MkdirTemp("", "xiaohao-pgtest-") }
