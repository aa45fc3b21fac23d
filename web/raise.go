package web

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// usualCategories are offered until items have categories of their own.
var usualCategories = []string{"民生", "政务服务", "经济社会发展", "四风"}

// RaisePage is the form (发生了什么 → 在哪里 → 哪一类 → 怎么找您) and, checked, the page 核对.
type RaisePage struct {
	Page
	ID, Draw string // command id and query code, drawn before: sent twice it is still one item
	Closed   bool   // writing is not open to this person
	Clerk    bool   // 代录
	Check    bool   // everything typed is fine: show it once more

	Text, Area, Place, Category  Input
	Year, Month, Day             Input
	DayErr                       string
	Behalf                       Input
	Name, Tel                    Input
	Anonymous, Confidential      Input
	Channel, ChannelNote, Source Input
	Preset, Citation             Input
	Areas                        []projections.Option

	Raise    domain.Raise
	Warnings []string // what looks like a number that should not stand in the words
	Kept     []pair   // all fields as typed, for the next step
}

// pair is one hidden field.
type pair struct{ Name, Value string }

func (s *Server) raisePage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newRaisePage(r, r.URL.Query())
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "raise", p)
}

// raise takes the form: step check shows it once more, edit returns to it, send registers.
func (s *Server) raise(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	v := r.PostForm
	p, err := s.newRaisePage(r, v)
	if err != nil {
		return err
	}
	if v.Get("step") == "edit" {
		return s.render(w, http.StatusOK, "raise", p)
	}
	actor := s.raiser(r)
	c, rs := s.readRaise(v, p.Clerk)
	if len(rs) == 0 {
		if _, err := domain.Decide(nil, c, s.desk.Situation(actor)); err != nil {
			if rs = domain.RefusalsOf(err); rs == nil {
				return err
			}
		}
	}
	if len(rs) > 0 {
		p.Errors = rs
		p.mark(rs)
		return s.render(w, http.StatusUnprocessableEntity, "raise", p)
	}
	p.Raise, p.Warnings = c, numbersIn(c.Text)
	if v.Get("step") != "send" || len(p.Warnings) > 0 && v.Get("sure") == "" {
		p.Check = true
		p.Title = "提意见：核对"
		return s.render(w, http.StatusOK, "raise", p)
	}
	id, err := uuid.Parse(p.ID)
	if err != nil {
		return err
	}
	o := domain.Order{ID: id, Command: c, Actor: actor, Code: p.Draw}
	rc, err := s.desk.Do(r.Context(), o)
	if rs := domain.RefusalsOf(err); rs != nil {
		p.Errors = rs
		p.mark(rs)
		return s.render(w, http.StatusUnprocessableEntity, "raise", p)
	}
	if err != nil {
		return err
	}
	return s.receipt(w, r, rc, c, p.Clerk)
}

// raiser is who registers: an officer who may, for somebody else; anybody else as the public.
func (s *Server) raiser(r *http.Request) events.Actor {
	a, staff := s.actor(r)
	if staff && (a.Role == events.Dispatcher || a.Role == events.Intake) {
		return a
	}
	return s.anybody()
}

func (s *Server) newRaisePage(r *http.Request, v url.Values) (*RaisePage, error) {
	p := &RaisePage{Page: s.page(r, "提意见", "raise"), Closed: !s.mayWrite(r)}
	p.Clerk = s.raiser(r).Role != events.Petitioner
	if id, err := uuid.Parse(v.Get("id")); err == nil && id != uuid.Nil {
		p.ID = id.String()
	} else {
		p.ID = uuid.NewString()
	}
	if p.Draw = domain.NormalizeCode(v.Get("draw")); !isCode(p.Draw) {
		var err error
		if p.Draw, err = domain.NewCode(rand.Reader); err != nil {
			return nil, err
		}
	}
	for _, f := range domain.Fields(domain.Raise{}) {
		if in := p.input(f.Name); in != nil {
			*in = inputOf(f, v.Get(f.Name), nil)
		}
	}
	p.Text.Label = "用您自己的话说"
	p.Text.Hint = "怎么想就怎么写，我们不改您的原话。例如：“江山村江背组的那个五保老人今年不能种田了，要想办法帮他解决春耕生产问题。”"
	p.Text.Rows = 6
	p.Behalf.Radio = true
	p.Area.Hint = "写到村、社区、路段就行。这个以后可以公开。"
	p.Name.Hint, p.Name.Auto = "可以不留。", "name"
	p.Tel.Hint, p.Tel.Auto, p.Tel.Mode = "办的单位好跟您联系。可以不留。", "tel", "tel"
	p.Anonymous.Label = "匿名：不留姓名和电话"
	p.Confidential.Label = "保密：不让办这件事的单位知道我是谁"
	p.Year = Input{Name: "y", Label: "年", Value: v.Get("y"), Mode: "numeric"}
	p.Month = Input{Name: "m", Label: "月", Value: v.Get("m"), Mode: "numeric"}
	p.Day = Input{Name: "happened", Label: "日", Value: v.Get("happened"), Mode: "numeric"}
	if err := s.raiseChoices(r, p); err != nil {
		return nil, err
	}
	if p.Clerk {
		p.Title, p.Text.Label = "代录一条", "原话"
		p.Text.Hint = "怎么说就怎么写，一个字不改。"
		if p.Channel.Value == "" {
			p.Channel.Value = string(events.ByCall)
		}
		p.Source.Value = cmp.Or(p.Source.Value, string(events.FromPublic))
		p.Preset.Value = cmp.Or(p.Preset.Value, string(events.CountyLedger))
		p.Source.Radio, p.Preset.Radio = false, false
	}
	for _, name := range []string{"text", "area", "place", "category", "y", "m", "happened", "behalf", "name", "phone", "anonymous", "confidential",
		"channel", "channel_note", "source", "preset", "citation"} {
		if x := v.Get(name); x != "" {
			p.Kept = append(p.Kept, pair{name, x})
		}
	}
	return p, nil
}

func (s *Server) raiseChoices(r *http.Request, p *RaisePage) error {
	cats, err := s.reads.PublicCategories(r.Context())
	if err != nil {
		return err
	}
	names := make([]string, 0, len(cats)+4)
	for _, c := range cats[:min(len(cats), 30)] {
		if c.Key != "" {
			names = append(names, c.Key)
		}
	}
	for _, c := range usualCategories {
		if !slices.Contains(names, c) {
			names = append(names, c)
		}
	}
	p.Category.Blank = "说不好，请办公室来定"
	for _, n := range names {
		p.Category.Options = append(p.Category.Options, domain.Choice{Value: n, Label: n})
	}
	areas, err := s.reads.PublicAreas(r.Context())
	if err != nil {
		return err
	}
	p.Areas = areas[:min(len(areas), 50)]
	return nil
}

// input is the control of a field of Raise on the page, nil for one that it does not show.
func (p *RaisePage) input(name string) *Input {
	switch name {
	case "text":
		return &p.Text
	case "area":
		return &p.Area
	case "place":
		return &p.Place
	case "category":
		return &p.Category
	case "happened":
		return &p.Day
	case "behalf":
		return &p.Behalf
	case "name":
		return &p.Name
	case "phone":
		return &p.Tel
	case "anonymous":
		return &p.Anonymous
	case "confidential":
		return &p.Confidential
	case "channel":
		return &p.Channel
	case "channel_note":
		return &p.ChannelNote
	case "source":
		return &p.Source
	case "preset":
		return &p.Preset
	case "citation":
		return &p.Citation
	}
	return nil
}

// mark puts refusals at their fields.
func (p *RaisePage) mark(rs domain.Refusals) {
	for _, r := range rs {
		if in := p.input(r.Field); in != nil && in.Err == "" {
			in.Err = r.Message
		}
	}
	p.DayErr = p.Day.Err
	p.Title = "提意见：有 " + strconv.Itoa(len(rs)) + " 处要改"
}

// readRaise reads the form into the command. What only a form can get wrong is refused here.
func (s *Server) readRaise(v url.Values, clerk bool) (domain.Raise, domain.Refusals) {
	var rs domain.Refusals
	text := func(name string) string { return trim(v.Get(name)) }
	c := domain.Raise{Text: text("text"), Area: text("area"), Place: text("place"), Category: text("category"),
		Behalf: events.Behalf(v.Get("behalf")), Name: text("name"), Phone: narrow(text("phone")),
		Anonymous: truthy(v.Get("anonymous")), Confidential: truthy(v.Get("confidential")), Channel: events.ByWeb}
	if c.Text == "" {
		rs = append(rs, &domain.Refusal{Rule: "raise.missing", Field: "text", Message: "请写：发生了什么。"})
	}
	day, err := s.readDay(narrow(text("y")), narrow(text("m")), narrow(text("happened")))
	if err != nil {
		rs = append(rs, err)
	}
	c.Happened = day
	if clerk {
		c.Channel, c.ChannelNote = events.Channel(v.Get("channel")), text("channel_note")
		c.Source, c.Preset, c.Citation = events.Source(v.Get("source")), events.Preset(v.Get("preset")), text("citation")
	} else if c.Behalf == "" {
		rs = append(rs, &domain.Refusal{Rule: "raise.behalf", Field: "behalf", Message: "请选：替自己说，还是替别人说。"})
	}
	for _, r := range domain.Check(c) {
		if errAt(rs, r.Field) == "" {
			rs = append(rs, r)
		}
	}
	return c, rs
}

// readDay reads month and day, and the year where it is asked for. A day that would still
// be to come was last year's.
func (s *Server) readDay(y, m, d string) (events.Date, *domain.Refusal) {
	if m == "" && d == "" && y == "" {
		return events.Date{}, nil
	}
	bad := func(msg string) (events.Date, *domain.Refusal) {
		return events.Date{}, &domain.Refusal{Rule: "raise.day", Field: "happened", Message: "哪天发生的：" + msg}
	}
	mon, err1 := strconv.Atoi(m)
	day, err2 := strconv.Atoi(d)
	if err1 != nil || err2 != nil || mon < 1 || day < 1 {
		return bad("月和日都要写数字，记不清就都不填。")
	}
	if mon > 12 {
		return bad("没有 " + strconv.Itoa(mon) + " 月。")
	}
	year := s.today().Year()
	if y != "" {
		if n, err := strconv.Atoi(y); err != nil || n < 1990 || n > year {
			return bad("年份要在 1990 到 " + strconv.Itoa(year) + " 之间。")
		} else {
			year = n
		}
	} else if mon > int(s.today().Month()) || mon == int(s.today().Month()) && day > s.today().Day() {
		year--
	}
	on, err := events.ParseDate(strconv.Itoa(year) + "-" + twoDigits(mon) + "-" + twoDigits(day))
	if err != nil {
		return bad(strconv.Itoa(mon) + " 月没有 " + strconv.Itoa(day) + " 日。")
	}
	return on, nil
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// isCode reports whether a hidden field still holds a code as it was drawn.
func isCode(s string) bool {
	if len(s) != 13 {
		return false
	}
	for _, r := range s {
		if !strings.ContainsRune("0123456789ABCDEFGHJKMNPQRSTVWXYZ", r) {
			return false
		}
	}
	return true
}

// numbersIn says what in a text looks like a telephone, identity or bank card number. It
// only warns: a street may have a long number too.
func numbersIn(text string) []string {
	var out []string
	add := func(w string) {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	run := []rune{}
	judge := func() {
		t := string(run)
		run = run[:0]
		switch n := len(t); {
		case n == 18 || n == 15 || n == 17 && strings.HasSuffix(t, "X"):
			add("身份证号")
		case n >= 16:
			add("银行卡号")
		case n == 11 && t[0] == '1':
			add("手机号")
		case n >= 11:
			add("电话号码")
		}
	}
	for _, r := range narrow(text) {
		switch {
		case r >= '0' && r <= '9':
			run = append(run, r)
		case (r == 'x' || r == 'X') && len(run) == 17:
			run = append(run, 'X')
		case (r == ' ' || r == '-') && len(run) > 0:
		case unicode.IsSpace(r):
		default:
			judge()
		}
	}
	judge()
	return out
}
