package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/detect"
	"xiaohao/events"
)

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
	p.Title = p.name() + "：有 " + strconv.Itoa(len(rs)) + " 处要改"
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

// warnings says which numbers stand in the words that point at somebody. It only warns: the
// words are sealed, and a street may have a long number, too.
func warnings(text string) []string {
	var out []string
	for _, k := range detect.Kinds(detect.In(text)) {
		out = append(out, k.Zh())
	}
	return out
}
