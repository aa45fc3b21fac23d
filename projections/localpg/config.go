package localpg

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// Config says where the server lives and how it runs. Only Dir is required.
type Config struct {
	Dir    string // made if missing; see the package comment for what is in it
	BinDir string // directory of initdb and postgres; "" = found by [FindBin]
	RunAs  string // operating system user, looked at only when we are root
	App    string // name of the database and of the role; "" = "xiaohao"

	// Log gets the server's log and this package's rare notes. nil = dropped.
	Log io.Writer

	// Params are server settings, for example "synchronous_commit": "off".
	// Those that the package's invariants stand on cannot be changed.
	Params map[string]string

	// Search are extra directories for FindBin. nil = the directory of this
	// program and the one above, which is where a source tree keeps them.
	Search []string

	// Elsewhere holds the data when RunAs may not enter Dir. "" = /var/lib/xiaohao.
	Elsewhere string
}

var (
	// ErrNotFound: this machine has no Postgres server programs.
	ErrNotFound = errors.New("no PostgreSQL server programs found (initdb and postgres): " +
		"apt-get install postgresql, or give the address of a database")
	// ErrInUse: another process holds the directory.
	ErrInUse = errors.New("the directory is in use")
	// ErrMajor: the data are of another major version than the programs.
	ErrMajor = errors.New("wrong PostgreSQL version")
	// ErrUnsupported: not on this operating system.
	ErrUnsupported = errors.New("a private PostgreSQL runs on Linux only: give the address of a database")
)

// It goes unquoted into pg_ident.conf and into SQL.
var appName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

func (c Config) withDefaults() (Config, error) {
	if c.Dir == "" {
		return c, errors.New("no directory given")
	}
	var err error
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return c, err
	}
	if c.BinDir != "" {
		if c.BinDir, err = filepath.Abs(c.BinDir); err != nil {
			return c, err
		}
	}
	if c.App == "" {
		c.App = "xiaohao"
	}
	if !appName.MatchString(c.App) {
		return c, fmt.Errorf("%q cannot be the name of a database", c.App)
	}
	if c.Log == nil {
		c.Log = io.Discard
	}
	if c.Elsewhere == "" {
		c.Elsewhere = "/var/lib/xiaohao"
	}
	if c.Search == nil {
		if exe, err := os.Executable(); err == nil {
			bin := filepath.Dir(exe)
			c.Search = []string{bin, filepath.Dir(bin)}
		}
	}
	return c, nil
}
