package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// bulkCommands can be given to many items at once: what they say is the same for each.
var bulkCommands = []string{"link_leader", "assign", "merge", "supervise", "instruct", "approve_plan", "issue_reply", "archive"}

// bulkMost is how many items one form can name: a page of the ledger.
const bulkMost = 200

// BulkPage is one command to many items in three steps: fill in, see what will and will not
// change, see what did.
type BulkPage struct {
	Page
	Command, Words string
	Form           commandForm
	Numbers        []string
	Sent           []fact // every value, to be sent again
	Step           string // "", check, done
	Will, Wont     []bulkRow
	Back           string
}

// bulkRow is one item with what will become of it, or what became.
type bulkRow struct {
	row
	Says string
	Undo *command
}

// bulkChoices are the commands that this person may ever give.
func bulkChoices(a events.Actor) []domain.Choice {
	var out []domain.Choice
	for _, name := range bulkCommands {
		if spec, ok := domain.SpecOf(name); ok && slices.Contains(spec.Roles, a.Role) {
			out = append(out, domain.Choice{Value: name, Label: spec.Title})
		}
	}
	return out
}

// bulk answers all three steps; only the last one writes.
func (s *Server) bulk(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	form := r.PostForm
	spec, ok := domain.SpecOf(form.Get("command"))
	if !ok || !slices.Contains(bulkCommands, spec.Name) || !slices.Contains(spec.Roles, a.Role) {
		return fmt.Errorf("%w: command %q is not for many items", errBadRequest, form.Get("command"))
	}
	id, err := commandID(form.Get("id"))
	if err != nil {
		return err
	}
	p := BulkPage{Page: s.staffPage(r, "一起"+spec.Title, "items"), Command: spec.Name, Words: spec.Title, Back: backTo(form.Get("back"), "/items")}
	its, err := s.chosen(r.Context(), form["number"], a)
	if err != nil {
		return err
	}
	if len(its) == 0 {
		return &domain.Refusal{Rule: "bulk.none", Message: "还没有选事项。回到台账，在每行前面打勾。"}
	}
	for _, it := range its {
		p.Numbers = append(p.Numbers, it.Number)
	}
	ls, err := s.known(r.Context(), a)
	if err != nil {
		return err
	}
	in := formInput{spec: spec, values: form, lists: ls, more: form.Get("add")}
	p.Step = form.Get("step")
	if p.Step == "" || in.more != "" {
		p.Step = ""
		return s.showBulk(w, p, in, http.StatusOK)
	}
	b := bindForm(spec, form, ls.names())
	if in.errs = b.all(); len(in.errs) > 0 {
		p.Step, p.Errors = "", in.errs
		return s.showBulk(w, p, in, http.StatusUnprocessableEntity)
	}
	var last uint64
	for _, it := range its {
		c := bindForm(spec, form, ls.names()).command // one each: a command belongs to its order
		one := bulkRow{row: s.row(it)}
		will := false
		if p.Step == "done" {
			var seq uint64
			if seq, will, err = s.bulkOne(r.Context(), a, it, c, uuid.NewSHA1(id, []byte(it.Number)), form, &one); err != nil {
				return err
			}
			last = max(last, seq)
		} else if will, err = s.bulkPreview(r.Context(), a, it, c, &one); err != nil {
			return err
		}
		if will {
			p.Will = append(p.Will, one)
		} else {
			p.Wont = append(p.Wont, one)
		}
	}
	if last > 0 {
		if behind, err := s.settle(r.Context(), last); err != nil {
			return err
		} else if behind {
			p.Notice = "页面还在更新，过几秒再看。"
		}
	}
	return s.showBulk(w, p, in, http.StatusOK)
}

// chosen are the items of the numbers that exist for this person, each once.
func (s *Server) chosen(ctx context.Context, numbers []string, a events.Actor) ([]projections.Item, error) {
	var out []projections.Item
	for _, n := range numbers[:min(len(numbers), bulkMost)] {
		it, err := s.see(ctx, n, a)
		if errors.Is(err, projections.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out, func(x projections.Item) bool { return x.ID == it.ID }) {
			out = append(out, it)
		}
	}
	return out, nil
}

// bulkPreview says what a command would do to one item.
func (s *Server) bulkPreview(ctx context.Context, a events.Actor, it projections.Item, c domain.Command, one *bulkRow) (will bool, err error) {
	var facts []events.Event
	o, err := s.order(ctx, a, it, c, uuid.New(), 0)
	if err == nil {
		facts, err = s.desk.Preview(ctx, o)
	}
	if rs := domain.RefusalsOf(err); rs != nil {
		one.Says = refusedWords(rs)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var words []string
	for _, e := range facts {
		if t := events.Title(e); !slices.Contains(words, t) {
			words = append(words, t)
		}
		if to, ok := events.StateAfter(e); ok && to != it.State {
			words = append(words, "变成“"+to.Zh()+"”")
		}
	}
	one.Says = strings.Join(words, "，")
	return true, nil
}

// bulkOne gives the command to one item, unless it changed after the preview.
func (s *Server) bulkOne(ctx context.Context, a events.Actor, it projections.Item, c domain.Command, id uuid.UUID, form url.Values, one *bulkRow) (seq uint64, did bool, err error) {
	seen, _ := strconv.Atoi(form.Get("seen." + it.Number))
	rc, err := s.carryOut(ctx, a, it, c, id, seen)
	var late *domain.Overtaken
	switch rs := domain.RefusalsOf(err); {
	case errors.As(err, &late):
		one.Says = "预览以后有人改过，没有动。请打开看过再办。"
		return 0, false, nil
	case rs != nil:
		one.Says = refusedWords(rs)
		return 0, false, nil
	case err != nil:
		return 0, false, err
	}
	one.Says = "办好了。"
	if domain.Name(c) == "merge" {
		one.Undo = &command{commandPath(it.Number, "unmerge"), uuid.NewString(), "撤销并单"}
	}
	return rc.Sequence, true, nil
}

func refusedWords(rs domain.Refusals) string {
	var words []string
	for _, r := range rs {
		words = append(words, r.Message)
	}
	return strings.Join(words, "")
}

// showBulk renders a step.
func (s *Server) showBulk(w http.ResponseWriter, p BulkPage, in formInput, status int) error {
	p.Form = formOf(in)
	p.Form.Action, p.Form.Back = "/items/bulk", p.Back
	for _, name := range sortedKeys(in.values) {
		if slices.Contains([]string{"id", "seen", "back", "add", "step", "number", "command"}, name) || strings.HasPrefix(name, "seen.") {
			continue
		}
		for _, v := range in.values[name] {
			p.Sent = append(p.Sent, fact{name, v})
		}
	}
	return s.render(w, status, "bulk", p)
}
