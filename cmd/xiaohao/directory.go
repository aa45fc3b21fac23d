package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/directory"
	"xiaohao/events"
	"xiaohao/events/roster"
)

// shell is who gives a command on the command line: the program, told by whoever may use the
// machine and the data directory.
var shell = events.Actor{ID: "xiaohao", Role: events.System, Post: "系统"}

// directoryFlags say on which data a subcommand works.
type directoryFlags struct {
	remoteFlags
	masterFlags
	Data     string `type:"path" env:"XIAOHAO_DATA" help:"Data directory of the server."`
	Postgres string `name:"postgres" env:"XIAOHAO_POSTGRES" help:"Postgres address, when the server does not run here."`
	Demo     bool   `help:"The demonstration's data."`
}

// ask has the running server answer, or opens the store and answers here.
func ask[In, Out any](ctx context.Context, f directoryFlags, path string, in In, do func(*stack, context.Context, In) (Out, error)) (out Out, err error) {
	dir, err := (&serveCmd{Data: f.Data, Demo: f.Demo}).dataDir()
	if err != nil {
		return out, err
	}
	if f.Nats == "" {
		if err := callControl(ctx, dir, path, in, &out); !errors.Is(err, errNotRunning) {
			return out, err
		}
	}
	s, err := openStack(ctx, stackConfig{dir: dir, remote: f.remoteFlags, master: f.masterFlags, postgres: f.Postgres, logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return out, err
	}
	defer s.close()
	if err := s.caughtUp(ctx); err != nil {
		return out, err
	}
	return do(s, ctx, in)
}

// entries are commands on the directory on their way to the server. A batch stays far below
// what a request may be long.
type entries struct {
	Commands []namedCommand `json:"commands"`
}

type namedCommand struct {
	Name  string          `json:"name"`
	Data  json.RawMessage `json:"data"`
	Cause string          `json:"cause"` // which row of which file
}

const entriesAtOnce = 200

// entered says of each command what came of it.
type entered struct {
	Results []enteredOne `json:"results"`
}

type enteredOne struct {
	Facts    []string        `json:"facts"`
	Refusals domain.Refusals `json:"refusals,omitempty"`
}

// enter carries commands out one after the other; what one is refused does not stop the next.
func (s *stack) enter(ctx context.Context, in entries) (out entered, err error) {
	last := uint64(0)
	for _, n := range in.Commands {
		c, err := directory.Decode(n.Name, n.Data)
		if err != nil {
			return out, err
		}
		rc, err := s.directory.Do(ctx, directory.Order{ID: uuid.New(), Command: c, Actor: shell, Cause: n.Cause})
		rs := domain.RefusalsOf(err)
		if err != nil && rs == nil {
			return out, err
		}
		last = max(last, rc.Sequence)
		out.Results = append(out.Results, enteredOne{rc.Facts, rs})
	}
	if last > 0 {
		return out, s.reads.WaitFor(ctx, last)
	}
	return out, nil
}

// giveAll gives commands in batches and returns what came of each.
func giveAll(ctx context.Context, f directoryFlags, commands []namedCommand) (out []enteredOne, err error) {
	for len(commands) > 0 {
		n := min(len(commands), entriesAtOnce)
		r, err := ask(ctx, f, "/directory", entries{commands[:n]}, (*stack).enter)
		if err != nil {
			return out, err
		}
		out, commands = append(out, r.Results...), commands[n:]
	}
	return out, nil
}

func commandOf(c directory.Command, cause string) (namedCommand, error) {
	data, err := json.Marshal(c)
	return namedCommand{directory.Name(c), data, cause}, err
}

// giveOne gives one entry's commands from flags, stops at the first that is refused, and says what came of it.
func giveOne(ctx context.Context, f directoryFlags, commands ...directory.Command) error {
	changed := false
	for _, c := range commands {
		n, err := commandOf(c, "")
		if err != nil {
			return err
		}
		out, err := giveAll(ctx, f, []namedCommand{n})
		if err != nil {
			return err
		}
		if len(out[0].Refusals) > 0 {
			return errors.New(out[0].Refusals[0].Message)
		}
		changed = changed || len(out[0].Facts) > 0
	}
	if changed {
		fmt.Println("已记下。")
	} else {
		fmt.Println("本来就是这样，没有改动。")
	}
	return nil
}

// listed are lines of a listing, cells apart, ready to be shown.
type listed struct {
	Head []string   `json:"head"`
	Rows [][]string `json:"rows"`
}

// list has a kind of entries listed as of today.
func (s *stack) list(ctx context.Context, in listing) (out listed, err error) {
	r, err := s.reads.Roster(ctx)
	if err != nil {
		return out, err
	}
	today := events.DateOf(s.now())
	switch in.Kind {
	case "unit":
		out = listUnits(r, today)
	case "officer":
		out = listOfficers(r, today)
	case "ledger":
		out = listLedgers(r, today)
	case "duty":
		out = listDuties(r, today)
	default:
		err = fmt.Errorf("nothing of the kind %q to list", in.Kind)
	}
	return out, err
}

type listing struct {
	Kind string `json:"kind"`
}

func listUnits(r *roster.Roster, today events.Date) listed {
	out := listed{Head: []string{"编号", "名称", "层级", "类型", "上级", "属地", "撤销"}}
	for _, u := range r.Units(today) {
		out.Rows = append(out.Rows, []string{u.ID, u.Name, u.Level.Zh(), u.Type.Zh(), u.Parent, u.Area, u.Closed.String()})
	}
	return out
}

// listOfficers leaves names and telephones out: they are shown on the pages only.
func listOfficers(r *roster.Roster, today events.Date) listed {
	out := listed{Head: []string{"人员编号", "单位", "角色", "职务", "职级", "任职", "截止"}}
	for _, o := range r.Officers() {
		posts := o.PostsOn(today)
		for _, p := range posts {
			out.Rows = append(out.Rows, []string{o.ID, r.Ref(p.Unit, today).Name, p.Role.Zh(), p.Title, p.Rank, p.From.String(), p.Until.String()})
		}
		if len(posts) == 0 {
			out.Rows = append(out.Rows, []string{o.ID, "", "", "", "", "", o.Left.String()})
		}
	}
	return out
}

func listLedgers(r *roster.Roster, today events.Date) listed {
	out := listed{Head: []string{"台账编号", "台账名称", "办理方式", "主管单位", "状态"}}
	for _, l := range r.Ledgers() {
		state := "在用"
		if l.Closed {
			state = "停用"
		}
		office := ""
		if l.Office != "" {
			office = r.Ref(l.Office, today).Name
		}
		out.Rows = append(out.Rows, []string{l.ID, l.Name, l.Preset.Zh(), office, state})
	}
	return out
}

func listDuties(r *roster.Roster, today events.Date) listed {
	out := listed{Head: []string{"类别", "属地", "责任单位", "起始日期"}}
	for _, d := range r.Duties(today) {
		if id := d.Unit(today); id != "" {
			out.Rows = append(out.Rows, []string{d.Category, d.Area, r.Ref(id, today).Name, d.From(today).String()})
		}
	}
	return out
}

// printListed prints a listing for people or for programs.
func printListed(l listed, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(l)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{l.Head}, l.Rows...) {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// listCmd lists entries.
type listCmd struct {
	directoryFlags
	JSON bool `help:"Print one JSON object."`
}

func (c *listCmd) run(ctx context.Context, kind string) error {
	l, err := ask(ctx, c.directoryFlags, "/directory/list", listing{kind}, (*stack).list)
	if err != nil {
		return err
	}
	return printListed(l, c.JSON)
}

// plain says a refusal in its own words, without its code.
func plain(err error) error {
	if rs := domain.RefusalsOf(err); rs != nil {
		return errors.New(rs[0].Message)
	}
	return err
}
