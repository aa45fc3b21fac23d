package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/almanac"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/web"
)

// calendarCmd keeps the working calendars.
type calendarCmd struct {
	Import calendarImportCmd `cmd:"" help:"Enter a year's holidays: JSON {year, days:[{name, date, isOffDay}]} or iCalendar."`
	List   calendarListCmd   `cmd:"" help:"Say which years and areas are there, and which is missing."`
	Show   calendarShowCmd   `cmd:"" help:"List the named days of a year."`
}

// calendarStore says whose calendars.
type calendarStore struct {
	remoteFlags
	masterFlags
	Data string `type:"path" env:"XIAOHAO_DATA" help:"Data directory of the server."`
	Demo bool   `help:"The demonstration's data."`
}

// calendars is everything that was published, as the log has it.
type calendars struct {
	Version   int                        `json:"version"`
	Missing   int                        `json:"missing"` // year whose notice ought to be looked for, 0 = none
	Published []events.CalendarPublished `json:"published"`
	Hours     []events.WorkingHoursSet   `json:"hours"`
}

func (s *stack) calendars() calendars {
	a := s.almanac.Almanac()
	out := calendars{Version: a.Version(), Missing: s.almanac.Missing()}
	for _, area := range a.Areas() {
		for _, n := range a.Notices(area) {
			out.Published = append(out.Published, events.CalendarPublished{Area: area, Notice: n})
		}
		if h := a.Of(area).Hours; a.Has(area) && h != (calendar.Hours{}) {
			out.Hours = append(out.Hours, events.WorkingHoursSet{Area: area, Opens: int(h.Opens / time.Minute), Closes: int(h.Closes / time.Minute), AtClose: h.AtClose})
		}
	}
	return out
}

// almanac makes the calendars of what was published.
func (c calendars) almanac() *calendar.Almanac {
	var facts []events.Event
	for _, p := range c.Published {
		facts = append(facts, p)
	}
	for _, h := range c.Hours {
		facts = append(facts, h)
	}
	if len(facts) == 0 {
		return calendar.NewAlmanac("")
	}
	return calendar.NewAlmanac("").With(facts...)
}

// ask has the running server answer, or when open is true calls f with the store opened.
func (c *calendarStore) ask(ctx context.Context, path string, in, out any, f func(*stack) error, open bool) error {
	dir, err := (&serveCmd{Data: c.Data, Demo: c.Demo}).dataDir()
	if err != nil {
		return err
	}
	if c.Nats == "" {
		if err := callControl(ctx, dir, path, in, out); !errors.Is(err, errNotRunning) {
			return err
		}
		if _, err := os.Stat(filepath.Join(dir, "log")); !open || errors.Is(err, fs.ErrNotExist) {
			return errNoStore
		}
	}
	s, err := openWriting(ctx, stackConfig{dir: dir, remote: c.remoteFlags, master: c.masterFlags, logger: slog.Default()})
	if err != nil {
		return err
	}
	defer s.close()
	return f(s)
}

// errNoStore says that there are no data yet.
var errNoStore = errors.New("这里没有数据：请核对 --data，或先运行一次 xiaohao serve。")

// load reads the calendars: a running server's, or when open is true those of a store that no
// server runs on; else the shipped ones.
func (c *calendarStore) load(ctx context.Context, open bool) (calendars, error) {
	var out calendars
	err := c.ask(ctx, "/calendar", struct{}{}, &out, func(s *stack) error {
		out = s.calendars()
		return nil
	}, open)
	if errors.Is(err, errNoStore) {
		for _, n := range calendar.Shipped() {
			out.Published = append(out.Published, events.CalendarPublished{Notice: n})
		}
		return out, nil
	}
	return out, err
}

// calendarImportCmd enters a file.
type calendarImportCmd struct {
	calendarStore
	File string `arg:"" type:"path" help:".json or .ics"`
	Area string `help:"Area whose own holidays these are; left out: the whole country."`
	JSON bool   `name:"json" help:"One JSON object."`
}

// calendarFile is a file to be entered.
type calendarFile struct {
	Area string `json:"area"`
	Text string `json:"text"`
}

// calendarDone is what came of entering a file.
type calendarDone = web.CalendarDone

func (c *calendarImportCmd) Run(ctx context.Context) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return &exitError{2, unreadable(err)}
	}
	in, done := calendarFile{c.Area, string(text)}, calendarDone{}
	err = c.ask(ctx, "/calendar/import", in, &done, func(s *stack) (err error) {
		done, err = s.importCalendar(ctx, in)
		return err
	}, true)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(done)
	}
	if !done.Changed {
		fmt.Printf("已经是这样，没有改动（第 %d 版）。\n", done.Version)
		return nil
	}
	fmt.Printf("已录入 %s 年，共 %d 天，日历现在是第 %d 版。%s 起的期限已核对，重算 %d 个，都有记录。\n", years(done.Years), done.Days, done.Version, done.From, done.Moved)
	return nil
}

// importCalendar enters a file for whoever may use this machine.
func (s *stack) importCalendar(ctx context.Context, in calendarFile) (calendarDone, error) {
	if _, err := calendar.Read(in.Text); err != nil {
		return calendarDone{}, fmt.Errorf("这个文件不是一年的放假安排：没有录入。（%w）", err)
	}
	done, err := calendarDesk{s.almanac, s}.Enter(ctx, almanac.Program, in.Area, in.Text)
	if rs := domain.RefusalsOf(err); len(rs) > 0 {
		err = errors.New(rs[0].Message)
	}
	return done, err
}

// calendarDesk takes changes of the calendars and recomputes what they move.
type calendarDesk struct {
	*almanac.Keeper
	stack *stack
}

// Enter implements web.Calendars.
func (d calendarDesk) Enter(ctx context.Context, a events.Actor, area, text string) (calendarDone, error) {
	notices, err := calendar.Read(text)
	if err != nil {
		return calendarDone{}, &domain.Refusal{Rule: "publish_calendar.notice", Field: "file", Message: "文件：不是一年的放假安排，没有录入。"}
	}
	rc, err := d.Publish(ctx, uuid.New(), a, area, notices)
	if err != nil {
		return calendarDone{}, err
	}
	done := calendarDone{Version: rc.Version, Changed: rc.Changed, From: rc.From}
	for _, n := range notices {
		done.Years, done.Days = append(done.Years, n.Year), done.Days+len(n.Days)
	}
	if d.stack.reads != nil && rc.Changed { // without read models the next start does it
		done.Moved, err = d.stack.recompute(ctx, rc.From)
	}
	return done, err
}

// SetHours implements web.Calendars. Hours move no day.
func (d calendarDesk) SetHours(ctx context.Context, a events.Actor, h events.WorkingHoursSet) (calendarDone, error) {
	rc, err := d.Keeper.SetHours(ctx, uuid.New(), a, h)
	return calendarDone{Version: rc.Version, Changed: rc.Changed}, err
}

// Recompute implements web.Calendars.
func (d calendarDesk) Recompute(ctx context.Context) (int, error) {
	return d.stack.recompute(ctx, d.stack.lastChange())
}

// lookEvery is how often a server looks for calendars that were published elsewhere.
const lookEvery = 10 * time.Second

// startCalendars publishes the notices and the time limits that come with the program, and
// learns of those that others change until stop is called.
func (s *stack) startCalendars(ctx context.Context, logger *slog.Logger) (stop func(), err error) {
	if _, err := s.almanac.Ship(ctx); err != nil {
		return nil, err
	}
	if _, err := s.rules.Ship(ctx); err != nil {
		return nil, err
	}
	run, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.recomputeLast(run, logger)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-run.Done():
				return
			case <-tick.C:
			}
			if _, err := s.rules.Refresh(run); err != nil && run.Err() == nil {
				logger.Warn("time limits not looked for", "error", err)
			}
			switch changed, err := s.almanac.Refresh(run); {
			case err != nil && run.Err() == nil:
				logger.Warn("calendars not looked for", "error", err)
			case changed:
				s.recomputeLast(run, logger)
			}
		}
	}()
	return func() { cancel(); <-done }, nil
}

func years(ys []int) string {
	out := make([]string, len(ys))
	for i, y := range ys {
		out[i] = fmt.Sprint(y)
	}
	return strings.Join(out, "、")
}

// calendarListCmd says what there is.
type calendarListCmd struct {
	calendarStore
	JSON bool `name:"json" help:"One JSON object."`
}

func (c *calendarListCmd) Run(ctx context.Context) error {
	all, err := c.load(ctx, true)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(all)
	}
	a := all.almanac()
	for _, area := range a.Areas() {
		var ys []int
		for _, n := range a.Notices(area) {
			ys = append(ys, n.Year)
		}
		name := area
		if area == "" {
			name = "全国"
		}
		fmt.Printf("%s  %s\n", name, years(ys))
	}
	if all.Missing != 0 {
		fmt.Printf("还缺 %d 年的放假安排：跨到那一年的期限都是暂定的。通知公布后用 xiaohao calendar import 录入。\n", all.Missing)
	}
	return nil
}

// calendarShowCmd lists the named days of a year.
type calendarShowCmd struct {
	calendarStore
	Year int    `arg:"" help:"2026"`
	Area string `help:"Area whose own holidays count too."`
	JSON bool   `name:"json" help:"One JSON object, in the form that import reads."`
}

func (c *calendarShowCmd) Run(ctx context.Context) error {
	all, err := c.load(ctx, true)
	if err != nil {
		return err
	}
	a := all.almanac()
	if c.Area != "" && !a.Has(c.Area) {
		return &exitError{2, fmt.Errorf("--area %q：没有这个地方的日历。", c.Area)}
	}
	cal := a.Of(c.Area)
	if cal.Open(c.Year) {
		return &exitError{1, fmt.Errorf("没有 %d 年的放假安排。", c.Year)}
	}
	if c.JSON {
		return calendar.WriteNotice(os.Stdout, events.Notice{Year: c.Year, Days: cal.Named(c.Year)})
	}
	for _, d := range cal.Named(c.Year) {
		fmt.Printf("%s %s  %s\n", d.Date, calendar.Weekday(d.Date), cal.Day(d.Date).Why())
	}
	return nil
}
