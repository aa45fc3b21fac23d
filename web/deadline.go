package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
)

// accountRows is how many days of an account stand on the page of an item; a longer one has
// its page alone.
const accountRows = 92

// explain tells an item's deadline day by day, by the calendar that it was counted by.
func (s *Server) explain(c events.Clock, due events.Date) calendar.Deadline {
	return s.desk.Calendars.At(c.Counted.Calendar, c.Counted.Area).Explain(c, due, s.today())
}

// accountJSON is an account as a script reads it.
type accountJSON struct {
	Number      string           `json:"number,omitzero"`
	From        events.Date      `json:"from"`
	Rule        string           `json:"rule"`
	Area        string           `json:"area"`
	Calendar    int              `json:"calendar"` // version
	Due         events.Date      `json:"due"`
	Original    events.Date      `json:"original,omitzero"`
	Ends        time.Time        `json:"ends"`
	Provisional bool             `json:"provisional"`
	By          *events.Basis    `json:"by,omitzero"` // row of the rule table that gave the rule
	Says        string           `json:"says"`
	Days        []accountDayJSON `json:"days"`
	Parts       []partClock      `json:"parts,omitzero"`  // the units, each with its own clock
	Limits      []stageLine      `json:"limits,omitzero"` // of the other steps
}

type accountDayJSON struct {
	Date    events.Date `json:"date"`
	Counted bool        `json:"counted"`
	Why     string      `json:"why"`
}

func toAccountJSON(number string, d calendar.Deadline) accountJSON {
	if d.Due.IsZero() {
		return accountJSON{Number: number, Days: []accountDayJSON{}}
	}
	out := accountJSON{Number: number, From: events.DateOf(d.Limit.From), Rule: d.Limit.Rule.String(), Area: d.Area, Calendar: d.Version, Due: d.Due,
		Original: d.Original, Ends: d.Ends, Provisional: d.Provisional(), Says: d.Says(), Days: make([]accountDayJSON, len(d.Days))}
	for i, l := range d.Days {
		out.Days[i] = accountDayJSON{l.Date, l.Counted, l.Says()}
	}
	if by := d.Limit.By; !by.IsZero() {
		out.By = &by
	}
	return out
}

// sendAccount answers in the form that ?as= asks for; page renders it otherwise.
func sendAccount(w http.ResponseWriter, r *http.Request, account accountJSON, text string, page func() error) error {
	switch r.URL.Query().Get("as") {
	case "":
		return page()
	case "json":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		return json.NewEncoder(w).Encode(account)
	case "text":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, err := io.WriteString(w, text)
		return err
	}
	return errBadRequest
}

// DeadlinePage is 怎么算的 of one item, or the calculator.
type DeadlinePage struct {
	Page
	Number, Heading string // of the item; "" on the calculator
	Deadline        calendar.Deadline
	None            string // why the item has no deadline
	Bars            []clockBar
	Parts           []partClock
	Limits          []stageLine
	From, Rule      Input
	Areas           []string
	Text, JSON      string // addresses of the other forms
}

// clockBar is one thing that moved the clock, for the list above the days.
type clockBar struct{ Name, When, Why string }

func barsOf(c events.Clock) []clockBar {
	var out []clockBar
	for _, p := range c.Pauses {
		to := p.To.String()
		if p.To.IsZero() {
			to = "现在"
		}
		out = append(out, clockBar{"暂停", p.From.String() + " 到 " + to, p.Why})
	}
	for _, x := range c.Extensions {
		out = append(out, clockBar{"延期", x.On.String() + " 批到 " + x.To.String(), x.Why})
	}
	return out
}

// itemDeadline is GET /items/{number}/deadline.
func (s *Server) itemDeadline(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return err
	}
	d := s.explain(it.Detail.Clock, it.Due)
	account, text := toAccountJSON(it.Number, d), d.Text()
	account.Parts, account.Limits = s.partClocks(it), s.stageLines(it)
	none := ""
	if it.Due.IsZero() {
		none = noDeadline(it)
		account.Says, text = none, none+"\n"
	}
	return sendAccount(w, r, account, text, func() error {
		here := "/items/" + url.PathEscape(it.Number) + "/deadline"
		p := DeadlinePage{Page: s.staffPage(r, it.Number+" 的期限怎么算的", "items"), Number: it.Number, Heading: titleOf(it), Deadline: d, None: none,
			Bars: barsOf(it.Detail.Clock), Parts: account.Parts, Limits: account.Limits, Text: here + "?as=text", JSON: here + "?as=json"}
		return s.render(w, http.StatusOK, "deadline", p)
	})
}

// noDeadline says why an item has none.
func noDeadline(it projections.Item) string {
	switch {
	case it.State == events.Registered || it.State == events.ReturnedForInfo:
		return "还没有受理，期限在受理的时候定。"
	case it.Mode == events.StandingMode && !it.NextReview.IsZero():
		return "常态改不设期限，要一直做，隔一段时间复核一次，下次 " + it.NextReview.String() + "。"
	case it.Mode == events.StandingMode:
		return "常态改不设期限，要一直做。"
	case it.Mode == "":
		return "这一件没有交办整改，没有期限。"
	}
	return "还没有定期限。"
}

// spokenRule turns a limit as people write it into the form that calendar.ParseRule reads.
var spokenRule = strings.NewReplacer(" ", "", "个工作日", "wd", "工作日", "wd", "天", "d", "日", "d", "个小时", "h", "小时", "h")

// calculator is GET /deadline: anybody counts a limit.
func (s *Server) calculator(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := DeadlinePage{Page: s.page(r, "期限怎么算", "how"),
		From: Input{Name: "from", Label: "从哪天起", Kind: domain.Day, Value: q.Get("from"), Hint: "这一天不算。"},
		Rule: Input{Name: "rule", Label: "多长", Kind: domain.Text, Short: true, Value: q.Get("rule"), Hint: "写成 3 个工作日、7 天或 24 小时。"}}
	if p.From.Value == "" && p.Rule.Value == "" {
		return s.render(w, http.StatusOK, "deadline", p)
	}
	from, err := events.ParseDate(p.From.Value)
	if err != nil || !calendar.Counts(from) {
		p.From.Err = "从哪天起：写成 " + s.today().String() + " 这样，2000 到 2100 年。"
	}
	rule, err := calendar.ParseRule(spokenRule.Replace(p.Rule.Value))
	if err != nil {
		p.Rule.Err = "多长：写成 3 个工作日、7 天或 24 小时。"
	}
	for _, f := range []Input{p.From, p.Rule} {
		if f.Err != "" {
			p.Errors = append(p.Errors, &domain.Refusal{Rule: "deadline." + f.Name, Field: f.Name, Message: f.Err})
		}
	}
	if p.Errors != nil {
		return s.render(w, http.StatusUnprocessableEntity, "deadline", p)
	}
	p.Deadline = s.desk.Calendars.Of(q.Get("area")).Due(calendar.Limit{Rule: rule, From: from.Time()})
	q.Set("as", "text")
	p.Text = "/deadline?" + q.Encode()
	q.Set("as", "json")
	p.JSON = "/deadline?" + q.Encode()
	return sendAccount(w, r, toAccountJSON("", p.Deadline), p.Deadline.Text(), func() error { return s.render(w, http.StatusOK, "deadline", p) })
}
