package projections

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// Trace is one line of the audit trail.
type Trace struct {
	Sequence uint64           `json:"sequence"`
	Recorded time.Time        `json:"recorded"`
	Kind     AuditKind        `json:"kind"`
	Subject  events.Aggregate `json:"subject"`          // what it is about
	About    uuid.UUID        `json:"about,omitzero"`   // its id; none for an item that whoever asks does not see
	Number   string           `json:"number,omitempty"` // of an item
	Command  string           `json:"command"`
	Facts    []string         `json:"facts"` // wire names
	Actor    string           `json:"actor"`
	Role     events.Role      `json:"role"`
	Unit     string           `json:"unit,omitempty"`
	Post     string           `json:"post"`
	Behalf   string           `json:"behalf,omitempty"` // officer for whom
	Network  string           `json:"network,omitempty"`
	Agent    string           `json:"agent,omitempty"`
	Cause    string           `json:"cause,omitempty"`
	Words    string           `json:"words,omitempty"`
	Demo     bool             `json:"demo,omitempty"`
}

// AuditFilter selects lines of the audit trail. Empty fields select everything.
type AuditFilter struct {
	Who     string // officer who did it, or for whom it was done
	Unit    string // id, in whose name
	Kinds   []AuditKind
	Item    string // id; also what was taken out of it or refused
	From    events.Date
	To      events.Date
	Network string // 198.51.100.0/24
	Sight   Sight  // of the person who asks
	Before  uint64 // sequence to go on from, 0 = the newest
	Limit   int    // default 50, at most 1000
}

// maxTraces is the most lines that are read at a time.
const maxTraces = 1000

// Audit returns lines of the audit trail, the newest first, and the sequence to go on from, 0
// at the end. Lines about 举报 against the person who asks are absent; an item that he does not
// see has neither number nor id.
func (s *Store) Audit(ctx context.Context, f AuditFilter) (out []Trace, next uint64, err error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, maxTraces)
	w := f.where()
	seen := "true"
	if f.Sight.Extent == SeesNothing {
		seen = "false"
	} else if !f.Sight.free() && f.Sight.Extent != SeesAll {
		seen = "i.class = 'ORDINARY'"
	}
	rows, err := s.pool.Query(ctx, `
		select a.sequence, a.recorded, a.kind, a.subject, a.about, coalesce(i.number, ''), i.id is null or (`+seen+`), a.command, a.facts, a.actor, a.role, a.unit,
			a.post, a.behalf, a.network, a.agent, a.cause, a.words, a.demo
		from audit a left join item i on a.subject = 'item' and i.id = a.about
		where `+w.String()+` order by a.sequence desc limit `+w.arg(f.Limit+1), w.args...)
	if err == nil {
		out, err = pgx.CollectRows(rows, scanTrace)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the audit trail: %w", err)
	}
	if len(out) > f.Limit {
		out = out[:f.Limit]
		next = out[f.Limit-1].Sequence
	}
	return out, next, nil
}

func (f AuditFilter) where() *where {
	w := &where{}
	if len(f.Kinds) > 0 {
		w.add("a.kind = any($)", texts(f.Kinds))
		if !slices.Contains(f.Kinds, AuditWork) {
			w.add("a.kind <> 'WORK'") // the same, for the index
		}
	}
	if f.Who != "" {
		w.add("(a.actor = $ or a.behalf = $ and a.behalf <> '')", clean(f.Who), clean(f.Who))
	}
	if f.Unit != "" {
		w.add("a.unit = $ and a.unit <> ''", clean(f.Unit))
	}
	if f.Network != "" {
		w.add("a.network = $ and a.network <> ''", clean(f.Network))
	}
	if f.Item != "" {
		w.add("(a.sequence in (select t.sequence from timeline t where t.item = $::text::uuid) or a.about = $::text::uuid and a.kind <> 'WORK')", f.Item, f.Item)
	}
	if !f.From.IsZero() {
		w.add("a.sequence > coalesce((select max(sequence) from log_day where day < $), 0)", date(f.From))
	}
	if !f.To.IsZero() {
		w.add("a.sequence <= coalesce((select max(sequence) from log_day where day <= $), 0)", date(f.To))
	}
	if f.Before > 0 {
		w.add("a.sequence < $", int64(f.Before))
	}
	if self := f.Sight.texts(f.Sight.Self); len(self) > 0 {
		w.add("not (i.id is not null and i.class <> 'ORDINARY' and i.complained_of && $)", self)
	}
	return w
}

func scanTrace(r pgx.CollectableRow) (t Trace, err error) {
	var seq int64
	var seen bool
	var facts string
	err = r.Scan(&seq, &t.Recorded, &t.Kind, &t.Subject, &t.About, &t.Number, &seen, &t.Command, &facts, &t.Actor, &t.Role, &t.Unit,
		&t.Post, &t.Behalf, &t.Network, &t.Agent, &t.Cause, &t.Words, &t.Demo)
	t.Sequence, t.Recorded, t.Facts = uint64(seq), t.Recorded.UTC(), strings.Fields(facts)
	if !seen {
		t.About, t.Number = uuid.Nil, ""
	}
	return t, err
}
