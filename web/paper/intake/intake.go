package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/web/paper/ledger"
)

// Desk carries out commands; [domain.Desk] is one.
type Desk interface {
	Do(ctx context.Context, o domain.Order) (domain.Receipt, error)
	Look(ctx context.Context, item uuid.UUID) (*domain.Item, error)
	Table() *limit.Table
}

// Files keeps the workbook; events/evidence is one.
type Files interface {
	PutWorkbook(ctx context.Context, item uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error)
}

// Units finds units of the directory by the names that people write.
type Units interface {
	// Match returns the unit of that name; when there is none, the names most like it.
	Match(name string) (u events.Unit, like []string)
}

// Import is one file to be taken in.
type Import struct {
	Ledger string // its name; rows are known again within it
	ID     string // of the ledger in the directory; "" when it has none
	Name   string // of the file
	Data   []byte
	Read   *ledger.Ledger
	Actor  events.Actor // of the office, who imports
	Preset events.Preset
	Today  events.Date
	Units  Units             // nil: names are taken as they are
	Own    map[int]Own       // by the row; package returned finds them
	Means  map[string]string // what people said that names mean which the directory does not know: ids of units
}

// Kind is what came of a row.
type Kind string

// What came of a row.
const (
	New     Kind = "NEW"
	Changed Kind = "CHANGED"
	Same    Kind = "SAME"
	Refused Kind = "REFUSED"
)

// Outcome is what came of one item.
type Outcome struct {
	Row     int                  `json:"row"`
	Kind    Kind                 `json:"kind"`
	Number  string               `json:"number,omitempty"`
	Item    uuid.UUID            `json:"-"`
	Reason  string               `json:"reason,omitempty"` // of a refusal
	Changes []events.LedgerDelta `json:"changes,omitempty"`
	Notes   []string             `json:"notes,omitempty"`
}

// Result is what came of an import.
type Result struct {
	File     string    `json:"file"` // SHA-256
	New      int       `json:"new"`
	Changed  int       `json:"changed"`
	Same     int       `json:"same"`
	Refused  int       `json:"refused"`
	Rows     []Outcome `json:"rows"`     // by row
	Sequence uint64    `json:"sequence"` // wait for this in the read models
	Units    []Unknown `json:"unknown_units"`
	Cut      bool      `json:"cut"` // ended before its end; importing once more completes it
}

// Progress is how far an import is, in items.
type Progress struct{ Done, Total int }

// atOnce is how many rows are under way at the same time: the log writes what comes
// together at one go.
const atOnce = 16

// Run takes the items of a ledger in. Rows that a rule refuses are in the result, the others
// go in. When ctx ends it stops after the commands under way and returns what is done
// together with the error.
func Run(ctx context.Context, desk Desk, files Files, im Import, show func(Progress)) (Result, error) {
	r := newRun(desk, files, im, show)
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var all sync.WaitGroup
	for range min(atOnce, len(im.Read.Items)) {
		all.Go(func() {
			for i := range next {
				o, err := r.item(work, i)
				if err != nil {
					stop(err)
					continue
				}
				r.add(o)
			}
		})
	}
feed:
	for i := range im.Read.Items {
		select {
		case next <- i:
		case <-work.Done():
			break feed
		}
	}
	close(next)
	all.Wait()
	slices.SortFunc(r.out.Rows, func(a, b Outcome) int { return a.Row - b.Row })
	r.out.Cut = len(r.out.Rows) < len(im.Read.Items)
	if err := context.Cause(work); err != nil && r.out.Cut {
		return r.out, fmt.Errorf("import ledger: %w", err)
	}
	return r.out, nil
}

// run is an import under way.
type run struct {
	Import
	desk  Desk
	files Files
	hash  string
	keys  []string
	show  func(Progress)

	mu   sync.Mutex
	out  Result
	keep sync.Mutex // held while the workbook is kept
	kept bool
}

func newRun(desk Desk, files Files, im Import, show func(Progress)) *run {
	sum := sha256.Sum256(im.Data)
	r := &run{Import: im, desk: desk, files: files, hash: hex.EncodeToString(sum[:]), keys: keysOf(im.Read.Items), show: show}
	r.out = Result{File: r.hash, Rows: []Outcome{}, Units: im.Unknown()}
	return r
}

func (r *run) add(o Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch o.Kind {
	case New:
		r.out.New++
	case Changed:
		r.out.Changed++
	case Same:
		r.out.Same++
	case Refused:
		r.out.Refused++
	}
	r.out.Rows = append(r.out.Rows, o)
	if r.show != nil {
		r.show(Progress{len(r.out.Rows), len(r.Read.Items)})
	}
}

// item takes one item in, or completes or renews what an earlier import took in. A refusal
// by a rule is an outcome; the error is a failure of the log.
func (r *run) item(ctx context.Context, i int) (Outcome, error) {
	row := r.row(i)
	o := Outcome{Row: row.Row, Kind: Same, Notes: row.notes}
	err := row.wrong
	if err == nil {
		err = r.steps(ctx, row, &o)
	}
	if refusals := domain.RefusalsOf(err); len(refusals) > 0 {
		o.Kind, o.Reason = Refused, refusals[0].Message
		return o, nil
	}
	var no interface{ Refused() (code, message string) }
	if errors.As(err, &no) {
		_, message := no.Refused()
		return o, &domain.Refusal{Rule: "import.file", Field: "file", Message: message}
	}
	return o, err
}

// steps gives the commands that the item lacks.
func (r *run) steps(ctx context.Context, row row, o *Outcome) error {
	if was, is, err := r.back(ctx, &row, o); is || err != nil {
		if err == nil && o.Kind == Changed {
			err = r.record(ctx, o.Item, row, was, o)
		}
		return err
	}
	id := domain.ItemOf(row.raise)
	o.Item = id
	it, err := r.desk.Look(ctx, id)
	if err != nil && !errors.Is(err, domain.ErrNotFound) {
		return err
	}
	was := ""
	if it == nil {
		o.Kind = New
		if err := r.do(ctx, row.raise, o); err != nil {
			return err
		}
	} else {
		o.Number = it.Number
		if it.Claim != nil {
			was = it.Claim.Text
		}
	}
	if was != row.claim.Text {
		if it != nil && was != "" {
			o.Kind = Changed
		} else {
			o.Kind = New
		}
		if err := r.record(ctx, id, row, was, o); err != nil {
			return err
		}
	}
	if it == nil || it.State == events.Registered {
		if row.accept == nil {
			return nil
		}
		if err := r.do(ctx, r.order(id, row, "accept", *row.accept), o); err != nil {
			return err
		}
	} else if it.State != events.Accepted {
		return nil
	}
	if row.assign == nil || it != nil && it.State == events.Accepted && !hasCommand(it, r.order(id, row, "accept", nil).ID) {
		return nil
	}
	return r.do(ctx, r.order(id, row, "assign", *row.assign), o)
}

func hasCommand(it *domain.Item, id uuid.UUID) bool {
	_, ok := it.Commands[id]
	return ok
}

// record notes the claim. The first claim of an import waits until the workbook is kept.
func (r *run) record(ctx context.Context, id uuid.UUID, row row, was string, o *Outcome) error {
	c := row.claim
	r.keep.Lock()
	if !r.kept && r.files != nil {
		file, err := r.files.PutWorkbook(ctx, id, filepath.Base(r.Name), bytes.NewReader(r.Data))
		if err != nil && !errors.Is(err, events.ErrErased) { // when it was erased since it came before, only its rows are taken
			r.keep.Unlock()
			return err
		}
		c.Workbook, r.kept = file, true
	}
	r.keep.Unlock()
	if err := r.do(ctx, r.claimOrder(id, row, was, c), o); err != nil {
		return err
	}
	if o.Kind != Changed || len(o.Changes) > 0 {
		return nil
	}
	it, err := r.desk.Look(ctx, id)
	if err == nil && it.Claim != nil {
		o.Changes = it.Claim.Changed
	}
	return err
}

// claimOrder is the command that notes a claim after the one that was.
func (r *run) claimOrder(id uuid.UUID, row row, was string, c events.LedgerClaimed) domain.Order {
	o := r.order(id, row, "claim|"+was+"|"+c.Text, domain.ClaimOf(c, row.measures, row.note))
	o.Actor = events.Actor{ID: "system.import", Role: events.System, Post: "台账导入"}
	return o
}

func (r *run) do(ctx context.Context, order domain.Order, o *Outcome) error {
	rc, err := r.desk.Do(ctx, order)
	if err != nil {
		return err
	}
	if rc.Number != "" {
		o.Number = rc.Number
	}
	r.mu.Lock()
	r.out.Sequence = max(r.out.Sequence, rc.Sequence)
	r.mu.Unlock()
	return nil
}

// order is a command of this import; its id follows from the row and the step.
func (r *run) order(id uuid.UUID, row row, step string, c domain.Command) domain.Order {
	return domain.Order{ID: uuid.NewSHA1(space, []byte(row.key+"|"+step)), Item: id, Command: c, Actor: r.Actor, Cause: row.cause}
}
