package events

// Counting says by which calendar a deadline was counted. With it the account of the
// deadline can be told for ever, whatever calendars come later.
type Counting struct {
	Area        string `json:"area,omitzero"`
	Calendar    int    `json:"calendar,omitzero"`    // version of the calendars, 0: those that come with the program
	Minute      int    `json:"minute,omitzero"`      // of day 0 at which it began; only limits in hours look at it
	Provisional bool   `json:"provisional,omitzero"` // it runs into a year whose holidays were not published (暂定)
}

// Took is how long something took: the working days after a recorded day, by the calendar
// that was known when it was done (domain.md §5.5, 平均办理工作日). The zero Took says that
// nobody counted.
type Took struct {
	Since       Date `json:"since"`
	WorkingDays int  `json:"working_days"`
}

// Known reports whether somebody counted.
func (t Took) Known() bool { return !t.Since.IsZero() }

// DeadlineRecomputed moves a deadline because its calendar changed, or confirms one that was
// provisional (期限重算). It is never done silently. Due is Was when only units' own clocks or
// steps have moved; both are zero for an item that has no deadline yet.
type DeadlineRecomputed struct {
	Due     Date     `json:"due"`
	Was     Date     `json:"was"`
	Counted Counting `json:"counted,omitzero"`
	Parts   []Limit  `json:"parts,omitzero"` // own clocks of assignments, by Ref
	Steps   []Limit  `json:"steps,omitzero"` // limits of steps that are waited for
}

func (DeadlineRecomputed) fact() kind { return deadlineRecomputed }

// Clock is the item's clock as its facts make it: when it began, by which rule, when it
// stood still and how it was extended. Like [StateAfter] it is the meaning of the facts,
// shared by the rules and the read models. It never starts anew on return or reassignment.
type Clock struct {
	Rule       string           `json:"rule,omitzero"`  // 5wd; "date" for a day that was set
	From       Date             `json:"from,omitzero"`  // day 0, not counted
	First      Date             `json:"first,omitzero"` // what it gave before any pause or extension
	By         Basis            `json:"by,omitzero"`    // row of the rule table that gave Rule
	Counted    Counting         `json:"counted,omitzero"`
	Pauses     []ClockPause     `json:"pauses,omitzero"`
	Extensions []ClockExtension `json:"extensions,omitzero"`
}

// ClockPause is a time in which the clock stands still. To is zero while nobody knows how long.
type ClockPause struct {
	From Date   `json:"from"`
	To   Date   `json:"to,omitzero"`
	Why  string `json:"why"`
}

// ClockExtension is a later day that was granted.
type ClockExtension struct {
	To  Date   `json:"to"`
	On  Date   `json:"on"`
	Why string `json:"why"`
}

// After returns the clock after e, which was recorded on a day. The receiver is not changed.
func (c Clock) After(e Event, on Date) Clock {
	switch e := e.(type) {
	case ModeClassified:
		return Clock{Rule: e.Rule, From: e.From, First: e.Due, By: e.By, Counted: e.Counted}
	case ItemReopened:
		return Clock{Rule: orDate(e.Rule), From: on, First: e.Due, By: e.By, Counted: e.Counted}
	case ItemAssigned:
		for _, a := range e.Assignments {
			if a.Part == Lead {
				return c.starts(a.Due, on)
			}
		}
	case PlanSubmitted:
		return c.starts(e.Due, on)
	case ItemSuspended:
		c.Pauses = append(c.Pauses[:len(c.Pauses):len(c.Pauses)], ClockPause{From: on, Why: "挂账，" + e.Cause.Zh()})
	case ItemResumed:
		c.Pauses = append([]ClockPause(nil), c.Pauses...)
		if n := len(c.Pauses); n > 0 && c.Pauses[n-1].To.IsZero() {
			c.Pauses[n-1].To = on
		}
		if e.Counted != (Counting{}) {
			c.Counted = e.Counted
		}
	case PauseGranted:
		c.Pauses = append(c.Pauses[:len(c.Pauses):len(c.Pauses)], ClockPause{From: e.From, To: e.Until, Why: e.Ground.Zh()})
		c.Counted = e.Counted
	case PauseEnded:
		c.Pauses, c.Counted = c.cut(on), e.Counted
	case ExtensionGranted:
		c.Extensions = append(c.Extensions[:len(c.Extensions):len(c.Extensions)], ClockExtension{To: e.Due, On: on, Why: e.Reason})
	case DeadlineRecomputed:
		c.Counted = e.Counted
	}
	return c
}

// cut returns the pauses as a copy in which those that would last longer end on a day; one
// that had not begun by then never was.
func (c Clock) cut(on Date) []ClockPause {
	var out []ClockPause
	for _, p := range c.Pauses {
		if p.To.After(on) {
			p.To = on
		}
		if p.To.IsZero() || p.From.Before(p.To) {
			out = append(out, p)
		}
	}
	return out
}

// Paused returns the pause in which a day lies.
func (c Clock) Paused(on Date) (ClockPause, bool) {
	for _, p := range c.Pauses {
		if !on.Before(p.From) && (p.To.IsZero() || on.Before(p.To)) {
			return p, true
		}
	}
	return ClockPause{}, false
}

// starts is for an item whose first deadline comes with its assignment or plan.
func (c Clock) starts(due, on Date) Clock {
	if !c.First.IsZero() || due.IsZero() {
		return c
	}
	return Clock{Rule: "date", From: on, First: due}
}

func orDate(rule string) string {
	if rule == "" {
		return "date"
	}
	return rule
}
