package projections

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// AuditKind is what sort of thing somebody did.
type AuditKind string

const (
	AuditWork      AuditKind = "WORK"      // 办理事项
	AuditPersonal  AuditKind = "PERSONAL"  // 看、抹除个人信息
	AuditExport    AuditKind = "EXPORT"    // 导出
	AuditRefused   AuditKind = "REFUSED"   // 越权被拒
	AuditSignIn    AuditKind = "SIGN_IN"   // 登录、退出
	AuditFailed    AuditKind = "FAILED"    // 登录失败、锁定
	AuditAccount   AuditKind = "ACCOUNT"   // 口令、动态口令、令牌
	AuditDirectory AuditKind = "DIRECTORY" // 单位、人员、台账、日历
	AuditProgram   AuditKind = "PROGRAM"   // 程序自己
)

// AuditKinds lists them in the order of a form.
var AuditKinds = []AuditKind{AuditPersonal, AuditExport, AuditRefused, AuditFailed, AuditSignIn, AuditAccount, AuditDirectory, AuditWork, AuditProgram}

var auditKindZh = map[AuditKind]string{AuditWork: "办理事项", AuditPersonal: "个人信息", AuditExport: "导出", AuditRefused: "越权被拒", AuditSignIn: "登录退出",
	AuditFailed: "登录失败", AuditAccount: "账号", AuditDirectory: "单位人员", AuditProgram: "程序自己"}

// Zh returns the Chinese word.
func (k AuditKind) Zh() string { return auditKindZh[k] }

// traceRow is a commit as the audit trail keeps it.
type traceRow struct {
	*events.Recorded
	kind    AuditKind
	subject events.Aggregate
	about   uuid.UUID
	origin  events.Origin
	facts   string
	words   string
}

// auditTable is only added to: each commit is one row.
var auditTable = table[traceRow]{name: "audit", mass: true, key: []string{"sequence"}, then: keepRow, cols: []col[traceRow]{
	bigCol("sequence", func(r *traceRow) uint64 { return r.Sequence }),
	timeCol("recorded", func(r *traceRow) time.Time { return r.Time }),
	uuidCol("command_id", func(r *traceRow) uuid.UUID { return r.CommandID }),
	textCol("kind", func(r *traceRow) AuditKind { return r.kind }),
	textCol("subject", func(r *traceRow) events.Aggregate { return r.subject }),
	uuidCol("about", func(r *traceRow) uuid.UUID { return r.about }),
	textCol("command", func(r *traceRow) string { return r.Command }),
	textCol("facts", func(r *traceRow) string { return r.facts }),
	textCol("actor", func(r *traceRow) string { return r.Actor.ID }),
	textCol("role", func(r *traceRow) events.Role { return r.Actor.Role }),
	textCol("unit", func(r *traceRow) string { return r.Actor.Unit.ID }),
	textCol("post", func(r *traceRow) string { return post(r.Actor) }),
	textCol("behalf", func(r *traceRow) string { return r.Actor.Delegation.Of }),
	textCol("network", func(r *traceRow) string { return r.origin.Network }),
	textCol("agent", func(r *traceRow) string { return r.origin.Agent }),
	textCol("cause", func(r *traceRow) string { return r.Cause }),
	textCol("words", func(r *traceRow) string { return r.words }),
	boolCol("demo", func(r *traceRow) bool { return r.Actor.Demo }),
}}

// audit notes who did what.
func (b *batch) audit(c *events.Recorded) {
	r := &b.out.traces.room
	*r = traceRow{Recorded: c, kind: kindOf(c.Aggregate()), subject: c.Aggregate(), about: c.Item, origin: c.Actor.Origin}
	if r.subject == events.FollowAggregate {
		r.about = uuid.Nil // who knows the id can end it: it stands in the letters only
	}
	names := make([]string, 0, len(c.Events))
	var words []string
	for _, e := range c.Events {
		name, _ := events.TypeOf(e)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if w := auditWords(e); w != "" {
			words = append(words, w)
		}
		r.note(e)
	}
	r.facts, r.words = strings.Join(names, " "), strings.Join(words, "；")
	b.out.traces.insert(r)
	r.Recorded = nil // it is not kept
}

// kindOf is the kind of what is done to an aggregate, unless a fact is of a kind of its own.
func kindOf(a events.Aggregate) AuditKind {
	switch {
	case a == events.ItemAggregate, a == events.FollowAggregate:
		return AuditWork
	case a == events.AccountAggregate, a == events.RecipientAggregate:
		return AuditAccount
	case a == events.CalendarAggregate, a == events.RulesAggregate, a.Directory():
		return AuditDirectory
	}
	return AuditProgram
}

// note takes over what a fact says of its kind, of what it is about, and of where somebody
// signed in: before that there is nobody whose command could say it.
func (r *traceRow) note(e events.Event) {
	item := func(id string) {
		if u, err := uuid.Parse(id); err == nil {
			r.subject, r.about = events.ItemAggregate, u
		}
	}
	from := func(address, agent string) {
		if a, err := netip.ParseAddr(address); err == nil && r.origin.Network == "" {
			r.origin.Network = events.NetworkOf(a)
		}
		if r.origin.Agent == "" {
			r.origin.Agent = agent
		}
	}
	switch e := e.(type) {
	case events.PersonalRevealed, events.ErasureRequested, events.ErasureCompleted:
		r.kind = AuditPersonal
	case events.ExportMade:
		r.kind = AuditExport
		item(e.Item)
	case events.AccessRefused:
		r.kind = AuditRefused
		item(e.Item)
	case events.SessionStarted:
		r.kind = AuditSignIn
		from(e.Address, e.Agent)
	case events.SessionEnded:
		r.kind = AuditSignIn
	case events.SignInFailed:
		r.kind = AuditFailed
		from(e.Address, e.Agent)
	case events.AccountLocked:
		r.kind = AuditFailed
	}
}
