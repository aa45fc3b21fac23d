package domain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain/limit"
	"xiaohao/events"
)

// Journal is the log as the Desk needs it.
type Journal interface {
	// Load returns the whole history of an item in order, nothing when there is none.
	Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error)
	// Append stores all writes or none. It returns events.ErrConflict or
	// events.ErrOutcomeUnknown when the item has to be loaded again.
	Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
	// NextNumber returns the next running number of a prefix.
	NextNumber(ctx context.Context, prefix string) (int, error)
}

// Vault seals the personal fields of a commit before it is appended.
type Vault interface {
	SealCommit(ctx context.Context, c *events.Commit) error
}

// errTwoItems is returned when a command on two items is decided on one.
var errTwoItems = errors.New("domain: command needs the other item too")

// Desk takes commands: load, decide, seal, append, retry (办公室的那张桌子).
type Desk struct {
	Journal   Journal
	Vault     Vault
	Calendars Calendars
	Rules     Rules            // nil = those that come with the program
	Ladders   Ladders          // nil: the presets'
	Prefix    string           // of item numbers: QG in QG-2026-000123
	Now       func() time.Time // nil = time.Now
	Rand      io.Reader        // nil = crypto/rand

	shelf shelf
}

// Order is one command as given: to which item, by whom, with which id.
type Order struct {
	ID       uuid.UUID // the same id is never carried out twice
	Item     uuid.UUID // zero for a command that starts an item
	Into     uuid.UUID // the survivor of a merge, or of one that is taken back
	Command  Command
	Actor    events.Actor
	Seen     int         // revision that the person saw, 0 = do not care; that somebody looked meanwhile is no change
	Occurred events.Date // claimed day, when it happened earlier (补录)
	Cause    string
	Code     string // query code of a new item, or the new one of an old; made when empty
}

// Receipt says what came of an order.
type Receipt struct {
	Item     uuid.UUID
	Number   string
	PublicID string
	Code     string // that was drawn; shown once, kept nowhere
	Rev      int
	Sequence uint64 // wait for this in the read models to see your own write
	Repeated bool   // this command id had been carried out before
	Children []string
}

// Bounds of deciding anew after a conflict or an unknown outcome: how often, and for how
// long a person is kept waiting by a log that does not answer.
const (
	tries    = 10
	patience = 8 * time.Second
)

// space makes item ids from command ids, so that raising is repeatable for ever.
var space = uuid.MustParse("6f0d8d0e-6f3a-5b1c-9a56-7d1c3c1e8f11")

// newItem is what a command that makes an item is given.
type newItem struct {
	id                               uuid.UUID
	number, publicID, code, codeHash string
}

// Do carries out an order. The error is Refusals, a *Refusal, *Overtaken, ErrNotFound,
// ErrConflict or a wrapped failure of the log.
func (d *Desk) Do(ctx context.Context, o Order) (Receipt, error) {
	if o.ID == uuid.Nil || o.Command == nil {
		return Receipt{}, errors.New("domain: order without id or command")
	}
	spec, ok := SpecOf(o.Command.name())
	if !ok {
		return Receipt{}, refuse("command.unknown", "没有“%s”这个操作。", o.Command.name())
	}
	if o.Occurred.After(events.DateOf(d.now())) {
		return Receipt{}, refuse("order.future", "发生的日子 %s 还没有到。", o.Occurred)
	}
	if spec.Starts {
		o.Item = ItemOf(o)
	}
	if _, renews := renewalOf(o.Command); renews || spec.Starts {
		if o.Code == "" { // once for all tries: a try whose outcome was unknown may have been stored
			code, err := NewCode(d.rand())
			if err != nil {
				return Receipt{}, fmt.Errorf("draw a query code: %w", err)
			}
			o.Code = code
		}
	}
	var last error
	began := time.Now()
	for n := range tries {
		if n > 0 && time.Since(began) > patience {
			break
		}
		if n > 0 {
			if err := pause(ctx, n); err != nil {
				return Receipt{}, err
			}
		}
		rc, err := d.try(ctx, o, spec)
		if !again(err) {
			return rc, err
		}
		last = err
	}
	return Receipt{}, fmt.Errorf("%w: %w", ErrConflict, last)
}

// ItemOf returns the id of the item that an order to raise makes: of the other system's
// number when there is one, else of the command id.
func ItemOf(o Order) uuid.UUID {
	key := o.ID.String()
	if r, ok := raiseOf(o.Command); ok && r.External != "" {
		key = string(orElse(r.Channel, events.ByWeb)) + "|" + r.External
	}
	return uuid.NewSHA1(space, []byte(key))
}

func raiseOf(c Command) (Raise, bool) {
	switch c := c.(type) {
	case Raise:
		return c, true
	case *Raise:
		return *c, true
	}
	return Raise{}, false
}

func pause(ctx context.Context, n int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(mathrand.Int64N(int64(n) * int64(4*time.Millisecond)))):
		return nil
	}
}

// try is one round, and another when the first was refused on a kept item: that may be
// old, so only the log itself may refuse.
func (d *Desk) try(ctx context.Context, o Order, spec Spec) (Receipt, error) {
	defer d.shelf.lock(o.Item, o.Into)()
	rc, err := d.round(ctx, o, spec)
	if err == nil || !d.shelf.drop(o.Item, o.Into) || again(err) {
		return rc, err
	}
	return d.round(ctx, o, spec)
}

// again reports whether the item has to be looked at anew after some rest.
func again(err error) bool {
	return errors.Is(err, events.ErrConflict) || errors.Is(err, events.ErrOutcomeUnknown)
}

// round loads, looks for the own command, decides, seals and appends.
func (d *Desk) round(ctx context.Context, o Order, spec Spec) (Receipt, error) {
	it, err := d.take(ctx, o.Item)
	if err != nil {
		return Receipt{}, err
	}
	if it != nil {
		if seq, done := it.Commands[o.ID]; done {
			rc := Receipt{Item: it.ID, Number: it.Number, PublicID: it.PublicID, Rev: it.Rev, Sequence: seq, Repeated: true}
			if CodeMatches(it.Number, o.Code, it.CodeHash) {
				rc.Code = o.Code
			}
			return rc, nil
		}
		if spec.Starts {
			return Receipt{}, refuseAt("external", "raise.exists", "来件编号：这一条已经登记过了，编号 %s。", it.Number)
		}
		if o.Seen > 0 && (o.Seen < it.Changed || o.Seen > it.Rev) {
			return Receipt{}, &Overtaken{o.Seen, it.Rev}
		}
	} else if !spec.Starts {
		return Receipt{}, ErrNotFound
	}
	w := &work{desk: d, order: o, now: d.now(), item: it}
	if c, ok := renewalOf(o.Command); ok {
		return w.renew(ctx, c)
	}
	switch c := o.Command.(type) {
	case *Raise:
		return w.raise(ctx, *c)
	case Raise:
		return w.raise(ctx, c)
	case *Merge:
		return w.merge(ctx, *c)
	case Merge:
		return w.merge(ctx, c)
	case *Unmerge:
		return w.unmerge(ctx, *c)
	case Unmerge:
		return w.unmerge(ctx, c)
	case *Split:
		return w.split(ctx, *c)
	case Split:
		return w.split(ctx, c)
	}
	facts, err := Decide(it, o.Command, w.situation())
	if err != nil {
		return Receipt{}, err
	}
	return w.append(ctx, w.write(it, facts))
}

func (d *Desk) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}

func (d *Desk) rand() io.Reader {
	if d.Rand != nil {
		return d.Rand
	}
	return rand.Reader
}

func (d *Desk) load(ctx context.Context, id uuid.UUID) (*Item, error) {
	h, err := d.Journal.Load(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("load item %s: %w", id, err)
	}
	return Fold(h), nil
}

// take returns an item to decide on, kept or loaded; nil when there is none.
func (d *Desk) take(ctx context.Context, id uuid.UUID) (*Item, error) {
	if it := d.shelf.get(id); it != nil {
		return it, nil
	}
	it, err := d.load(ctx, id)
	if it != nil {
		d.shelf.put(it)
	}
	return it, err
}

// Look loads an item for showing what may be done with it.
func (d *Desk) Look(ctx context.Context, id uuid.UUID) (*Item, error) {
	it, err := d.load(ctx, id)
	if err == nil && it == nil {
		err = ErrNotFound
	}
	return it, err
}

// Preview returns what an order would write, or the error that it would be refused with, and
// writes nothing. What happens meanwhile may change the answer.
func (d *Desk) Preview(ctx context.Context, o Order) ([]events.Event, error) {
	it, err := d.Look(ctx, o.Item)
	if err != nil {
		return nil, err
	}
	w := &work{desk: d, order: o, now: d.now(), item: it}
	m, ok := o.Command.(*Merge)
	if !ok {
		return Decide(it, o.Command, w.situation())
	}
	spec, _ := SpecOf(m.name())
	if r := spec.Allows(it, w.situation()); r != nil {
		return nil, r
	}
	into, err := d.Look(ctx, o.Into)
	if err != nil {
		return nil, err
	}
	own, _, err := m.decideBoth(it, into, w.situation())
	return own, err
}

// Situation returns the situation of an actor now.
func (d *Desk) Situation(a events.Actor) Situation {
	return Situation{Actor: a, Now: d.now(), Calendar: d.Calendars.Of(""), Rules: d.Table(), Ladders: d.Ladders, NewID: uuid.NewString}
}

// Table is the table of time limits that deadlines are set by now.
func (d *Desk) Table() *limit.Table {
	if d.Rules == nil {
		return limit.Shipped()
	}
	return d.Rules.Now()
}

// work is one try of one order.
type work struct {
	desk  *Desk
	order Order
	now   time.Time
	item  *Item
	ids   int
}

func (w *work) situation() Situation {
	area := ""
	if w.item != nil {
		area = w.item.Area
	}
	return Situation{Actor: w.order.Actor, Now: w.now, Calendar: w.desk.Calendars.Of(area), Rules: w.desk.Table(), Ladders: w.desk.Ladders, NewID: func() string {
		w.ids++
		return uuid.NewSHA1(w.order.ID, []byte{byte(w.ids)}).String()
	}}
}

// write makes the commit of facts that follows an item; it is nil for a new one.
func (w *work) write(it *Item, facts []events.Event) events.Write {
	c := events.Commit{Item: w.order.Item, Rev: 1, CommandID: w.order.ID, Command: w.order.Command.name(), Actor: w.order.Actor,
		Cause: w.order.Cause, At: w.now, Occurred: w.order.Occurred, Events: facts}
	var expected uint64
	if it != nil {
		c.Item, c.Rev, c.Prev, expected = it.ID, it.Rev+1, it.Hash, it.Sequence
	}
	return events.Write{Commit: c, Expected: expected}
}

func (w *work) append(ctx context.Context, writes ...events.Write) (Receipt, error) {
	for i := range writes {
		if err := w.desk.Vault.SealCommit(ctx, &writes[i].Commit); err != nil {
			return Receipt{}, fmt.Errorf("seal commit of item %s: %w", writes[i].Commit.Item, err)
		}
	}
	done, err := w.desk.Journal.Append(ctx, writes...)
	if err != nil {
		return Receipt{}, fmt.Errorf("append to item %s: %w", w.order.Item, err)
	}
	w.desk.shelf.advance(done)
	rc := Receipt{Item: w.order.Item, Rev: done[0].Rev, Sequence: done[len(done)-1].Sequence}
	if w.item != nil {
		rc.Number, rc.PublicID = w.item.Number, w.item.PublicID
	}
	return rc, nil
}

// name draws the number and the codes of a new item. A number that was drawn for a
// command that then failed stays unused; the gap is explained by the counter's own log.
func (w *work) name(ctx context.Context, id uuid.UUID, code string) (newItem, error) {
	r := w.desk.rand()
	year := events.DateOf(w.now).Year()
	n, err := w.desk.Journal.NextNumber(ctx, fmt.Sprintf("%s-%d", w.desk.Prefix, year))
	if err != nil {
		return newItem{}, fmt.Errorf("draw a number: %w", err)
	}
	m := newItem{id: id, number: fmt.Sprintf("%s-%d-%06d", w.desk.Prefix, year, n), code: code}
	if m.code == "" {
		if m.code, err = NewCode(r); err != nil {
			return newItem{}, fmt.Errorf("draw a query code: %w", err)
		}
	}
	if m.publicID, err = NewCode(r); err != nil {
		return newItem{}, fmt.Errorf("draw a public id: %w", err)
	}
	m.codeHash = HashCode(m.number, m.code)
	return m, nil
}

func (w *work) raise(ctx context.Context, c Raise) (Receipt, error) {
	// Decided once without a number, so that a refused command draws none. Sealing that
	// makes the item's key while the number is drawn: both are waits for the disk.
	facts, err := Decide(nil, c, w.situation())
	if err != nil {
		return Receipt{}, err
	}
	draft, key := w.write(nil, facts).Commit, make(chan error, 1)
	go func() { key <- w.desk.Vault.SealCommit(ctx, &draft) }()
	m, err := w.name(ctx, w.order.Item, w.order.Code)
	if err := errors.Join(err, <-key); err != nil {
		return Receipt{}, err
	}
	c.number, c.publicID, c.codeHash = m.number, m.publicID, m.codeHash
	w.ids = 0
	if facts, err = Decide(nil, c, w.situation()); err != nil {
		return Receipt{}, err
	}
	rc, err := w.append(ctx, w.write(nil, facts))
	rc.Number, rc.PublicID, rc.Code = m.number, m.publicID, m.code
	return rc, err
}

func (w *work) renew(ctx context.Context, c RenewCode) (Receipt, error) {
	c.codeHash = HashCode(w.item.Number, w.order.Code)
	facts, err := Decide(w.item, c, w.situation())
	if err != nil {
		return Receipt{}, err
	}
	rc, err := w.append(ctx, w.write(w.item, facts))
	rc.Code = w.order.Code
	return rc, err
}

func (w *work) merge(ctx context.Context, c Merge) (Receipt, error) {
	into, err := w.other(ctx, c, refuseAt("into", "merge.unknown", "并到哪个编号：没有 %s 这一件。", c.Into))
	if err != nil {
		return Receipt{}, err
	}
	own, theirs, err := c.decideBoth(w.item, into, w.situation())
	return w.both(ctx, into, own, theirs, err)
}

func (w *work) unmerge(ctx context.Context, c Unmerge) (Receipt, error) {
	from, err := w.other(ctx, c, refuse("unmerge.other", "没有找到并到的那一件。"))
	if err != nil {
		return Receipt{}, err
	}
	own, theirs, err := c.decideBoth(w.item, from, w.situation())
	return w.both(ctx, from, own, theirs, err)
}

// other checks a command on two items as far as one of them says, and takes the other one;
// unknown is why it is refused when there is none.
func (w *work) other(ctx context.Context, c Command, unknown *Refusal) (*Item, error) {
	spec, _ := SpecOf(c.name())
	if r := spec.Allows(w.item, w.situation()); r != nil {
		return nil, r
	}
	if rs := Check(c); len(rs) > 0 {
		return nil, rs
	}
	it, err := w.desk.take(ctx, w.order.Into)
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, unknown
	}
	return it, nil
}

// both appends what was decided on two items, or gives back why it was not.
func (w *work) both(ctx context.Context, other *Item, own, theirs []events.Event, err error) (Receipt, error) {
	if err != nil {
		return Receipt{}, err
	}
	a, b := w.write(w.item, own), w.write(other, theirs)
	a.Commit.Correlation, b.Commit.Correlation = w.order.ID, w.order.ID
	return w.append(ctx, a, b)
}

func (w *work) split(ctx context.Context, c Split) (Receipt, error) {
	spec, _ := SpecOf(c.name())
	s := w.situation()
	if r := spec.Allows(w.item, s); r != nil {
		return Receipt{}, r
	}
	if rs := Check(c); len(rs) > 0 {
		return Receipt{}, rs
	}
	// Decided once without numbers, so that a refused command draws none.
	if _, _, err := c.decideChildren(w.item, s, make([]newItem, len(c.Parts))); err != nil {
		return Receipt{}, err
	}
	var made []newItem
	for i := range c.Parts {
		m, err := w.name(ctx, uuid.NewSHA1(space, fmt.Appendf(nil, "%s/%d", w.order.ID, i)), "")
		if err != nil {
			return Receipt{}, err
		}
		made = append(made, m)
	}
	own, children, err := c.decideChildren(w.item, s, made)
	if err != nil {
		return Receipt{}, err
	}
	writes := []events.Write{w.write(w.item, own)}
	var numbers []string
	for i, facts := range children {
		x := w.write(nil, facts)
		x.Commit.Item = made[i].id
		writes = append(writes, x)
		numbers = append(numbers, made[i].number)
	}
	for i := range writes {
		writes[i].Commit.Correlation = w.order.ID
	}
	rc, err := w.append(ctx, writes...)
	rc.Children = numbers
	return rc, err
}
