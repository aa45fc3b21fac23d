package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"xiaohao/domain/calendar"
	"xiaohao/events"
)

// deadlineCmd is a calculator: it says when a limit ends, and why then.
type deadlineCmd struct {
	From string `required:"" help:"Day 0, not counted: 2026-09-30, or 2026-09-30T14:30 for hours."`
	Rule string `required:"" help:"The limit: 24h by the clock, 7d natural days, 3wd working days."`
	Area string `help:"Area whose own holidays count too."`
	JSON bool   `name:"json" help:"One JSON object."`
	Data string `type:"path" env:"XIAOHAO_DATA" help:"Data directory of a server whose calendars count; without one, the official years that come with the program."`
}

// deadlineDay is one day of the account as JSON.
type deadlineDay struct {
	Date    events.Date `json:"date"`
	Counted bool        `json:"counted"`
	Why     string      `json:"why"`
}

// deadlineAnswer is the account as JSON.
type deadlineAnswer struct {
	From        string        `json:"from"`
	Rule        string        `json:"rule"`
	Area        string        `json:"area"`
	Due         events.Date   `json:"due"`
	Ends        time.Time     `json:"ends"`
	Provisional bool          `json:"provisional"`
	Days        []deadlineDay `json:"days"`
}

func (c *deadlineCmd) Run(ctx context.Context) error { return c.write(ctx, os.Stdout) }

func (c *deadlineCmd) write(ctx context.Context, w io.Writer) error {
	from, rule, err := c.read()
	if err != nil {
		return &exitError{2, err}
	}
	a, err := c.almanac(ctx)
	if err != nil {
		return err
	}
	if c.Area != "" && !a.Has(c.Area) {
		return &exitError{2, fmt.Errorf("--area %q：没有这个地方的日历。", c.Area)}
	}
	d := a.Of(c.Area).Due(calendar.Limit{Rule: rule, From: from})
	if !c.JSON {
		_, err = io.WriteString(w, d.Text())
		return err
	}
	out := deadlineAnswer{From: c.From, Rule: c.Rule, Area: c.Area, Due: d.Due, Ends: d.Ends, Provisional: d.Provisional()}
	for _, l := range d.Days {
		out.Days = append(out.Days, deadlineDay{l.Date, l.Counted, l.Why})
	}
	return json.NewEncoder(w).Encode(out)
}

// almanac asks the running server. Only for an area, or a directory that was named, is a
// store opened: the country's days come with the program.
func (c *deadlineCmd) almanac(ctx context.Context) (*calendar.Almanac, error) {
	all, err := (&calendarStore{Data: c.Data}).load(ctx, c.Area != "" || c.Data != "")
	if err != nil {
		return nil, err
	}
	return all.almanac(), nil
}

func (c *deadlineCmd) read() (time.Time, calendar.Rule, error) {
	rule, err := calendar.ParseRule(c.Rule)
	if err != nil {
		return time.Time{}, rule, fmt.Errorf("--rule %q 看不懂：写 24h（小时）、7d（自然日）或 3wd（工作日），数在 1 到 3650 之间。", c.Rule)
	}
	if day, err := events.ParseDate(c.From); err == nil {
		if !calendar.Counts(day) {
			return time.Time{}, rule, fmt.Errorf("--from %s：只算 2000 到 2100 年。", day)
		}
		return day.Time(), rule, nil
	}
	from, err := time.ParseInLocation("2006-01-02T15:04", c.From, events.Beijing)
	if err != nil || !calendar.Counts(events.DateOf(from)) {
		return time.Time{}, rule, errors.New("--from 不是日期：写 2026-09-30，按小时算的可以写到分钟 2026-09-30T14:30。")
	}
	return from, rule, nil
}
