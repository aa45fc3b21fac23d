package web

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/sieve"
)

// usualCategories are offered until items have categories of their own.
var usualCategories = []string{"民生", "政务服务", "经济社会发展", "四风"}

// The steps of the form. Whoever enters for somebody else has one form, and checks it.
const (
	stepSaid    = "said"
	stepPlace   = "place"
	stepAlike   = "alike"
	stepContact = "contact"
	stepProxy   = "proxy"
	stepCheck   = "check"
)

// raiseSteps are the steps in order, with their names and the fields that each shows.
var raiseSteps = []struct {
	key, name string
	fields    []string
}{
	{stepSaid, "发生了什么", []string{"text", "m", "happened", "behalf"}},
	{stepPlace, "在哪里", []string{"area", "place", "category"}},
	{stepAlike, "是不是这件", nil},
	{stepContact, "怎么找您", []string{"name", "phone", "anonymous", "confidential"}},
	{stepCheck, "照片和核对", nil},
}

// RaisePage is one step of the form. What the other steps hold goes along in hidden fields,
// so that nothing is kept here before it is sent.
type RaisePage struct {
	Page
	ID, Draw string // command id and query code, drawn before: sent twice it is still one item
	Opened   string // when the first step was opened, in seconds
	Closed   bool   // writing is not open to this person
	Clerk    bool   // 代录
	Step     string
	Steps    []raiseStep

	Text, Area, Place, Category  Input
	Year, Month, Day             Input
	DayErr                       string
	Behalf                       Input
	Name, Tel                    Input
	Anonymous, Confidential      Input
	Channel, ChannelNote, Source Input
	Preset, Citation             Input
	Areas                        []projections.Option

	Alike    []alikePublic // what may be the same matter
	Photos   *Input        // nil: none are taken
	Raise    domain.Raise
	Warnings []string // what looks like a number that should not stand in the words
	Kept     []pair   // what the other steps hold
	Bits     int      // of the proof
}

// raiseStep is one step in the row above the form.
type raiseStep struct {
	N       int
	Name    string
	Current bool
}

// pair is one hidden field.
type pair struct{ Name, Value string }

// alikePublic is a released item that may be the same matter.
type alikePublic struct {
	Href, Title, Area, Mark, On string
}

// More reports whether something stands in the fields that are folded.
func (p RaisePage) More() bool {
	return p.DayErr+p.Behalf.Err+p.Source.Err+p.Preset.Err+p.Anonymous.Err+p.Citation.Err+p.ChannelNote.Err != "" || p.Month.Value+p.Day.Value+p.Behalf.Value+p.Citation.Value+p.ChannelNote.Value != "" || p.Anonymous.Checked()
}

// name is what the form is called.
func (p *RaisePage) name() string {
	if p.Clerk {
		return "代录一条"
	}
	return "提意见"
}

func (s *Server) raisePage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newRaisePage(r, r.URL.Query())
	if err != nil {
		return err
	}
	return s.renderStep(w, r, http.StatusOK, p, p.first())
}

// raiseStep goes from one step to another and registers nothing. A step is left forwards
// only when what stands in it is fine.
func (s *Server) raiseStep(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	v := r.PostForm
	p, err := s.newRaisePage(r, v)
	if err != nil {
		return err
	}
	at := p.known(v.Get("at"))
	if v.Get("go") == "back" {
		return s.renderStep(w, r, http.StatusOK, p, p.before(at))
	}
	c, rs := s.readRaise(v, p.Clerk)
	if rs = p.at(at, rs); len(rs) > 0 {
		p.refuse(rs)
		return s.renderStep(w, r, http.StatusUnprocessableEntity, p, at)
	}
	next := p.after(at)
	if next == stepAlike {
		if p.Alike, err = s.alikeReleased(r, c); err != nil {
			return err
		}
		if len(p.Alike) == 0 {
			next = stepContact
		}
	}
	if next == stepCheck {
		return s.checkRaise(w, r, p, c)
	}
	return s.renderStep(w, r, http.StatusOK, p, next)
}

// checkRaise shows everything once more, or the first step at which something is wrong.
func (s *Server) checkRaise(w http.ResponseWriter, r *http.Request, p *RaisePage, c domain.Raise) error {
	rs := domain.Check(c)
	if len(rs) == 0 {
		_, err := domain.Decide(nil, c, s.desk.Situation(s.raiser(r)))
		if rs = domain.RefusalsOf(err); err != nil && rs == nil {
			return err
		}
	}
	if len(rs) > 0 {
		return s.refuseRaise(w, r, p, rs)
	}
	p.Raise, p.Warnings = c, warnings(c.Text)
	return s.renderStep(w, r, http.StatusOK, p, stepCheck)
}

// refuseRaise shows the first step at which something is wrong.
func (s *Server) refuseRaise(w http.ResponseWriter, r *http.Request, p *RaisePage, rs domain.Refusals) error {
	step := p.first()
	for _, x := range raiseSteps {
		if here := p.at(x.key, rs); len(here) > 0 && !p.Clerk {
			step, rs = x.key, here
			break
		}
	}
	p.refuse(rs)
	return s.renderStep(w, r, http.StatusUnprocessableEntity, p, step)
}

// raise registers the opinion, and then keeps the photos that came with it: an opinion is not
// lost for a photo that cannot be read.
func (s *Server) raise(w http.ResponseWriter, r *http.Request) error {
	done, err := s.takeSlot(w, r)
	if err != nil {
		return err
	}
	defer done()
	v, photos, err := s.readParts(r, photoField, photosAtOnce)
	if err != nil {
		return err
	}
	p, err := s.newRaisePage(r, v)
	if err != nil {
		return err
	}
	actor := s.raiser(r)
	c, rs := s.readRaise(v, p.Clerk)
	if len(rs) > 0 {
		return s.refuseRaise(w, r, p, rs)
	}
	if len(warnings(c.Text)) > 0 && v.Get("sure") == "" {
		return s.checkRaise(w, r, p, c)
	}
	id, err := uuid.Parse(p.ID)
	if err != nil {
		return err
	}
	if !p.Clerk {
		c = c.Doubted(s.doubts(r, v)...)
	}
	rc, err := s.desk.Do(r.Context(), domain.Order{ID: id, Command: c, Actor: actor, Code: p.Draw})
	if rs := domain.RefusalsOf(err); rs != nil {
		return s.refuseRaise(w, r, p, rs)
	}
	if err != nil {
		return err
	}
	lost, err := s.addPhotos(r.Context(), actor, id, &rc, photos)
	if err != nil { // the opinion stands: say so
		s.cfg.Log.Error("photos of an opinion not kept", "item", rc.Item, "error", err)
		lost = append(lost, "照片没有存下来，可以凭编号和查询码再交。")
	}
	return s.receipt(w, r, rc, c, p.Clerk, lost)
}

// doubts says what is odd about a form of the public.
func (s *Server) doubts(r *http.Request, v url.Values) []events.Doubt {
	now := s.cfg.Now()
	ok, _ := s.raises.Allow(s.cfg.Proxies.Client(r), now)
	signs := sieve.Signs{ID: v.Get("id"), Proof: v.Get("proof"), Trap: v.Get("site"), Sent: now, Often: !ok && !s.cfg.Demo}
	if sec, err := strconv.ParseInt(v.Get("opened"), 10, 64); err == nil {
		signs.Opened = time.Unix(sec, 0)
	}
	return signs.Doubts()
}

// doubtsOfProgram says what is odd about an opinion that a program sends for nobody in
// particular. It need not be slow, and there is no form; the proof is that of Idempotency-Key.
func (s *Server) doubtsOfProgram(r *http.Request, id uuid.UUID) []events.Doubt {
	now := s.cfg.Now()
	ok, _ := s.raises.Allow(s.cfg.Proxies.Client(r), now)
	return sieve.Signs{ID: id.String(), Proof: r.Header.Get("Xiaohao-Proof"), Opened: now.Add(-sieve.Quickest), Sent: now, Often: !ok}.Doubts()
}

// raiser is who registers: an officer who may, for somebody else; anybody else as the public.
func (s *Server) raiser(r *http.Request) events.Actor {
	a, staff := s.actor(r)
	if staff && (a.Role == events.Dispatcher || a.Role == events.Intake) {
		return a
	}
	return s.anybody()
}

// alikeReleased looks for released items that may be the same matter.
func (s *Server) alikeReleased(r *http.Request, c domain.Raise) ([]alikePublic, error) {
	found, err := s.reads.SimilarReleased(r.Context(), projections.Alike{Text: c.Text, Area: c.Area, Category: c.Category})
	if err != nil {
		return nil, err
	}
	out := make([]alikePublic, 0, len(found))
	for _, it := range found {
		out = append(out, alikePublic{"/p/" + it.PublicID, cmp.Or(it.Summary, it.Title), it.Area, publicMark(it.State).word, zhDay(it.RaisedOn)})
	}
	return out, nil
}

func (s *Server) newRaisePage(r *http.Request, v url.Values) (*RaisePage, error) {
	p := &RaisePage{Page: s.page(r, "提意见", "raise"), Closed: !s.mayWrite(r), Opened: v.Get("opened"), Bits: sieve.Bits}
	p.Clerk = s.raiser(r).Role != events.Petitioner
	if id, err := uuid.Parse(v.Get("id")); err == nil && id != uuid.Nil {
		p.ID = id.String()
	} else {
		p.ID = uuid.NewString()
	}
	if _, err := strconv.ParseInt(p.Opened, 10, 64); err != nil {
		p.Opened = strconv.FormatInt(s.cfg.Now().Unix(), 10)
	}
	if p.Draw = domain.NormalizeCode(v.Get("draw")); !isCode(p.Draw) {
		var err error
		if p.Draw, err = domain.NewCode(rand.Reader); err != nil {
			return nil, err
		}
	}
	p.fill(v)
	if err := s.raiseChoices(r, p); err != nil {
		return nil, err
	}
	if s.cfg.Files != nil {
		in := photoInput()
		p.Photos = &in
	}
	return p, nil
}

// fill sets up the fields with what was typed.
func (p *RaisePage) fill(v url.Values) {
	for _, f := range domain.Fields(domain.Raise{}) {
		if in := p.input(f.Name); in != nil {
			*in = inputOf(f, v.Get(f.Name), nil)
		}
	}
	p.Text.Label = "用您自己的话说"
	p.Text.Hint = "怎么想就怎么写，我们不改您的原话。例如：“江山村江背组的那个五保老人今年不能种田了，要想办法帮他解决春耕生产问题。”"
	p.Behalf.Radio = true
	p.Area.Hint = "写到村、社区、路段就行。这个以后可以公开。"
	p.Name.Hint, p.Name.Auto = "可以不留。", "name"
	p.Tel.Hint, p.Tel.Auto, p.Tel.Mode = "办的单位好跟您联系。可以不留。", "tel", "tel"
	p.Anonymous.Label = "匿名：不留姓名和电话"
	p.Confidential.Label = "保密：不让办这件事的单位知道我是谁"
	p.Year = Input{Name: "y", Label: "年", Value: v.Get("y"), Mode: "numeric"}
	p.Month = Input{Name: "m", Label: "月", Value: v.Get("m"), Mode: "numeric"}
	p.Day = Input{Name: "happened", Label: "日", Value: v.Get("happened"), Mode: "numeric"}
	if p.Clerk {
		p.Title, p.Text.Label = "代录一条", "原话"
		p.Text.Hint = "怎么说就怎么写，一个字不改。"
		p.Name.Auto, p.Tel.Auto = "off", "off"
		p.Confidential.Label = "保密：不让办这件事的单位知道是谁"
		p.Channel.Value = cmp.Or(p.Channel.Value, string(events.ByCall))
		p.Source.Value = cmp.Or(p.Source.Value, string(events.FromPublic))
		p.Preset.Value = cmp.Or(p.Preset.Value, string(events.CountyLedger))
		p.Source.Radio, p.Preset.Radio = false, false
	}
	for _, name := range keptFields {
		if x := v.Get(name); x != "" {
			p.Kept = append(p.Kept, pair{name, x})
		}
	}
}

// keptFields go from step to step.
var keptFields = []string{"text", "area", "place", "category", "y", "m", "happened", "behalf", "name", "phone", "anonymous", "confidential",
	"channel", "channel_note", "source", "preset", "citation", "site"}

// renderStep shows a step; what it asks for itself is not kept beside it.
func (s *Server) renderStep(w http.ResponseWriter, r *http.Request, status int, p *RaisePage, step string) error {
	p.Step = step
	shown := p.fieldsOf(step)
	p.Kept = slices.DeleteFunc(p.Kept, func(k pair) bool { return slices.Contains(shown, k.Name) })
	n := 0
	for _, x := range raiseSteps {
		if p.Clerk && x.key != stepSaid && x.key != stepCheck {
			continue
		}
		n++
		p.Steps = append(p.Steps, raiseStep{n, x.name, x.key == step || p.Clerk && (x.key == stepCheck) == (step == stepCheck)})
		if x.key == step && status == http.StatusOK && step != stepSaid {
			p.Title = p.name() + "：" + x.name
		}
	}
	return s.render(w, status, "raise", p)
}

// first is the step at which the person begins.
func (p *RaisePage) first() string {
	if p.Clerk {
		return stepProxy
	}
	return stepSaid
}

// known is a step that the person has, the first for any other word.
func (p *RaisePage) known(step string) string {
	if p.Clerk && (step == stepProxy || step == stepCheck) || !p.Clerk && stepAt(step) >= 0 {
		return step
	}
	return p.first()
}

func stepAt(step string) int {
	return slices.IndexFunc(raiseSteps, func(x struct {
		key, name string
		fields    []string
	}) bool {
		return x.key == step
	})
}

// after is the next step.
func (p *RaisePage) after(step string) string {
	if p.Clerk {
		return stepCheck
	}
	return raiseSteps[min(stepAt(step)+1, len(raiseSteps)-1)].key
}

// before is the step before; whether there was something alike is not asked again.
func (p *RaisePage) before(step string) string {
	if p.Clerk {
		return stepProxy
	}
	n := max(stepAt(step)-1, 0)
	if raiseSteps[n].key == stepAlike {
		n--
	}
	return raiseSteps[n].key
}

// fieldsOf are the fields that a step shows.
func (p *RaisePage) fieldsOf(step string) []string {
	if step == stepProxy {
		return keptFields
	}
	if n := stepAt(step); n >= 0 {
		return raiseSteps[n].fields
	}
	return nil
}

// at picks the refusals of the fields that a step shows.
func (p *RaisePage) at(step string, rs domain.Refusals) domain.Refusals {
	var out domain.Refusals
	for _, r := range rs {
		if slices.Contains(p.fieldsOf(step), r.Field) {
			out = append(out, r)
		}
	}
	return out
}

// refuse puts refusals on top and at their fields.
func (p *RaisePage) refuse(rs domain.Refusals) {
	p.Errors = rs
	p.mark(rs)
}
