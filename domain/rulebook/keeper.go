package rulebook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/limit"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// Keeper holds the table and takes changes of it.
type Keeper struct {
	held  *domain.Held[*limit.Table]
	clock func() time.Time
}

// Receipt says what came of a change.
type Receipt struct {
	Version int  // of the table now
	Changed bool // false when it was so already
}

// Titles are the commands on the table, as the table of rights names them.
var Titles = map[string]string{"set_limit": "定时限", "withdraw_limit": "撤销时限"}

// Program is the actor of what the program enters by itself.
var Program = events.Actor{ID: "system", Role: events.System, Post: "系统"}

// Open loads the table. clock nil = time.Now.
func Open(ctx context.Context, log domain.Histories, clock func() time.Time) (*Keeper, error) {
	if clock == nil {
		clock = time.Now
	}
	held, err := domain.Hold(ctx, log, domain.Change{Of: events.RulesAggregate, Entry: events.RulesID}, limit.Shipped(),
		func(is *limit.Table, facts []events.Event) *limit.Table { return is.With(facts...) })
	return &Keeper{held, clock}, err
}

// Now returns the table as it is known now.
func (k *Keeper) Now() *limit.Table { return k.held.Now() }

// History returns the commits that made the table, oldest first; the nth made version n.
func (k *Keeper) History() []events.Recorded { return k.held.History() }

// Refresh loads what was changed since, by others too, and reports whether there was any.
func (k *Keeper) Refresh(ctx context.Context) (bool, error) { return k.held.Refresh(ctx) }

// Set enters a row or changes its figure: text is as [limit.ReadRules] reads it. The error
// is a *domain.Refusal, domain.ErrConflict or a failure of the log.
func (k *Keeper) Set(ctx context.Context, id uuid.UUID, a events.Actor, key events.LimitKey, text string) (Receipt, error) {
	if r := known(key); r != nil {
		return Receipt{}, r
	}
	rules, err := limit.ReadRules(key.Stage, text)
	if err != nil {
		return Receipt{}, &domain.Refusal{Rule: "set_limit.rules", Field: "rules", Message: "时限：" + forms(key.Stage)}
	}
	return k.do(ctx, id, a, "set_limit", func(is *limit.Table) []events.Event {
		e := events.LimitSet{Row: key, Rules: limit.Texts(rules)}
		if was, ok := is.Has(key); ok {
			if e.Was = limit.Texts(was.Rules); is.Version() > 0 && slices.Equal(was.Rules, rules) {
				return nil
			}
		}
		return []events.Event{e}
	})
}

// Withdraw takes a row out. One that comes with the program stays.
func (k *Keeper) Withdraw(ctx context.Context, id uuid.UUID, a events.Actor, key events.LimitKey) (Receipt, error) {
	if limit.IsPreset(key) {
		return Receipt{}, &domain.Refusal{Rule: "withdraw_limit.preset", Field: "row", Message: "“" + key.Zh() + "”是底数，只能改，不能撤。"}
	}
	if _, ok := k.Now().Has(key); !ok {
		return Receipt{}, &domain.Refusal{Rule: "withdraw_limit.unknown", Field: "row", Message: "没有“" + key.Zh() + "”这一行。"}
	}
	return k.do(ctx, id, a, "withdraw_limit", func(is *limit.Table) []events.Event {
		was, ok := is.Has(key)
		if !ok {
			return nil
		}
		return []events.Event{events.LimitWithdrawn{Row: key, Was: limit.Texts(was.Rules)}}
	})
}

// shipID makes the command ids of what comes with the program.
var shipID = uuid.MustParse("3c0f4f57-91a0-5b39-8a6e-5d1a63a1f0c2")

// Ship enters the rows that come with the program and that the log has never had.
func (k *Keeper) Ship(ctx context.Context) (Receipt, error) {
	if _, err := k.Refresh(ctx); err != nil {
		return Receipt{}, err
	}
	missing := k.never()
	if len(missing) == 0 {
		return Receipt{Version: k.Now().Version()}, nil
	}
	var names []string
	for _, r := range missing {
		names = append(names, r.LimitKey.Zh())
	}
	id := uuid.NewSHA1(shipID, []byte(strings.Join(names, "\n")))
	return k.do(ctx, id, Program, "set_limit", func(*limit.Table) (facts []events.Event) {
		for _, r := range k.never() {
			facts = append(facts, events.LimitSet{Row: r.LimitKey, Rules: limit.Texts(r.Rules)})
		}
		return facts
	})
}

// never lists the rows of the program that no fact ever set.
func (k *Keeper) never() []limit.Row {
	set := map[events.LimitKey]bool{}
	for _, r := range k.History() {
		for _, e := range r.Events {
			if s, ok := e.(events.LimitSet); ok {
				set[s.Row] = true
			}
		}
	}
	return slices.DeleteFunc(limit.Presets(), func(r limit.Row) bool { return set[r.LimitKey] })
}

// maxCategory bounds the name of a category, as acceptance does.
const maxCategory = 20

// known refuses a row that names what there is not.
func known(k events.LimitKey) *domain.Refusal {
	bad := func(field, message string) *domain.Refusal {
		return &domain.Refusal{Rule: "set_limit." + field, Field: field, Message: message}
	}
	switch {
	case !slices.Contains(events.Stages, k.Stage):
		return bad("stage", "环节：没有这个环节。")
	case utf8.RuneCountInString(k.Category) > maxCategory:
		return bad("category", fmt.Sprintf("类别：最多 %d 字。", maxCategory))
	case k.Mode != "" && !slices.Contains(events.Modes, k.Mode):
		return bad("mode", "整改类型：没有这一种。")
	case k.Urgency != "" && !slices.Contains(events.Urgencies, k.Urgency):
		return bad("urgency", "紧急：没有这一种。")
	case k.Preset != "" && !slices.Contains(events.Presets, k.Preset):
		return bad("preset", "办理方式：没有这一种。")
	case k.Stage == events.StageNear && k != events.LimitKey{Stage: k.Stage}:
		return bad("stage", "环节：临期是全站一个数，不能再按类别、整改类型分。")
	}
	return nil
}

// forms says how the time limit of a stage is written.
func forms(s events.Stage) string {
	switch s {
	case events.StageLookBack:
		return "写成 30d 90d，由近到远，最多五次。"
	case events.StageReview:
		return "写成 92d（自然日）。"
	case events.StageNear:
		return "写成 3wd：到期前几个工作日算临期。"
	}
	return "写成 3wd（工作日）、7d（自然日）或 24h（小时）。"
}

func (k *Keeper) do(ctx context.Context, id uuid.UUID, a events.Actor, command string, decide func(*limit.Table) []events.Event) (Receipt, error) {
	if rule, ok := rights.Of(command); !ok || !rule.Allows(a.Role) {
		return Receipt{}, &domain.Refusal{Rule: command + ".role", Message: "时限规则由领导小组办公室和系统管理员维护，您现在是" + a.Role.Zh() + "。"}
	}
	changed, err := k.held.Do(ctx, domain.Change{ID: id, Command: command, Actor: a}, k.clock(), decide)
	return Receipt{Version: k.Now().Version(), Changed: changed}, err
}
