package domain

import (
	"slices"
	"strings"

	"xiaohao/domain/rights"
	"xiaohao/events"
)

// ContactWay is how the petitioner was told or asked.
type ContactWay string

const (
	ByPhone   ContactWay = "PHONE"   // 打电话
	ByMessage ContactWay = "MESSAGE" // 短信
	ByMeeting ContactWay = "MEETING" // 当面
	ByPost    ContactWay = "POST"    // 书面
	NoContact ContactWay = "NONE"    // 没有留联系办法
)

// Zh returns the Chinese word.
func (v ContactWay) Zh() string {
	switch v {
	case ByPhone:
		return "打电话"
	case ByMessage:
		return "短信"
	case ByMeeting:
		return "当面"
	case ByPost:
		return "书面"
	case NoContact:
		return "没有留联系办法，网上可查"
	}
	return string(v)
}

// ReportRectified is the lead unit's own claim that the work is done (报整改完成). It is not
// 销号: others check it. The unit's deputy signs it, the head for a 重点件.
type ReportRectified struct {
	Result      string        `json:"result" zh:"改成什么样" need:"1" max:"500"`
	Truth       events.Truth  `json:"truth" zh:"反映的属实吗" need:"1"`
	Contacted   bool          `json:"contacted" zh:"联系过反映人"`
	ContactNote string        `json:"contact_note" zh:"哪天、怎么联系的" max:"200" hint:"不公开。"`
	Solved      events.Solved `json:"solved" zh:"解决了没有" need:"1"`
	Unsolved    string        `json:"unsolved" zh:"没解决的原因" max:"200"`
	Reply       string        `json:"reply" zh:"给群众的答复" max:"1000" hint:"公开的话，不写人名、电话。"`
	Private     string        `json:"private" zh:"只给反映人看的话" max:"500"`
	Done        float64       `json:"done" zh:"完成数量"`
	Total       float64       `json:"total" zh:"一共多少"`
	Unit        string        `json:"unit" zh:"单位" max:"10"`
	Alike       string        `json:"alike" zh:"同类问题一起改了什么" max:"200"`
	LongTerm    string        `json:"long_term" zh:"长效办法" max:"200"`
}

func (c ReportRectified) name() string { return "report_rectified" }

func mayReport(it *Item, s Situation) *Refusal {
	if r := leadWorks(it, s); r != nil {
		return r
	}
	for _, a := range it.live() {
		if a.Part == events.Co && a.State != events.PartApproved {
			return refuse("report_rectified.co_units", "%s（协办）还是“%s”，协办都审核通过了才能报完成。", a.Unit.Name, a.State.Zh())
		}
	}
	if it.Mode == events.Planned && !it.PlanApproved {
		return refuse("report_rectified.plan", "计划改要先有通过的方案。")
	}
	if it.Extension != nil {
		return refuse("report_rectified.extension", "延期还等着批，先等批下来。")
	}
	if it.Pause != nil {
		return refuse("report_rectified.pause", "暂停计时还等着批，先等批下来。")
	}
	if it.Level == events.Key && s.Actor.Role != events.UnitHead {
		return refuse("report_rectified.head", "重点件由主要负责人报完成。")
	}
	return nil
}

func (c ReportRectified) decide(it *Item, s Situation) ([]events.Event, error) {
	var rs Refusals
	add := func(r *Refusal) {
		if r != nil {
			rs = append(rs, r)
		}
	}
	if c.Contacted && strings.TrimSpace(c.ContactNote) == "" {
		add(refuseAt("contact_note", "report_rectified.contact", "哪天、怎么联系的：写了联系过，就要写清楚。"))
	}
	if !c.Contacted && it.Reachable && strings.TrimSpace(c.ContactNote) == "" {
		add(refuseAt("contact_note", "report_rectified.not_contacted", "哪天、怎么联系的：反映人留了电话，没联系上要写明原因。"))
	}
	if c.Solved != events.SolvedYes && strings.TrimSpace(c.Unsolved) == "" {
		add(refuseAt("unsolved", "report_rectified.unsolved", "没解决的原因：没有全解决，要写明原因。"))
	}
	if it.Draft == "" && strings.TrimSpace(c.Reply) == "" && !it.Replied {
		add(refuseAt("reply", "report_rectified.reply", "给群众的答复：还没有拟答复，在这里写。"))
	}
	if c.Done > 0 && c.Unit == "" {
		add(refuseAt("unit", "report_rectified.unit", "单位：填了数，要写单位，比如公里、户。"))
	}
	if c.Total > 0 && c.Done > c.Total {
		add(refuseAt("done", "report_rectified.over", "完成数量：%g 多于一共的 %g。", c.Done, c.Total))
	}
	add(noPersonal("reply", "report_rectified", "给群众的答复", c.Reply))
	add(noPersonal("result", "report_rectified", "改成什么样", c.Result)) // stands in the list for the public and in the 答复意见书
	if len(rs) > 0 {
		return nil, rs
	}
	var out []events.Event
	if c.Reply != "" {
		out = append(out, events.ReplySubmitted{Public: c.Reply, Private: events.Secret(c.Private)})
	}
	var reply events.Limit
	if !it.Replied {
		reply = s.sets(it.matter(events.StageReply))
	}
	return append(out, events.RectificationReported{Reply: reply, Result: c.Result, Quantity: quantity(c.Done, c.Total, c.Unit), Truth: c.Truth,
		Contacted: c.Contacted, ContactNote: events.Secret(c.ContactNote), Solved: c.Solved, Unsolved: c.Unsolved, Alike: c.Alike,
		LongTerm: c.LongTerm, Late: it.overdue(s), Took: s.took(it.AcceptedOn)}), nil
}

// took counts the working days since a recorded day; nothing when there was none. It is kept
// in the fact, so that a later calendar changes no figure.
func (s Situation) took(since events.Date) events.Took {
	if since.IsZero() {
		return events.Took{}
	}
	return events.Took{Since: since, WorkingDays: s.Calendar.Between(since, s.Today())}
}

// SubmitReply drafts the answer (拟答复).
type SubmitReply struct {
	Public  string `json:"public" zh:"给群众的答复" need:"1" max:"1000"`
	Private string `json:"private" zh:"只给反映人看的话" max:"500"`
}

func (c SubmitReply) name() string { return "submit_reply" }

func (c SubmitReply) decide(*Item, Situation) ([]events.Event, error) {
	if r := noPersonal("public", "submit_reply", "给群众的答复", c.Public); r != nil {
		return nil, r
	}
	return []events.Event{events.ReplySubmitted{Public: c.Public, Private: events.Secret(c.Private)}}, nil
}

func notReplied(it *Item, _ Situation) *Refusal {
	if it.Replied {
		return refuse("submit_reply.done", "这一轮已经答复过。")
	}
	return nil
}

func draftWaits(it *Item, _ Situation) *Refusal {
	if it.Draft == "" {
		return refuse("reply.none", "单位还没有拟答复。")
	}
	return nil
}

// SendBackReply asks for a better answer (退回答复).
type SendBackReply struct {
	Reason string `json:"reason" zh:"哪里不行" need:"1" max:"200"`
}

func (c SendBackReply) name() string { return "send_back_reply" }

func (c SendBackReply) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ReplySentBack{Reason: c.Reason}}, nil
}

// IssueReply gives the approved answer to the petitioner (答复群众).
type IssueReply struct {
	Way ContactWay `json:"way" zh:"怎么告诉的" need:"1"`
}

func (c IssueReply) name() string { return "issue_reply" }

func (c IssueReply) decide(it *Item, s Situation) ([]events.Event, error) {
	return []events.Event{events.ReplyIssued{Public: it.Draft, Way: c.Way.Zh(), Evaluate: s.sets(it.matter(events.StageEvaluate))}}, nil
}

// ApplyClosure opens a closure application (申请销号). Applying is the handler's signature.
type ApplyClosure struct {
	Tasks  bool `json:"tasks" zh:"方案里的任务都完成了" need:"1"`
	Lawful bool `json:"lawful" zh:"结果合乎法规和标准" need:"1"`
	Alike  bool `json:"alike" zh:"同类问题一起改了" need:"1"`
	Cause  bool `json:"cause" zh:"原因找到了，有长效办法" need:"1"`
}

func (c ApplyClosure) name() string { return "apply_closure" }

func mayApply(it *Item, _ Situation) *Refusal {
	if SettingsOf(it.Preset).ResultNeeded && it.Results == 0 && ProfileOf(it) != events.P1 {
		return refuse("apply_closure.evidence", "还没有结果类的佐证（照片、测量、群众确认），情况说明不算。")
	}
	return nil
}

func (c ApplyClosure) decide(it *Item, s Situation) ([]events.Event, error) {
	p := ProfileOf(it)
	return []events.Event{events.ClosureApplied{Attempt: it.Attempt + 1, Profile: p, Chain: chainOf(it, p),
		Verify: s.sets(it.matter(events.StageVerify))}}, nil
}

// signers says who signs a step, and whether it must be the lead unit's own people or
// must not be of any unit that handles the item (domain.md §2.4 SignOffGiven).
var signers = map[events.Step]struct {
	roles []events.Role
	own   bool
}{
	events.StepUnitDeputy:  {[]events.Role{events.UnitDeputy}, true},
	events.StepUnitHead:    {[]events.Role{events.UnitHead}, true},
	events.StepOfficeCheck: {[]events.Role{events.Dispatcher, events.Supervisor}, false},
	events.StepLeader:      {[]events.Role{events.LeaderRole}, false},
	events.StepHigherCheck: {[]events.Role{events.Supervisor}, false},
}

// maySign refuses whoever may not sign the step that is next.
func maySign(it *Item, s Situation) *Refusal {
	next := it.NextStep()
	switch next {
	case "":
		return refuse("sign_off.none", "没有等着签的。")
	case events.StepReply:
		return refuse("sign_off.reply", "下一步是答复群众，办公室发出答复就过。")
	case events.StepSiteCheck:
		return refuse("sign_off.site", "下一步是现场核查，要录两个人的核查结论。")
	case events.StepPublicity:
		return refuse("sign_off.publicity", "下一步是公示，期满没有异议就过。")
	case events.StepClose:
		return refuse("sign_off.close", "都签完了，下一步是销号。")
	}
	w := signers[next]
	if !slices.Contains(w.roles, s.Actor.Role) {
		return refuse("sign_off.turn", "现在等“%s”签，您是%s。", next.Zh(), s.Actor.Role.Zh())
	}
	lead, _ := it.lead()
	if w.own && lead.Unit.ID != s.Actor.Unit.ID {
		return refuse("sign_off.unit", "“%s”这一步由主办单位%s的人签。", next.Zh(), lead.Unit.Name)
	}
	if !w.own {
		if _, handles := it.of(s.Actor.Unit); handles && !s.Actor.Unit.IsZero() {
			return refuse("sign_off.own_check", "您单位在办这一件，不能签“%s”。", next.Zh())
		}
	}
	if next == events.StepLeader && !it.Leader.IsZero() && it.Leader.ID != s.Actor.ID {
		return refuse("sign_off.leader", "这一步由%s签。", it.Leader.Post)
	}
	return it.fourEyes(s.Actor)
}

// fourEyes refuses a person who signed another step of this application.
func (it *Item) fourEyes(a events.Actor) *Refusal {
	for _, step := range it.Chain {
		if it.Signed[step] == a.ID {
			return refuse("closure.four_eyes", "您签过“%s”，一人只签一步。", step.Zh())
		}
	}
	return nil
}

// SignOff signs the step that is next (签批).
type SignOff struct {
	Opinion string `json:"opinion" zh:"意见" max:"200"`
}

func (c SignOff) name() string { return "sign_off" }

func (c SignOff) decide(it *Item, _ Situation) ([]events.Event, error) {
	return []events.Event{events.SignOffGiven{Step: it.NextStep(), Opinion: c.Opinion}}, nil
}

// Refuse sends the item back into rectification, one round on (退回重办).
type Refuse struct {
	Reason string `json:"reason" zh:"哪里没改到位" need:"1" max:"200"`
}

func (c Refuse) name() string { return "refuse" }

func (c Refuse) decide(it *Item, _ Situation) ([]events.Event, error) {
	step := it.NextStep()
	if it.State == events.Rectified {
		step = events.StepOfficeCheck
	}
	return []events.Event{events.SignOffRefused{Step: step, Reason: c.Reason, Round: it.Round + 1}}, nil
}

func mayRefuse(it *Item, s Situation) *Refusal {
	_, handles := it.of(s.Actor.Unit)
	if !rights.OfUnit(s.Actor) && (!handles || s.Actor.Unit.IsZero()) {
		return nil
	}
	lead, _ := it.lead()
	if w := signers[it.NextStep()]; w.own && lead.Unit.ID == s.Actor.Unit.ID && slices.Contains(w.roles, s.Actor.Role) {
		return nil
	}
	return refuse("refuse.turn", "现在不是您签的一步，不能退回。")
}

// CheckSite is what people found on the spot (现场核查): two names at least, none of the
// handling units. A failed check sends the item back.
type CheckSite struct {
	Passed     bool        `json:"passed" zh:"查实改好了"`
	Conclusion string      `json:"conclusion" zh:"看到什么" need:"1" max:"500"`
	Checkers   []string    `json:"checkers" zh:"核查人（写职务，两人以上）" need:"1" max:"9" hint:"一行一人。"`
	On         events.Date `json:"on" zh:"哪天去的" need:"1"`
	Place      string      `json:"place" zh:"在哪里" need:"1" max:"60"`
}

func (c CheckSite) name() string { return "check_site" }

func mayCheckSite(it *Item, s Situation) *Refusal {
	if !slices.Contains(it.Chain, events.StepSiteCheck) {
		return refuse("check_site.none", "这一件的签批里没有现场核查。")
	}
	if it.NextStep() != events.StepSiteCheck {
		return refuse("check_site.turn", "现在等“%s”，还没轮到现场核查。", it.NextStep().Zh())
	}
	return it.fourEyes(s.Actor)
}

func (c CheckSite) decide(it *Item, s Situation) ([]events.Event, error) {
	var rs Refusals
	who := map[string]bool{}
	for _, x := range c.Checkers {
		who[strings.TrimSpace(x)] = true
	}
	if len(who) < 2 {
		rs = append(rs, refuseAt("checkers", "check_site.two", "核查人：要两个不同的人，现在 %d 人。", len(who)))
	}
	if c.On.After(s.Today()) {
		rs = append(rs, refuseAt("on", "check_site.future", "哪天去的：%s 还没有到。", c.On))
	}
	out := []events.Event{events.SiteChecked{Passed: c.Passed, Conclusion: c.Conclusion, Checkers: c.Checkers, On: c.On, Place: c.Place}}
	if !c.Passed {
		out = append(out, events.SignOffRefused{Step: events.StepSiteCheck, Reason: c.Conclusion, Round: it.Round + 1})
	}
	return out, rs.err()
}

// OpenPublicity opens the window for objections (公示). The public text must have been
// released by two people first.
type OpenPublicity struct {
	Medium string `json:"medium" zh:"公示在哪里" need:"1" max:"60" hint:"本网站、公告栏、媒体。"`
}

func (c OpenPublicity) name() string { return "open_publicity" }

func mayPublish(it *Item, _ Situation) *Refusal {
	if it.NextStep() != events.StepPublicity {
		return refuse("open_publicity.turn", "现在等“%s”，还没轮到公示。", it.NextStep().Zh())
	}
	if !it.Released {
		return refuse("open_publicity.release", "公开稿还没有经两个人核过、放行。")
	}
	return nil
}

func (c OpenPublicity) decide(it *Item, s Situation) ([]events.Event, error) {
	if r := noPersonal("medium", "open_publicity", "公示在哪里", c.Medium); r != nil {
		return nil, r
	}
	l := s.sets(it.matter(events.StagePublicity))
	return []events.Event{events.PublicityOpened{Text: it.PublicText, Medium: c.Medium, Until: l.Due, Limit: l}}, nil
}

// Object is a public objection (提异议). While it is open the item cannot be struck off.
type Object struct {
	Text    string `json:"text" zh:"您的异议" need:"1" max:"500"`
	Contact string `json:"contact" zh:"怎么找您" max:"60"`
}

func (c Object) name() string { return "object" }

func (c Object) decide(_ *Item, s Situation) ([]events.Event, error) {
	return []events.Event{events.ObjectionRaised{ID: s.NewID(), Text: events.Secret(c.Text), Contact: events.Secret(c.Contact)}}, nil
}

func objectionOpen(it *Item, _ Situation) *Refusal {
	if it.openObjections() == 0 {
		return refuse("resolve_objection.none", "没有等着答复的异议。")
	}
	return nil
}

// ResolveObjection answers an objection; one that holds sends the item back.
type ResolveObjection struct {
	Objection string `json:"objection" zh:"哪一条" max:"40"`
	Upheld    bool   `json:"upheld" zh:"异议成立"`
	Answer    string `json:"answer" zh:"怎么答复" need:"1" max:"500"`
}

func (c ResolveObjection) name() string { return "resolve_objection" }

func (c ResolveObjection) decide(it *Item, _ Situation) ([]events.Event, error) {
	id := c.Objection
	if id == "" {
		for x, open := range it.Objections {
			if open && (id == "" || x < id) {
				id = x
			}
		}
	}
	if !it.Objections[id] {
		return nil, refuseAt("objection", "resolve_objection.unknown", "哪一条：没有这条异议，或已经答复。")
	}
	out := []events.Event{events.ObjectionResolved{ID: id, Upheld: c.Upheld, Answer: c.Answer}}
	if c.Upheld && it.State != events.InProgress { // there it is being put right already
		out = append(out, events.SignOffRefused{Step: events.StepPublicity, Reason: "公示异议成立：" + c.Answer, Round: it.Round + 1})
	}
	return out, nil
}

// ClosePublicity ends the window (公示期满): the last day is over and no objection is open.
type ClosePublicity struct{}

func (c ClosePublicity) name() string { return "close_publicity" }

func mayEndPublicity(it *Item, s Situation) *Refusal {
	if !s.Today().After(it.Publicity.Until) {
		return refuse("close_publicity.early", "公示到 %s 满，现在还不能结束。", it.Publicity.Until)
	}
	if n := it.openObjections(); n > 0 {
		return refuse("close_publicity.objection", "还有 %d 条异议没有答复。", n)
	}
	return nil
}

func (c ClosePublicity) decide(it *Item, _ Situation) ([]events.Event, error) {
	return []events.Event{events.PublicityClosed{Objections: len(it.Objections)}}, nil
}

// Close strikes the number off (销号): all steps signed, no objection open, the petitioner
// answered, by a person who signed nothing else and is not of a handling unit.
type Close struct{}

func (c Close) name() string { return "close" }

func mayClose(it *Item, s Situation) *Refusal {
	if n := it.openObjections(); n > 0 {
		return refuse("close.objection", "还有 %d 条异议没有答复，不能销号。", n)
	}
	if it.Chain == nil {
		return refuse("close.not_applied", "单位还没有申请销号。")
	}
	if next := it.NextStep(); next != events.StepClose {
		return refuse("close.steps", "还差 %d 步才能销号，现在等“%s”。", it.stepsLeft()-1, next.Zh())
	}
	if !it.Replied {
		return refuse("close.reply", "还没有答复反映人，不能销号。")
	}
	return it.fourEyes(s.Actor)
}

func (c Close) decide(it *Item, s Situation) ([]events.Event, error) {
	late := 0
	if !it.Due.IsZero() && it.ReportedOn.After(it.Due) {
		late = s.Calendar.Between(it.Due, it.ReportedOn)
	}
	table := s.table()
	row := table.Resolve(it.matter(events.StageLookBack))
	back := events.LookBackScheduled{By: table.By(row)}
	for _, r := range row.Rules {
		back.Due = append(back.Due, s.Calendar.DueOn(r, s.Today()))
	}
	return []events.Event{events.ItemClosed{Round: it.Round, LateDays: late, Report: it.ReportedOn}, back}, nil
}

// FileUpward reports the closure to the level that gave the order (备案).
type FileUpward struct {
	To    string `json:"to" zh:"报给谁" need:"1" max:"40"`
	Refer string `json:"refer" zh:"备案号" need:"1" max:"40"`
}

func (c FileUpward) name() string { return "file_upward" }

func (c FileUpward) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.FiledUpward{To: c.To, Refer: c.Refer}}, nil
}

func fromAbove(it *Item, _ Situation) *Refusal {
	if it.Source != events.FromSuperior {
		return refuse("file_upward.source", "不是上级交办的，不用备案。")
	}
	return nil
}
