package domain

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xiaohao/domain/rights"
	"xiaohao/events"
)

// RevealFor is how long what was revealed may be shown to who asked: long enough to dial.
const RevealFor = 2 * time.Minute

// minRevealReason is the shortest reason, in characters: “核实情况” says nothing.
const minRevealReason = 6

// Reveal asks to be shown personal data that is masked otherwise (看个人信息). What it gives is
// the record that it was asked for; whoever asked is then shown it for [RevealFor].
type Reveal struct {
	Opinion string `json:"opinion" zh:"哪一条意见" max:"64"`
	Name    bool   `json:"name" zh:"看姓名"`
	Phone   bool   `json:"phone" zh:"看电话"`
	Text    bool   `json:"text" zh:"看原话里的号码"`
	Reason  string `json:"reason" zh:"为什么要看" need:"1" max:"200" hint:"写清办哪一步要用。这句话长期保存，审计看得到，不写人名、电话。"`
}

func (c Reveal) name() string { return "reveal" }

// mayReveal keeps 保密 from the unit, and says when there is nothing left to see.
func mayReveal(it *Item, s Situation) *Refusal {
	switch {
	case it.Erasure > 0:
		return refuse("reveal.erased", "个人信息已按申请抹除，谁也看不到了。")
	case it.Confidential && rights.OfUnit(s.Actor):
		return refuse("reveal.confidential", "反映人要求保密，不给办事单位看。要联系，请经领导小组办公室。")
	}
	return nil
}

func (c Reveal) fields() (out []events.PersonalField) {
	if c.Name {
		out = append(out, events.PersonName)
	}
	if c.Phone {
		out = append(out, events.PersonPhone)
	}
	if c.Text {
		out = append(out, events.PersonText)
	}
	return out
}

func (c Reveal) decide(it *Item, _ Situation) ([]events.Event, error) {
	var rs Refusals
	if c.Opinion == "" && len(it.Opinions) == 1 {
		c.Opinion = it.Opinions[0]
	}
	if !slices.Contains(it.Opinions, c.Opinion) {
		rs = append(rs, refuseAt("opinion", "reveal.opinion", "哪一条意见：这一件里没有这一条，请从事项页上点要看的那一条。"))
	}
	if len(c.fields()) == 0 {
		rs = append(rs, refuseAt("name", "reveal.fields", "看什么：至少选一项。"))
	}
	c.Reason = strings.TrimSpace(c.Reason)
	if n := utf8.RuneCountInString(c.Reason); n < minRevealReason {
		rs = append(rs, refuseAt("reason", "reveal.reason", "为什么要看：至少写 %d 个字，现在 %d 个。", minRevealReason, n))
	}
	if r := noPersonal("reason", "reveal", "为什么要看", c.Reason); r != nil {
		rs = append(rs, r)
	}
	if err := rs.err(); err != nil {
		return nil, err
	}
	return []events.Event{events.PersonalRevealed{Opinion: c.Opinion, Fields: c.fields(), Reason: c.Reason}}, nil
}

// Revealed is one reveal as it was recorded.
type Revealed struct {
	events.PersonalRevealed
	Command uuid.UUID
	Actor   events.Actor
	At      time.Time
}

// RevealTo returns the reveal with that command id, false when it may not be shown to the
// actor now: somebody else asked for it, he in another post, or longer than [RevealFor] ago.
func (it *Item) RevealTo(a events.Actor, command uuid.UUID, now time.Time) (Revealed, bool) {
	for _, r := range it.Reveals {
		if r.Command == command && r.Actor.ID == a.ID && r.Actor.Role == a.Role && r.Actor.Unit == a.Unit && r.Actor.Delegation == a.Delegation &&
			now.Sub(r.At) < RevealFor {
			return r, true
		}
	}
	return Revealed{}, false
}
