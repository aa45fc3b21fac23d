package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
)

// apiRoutes are the JSON interface and the two addresses that monitors ask.
func (s *Server) apiRoutes() []route {
	return append(s.importAPI(), []route{
		{"GET /api/v1/items", s.staff(s.apiItems)},
		{"POST /api/v1/items", s.apiRaise},
		{"GET /api/v1/items/{number}", s.staff(s.apiItem)},
		{"GET /api/v1/items/{number}/timeline", s.staff(s.apiTimeline)},
		{"POST /api/v1/items/{number}/{command}", s.staff(s.uploading(s.apiGive))},
		{"POST /api/v1/items/{number}/case", s.sees(rights.Case, s.apiCase)},
		{"GET /api/v1/roots", s.apiRoots},
		{"GET /api/v1/board", s.sees(rights.Figures, s.apiBoard)},
		{"POST /api/v1/query", s.apiQuery},
		{"GET /api/v1/commands", s.apiCommands},
		{"GET /api/v1/status", s.apiStatus},
		{"GET /api/v1/openapi.json", s.apiDescription},
		{"GET /healthz", healthz},
		{"GET /readyz", s.readyz},
		{"GET /metrics", metricsPage(s.reads)},
	}...)
}

func sendJSON(w http.ResponseWriter, status int, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, err = w.Write(append(data, '\n'))
	return err
}

// unseal empties every sealed field of an item: personal data leaves through no answer.
func unseal(it projections.Item) projections.Item {
	none := events.Sealed{}
	d := &it.Detail
	d.Answer, d.ReplyPrivate, d.ReplySecret = none, none, none
	if d.Report != nil {
		r := *d.Report
		r.ContactNote = none
		d.Report = &r
	}
	if d.Claim != nil {
		c := *d.Claim
		c.Measures, c.Note, c.Workbook.Name = none, none, none
		d.Claim = &c
	}
	d.Objections = slices.Clone(d.Objections)
	for i := range d.Objections {
		d.Objections[i].Text, d.Objections[i].Contact = none, none
	}
	d.Evidence = slices.Clone(d.Evidence)
	for i := range d.Evidence {
		d.Evidence[i].File.Name = none
	}
	d.Evaluations = slices.Clone(d.Evaluations)
	for i := range d.Evaluations {
		d.Evaluations[i].Words = none
	}
	return it
}

// itemList is the answer of GET /api/v1/items.
type itemList struct {
	Items   []projections.Item `json:"items"`
	Total   int                `json:"total"`
	More    bool               `json:"more,omitempty"` // there are more than total
	Next    string             `json:"next,omitempty"`
	Ignored []string           `json:"ignored,omitempty"` // filters that nobody knows
}

func (s *Server) apiItems(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	base, err := s.filter(r.Context(), a)
	if err != nil {
		return err
	}
	q := readQuery(r.URL.Query(), base)
	if !q.filter.AsOf.IsZero() {
		q.filter.Near = s.lookedBack(q.filter.AsOf)[events.NearEnd].Day
	}
	p, err := s.reads.Items(r.Context(), q.filter)
	if err != nil {
		return err
	}
	out := itemList{Items: make([]projections.Item, len(p.Items)), Total: p.Total, More: p.More, Next: p.Next, Ignored: q.ignored}
	for i, it := range p.Items {
		out.Items[i] = apiView(it, a)
	}
	return sendJSON(w, http.StatusOK, out)
}

// apiView is an item as this actor may read it.
func apiView(it projections.Item, a events.Actor) projections.Item {
	it = unseal(it)
	if !seesComplained(a, it) {
		it.Detail.ComplainedOf, it.Detail.Complained = nil, nil
	}
	return it
}

// apiOpinion is an opinion without its personal fields.
type apiOpinion struct {
	ID           string         `json:"id"`
	Text         string         `json:"text"`
	Channel      events.Channel `json:"channel"`
	ChannelNote  string         `json:"channel_note,omitempty"`
	Area         string         `json:"area,omitempty"`
	Behalf       events.Behalf  `json:"behalf,omitempty"`
	Happened     events.Date    `json:"happened,omitzero"`
	Anonymous    bool           `json:"anonymous"`
	Confidential bool           `json:"confidential"`
	RaisedOn     events.Date    `json:"raised_on"`
	Items        []string       `json:"items"`
}

// oneItem is the answer of GET /api/v1/items/{number}.
type oneItem struct {
	projections.Item
	Opinions []apiOpinion `json:"opinions"`
	Actions  []apiAction  `json:"actions"`
}

// apiAction is one command that the actor's role can give, and why not now.
type apiAction struct {
	Command string          `json:"command"`
	Title   string          `json:"title"`
	Refused *domain.Refusal `json:"refused,omitempty"`
}

func (s *Server) apiItem(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, folded, os, err := s.whole(r, a)
	if err != nil {
		return err
	}
	out := oneItem{Item: apiView(it, a), Opinions: []apiOpinion{}, Actions: []apiAction{}}
	said := s.said(r.Context(), os)
	for _, o := range os {
		x := apiOpinion{ID: o.ID, Text: said.words(o.Text), Channel: o.Channel, ChannelNote: o.ChannelNote, Area: o.Area, Behalf: o.Behalf, Happened: o.Happened,
			Anonymous: o.Anonymous, Confidential: o.Confidential, RaisedOn: o.RaisedOn, Items: o.Items}
		out.Opinions = append(out.Opinions, x)
	}
	for _, x := range domain.Actions(folded, s.desk.Situation(a)) {
		out.Actions = append(out.Actions, apiAction{x.Spec.Name, x.Spec.Title, x.Refused})
	}
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(it.Rev)))
	return sendJSON(w, http.StatusOK, out)
}

func (s *Server) apiTimeline(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return err
	}
	es, err := s.reads.Timeline(r.Context(), it.ID)
	if err != nil {
		return err
	}
	if es == nil {
		es = []projections.Entry{}
	}
	return sendJSON(w, http.StatusOK, struct {
		Number  string              `json:"number"`
		Entries []projections.Entry `json:"entries"`
	}{it.Number, es})
}

// readCommand decodes the body of a command and the headers that go with it.
func (s *Server) readCommand(r *http.Request, spec domain.Spec) (b bound, id uuid.UUID, seen int, err error) {
	if id, err = commandID(r.Header.Get("Idempotency-Key")); err != nil {
		return b, id, 0, err
	}
	if tag := r.Header.Get("If-Match"); tag != "" && tag != "*" {
		if seen, err = strconv.Atoi(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`)); err != nil || seen < 1 {
			return b, id, 0, fmt.Errorf("%w: If-Match %q", errBadRequest, tag)
		}
	}
	a, _ := s.actor(r)
	ls, err := s.known(r.Context(), a)
	if err != nil {
		return b, id, 0, err
	}
	if isMultipart(r) {
		form, file, err := s.readForm(r)
		if err != nil {
			return b, id, 0, err
		}
		b = bindForm(spec, form, ls.names())
		b.file = file
	} else if b, err = bindJSON(spec, r.Body, ls.names()); err != nil {
		return b, id, 0, badForm(err)
	}
	if len(b.refused) > 0 {
		return b, id, 0, b.all()
	}
	return b, id, seen, nil
}

// raised is the answer of POST /api/v1/items.
type raised struct {
	Number   string `json:"number"`
	Code     string `json:"code"` // shown once, kept nowhere
	PublicID string `json:"public_id"`
	Sequence uint64 `json:"sequence"`
	Rev      int    `json:"rev"`
	Repeated bool   `json:"repeated"`
}

// apiRaise registers an opinion; anybody may. A repeated key gives the same number, and no
// code, which is told once.
func (s *Server) apiRaise(w http.ResponseWriter, r *http.Request) error {
	a, _ := s.actor(r)
	spec, _ := domain.SpecOf("raise")
	b, id, _, err := s.readCommand(r, spec)
	if err != nil {
		return err
	}
	c := b.command
	if said, ok := c.(*domain.Raise); ok && a.Role == events.Petitioner && !s.cfg.Demo {
		c = said.Doubted(s.doubtsOfProgram(r, id)...)
	}
	rc, err := s.desk.Do(r.Context(), domain.Order{ID: id, Command: c, Actor: a})
	if err != nil {
		return sentErr(b, err)
	}
	// The next request may read what this one wrote. A read model that is behind does not
	// make the command fail: it stands in the log.
	if _, err := s.settle(r.Context(), rc.Sequence); err != nil {
		return err
	}
	status := http.StatusCreated
	if rc.Repeated {
		status = http.StatusOK
	}
	w.Header().Set("Location", "/api/v1/items/"+rc.Number)
	return sendJSON(w, status, raised{rc.Number, rc.Code, rc.PublicID, rc.Sequence, rc.Rev, rc.Repeated})
}

// sentErr names the rows of refusals as they were sent.
func sentErr(b bound, err error) error {
	if rs := domain.RefusalsOf(err); rs != nil {
		return b.asSent(rs)
	}
	return err
}

// given is the answer of POST /api/v1/items/{number}/{command}.
type given struct {
	Number   string    `json:"number"`
	Rev      int       `json:"rev"`
	Sequence uint64    `json:"sequence"`
	Repeated bool      `json:"repeated"`
	Children []string  `json:"children,omitempty"`
	Name     string    `json:"name,omitempty"`  // of a reveal, to who asked: this once
	Phone    string    `json:"phone,omitempty"` // likewise
	Texts    []apiText `json:"texts,omitempty"` // likewise
}

// apiText is one text in full, and which.
type apiText struct {
	What string `json:"what"`
	Text string `json:"text"`
}

func (s *Server) apiGive(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	spec, it, err := s.target(r, a)
	if err != nil {
		return err
	}
	b, id, seen, err := s.readCommand(r, spec)
	if no := spec.AllowsRole(a); no != nil && (err == nil || domain.RefusalsOf(err) != nil) {
		s.noteRefused(r.Context(), a, it, spec.Name, no)
		return no
	}
	if err != nil {
		return err
	}
	if b.file != nil {
		if err := s.attach(r.Context(), a, it, spec, b, id); err != nil {
			return err
		}
	}
	rc, err := s.carryOut(r.Context(), a, it, b.command, id, seen)
	if err != nil {
		return sentErr(b, err)
	}
	if _, err := s.settle(r.Context(), rc.Sequence); err != nil {
		return err
	}
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(rc.Rev)))
	out := given{Number: it.Number, Rev: rc.Rev, Sequence: rc.Sequence, Repeated: rc.Repeated, Children: rc.Children}
	if spec.Name == "reveal" {
		shown, err := s.revealed(r.Context(), it, a, id)
		if err != nil {
			return err
		}
		for _, x := range shown {
			switch x.Field {
			case events.PersonName:
				out.Name = x.Text
			case events.PersonPhone:
				out.Phone = x.Text
			case events.PersonText:
				out.Texts = append(out.Texts, apiText{x.Label, x.Text})
			}
		}
	}
	return sendJSON(w, http.StatusOK, out)
}

func (s *Server) apiBoard(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	v := r.URL.Query()
	base, err := s.filter(r.Context(), a)
	if err != nil {
		return err
	}
	f := projections.BoardFilter{Unit: v.Get("unit"), Leader: v.Get("leader"), Campaign: v.Get("campaign"), Today: base.Today, Minute: base.Minute, Near: base.Near, Sight: base.Sight}
	if ofUnit(a) && !slices.Contains(f.Sight.Units, f.Unit) {
		f.Unit = a.Unit.ID
	}
	if p := events.Preset(v.Get("preset")); slices.Contains(events.Presets, p) {
		f.Preset = p
	}
	if day, err := events.ParseDate(v.Get("as_of")); err == nil && day.Before(s.today()) {
		f.AsOf, f.Near = day, s.lookedBack(day)[events.NearEnd].Day
	}
	b, err := s.reads.Board(r.Context(), f)
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, apiBoardOf(b))
}

// boardAnswer is the board with stable names.
type boardAnswer struct {
	AsOf       uint64      `json:"as_of"`        // position in the log
	Day        events.Date `json:"day,omitzero"` // of a past day: which
	All        apiCell     `json:"all"`
	Pending    int         `json:"pending"`
	Answered   int         `json:"answered"`
	Ended      int         `json:"ended"`
	Merged     int         `json:"merged"`
	ByUnit     []apiCell   `json:"by_unit"`
	ByMode     []apiCell   `json:"by_mode"`
	BySource   []apiCell   `json:"by_source"`
	ByCategory []apiCell   `json:"by_category"`
	ByLeader   []apiCell   `json:"by_leader"`
	ByCampaign []apiCell   `json:"by_campaign"`
	Weeks      []apiWeek   `json:"weeks"`
	Earlier    apiEarlier  `json:"earlier"`
}

type apiCell struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Overdue  int    `json:"overdue"`
	Near     int    `json:"near"`
	Running  int    `json:"running"`
	Waiting  int    `json:"waiting"`
	Held     int    `json:"held"`
	Done     int    `json:"done"`
	Standing int    `json:"standing"`
	Closed   int    `json:"closed"`
	Total    int    `json:"total"`
}

type apiWeek struct {
	Start  events.Date `json:"start"`
	New    int         `json:"new"`
	Closed int         `json:"closed"`
}

type apiEarlier struct {
	New    int `json:"new"`
	Closed int `json:"closed"`
}

func apiBoardOf(b projections.Board) boardAnswer {
	cell := func(c projections.Cell) apiCell {
		return apiCell{c.Key, c.Name, c.Overdue, c.Near, c.Running, c.Waiting, c.Held, c.Done, c.Standing, c.Closed, c.Total}
	}
	cells := func(cs []projections.Cell) []apiCell {
		out := make([]apiCell, len(cs))
		for i, c := range cs {
			out[i] = cell(c)
		}
		return out
	}
	out := boardAnswer{AsOf: b.AsOf, Day: b.Day, All: cell(b.All), Pending: b.Pending, Answered: b.Answered, Ended: b.Ended, Merged: b.Merged, ByUnit: cells(b.ByUnit),
		ByMode: cells(b.ByMode), BySource: cells(b.BySource), ByCategory: cells(b.ByCategory), ByLeader: cells(b.ByLeader), ByCampaign: cells(b.ByCampaign),
		Earlier: apiEarlier{b.EarlierNew, b.EarlierClosed}, Weeks: []apiWeek{}}
	for _, w := range b.Weeks {
		out.Weeks = append(out.Weeks, apiWeek(w))
	}
	return out
}

// apiPublic is what the petitioner reads with number and code.
type apiPublic struct {
	Number      string       `json:"number"`
	PublicID    string       `json:"public_id,omitempty"` // when it was released
	Title       string       `json:"title,omitempty"`
	Summary     string       `json:"summary,omitempty"`
	State       events.State `json:"state"`
	StateWord   string       `json:"state_word"`
	Mode        events.Mode  `json:"mode,omitempty"`
	Lead        string       `json:"lead,omitempty"`
	RaisedOn    events.Date  `json:"raised_on"`
	AcceptedOn  events.Date  `json:"accepted_on,omitzero"`
	Due         events.Date  `json:"due,omitzero"`
	DueOriginal events.Date  `json:"due_original,omitzero"`
	RectifiedOn events.Date  `json:"rectified_on,omitzero"`
	ClosedOn    events.Date  `json:"closed_on,omitzero"`
	LateDays    int          `json:"late_days"`
	Reply       string       `json:"reply,omitempty"`
	RepliedOn   events.Date  `json:"replied_on,omitzero"`
	Question    string       `json:"question,omitempty"`
	NotAccepted string       `json:"not_accepted,omitempty"`
	Route       string       `json:"route,omitempty"`
	MergedInto  string       `json:"merged_into,omitempty"`
	CanEvaluate bool         `json:"can_evaluate"`
	Timeline    []apiEntry   `json:"timeline"`
}

type apiEntry struct {
	Title string `json:"title"`
	Text  string `json:"text,omitempty"`
	At    string `json:"at"`
}

// apiQuery answers number and code; a wrong number and a wrong code get the same answer,
// and too many of them none.
func (s *Server) apiQuery(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Number string `json:"number"`
		Code   string `json:"code"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return badForm(err)
	}
	number := strings.ToUpper(strings.TrimSpace(in.Number))
	keys := []string{"a|" + s.client(r), "n|" + number}
	if !s.guesses.allowed(s.cfg.Now(), keys...) {
		return errTooOften
	}
	p, err := s.reads.PublicByCode(r.Context(), number, domain.HashCode(number, in.Code))
	if errors.Is(err, projections.ErrNotFound) {
		s.guesses.failed(s.cfg.Now(), keys...)
	}
	if err != nil {
		return err
	}
	out := apiPublic{Number: p.Number, Title: p.Title, Summary: p.Summary, State: p.State, StateWord: publicMark(p.State).word, Mode: p.Mode, Lead: p.Lead, RaisedOn: p.RaisedOn,
		AcceptedOn: p.AcceptedOn, Due: p.Due, DueOriginal: p.DueOriginal, RectifiedOn: p.RectifiedOn, ClosedOn: p.ClosedOn, LateDays: p.LateDays, Reply: p.Reply,
		RepliedOn: p.RepliedOn, Question: p.Question, NotAccepted: p.NotAccepted, Route: p.Route, MergedInto: p.MergedInto, CanEvaluate: p.CanEvaluate, Timeline: []apiEntry{}}
	if p.Released {
		out.PublicID = p.PublicID
	}
	for _, e := range p.Timeline {
		out.Timeline = append(out.Timeline, apiEntry{e.Title, e.Text, e.Recorded.In(events.Beijing).Format("2006-01-02T15:04:05-07:00")})
	}
	return sendJSON(w, http.StatusOK, out)
}

// apiCommand describes one command.
type apiCommand struct {
	Name   string         `json:"name"`
	Title  string         `json:"title"`
	Path   string         `json:"path"`
	Roles  []events.Role  `json:"roles"`
	States []events.State `json:"states,omitempty"` // in which it is possible
	Fields []apiField     `json:"fields"`
}

type apiField struct {
	Name    string      `json:"name"`
	Label   string      `json:"label"`
	Hint    string      `json:"hint,omitempty"`
	Kind    domain.Kind `json:"kind"`
	Need    bool        `json:"need"`
	Max     int         `json:"max,omitempty"`
	Options []apiOption `json:"options,omitempty"`
	Fields  []apiField  `json:"fields,omitempty"`
}

type apiOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

func (s *Server) apiCommands(w http.ResponseWriter, _ *http.Request) error {
	out := []apiCommand{}
	for _, sp := range domain.Specs() {
		out = append(out, apiCommand{sp.Name, sp.Title, apiPath(sp), sp.Roles, sp.From, apiFields(domain.Fields(sp.New()))})
	}
	return sendJSON(w, http.StatusOK, struct {
		Commands []apiCommand `json:"commands"`
	}{out})
}

func apiFields(fs []domain.Field) []apiField {
	out := []apiField{}
	for _, f := range fs {
		x := apiField{Name: f.Name, Label: f.Label, Hint: f.Hint, Kind: f.Kind, Need: f.Need}
		if f.Kind == domain.Text || f.Kind == domain.Area || f.Kind == domain.Lines || f.Kind == domain.Units || f.Kind == domain.Rows {
			x.Max = f.Max
		}
		for _, o := range f.Options {
			x.Options = append(x.Options, apiOption{o.Value, o.Label})
		}
		if len(f.Fields) > 0 {
			x.Fields = apiFields(f.Fields)
		}
		out = append(out, x)
	}
	return out
}

// version is the revision that the program was built from.
var version = func() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, x := range b.Settings {
		if x.Key == "vcs.revision" && len(x.Value) >= 12 {
			return x.Value[:12]
		}
	}
	return b.Main.Version
}()

func (s *Server) apiStatus(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Status != nil {
		st, err := s.cfg.Status(r.Context())
		if err != nil {
			return err
		}
		return sendJSON(w, http.StatusOK, st)
	}
	h := s.reads.Health(r.Context())
	return sendJSON(w, http.StatusOK, Status{Version: version, Identity: h.Position.Identity, Position: h.Position.Sequence, Behind: h.Behind, Error: h.Err})
}

func healthz(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("ok\n"))
	return err
}
