package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/phrase"
)

// FormPage is the form of one command beside what the item is.
type FormPage struct {
	Page
	Item   row
	Quotes []string // what was said, for those who decide what becomes of it
	Facts  []fact
	Form   commandForm
	No     string // why the command cannot be given now
	Into   *link  // the survivor, when this number was merged
	Late   *overtaken
	Triage *triage // of the forms that name units

	Phrases []phrase.Phrase // that can be put into its fields
	Hears   bool            // somebody outside the office reads what is written here
	Heard   []phrase.Heard  // who and what, when that was asked for
}

// fact is a name and a value.
type fact struct{ Name, Text string }

// overtaken shows what was written beside how things stand now.
type overtaken struct {
	News  []step // what happened meanwhile, the newest first
	Wrote []fact
	Sent  []fact // every value, to be sent again
}

// suggest asks a form that names units for the one that is suggested, instead of a further row.
const suggest = "suggest"

// target finds the command and the item that an address names.
func (s *Server) target(r *http.Request, a events.Actor) (domain.Spec, projections.Item, error) {
	spec, ok := domain.SpecOf(r.PathValue("command"))
	if !ok || spec.Starts {
		return spec, projections.Item{}, projections.ErrNotFound
	}
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	return spec, it, err
}

// order makes the order of a command to an item. Only a merge, and taking one back, have to
// do with another one.
func (s *Server) order(ctx context.Context, a events.Actor, it projections.Item, c domain.Command, id uuid.UUID, seen int) (domain.Order, error) {
	item, err := uuid.Parse(it.ID)
	if err != nil {
		return domain.Order{}, fmt.Errorf("item id %q: %w", it.ID, err)
	}
	o := domain.Order{ID: id, Item: item, Command: c, Actor: a, Seen: seen}
	number, unknown := "", &domain.Refusal{}
	switch c := c.(type) {
	case *domain.Merge:
		number, unknown = c.Into, &domain.Refusal{Rule: "merge.unknown", Field: "into", Message: "并到哪个编号：没有 " + c.Into + " 这一件。"}
	case *domain.Unmerge:
		number, unknown = it.MergedInto, &domain.Refusal{Rule: "unmerge.other", Message: "没有找到并到的那一件。"}
	}
	if number == "" {
		return o, nil
	}
	into, err := s.see(ctx, number, a)
	if errors.Is(err, projections.ErrNotFound) {
		return o, unknown
	}
	if err != nil {
		return o, err
	}
	o.Into, err = uuid.Parse(into.ID)
	return o, err
}

// formPage shows the form of a command.
func (s *Server) formPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	spec, it, err := s.target(r, a)
	if err != nil {
		return err
	}
	if strings.HasSuffix(spec.Name, "_photo") { // each photo has a page of its own
		http.Redirect(w, r, "/items/"+url.PathEscape(it.Number)+"#a9", http.StatusSeeOther)
		return nil
	}
	folded, err := s.fold(r.Context(), it)
	if err != nil {
		return err
	}
	p, err := s.newFormPage(r, a, it, formInput{spec: spec, item: it, folded: folded, values: prefill(spec, it, s.today(), r.URL.Query())})
	if err != nil {
		return err
	}
	p.Live, p.LiveItem = p.Sequence, it.Number
	if no := spec.Allows(folded, s.desk.Situation(a)); no != nil {
		p.No = no.Message
	}
	return s.render(w, http.StatusOK, "form", p)
}

func (s *Server) fold(ctx context.Context, it projections.Item) (*domain.Item, error) {
	id, err := uuid.Parse(it.ID)
	if err != nil {
		return nil, fmt.Errorf("item id %q: %w", it.ID, err)
	}
	return s.desk.Look(ctx, id)
}

// newFormPage fills the page around a form.
func (s *Server) newFormPage(r *http.Request, a events.Actor, it projections.Item, in formInput) (FormPage, error) {
	var err error
	if in.lists, err = s.known(r.Context(), a); err != nil {
		return FormPage{}, err
	}
	if s.cfg.Files != nil {
		in.fileMax = s.cfg.Files.MaxSize()
	}
	if in.spec.Name == "reveal" {
		if in.opinions, err = s.opinionChoices(r, a, it); err != nil {
			return FormPage{}, err
		}
	}
	p := FormPage{Page: s.staffPage(r, in.spec.Title+" "+it.Number, "items"), Item: s.row(it)}
	if in.spec.Name == "dispatch" || in.spec.Name == "assign" {
		if p.Triage, err = s.triage(r.Context(), it, nil, in.values, in.lists, a); err != nil {
			return p, err
		}
		if in.more == suggest {
			p.Triage.prefill(in.values)
		}
	}
	if err := s.phrases(r.Context(), &p, it, in); err != nil {
		return p, err
	}
	p.Form = formOf(in)
	p.Errors = in.errs
	if goesToSurvivor(in.spec, it) {
		p.Into = &link{"/items/" + url.PathEscape(it.MergedInto), it.MergedInto}
	}
	p.Facts = headFacts(s.row(it), it)
	if in.spec.Name == "release" {
		p.Facts = becomesPublic(it)
	}
	if slices.Contains([]string{"accept", "answer", "not_accept", "request_info", "merge", "split", "assign", "dispatch"}, in.spec.Name) {
		os, err := s.reads.Opinions(r.Context(), it.ID)
		if err != nil {
			return p, err
		}
		said := s.said(r.Context(), os)
		for _, o := range os {
			p.Quotes = append(p.Quotes, said.words(o.Text))
		}
	}
	return p, nil
}

// goesToSurvivor reports whether the command has to be given to the item into which this one was
// merged: all but what is still done with the merged one itself, as to take the merge back or to
// erase what somebody said of himself.
func goesToSurvivor(spec domain.Spec, it projections.Item) bool {
	return it.State == events.Merged && !slices.Contains(spec.From, events.Merged)
}

// headFacts are the facts that stand beside a form.
func headFacts(r row, it projections.Item) []fact {
	all := []fact{{"类型", r.Mode}, {"期限", r.Due}, {"剩余", r.Left.Text}, {"主办", r.Lead}, {"挂钩领导", r.Leader}, {"进展", r.Progress}, {"目标", it.Goal},
		{"小类", it.Category2}, {"地方", it.Area}}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Text == "" || f.Text == "—" })
}

// give carries out what a form asks for.
func (s *Server) give(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	spec, it, err := s.target(r, a)
	if err != nil {
		return err
	}
	form, file, err := s.readForm(r)
	if err != nil {
		return err
	}
	if goesToSurvivor(spec, it) {
		return s.again(w, r, a, it, formInput{spec: spec, values: form}, http.StatusConflict)
	}
	if more := form.Get("add"); more != "" {
		return s.again(w, r, a, it, formInput{spec: spec, values: form, more: more}, http.StatusOK)
	}
	id, err := commandID(form.Get("id"))
	if err != nil {
		return err
	}
	ls, err := s.known(r.Context(), a)
	if err != nil {
		return err
	}
	b := bindForm(spec, form, ls.names())
	refused := func(rs domain.Refusals) error {
		if file != nil {
			rs = reselect(spec.Name, rs)
		}
		return s.again(w, r, a, it, formInput{spec: spec, values: form, errs: rs}, http.StatusUnprocessableEntity)
	}
	if no := spec.AllowsRole(a); no != nil { // before what is wrong with the form, and with the state
		s.noteRefused(r.Context(), a, it, spec.Name, no)
		return refused(domain.Refusals{no})
	}
	if len(b.refused) > 0 {
		return refused(b.all())
	}
	seen, _ := strconv.Atoi(form.Get("seen"))
	if b.file = file; file != nil {
		seen = 0 // adding a file takes nothing back that others did, and its form could not be sent again as it was
		if err := s.attach(r.Context(), a, it, spec, b, id); domain.RefusalsOf(err) != nil {
			return refused(domain.RefusalsOf(err))
		} else if err != nil {
			return err
		}
	}
	rc, err := s.carryOut(r.Context(), a, it, b.command, id, seen)
	var late *domain.Overtaken
	switch {
	case errors.As(err, &late):
		return s.overtaken(w, r, a, it, spec, form, late)
	case domain.RefusalsOf(err) != nil:
		return refused(b.asSent(domain.RefusalsOf(err)))
	case err != nil:
		return err
	}
	if rc.Code != "" || rc.Repeated && spec.Name == "renew_code" { // it is told once
		return s.renewed(w, r, it, rc)
	}
	behind, err := s.settle(r.Context(), rc.Sequence)
	if err != nil {
		return err
	}
	if spec.Name == "reveal" {
		s.showOnce(w, r, it.Number, id)
		return nil
	}
	add := url.Values{"done": {spec.Name}}
	if undoable[spec.Name] {
		add.Set("undo", s.undoUntil())
	}
	back := backTo(form.Get("back"), "/items/"+url.PathEscape(it.Number))
	if form.Get("back") != "" {
		add.Set("n", it.Number)
	}
	if behind {
		add.Set("behind", "1")
	}
	http.Redirect(w, r, withQuery(back, add), http.StatusSeeOther)
	return nil
}

// carryOut gives one command to an item.
func (s *Server) carryOut(ctx context.Context, a events.Actor, it projections.Item, c domain.Command, id uuid.UUID, seen int) (domain.Receipt, error) {
	o, err := s.order(ctx, a, it, c, id, seen)
	if err != nil {
		return domain.Receipt{}, err
	}
	rc, err := s.desk.Do(ctx, o)
	s.noteRefused(ctx, a, it, domain.Name(c), err)
	return rc, err
}

// again shows the form once more with everything that was typed.
func (s *Server) again(w http.ResponseWriter, r *http.Request, a events.Actor, it projections.Item, in formInput, status int) error {
	var err error
	in.item = it
	if in.folded, err = s.fold(r.Context(), it); err != nil {
		return err
	}
	p, err := s.newFormPage(r, a, it, in)
	if err != nil {
		return err
	}
	return s.render(w, status, "form", p)
}

// overtaken shows what has changed meanwhile beside what was written; sending it again
// says that the change was seen.
func (s *Server) overtaken(w http.ResponseWriter, r *http.Request, a events.Actor, it projections.Item, spec domain.Spec, form url.Values, late *domain.Overtaken) error {
	// The pages may be behind the rules by a moment: look again.
	if now, err := s.see(r.Context(), it.Number, a); err == nil {
		it = now
	}
	p, err := s.newFormPage(r, a, it, formInput{spec: spec, item: it, values: form})
	if err != nil {
		return err
	}
	p.Form.Seen = late.Now
	es, err := s.reads.Timeline(r.Context(), it.ID)
	if err != nil {
		return err
	}
	p.Late = &overtaken{News: timelineOf(since(es, late.Seen), false, s.cfg.Now())}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name == "id" || name == "seen" || name == "back" || name == "add" {
			continue
		}
		p.Late.Sent = append(p.Late.Sent, fact{name, form.Get(name)})
	}
	for _, c := range p.Form.Fields {
		p.Late.Wrote = append(p.Late.Wrote, c.wrote()...)
	}
	return s.render(w, http.StatusConflict, "form", p)
}

// wrote are the filled-in values of a control in words.
func (c control) wrote() []fact {
	var out []fact
	for _, row := range c.Table {
		var words []string
		for _, cell := range row.Cells {
			for _, f := range cell.wrote() {
				words = append(words, f.Text)
			}
		}
		if len(words) > 1 || len(words) == 1 && len(row.Cells) == 1 {
			out = append(out, fact{c.Label, strings.Join(words, " · ")})
		}
	}
	if c.Value == "" || len(c.Table) > 0 {
		return out
	}
	text := c.Value
	for _, o := range c.Options {
		if o.Value == c.Value {
			text = o.Label
		}
	}
	if c.Kind == domain.YesNo {
		text = "是"
	}
	if c.Hidden {
		text = c.Label
	}
	return append(out, fact{c.Label, text})
}
