package natstest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// Binary returns the path of the nats-server program, building it when this version was
// not built before. It must be called in the module: go.mod says which version.
var Binary = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "xiaohao-test")
	path := filepath.Join(dir, fmt.Sprintf("nats-server-%s-%s-%s", server.VERSION, runtime.Version(), runtime.GOARCH))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("build nats-server: %w", err)
	}
	tmp, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return "", fmt.Errorf("build nats-server: %w", err)
	}
	defer os.RemoveAll(tmp)
	built := filepath.Join(tmp, "nats-server")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", built, "github.com/nats-io/nats-server/v2").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build nats-server: %w\n%s", err, out)
	}
	// A rename: other test binaries may build it at the same moment, or run it.
	if err := os.Rename(built, path); err != nil {
		return "", fmt.Errorf("build nats-server: %w", err)
	}
	return path, nil
})
