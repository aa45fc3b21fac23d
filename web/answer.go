package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/projections"
)

// AnswerPage is what number and code show.
type AnswerPage struct {
	Page
	Story
	No, Code     string
	MergedFrom   string // the number asked for, when its matter goes on under another
	Said         string
	SaidOn       events.Date
	NotOpened    bool   // the words cannot be opened now
	Erased       bool   // the personal data was erased
	Secret       string // the reply for the petitioner alone
	EvaluateBy   events.Date
	Ask          []Input // of the evaluation
	Words        Input
	Supply       Input
	Photo        Input // of the matter; no Name: none are taken now
	Why          Input // of the withdrawal
	Objection    Input
	Contact      Input
	CanWithdraw  bool
	CanObject    bool
	WithdrawOpen bool
	ID           string // command id of whichever form is sent
}

// answerForm is a form on the answer page that came back.
type answerForm struct {
	command string
	values  url.Values
	refused domain.Refusals
	notice  string
}

func (a answerForm) value(command, field string) string {
	if a.command != command {
		return ""
	}
	return a.values.Get(field)
}

func (s *Server) showAnswer(w http.ResponseWriter, r *http.Request, status int, f found, form answerForm) error {
	it, made := f.item, s.madeWith()
	p := AnswerPage{Page: s.page(r, it.Number+" "+publicMark(it.State).word, "query"), Story: s.story(it, !f.merged()), No: f.no, Code: f.code, ID: uuid.NewString()}
	p.Notice, p.Errors = form.notice, form.refused
	if f.merged() {
		p.MergedFrom = f.asked.Number
	}
	if !it.Restricted {
		s.ownWords(r, &p, f.asked)
		if !it.ReplyPrivate.IsZero() {
			text, err := s.vault.Open(r.Context(), it.ReplyPrivate)
			if err != nil && !errors.Is(err, events.ErrErased) {
				s.cfg.Log.Warn("private reply not opened", "item", it.ID, "error", err)
			}
			p.Secret = text
		}
	}
	p.forms(it, form, s.calendar(), s.today())
	if p.MergedFrom == "" && s.cfg.Files != nil && slices.Contains(photoStates, it.State) {
		p.Photo = photoInput()
		p.Photo.Err = errAt(form.refused, photoField)
	}
	if status == http.StatusOK && form.notice == "" && s.mayKeep(r, f) && !p.NotOpened && !p.Erased {
		return s.keepAnswer(w, f, p, made)
	}
	return s.render(w, status, "answer", p)
}

// ownWords opens the words of the opinion that the code belongs to: the first one that was
// registered under the number. Nobody else's words are opened.
func (s *Server) ownWords(r *http.Request, p *AnswerPage, it projections.PublicItem) {
	if it.Words.IsZero() {
		return
	}
	var err error
	p.SaidOn = it.WordsOn
	if p.Said, err = s.vault.Open(r.Context(), it.Words); errors.Is(err, events.ErrErased) {
		p.Erased = true
	} else if err != nil {
		s.cfg.Log.Warn("words not opened", "item", it.ID, "error", err)
		p.NotOpened = true
	}
}

// forms sets up what the petitioner may do now.
func (p *AnswerPage) forms(it projections.PublicItem, form answerForm, cal *calendar.Calendar, today events.Date) {
	at := func(field string) string { return errAt(form.refused, field) }
	field := func(c domain.Command, name string) Input {
		for _, f := range domain.Fields(c) {
			if f.Name == name {
				in := inputOf(f, form.value(domain.Name(c), name), nil)
				if form.command == domain.Name(c) {
					in.Err = at(name)
				}
				return in
			}
		}
		return Input{}
	}
	if !it.RepliedOn.IsZero() {
		if p.EvaluateBy = it.EvaluateBy; p.EvaluateBy.IsZero() {
			p.EvaluateBy = cal.DueOn(limit.Shipped().Rule(limit.Matter{Stage: events.StageEvaluate}), it.RepliedOn)
		}
	}
	p.Item.CanEvaluate = it.CanEvaluate && !today.After(p.EvaluateBy)
	if p.Item.CanEvaluate {
		asked := Input{Name: "contacted", Label: "责任单位跟您联系过吗", Kind: domain.Enum, Radio: true, Value: form.value("evaluate", "contacted"), Err: at("contacted"),
			Options: []domain.Choice{{Value: "yes", Label: "联系过"}, {Value: "no", Label: "没有"}}}
		p.Ask = []Input{asked, field(domain.Evaluate{}, "solved"), field(domain.Evaluate{}, "satisfied")}
		p.Words = field(domain.Evaluate{}, "words")
		p.Words.Hint, p.Words.Rows = "可以不写。", 3
	}
	if it.State == events.ReturnedForInfo && p.MergedFrom == "" {
		p.Supply = field(domain.SupplyInfo{}, "text")
		p.Supply.Label = "您的补充"
	}
	switch it.State {
	case events.Registered, events.ReturnedForInfo, events.Accepted, events.InProgress:
		p.CanWithdraw = p.MergedFrom == ""
		p.WithdrawOpen = form.command == "withdraw" && len(form.refused) > 0
		p.Why = field(domain.Withdraw{}, "reason")
		p.Why.Hint = "可以不写。"
	case events.InPublicity:
		p.CanObject = !it.Restricted && !today.After(it.PublicityUntil)
		p.Objection, p.Contact = objectInputs(form)
	}
}

// photoStates are those in which the petitioner may add photos.
var photoStates = func() []events.State {
	spec, _ := domain.SpecOf("add_photo")
	return spec.From
}()

func objectInputs(form answerForm) (text, contact Input) {
	for _, f := range domain.Fields(domain.Object{}) {
		in := inputOf(f, form.value("object", f.Name), nil)
		if form.command == "object" {
			in.Err = errAt(form.refused, f.Name)
		}
		if f.Name == "text" {
			text = in
		} else {
			contact = in
			contact.Hint = "可以不写。写了好告诉您结果；只有办这件事的人能看。"
		}
	}
	return text, contact
}
