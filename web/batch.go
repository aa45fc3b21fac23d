package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// BatchPage enters what was collected at one meeting or visit (一次录多条): when, where and by
// whom once, then a row an opinion.
type BatchPage struct {
	Page
	ID                      string // of the occasion; the commands' ids follow from it
	Channel, On, Venue, Who Input
	Rows                    []batchRow
	Done                    []batchSlip // not empty: everything is registered
	Behind                  bool
}

// batchRow is one opinion.
type batchRow struct {
	N                               int
	Text, Area, Category, Name, Tel Input
	Confidential                    Input
}

// batchSlip is what the person who said it is given.
type batchSlip struct{ Number, Code, Text string }

const (
	batchStart = 5  // rows of a fresh form, and how many more one gets
	batchMost  = 60 // rows of one form
)

// occasions are the ways in which opinions are collected by many.
var occasions = []events.Channel{events.ByForum, events.ByVisit, events.ByMeeting, events.ByReception, events.BySurvey, events.ByBox}

// intakeOnly lets through who may register for others.
func (s *Server) intakeOnly(h staffHandler) handler {
	return s.staff(func(w http.ResponseWriter, r *http.Request, a events.Actor) error {
		if s.raiser(r).Role == events.Petitioner {
			return &denied{"登记由登记员、交办员来做，您现在是" + a.Role.Zh() + "。"}
		}
		return h(w, r, a)
	})
}

func (s *Server) batchPage(w http.ResponseWriter, r *http.Request, _ events.Actor) error {
	return s.render(w, http.StatusOK, "batch", s.newBatch(r, url.Values{}))
}

// batch registers every row that says something, or none: a row that is refused is shown
// with all the others.
func (s *Server) batch(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	v := r.PostForm
	p := s.newBatch(r, v)
	if v.Get("add") != "" {
		return s.render(w, http.StatusOK, "batch", p)
	}
	cs, rs := s.readBatch(v, p)
	for _, c := range cs {
		_, err := domain.Decide(nil, c.Raise, s.desk.Situation(a))
		more := domain.RefusalsOf(err)
		if err != nil && more == nil {
			return err
		}
		for _, r := range atRow(more, c.row) {
			if errAt(rs, r.Field) == "" { // what is wrong with the occasion is wrong once
				rs = append(rs, r)
			}
		}
	}
	if len(rs) > 0 {
		p.Errors = rs
		p.mark(rs)
		return s.render(w, http.StatusUnprocessableEntity, "batch", p)
	}
	base, err := uuid.Parse(p.ID)
	if err != nil {
		return fmt.Errorf("occasion %q: %w", p.ID, err)
	}
	var last uint64
	for _, c := range cs {
		rc, err := s.desk.Do(r.Context(), domain.Order{ID: uuid.NewSHA1(base, fmt.Appendf(nil, "row %d", c.row)), Command: c.Raise, Actor: a})
		if err != nil {
			return err
		}
		last = max(last, rc.Sequence)
		slip := batchSlip{Number: rc.Number, Code: rc.Code, Text: c.Text}
		if rc.Repeated { // told once
			slip.Code = ""
		}
		p.Done = append(p.Done, slip)
	}
	p.Title = "登记了 " + strconv.Itoa(len(p.Done)) + " 条"
	if p.Behind, err = s.settle(r.Context(), last); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "batch", p)
}

func (s *Server) newBatch(r *http.Request, v url.Values) *BatchPage {
	p := &BatchPage{Page: s.staffPage(r, "一次录多条", "desk"), ID: v.Get("id")}
	if _, err := uuid.Parse(p.ID); err != nil {
		p.ID = uuid.NewString()
	}
	p.Channel = Input{Name: "channel", Label: "怎么收来的", Kind: domain.Enum, Value: v.Get("channel"), Blank: "请选", Need: true}
	for _, c := range occasions {
		p.Channel.Options = append(p.Channel.Options, domain.Choice{Value: string(c), Label: c.Zh()})
	}
	p.On = Input{Name: "on", Label: "哪天", Kind: domain.Day, Value: v.Get("on"), Need: true}
	p.Venue = Input{Name: "venue", Label: "在哪里开的、走访哪里", Value: v.Get("venue"), Max: 40, Need: true}
	p.Who = Input{Name: "host", Label: "谁主持、谁去的", Hint: "写职务，不写姓名。", Value: v.Get("host"), Max: 40, Need: true}
	rows := batchStart
	for rows < batchMost && v.Has("rows."+strconv.Itoa(rows)+".text") {
		rows++
	}
	if v.Get("add") != "" {
		rows = min(rows+batchStart, batchMost)
	}
	for i := range rows {
		p.Rows = append(p.Rows, newBatchRow(i, v))
	}
	return p
}

func newBatchRow(i int, v url.Values) batchRow {
	row := batchRow{N: i + 1}
	for _, f := range domain.Fields(domain.Raise{}) {
		in := map[string]*Input{"text": &row.Text, "area": &row.Area, "category": &row.Category, "name": &row.Name, "phone": &row.Tel, "confidential": &row.Confidential}[f.Name]
		if in == nil {
			continue
		}
		name := rowField(i, f.Name)
		*in = Input{Name: name, Label: f.Label, Kind: f.Kind, Value: v.Get(name), Max: f.Max, Rows: 2, Auto: "off"}
	}
	return row
}

func rowField(i int, field string) string { return "rows." + strconv.Itoa(i) + "." + field }

// batchCommand is the command of a row.
type batchCommand struct {
	domain.Raise
	row int
}

// readBatch reads the occasion and every row in which something stands.
func (s *Server) readBatch(v url.Values, p *BatchPage) ([]batchCommand, domain.Refusals) {
	var rs domain.Refusals
	at := events.OpinionCollected{Occasion: p.ID, Place: trim(v.Get("venue")), Host: trim(v.Get("host"))}
	missing := func(field, label string) {
		rs = append(rs, &domain.Refusal{Rule: "raise.missing", Field: field, Message: label + "：还没有填。"})
	}
	channel := events.Channel(v.Get("channel"))
	if channel == "" {
		missing("channel", p.Channel.Label)
	}
	var err error
	if at.On, err = events.ParseDate(v.Get("on")); err != nil || at.On.After(s.today()) {
		rs = append(rs, &domain.Refusal{Rule: "raise.day", Field: "on", Message: "哪天：要写一个过去的日子。"})
	}
	for _, in := range []Input{p.Venue, p.Who} {
		if text := trim(in.Value); text == "" {
			missing(in.Name, in.Label)
		} else if utf8.RuneCountInString(text) > in.Max {
			rs = append(rs, &domain.Refusal{Rule: "raise.too_long", Field: in.Name, Message: in.Label + "：最多 40 字。"})
		}
	}
	var out []batchCommand
	for i := range p.Rows {
		get := func(field string) string { return trim(v.Get(rowField(i, field))) }
		c := domain.Raise{Text: get("text"), Area: get("area"), Category: get("category"), Name: get("name"), Phone: narrow(get("phone")),
			Confidential: truthy(get("confidential")), Channel: channel, Source: events.FromPublic, Preset: events.CountyLedger}
		if c.Text+c.Area+c.Category+c.Name+c.Phone == "" {
			continue
		}
		out = append(out, batchCommand{c.Collected(at), i})
	}
	if len(out) == 0 {
		missing(rowField(0, "text"), "第 1 条，原话")
	}
	return out, rs
}

// rowFields are the fields of a row; everything else is said once for all of them.
var rowFields = map[string]bool{"text": true, "area": true, "category": true, "name": true, "phone": true, "confidential": true}

// atRow puts the refusals of a row's command at the row's fields.
func atRow(rs domain.Refusals, i int) domain.Refusals {
	out := make(domain.Refusals, 0, len(rs))
	for _, r := range rs {
		x := *r
		if rowFields[r.Field] {
			x.Field, x.Message = rowField(i, r.Field), "第 "+strconv.Itoa(i+1)+" 条，"+r.Message
		}
		out = append(out, &x)
	}
	return out
}

func (p *BatchPage) mark(rs domain.Refusals) {
	ins := []*Input{&p.Channel, &p.On, &p.Venue, &p.Who}
	for i := range p.Rows {
		r := &p.Rows[i]
		ins = append(ins, &r.Text, &r.Area, &r.Category, &r.Name, &r.Tel, &r.Confidential)
	}
	for _, in := range ins {
		in.Err = strings.TrimSpace(errAt(rs, in.Name))
	}
}
