package limit

import (
	"xiaohao/domain/calendar"
	"xiaohao/events"
)

func wd(n int) calendar.Rule { return calendar.Rule{Unit: calendar.WorkingDays, N: n} }
func nd(n int) calendar.Rule { return calendar.Rule{Unit: calendar.NaturalDays, N: n} }
func hr(n int) calendar.Rule { return calendar.Rule{Unit: calendar.ByHour, N: n} }

func row(k events.LimitKey, rules ...calendar.Rule) Row { return Row{k, rules} }

// presets are the figures in use that domain.md §2.6 gives, and the defaults it suggests.
var presets = []Row{
	row(events.LimitKey{Stage: events.StageAccept}, wd(1)),
	row(events.LimitKey{Stage: events.StageSign}, wd(1)),
	row(events.LimitKey{Stage: events.StageReturn}, wd(1)),
	row(events.LimitKey{Stage: events.StageReturn, Mode: events.Planned}, wd(2)), // a complex one
	row(events.LimitKey{Stage: events.StagePlan}, wd(5)),
	row(events.LimitKey{Stage: events.StageRectify}, wd(15)), // 限期改, and what is taken up again
	row(events.LimitKey{Stage: events.StageRectify, Mode: events.Immediate}, wd(5)),
	row(events.LimitKey{Stage: events.StageRectify, Mode: events.Immediate, Urgency: events.Pressing}, hr(24)),
	row(events.LimitKey{Stage: events.StageReply}, wd(5)),  // 好差评, Dezhou
	row(events.LimitKey{Stage: events.StageVerify}, wd(3)), // 回访复核, Shanghai Daning Road
	row(events.LimitKey{Stage: events.StagePublicity}, nd(7)),
	row(events.LimitKey{Stage: events.StageAnswer}, wd(3)),
	row(events.LimitKey{Stage: events.StageEvaluate}, nd(30)),
	row(events.LimitKey{Stage: events.StageLookBack}, nd(30), nd(90)),
	row(events.LimitKey{Stage: events.StageLookBack, Preset: events.TownshipBox}, nd(30)),
	row(events.LimitKey{Stage: events.StageReview}, nd(92)), // a quarter
	row(events.LimitKey{Stage: events.StageNear}, wd(3)),    // Xi'an: within 3 days of due
}
