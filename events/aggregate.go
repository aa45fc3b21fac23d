package events

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Aggregate is what a fact is about: the third part of a subject of the log. Every commit
// is of one aggregate and one id, and has its own guard, revisions and chain.
type Aggregate string

// The aggregates. Which one a fact is about stands in its row of the table.
const (
	ItemAggregate Aggregate = "item" // a rectification item (整改事项)
	LogAggregate  Aggregate = "log"  // the log itself; the id is the stream's identity

	CalendarAggregate Aggregate = "calendar" // the working calendars of all areas; the id is [CalendarID]
	RulesAggregate    Aggregate = "rules"    // the table of time limits (时限规则); the id is [RulesID]

	LadderAggregate Aggregate = "ladder" // the supervision ladders (督办阶梯); the id is [LadderID]

	// Entries of the directory, each with the [DirectoryID] of its short id.
	UnitAggregate    Aggregate = "unit"    // a unit (单位)
	OfficerAggregate Aggregate = "officer" // a person who works here, with posts and delegations
	LedgerAggregate  Aggregate = "ledger"  // a ledger (台账)
	DutyAggregate    Aggregate = "duty"    // a line of the responsibility catalogue (责任目录)

	AccountAggregate   Aggregate = "account"   // an officer's account; its [DirectoryID] is the officer's among accounts
	SampleAggregate    Aggregate = "sample"    // the look-back draws of one week (回头看抽样)
	RecipientAggregate Aggregate = "recipient" // how one person wants to be told (通知偏好)
	FollowAggregate    Aggregate = "follow"    // one address that wants letters about one released item (关注进展); the id is drawn at random and stands in the letters only
	TrailAggregate     Aggregate = "trail"     // what one person took out or was refused on one day (审计留痕); the id is [TrailID]
	PaperAggregate     Aggregate = "paper"     // a unit's mapping of columns, or the office's template of one paper
	ViewAggregate      Aggregate = "view"      // the views that one holder saved (存下的视图)
)

// Known reports whether this program knows any fact of a.
func (a Aggregate) Known() bool {
	switch a {
	case ItemAggregate, LogAggregate, CalendarAggregate, RulesAggregate, AccountAggregate, SampleAggregate, RecipientAggregate, FollowAggregate, TrailAggregate, LadderAggregate, PaperAggregate, ViewAggregate:
		return true
	}
	return a.Directory()
}

// Directory reports whether a is an entry of the directory.
func (a Aggregate) Directory() bool {
	switch a {
	case UnitAggregate, OfficerAggregate, LedgerAggregate, DutyAggregate:
		return true
	}
	return false
}

// AggregateOf returns what e is about.
func AggregateOf(e Event) Aggregate { return table[e.fact()].of }

// AggregateNamed returns what the fact with a wire name is about, false for a name that
// this program does not know.
func AggregateNamed(name string) (Aggregate, bool) {
	k, ok := byName[name]
	if !ok {
		return "", false
	}
	return table[k].of, true
}

// Aggregate returns what the commit is about, which its facts tell. Readers of items pass
// over commits of anything else, and count their sequence as read all the same.
func (c Commit) Aggregate() Aggregate {
	if len(c.Events) == 0 {
		return ItemAggregate
	}
	return AggregateOf(c.Events[0])
}

// oneAggregate refuses facts that are not all about the same thing.
func oneAggregate(es []Event) error {
	for _, e := range es[1:] {
		if AggregateOf(e) != AggregateOf(es[0]) {
			a, _ := TypeOf(es[0])
			b, _ := TypeOf(e)
			return fmt.Errorf("%w: %s and %s are not of one aggregate", ErrBroken, a, b)
		}
	}
	return nil
}

// Subject returns the one literal subject of the facts about one thing in the log.
func Subject(tenant string, a Aggregate, id uuid.UUID) string {
	return "rect." + tenant + "." + string(a) + "." + id.String()
}

// ParseSubject takes a subject of the log apart. It is false for one that [Subject] did not make.
func ParseSubject(subject string) (a Aggregate, id uuid.UUID, ok bool) {
	parts := strings.Split(subject, ".")
	if len(parts) != 4 {
		return "", uuid.Nil, false
	}
	id, err := uuid.Parse(parts[3])
	return Aggregate(parts[2]), id, err == nil
}
