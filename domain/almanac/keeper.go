package almanac

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// Keeper holds the calendars and takes new ones.
type Keeper struct {
	held  *domain.Held[*calendar.Almanac]
	clock func() time.Time
}

// Receipt says what came of publishing.
type Receipt struct {
	Version int         // of the calendars now
	Changed bool        // false when it was so already
	From    events.Date // deadlines from this day on may move; zero: none
}

// Titles are the commands on calendars, as the table of rights names them.
var Titles = map[string]string{"publish_calendar": "录入放假安排", "set_working_hours": "定工作时间"}

// Program is the actor of what the program publishes by itself.
var Program = events.Actor{ID: "system", Role: events.System, Post: "系统"}

// Open loads the calendars. main is the area of the office; clock nil = time.Now.
func Open(ctx context.Context, log domain.Histories, main string, clock func() time.Time) (*Keeper, error) {
	if clock == nil {
		clock = time.Now
	}
	held, err := domain.Hold(ctx, log, domain.Change{Of: events.CalendarAggregate, Entry: events.CalendarID}, calendar.NewAlmanac(main),
		func(is *calendar.Almanac, facts []events.Event) *calendar.Almanac { return is.With(facts...) })
	return &Keeper{held, clock}, err
}

// Almanac returns the calendars as they are known now.
func (k *Keeper) Almanac() *calendar.Almanac { return k.held.Now() }

// Of returns the calendar that an area goes by.
func (k *Keeper) Of(area string) *calendar.Calendar { return k.Almanac().Of(area) }

// At returns the calendar that an area went by at a version.
func (k *Keeper) At(version int, area string) *calendar.Calendar {
	return k.Almanac().At(version, area)
}

// Refresh loads what was published since, by others too, and reports whether there was any.
func (k *Keeper) Refresh(ctx context.Context) (bool, error) { return k.held.Refresh(ctx) }

// Missing returns the year whose notice ought to be looked for: next year, from November
// on, or this one; 0 when nothing is missing (domain.md §2.7).
func (k *Keeper) Missing() int {
	today := events.DateOf(k.clock())
	cal := k.Of("")
	if cal.Open(today.Year()) {
		return today.Year()
	}
	if today.Month() >= time.November && cal.Open(today.Year()+1) {
		return today.Year() + 1
	}
	return 0
}

// Publish enters notices into an area's calendar, "" for the country's. The error is a
// *domain.Refusal, domain.ErrConflict or a failure of the log.
func (k *Keeper) Publish(ctx context.Context, id uuid.UUID, a events.Actor, area string, notices []events.Notice) (Receipt, error) {
	if len(area) > 60 {
		return Receipt{}, &domain.Refusal{Rule: "calendar.area", Field: "area", Message: "地方：名称太长。"}
	}
	return k.do(ctx, id, a, "publish_calendar", func(is *calendar.Almanac) (facts []events.Event) {
		stands := is.Notices(area)
		for _, n := range notices {
			known := is.Version() > 0 && slices.ContainsFunc(stands, func(x events.Notice) bool { return x.Year == n.Year && reflect.DeepEqual(x.Days, n.Days) })
			if !known {
				facts = append(facts, events.CalendarPublished{Area: area, Notice: n})
			}
		}
		return facts
	})
}

// SetHours sets the working hours of an area.
func (k *Keeper) SetHours(ctx context.Context, id uuid.UUID, a events.Actor, h events.WorkingHoursSet) (Receipt, error) {
	if h.Opens < 0 || h.Closes > 24*60 || h.Opens >= h.Closes {
		return Receipt{}, &domain.Refusal{Rule: "calendar.hours", Field: "closes", Message: "工作时间：下班要晚于上班，都在同一天里。"}
	}
	return k.do(ctx, id, a, "set_working_hours", func(is *calendar.Almanac) []events.Event {
		was := is.Of(h.Area).Hours
		same := is.Has(h.Area) && was == calendar.Hours{Opens: time.Duration(h.Opens) * time.Minute, Closes: time.Duration(h.Closes) * time.Minute, AtClose: h.AtClose}
		if same {
			return nil
		}
		return []events.Event{h}
	})
}

// shipID makes the command ids of what comes with the program.
var shipID = uuid.MustParse("0b1b9f0a-5f0e-5c7e-9d5b-1f2f6d1f3a55")

// Ship publishes the shipped notices of years that have none.
func (k *Keeper) Ship(ctx context.Context) (Receipt, error) {
	if _, err := k.Refresh(ctx); err != nil {
		return Receipt{}, err
	}
	var missing []events.Notice
	is := k.Almanac()
	for _, n := range calendar.Shipped() {
		if is.Version() == 0 || is.Of("").Open(n.Year) {
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return Receipt{Version: is.Version()}, nil
	}
	id := uuid.NewSHA1(shipID, fmt.Appendf(nil, "%d-%d", missing[0].Year, missing[len(missing)-1].Year))
	return k.Publish(ctx, id, Program, "", missing)
}

func (k *Keeper) do(ctx context.Context, id uuid.UUID, a events.Actor, command string, decide func(*calendar.Almanac) []events.Event) (Receipt, error) {
	if rule, ok := rights.Of(command); !ok || !rule.Allows(a.Role) {
		return Receipt{}, &domain.Refusal{Rule: command + ".role", Message: "日历由领导小组办公室和系统管理员维护，您现在是" + a.Role.Zh() + "。"}
	}
	was := k.Almanac()
	changed, err := k.held.Do(ctx, domain.Change{ID: id, Command: command, Actor: a}, k.clock(), func(is *calendar.Almanac) []events.Event {
		was = is
		return decide(is)
	})
	now := k.Almanac()
	rc := Receipt{Version: now.Version(), Changed: changed}
	if changed {
		rc.From = firstChange(was, now)
	}
	return rc, err
}

// firstChange is the earliest day on which the calendar of any area changed.
func firstChange(was, is *calendar.Almanac) events.Date {
	var first events.Date
	for _, area := range is.Areas() {
		if d := calendar.Changed(was.Of(area), is.Of(area)); !d.IsZero() && (first.IsZero() || d.Before(first)) {
			first = d
		}
	}
	return first
}
