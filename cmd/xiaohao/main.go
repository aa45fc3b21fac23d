// Command xiaohao is the tracker of rectification items (整改事项): `xiaohao serve` runs
// everything in one process. Its subcommands are the fields of [cli]; this package is the
// only one that reads the environment, opens files of its own accord or ends the process.
//
// Exit codes: 0 done, 1 refused or found wrong, 2 wrong usage, 3 a service is not to be had.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is every subcommand and flag.
type cli struct {
	Serve    serveCmd    `cmd:"" help:"Run everything: log, read models, pages."`
	Init     initCmd     `cmd:"" help:"Make the streams on JetStream servers elsewhere, once."`
	Status   statusCmd   `cmd:"" help:"Say how a running server is."`
	Backup   backupCmd   `cmd:"" help:"Copy the log into a directory, while the server runs or not."`
	Restore  restoreCmd  `cmd:"" help:"Bring a backup into an empty store."`
	Rebuild  rebuildCmd  `cmd:"" help:"Make the read models anew from the log, beside those that are served."`
	Key      keyCmd      `cmd:"" help:"The master key of personal data."`
	Bench    benchCmd    `cmd:"" help:"Measure, beside the ceiling in the same run."`
	Verify   verifyCmd   `cmd:"" help:"Prove a log, a backup or a case file: name the first commit that is wrong."`
	Import   importCmd   `cmd:"" help:"Take in a ledger as offices keep it, or say what would happen."`
	Export   exportCmd   `cmd:"" help:"Hand out a ledger, a paper of an item, or a case with its proof."`
	Deadline deadlineCmd `cmd:"" help:"Say when a time limit ends, day by day (怎么算的)."`
	Calendar calendarCmd `cmd:"" help:"The working calendars: holidays and 调休 of each year and area."`
	Rules    rulesCmd    `cmd:"" help:"The table of time limits (时限规则): how long each step may take."`
	Report   reportCmd   `cmd:"" help:"Make a report of a day: .docx, .xlsx or .html, the same bytes whenever it is made."`
	Unit     unitCmd     `cmd:"" help:"The units."`
	Officer  officerCmd  `cmd:"" help:"The people who work here, their posts and accounts."`
	Ledger   ledgerCmd   `cmd:"" help:"The ledgers."`
	Duty     dutyCmd     `cmd:"" help:"Which unit answers for what (责任目录)."`
	Version  versionCmd  `cmd:"" help:"Say which version this is."`
}

// exitError ends the program with a code and one line.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// notToBeHad wraps the failure of a service: exit code 3.
func notToBeHad(err error) error { return &exitError{3, err} }

func main() {
	// A thread that waits for the disk keeps its processor for a while. Two more let the
	// rest go on meanwhile: 16 writers get a fifth more done on two cores.
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	}
	// The first signal stops gently, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("xiaohao"), kong.Description("整改销号：a tracker of rectification items whose history nobody can rewrite."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "xiaohao:", err)
		return 2
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "xiaohao:", err, "(see xiaohao --help)")
		return 2
	}
	err = k.Run()
	if err == nil || errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "xiaohao:", sentence(err))
	var e *exitError
	if errors.As(err, &e) {
		return e.code
	}
	return 1
}

type versionCmd struct{}

func (versionCmd) Run() error {
	fmt.Println(version())
	return nil
}

// version is the commit the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if rev == "" {
		return info.Main.Version
	}
	return rev + dirty
}
