package domain

import (
	"slices"
	"strings"

	"xiaohao/domain/limit"
	"xiaohao/events"
)

// Raise registers an opinion as a new item (登记). The words are frozen and sealed.
type Raise struct {
	Text         string         `json:"text" zh:"原话" need:"1" max:"1000" hint:"怎么说就怎么写，我们不改您的原话。"`
	Area         string         `json:"area" zh:"在哪个村、社区、路段" max:"40"`
	Place        string         `json:"place" zh:"具体地点" max:"80" hint:"不公开，只给办事的人看。"`
	Category     string         `json:"category" zh:"哪一类" max:"20"`
	Happened     events.Date    `json:"happened" zh:"哪天发生的"`
	Behalf       events.Behalf  `json:"behalf" zh:"替谁说"`
	Name         string         `json:"name" zh:"姓名" max:"30"`
	Phone        string         `json:"phone" zh:"电话" max:"20"`
	Anonymous    bool           `json:"anonymous" zh:"匿名"`
	Confidential bool           `json:"confidential" zh:"保密"`
	Channel      events.Channel `json:"channel" zh:"怎么来的"`
	ChannelNote  string         `json:"channel_note" zh:"来源说明" max:"80"`
	Source       events.Source  `json:"source" zh:"来源"`
	Preset       events.Preset  `json:"preset" zh:"台账"`
	Category2    string         `json:"category_2" zh:"小类" max:"20"`
	Citation     string         `json:"citation" zh:"出处" max:"200"`
	External     string         `json:"external" zh:"来件编号" max:"60"`

	// Set by the Desk, never by the person.
	number, publicID, codeHash string

	doubts    []events.Doubt
	collected events.OpinionCollected
}

func (c Raise) name() string { return "raise" }

func (c Raise) decide(it *Item, s Situation) ([]events.Event, error) {
	var rs Refusals
	if it != nil {
		return nil, refuse("raise.exists", "这一条已经登记过了，编号 %s。", it.Number)
	}
	if strings.TrimSpace(c.Text) == "" {
		rs = append(rs, refuseAt("text", "raise.missing", "原话：还没有填。"))
	}
	if c.Happened.After(s.Today()) {
		rs = append(rs, refuseAt("happened", "raise.future", "哪天发生的：%s 还没有到。", c.Happened))
	}
	if c.Phone != "" && !looksLikePhone(c.Phone) {
		rs = append(rs, refuseAt("phone", "raise.phone", "电话：要写 7 到 15 位数字，手机、座机都行。"))
	}
	if c.Anonymous && (c.Name != "" || c.Phone != "") {
		rs = append(rs, refuseAt("anonymous", "raise.anonymous", "匿名：选了匿名，就不要填姓名和电话。"))
	}
	for _, r := range []*Refusal{noPersonal("area", "raise", "在哪个村、社区、路段", c.Area), noPersonal("category", "raise", "哪一类", c.Category),
		noPersonal("host", "raise", "谁主持", c.collected.Host), noPersonal("venue", "raise", "在哪里开的", c.collected.Place)} {
		if r != nil { // none of them is sealed
			rs = append(rs, r)
		}
	}
	if s.Actor.Role == events.Petitioner && c.External != "" {
		rs = append(rs, refuseAt("external", "raise.external", "来件编号：由登记的人填。"))
	}
	if s.Actor.Role == events.Petitioner && (c.Source == events.FromSuperior || c.Preset == events.Inspection) {
		rs = append(rs, refuseAt("source", "raise.source", "来源：督导通报由办公室登记。"))
	}
	if len(rs) > 0 {
		return nil, rs
	}
	if s.Actor.Role == events.Petitioner { // how it came is not for the person to say
		c.Channel, c.ChannelNote, c.Source, c.Citation = events.ByWeb, "", events.FromPublic, ""
	}
	o := events.Opinion{ID: s.NewID(), Text: events.Secret(c.Text), Channel: orElse(c.Channel, events.ByWeb), ChannelNote: c.ChannelNote,
		Name: events.Secret(c.Name), Phone: events.Secret(c.Phone), Place: events.Secret(c.Place), Area: c.Area, Behalf: c.Behalf,
		Happened: c.Happened, Anonymous: c.Anonymous, Confidential: c.Confidential, External: c.External}
	preset := orElse(c.Preset, events.CountyLedger)
	out := []events.Event{events.ItemRaised{Number: c.number, PublicID: c.publicID, CodeHash: c.codeHash,
		Accept: s.sets(limit.Matter{Stage: events.StageAccept, Category: c.Category, Category2: c.Category2, Preset: preset}),
		Preset: preset, Source: orElse(c.Source, events.FromPublic),
		Category: c.Category, Category2: c.Category2, Opinion: o, Citation: c.Citation}}
	if c.collected.Occasion != "" {
		out = append(out, c.collected)
	}
	if len(c.doubts) > 0 {
		out = append(out, events.ItemHeld{Doubts: c.doubts})
	}
	return out, nil
}

func orElse[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

func looksLikePhone(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '-' || r == ' ' || r == '+' || r == '(' || r == ')':
		default:
			return false
		}
	}
	return digits >= 7 && digits <= 15
}

// AddOpinion records that somebody else said the same thing.
type AddOpinion struct {
	Text         string         `json:"text" zh:"原话" need:"1" max:"1000"`
	Channel      events.Channel `json:"channel" zh:"怎么来的" need:"1"`
	Name         string         `json:"name" zh:"姓名" max:"30"`
	Phone        string         `json:"phone" zh:"电话" max:"20"`
	Confidential bool           `json:"confidential" zh:"保密"`
}

func (c AddOpinion) name() string { return "add_opinion" }

func (c AddOpinion) decide(it *Item, s Situation) ([]events.Event, error) {
	if c.Confidential && it.Released {
		return nil, refuseAt("confidential", "add_opinion.released", "保密：这一件已经公开，保密的意见请单独登记，或先撤下公开。")
	}
	if c.Phone != "" && !looksLikePhone(c.Phone) {
		return nil, refuseAt("phone", "add_opinion.phone", "电话：要写 7 到 15 位数字，手机、座机都行。")
	}
	return []events.Event{events.OpinionAdded{Opinion: events.Opinion{ID: s.NewID(), Text: events.Secret(c.Text), Channel: c.Channel,
		Name: events.Secret(c.Name), Phone: events.Secret(c.Phone), Confidential: c.Confidential, Anonymous: c.Name == "" && c.Phone == ""}}}, nil
}

// RequestInfo asks the petitioner for more (请补充); one round only.
type RequestInfo struct {
	Question string `json:"question" zh:"要补充什么" need:"1" max:"200"`
}

func (c RequestInfo) name() string { return "request_info" }

func (c RequestInfo) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.InfoRequested{Question: c.Question}}, nil
}

func askedBefore(it *Item, _ Situation) *Refusal {
	if it.Asked >= 1 {
		return refuse("request_info.once", "已经请反映人补充过一次，不能再让人跑第二趟。")
	}
	return nil
}

// SupplyInfo is the petitioner's answer, proved by the query code, or noted by the office.
type SupplyInfo struct {
	Text string `json:"text" zh:"补充的话" need:"1" max:"500"`
	Code string `json:"code" zh:"查询码" max:"40"`
}

func (c SupplyInfo) name() string { return "supply_info" }

func (c SupplyInfo) decide(it *Item, s Situation) ([]events.Event, error) {
	if r := it.proves("supply_info", c.Code, s.Actor); r != nil {
		return nil, r
	}
	return []events.Event{events.InfoSupplied{Text: events.Secret(c.Text)}}, nil
}

// Accept is triage (受理): what it is about, how heavy, how and until when to rectify.
type Accept struct {
	Title        string        `json:"title" zh:"事项名称" need:"1" max:"60" hint:"一句话，不写人名、电话。"`
	Category     string        `json:"category" zh:"类别" need:"1" max:"20"`
	Category2    string        `json:"category_2" zh:"小类" max:"20"`
	Mode         events.Mode   `json:"mode" zh:"整改类型" need:"1"`
	Due          events.Date   `json:"due" zh:"期限" hint:"立即改、限期改不填就按规则算；计划改要填。"`
	ReviewDays   int           `json:"review_days" zh:"多少天评一次" hint:"只有常态改要填。"`
	Goal         string        `json:"goal" zh:"整改目标" max:"200"`
	Class        events.Class  `json:"class" zh:"性质"`
	Level        events.Level  `json:"level" zh:"轻重"`
	Urgent       bool          `json:"urgent" zh:"紧急"`
	Campaign     string        `json:"campaign" zh:"专项" max:"20"`
	ComplainedOf []events.Unit `json:"complained_of" zh:"被反映的单位"`
	Complained   []string      `json:"complained" zh:"被反映的人" max:"10" hint:"写工作账号，一行一个。他们看不到这一件。"`
}

func (c Accept) name() string { return "accept" }

func (c Accept) decide(it *Item, s Situation) ([]events.Event, error) {
	class := orElse(c.Class, events.Ordinary)
	if r := noPersonal("title", "accept", "事项名称", c.Title); r != nil {
		return nil, r
	}
	if class == events.Conduct && len(c.ComplainedOf) == 0 && len(c.Complained) == 0 {
		return nil, refuseAt("complained_of", "accept.complained_of", "被反映的单位：举报、人员作风类要写明，免得交到他们手上。")
	}
	m := limit.Matter{Stage: events.StageRectify, Category: c.Category, Category2: c.Category2, Mode: c.Mode, Urgent: c.Urgent, Preset: it.Preset}
	mc, err := classify("accept", it, s, m, c.Due, c.ReviewDays, "")
	if err != nil {
		return nil, err
	}
	out := []events.Event{
		events.ItemAccepted{Title: c.Title, Goal: c.Goal, Category: c.Category, Category2: c.Category2, Class: class,
			Level: orElse(c.Level, events.Normal), Urgent: c.Urgent, Campaign: c.Campaign, ComplainedOf: c.ComplainedOf},
		mc}
	if class == events.Conduct && len(c.Complained) > 0 {
		if slices.Contains(c.Complained, s.Actor.ID) { // it would be out of his hands at once
			return nil, refuseAt("complained", "accept.own_person", "被反映的人：反映的是您自己，这一件要由别人受理。")
		}
		if slices.Contains(c.Complained, it.Leader.ID) {
			return nil, refuseAt("complained", "accept.leader", "被反映的人：他是这一件的挂钩领导，请先改定挂钩领导。")
		}
		out = append(out, events.ComplaintNamed{Officers: c.Complained})
	}
	if it.Released && class != events.Ordinary { // answered and released before, taken up again as something else
		out = append(out, events.ItemUnpublished{Reason: "定为" + class.Zh() + "，不公开"})
	}
	return out, nil
}

// classify finds the deadline that a mode asks for (domain.md §2.4 ModeClassified, §2.6).
func classify(command string, it *Item, s Situation, m limit.Matter, due events.Date, review int, reason string) (events.Event, error) {
	e := events.ModeClassified{Mode: m.Mode, From: s.Today(), Reason: reason}
	if !due.IsZero() && due.Before(s.Today()) && !it.claims(due) {
		return nil, refuseAt("due", command+".due_past", "期限：%s 已经过了。", due)
	}
	var err error
	switch m.Mode {
	case events.Immediate, events.TimeLimited:
		l := s.sets(m)
		if m.Mode == events.Immediate && due.After(l.Due) && !it.claims(due) {
			err = refuseAt("due", command+".due_late", "期限：%s最多%s，不能晚于 %s。", m.Mode.Zh(), s.table().Rule(m).Zh(), l.Due)
		}
		if e.Due, e.Rule, e.By, e.Counted = l.Due, l.Rule, l.By, l.Counted; !due.IsZero() {
			e.Due, e.Rule, e.By, e.Counted = due, "date", events.Basis{}, events.Counting{}
		}
	case events.Planned:
		if due.IsZero() {
			err = refuseAt("due", command+".due_missing", "期限：计划改要定下总的期限。")
		}
		e.Due, e.Rule = due, "date"
	case events.StandingMode:
		m.Stage = events.StageReview
		if most := s.days(m); review < 1 || review > most {
			err = refuseAt("review_days", command+".review", "多少天评一次：常态改要填，1 到 %d 天。", most)
		}
		e.From, e.ReviewDays, e.NextReview = events.Date{}, review, s.Today().AddDays(review)
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// NotAccept tells the petitioner why not and where to go (不予受理).
type NotAccept struct {
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
	Route  string `json:"route" zh:"应该找谁" need:"1" max:"200" hint:"诉讼、复议、信访，或哪个部门。"`
}

func (c NotAccept) name() string { return "not_accept" }

func (c NotAccept) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ItemNotAccepted{Reason: c.Reason, Route: c.Route}}, nil
}

// Answer answers a consultation, or what was solved already, without an assignment (直接答复).
type Answer struct {
	Title string     `json:"title" zh:"事项名称" need:"1" max:"60"`
	Reply string     `json:"reply" zh:"答复" need:"1" max:"1000"`
	Way   ContactWay `json:"way" zh:"怎么告诉的"`
}

func (c Answer) name() string { return "answer" }

func (c Answer) decide(it *Item, s Situation) ([]events.Event, error) {
	for _, r := range []*Refusal{noPersonal("title", "answer", "事项名称", c.Title), noPersonal("reply", "answer", "答复", c.Reply)} {
		if r != nil {
			return nil, r
		}
	}
	return []events.Event{events.ItemAnswered{Title: c.Title, Took: s.took(it.Registered)}, events.ReplySubmitted{Public: c.Reply},
		events.ReplyIssued{Public: c.Reply, Way: c.Way.Zh(), Evaluate: s.sets(it.matter(events.StageEvaluate))}}, nil
}

// Classify changes how an item is to be rectified (改整改类型).
type Classify struct {
	Mode       events.Mode `json:"mode" zh:"整改类型" need:"1"`
	Due        events.Date `json:"due" zh:"期限"`
	ReviewDays int         `json:"review_days" zh:"多少天评一次"`
	Reason     string      `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c Classify) name() string { return "classify" }

func (c Classify) decide(it *Item, s Situation) ([]events.Event, error) {
	if !it.Due.IsZero() && c.Mode == events.StandingMode && it.overdue(s) {
		return nil, refuseAt("mode", "classify.overdue", "整改类型：已经逾期，不能转成常态改。")
	}
	if !it.Due.IsZero() && c.Due.After(it.Due) {
		return nil, refuseAt("due", "classify.extends", "期限：要晚于 %s，请走延期。", it.Due)
	}
	if c.Due.IsZero() && !it.Due.IsZero() && c.Mode != events.StandingMode {
		c.Due = it.Due // changing the mode never moves the item's clock
		if c.Mode == events.Immediate {
			c.Due = events.Date{}
		}
	}
	m := it.matter(events.StageRectify)
	m.Mode, m.Urgent = c.Mode, false
	e, err := classify("classify", it, s, m, c.Due, c.ReviewDays, c.Reason)
	if err != nil {
		return nil, err
	}
	mc := e.(events.ModeClassified)
	if !it.Due.IsZero() && mc.Due.After(it.Due) {
		mc.Due, mc.Rule, mc.By, mc.Counted = it.Due, "date", events.Basis{}, events.Counting{}
	}
	return []events.Event{mc}, nil
}

// LinkLeader links a leader to the item (挂钩).
type LinkLeader struct {
	Leader events.Leader `json:"leader" zh:"挂钩领导" need:"1"`
}

func (c LinkLeader) name() string { return "link_leader" }

func (c LinkLeader) decide(it *Item, _ Situation) ([]events.Event, error) {
	if it.Leader.ID == c.Leader.ID {
		return nil, refuseAt("leader", "link_leader.same", "挂钩领导：已经是%s。", it.Leader.Post)
	}
	if it.complains(c.Leader.ID) {
		return nil, refuseAt("leader", "link_leader.complained", "挂钩领导：这一件反映的就是他，请挂到别的领导。")
	}
	return []events.Event{events.LeaderLinked{Leader: c.Leader}}, nil
}

// Merge ends this number in favour of another (并单): same person and matter, or same
// place and problem. Queries follow to the survivor; every petitioner gets its reply.
type Merge struct {
	Into  string `json:"into" zh:"并到哪个编号" need:"1" max:"40"`
	Basis string `json:"basis" zh:"依据" need:"1" max:"100" hint:"同人同事，或同一地点同一问题。"`
}

func (c Merge) name() string { return "merge" }

func (c Merge) decide(*Item, Situation) ([]events.Event, error) { return nil, errTwoItems }

// decideBoth gives the facts of the item that ends and of the survivor.
func (c Merge) decideBoth(it, into *Item, _ Situation) (own, theirs []events.Event, err error) {
	switch {
	case it.ID == into.ID:
		err = refuseAt("into", "merge.self", "并到哪个编号：不能并到自己。")
	case Terminal(into.State):
		err = refuseAt("into", "merge.ended", "并到哪个编号：%s 是“%s”，已经了结，不能再并入。", into.Number, into.State.Zh())
	case into.State == events.Closed:
		err = refuseAt("into", "merge.closed", "并到哪个编号：%s 已销号。如果又发生了，请复号。", into.Number)
	case it.Class != events.Ordinary && into.Class != it.Class:
		err = refuseAt("into", "merge.class", "并到哪个编号：%s件只能并入同一性质的。", it.Class.Zh())
	case it.Class == events.Conduct && !into.complainsOf(it.ComplainedOf, it.Complained):
		err = refuseAt("into", "merge.complained_of", "并到哪个编号：%s 没有写明同样的被反映单位。", into.Number)
	case it.Confidential && !into.Confidential:
		err = refuseAt("into", "merge.confidential", "并到哪个编号：保密件不能并入不保密的。")
	}
	if err != nil {
		return nil, nil, err
	}
	return []events.Event{events.ItemMerged{Into: into.ID.String(), IntoNumber: into.Number, Basis: c.Basis}},
		[]events.Event{events.ItemAbsorbed{From: it.ID.String(), FromNumber: it.Number, Opinions: it.Opinions}}, nil
}

// Unmerge takes a merge back (撤销并单): the number goes on by itself from where it stood, its
// clock as if nothing had been. Possible as long as the survivor is not over.
type Unmerge struct {
	Reason string `json:"reason" zh:"理由" max:"100" hint:"比如：看错了，不是同一件事。"`
}

func (c Unmerge) name() string { return "unmerge" }

func mayUnmerge(it *Item, _ Situation) *Refusal {
	if it.Erasure > 0 {
		return refuse("unmerge.erased", "已经申请抹除这一件的个人信息，不能再撤出来。")
	}
	return nil
}

func (c Unmerge) decide(*Item, Situation) ([]events.Event, error) { return nil, errTwoItems }

// decideBoth gives the facts of the item that goes on by itself and of the survivor.
func (c Unmerge) decideBoth(it, from *Item, _ Situation) (own, theirs []events.Event, err error) {
	switch {
	case it.MergedInto != from.ID.String():
		err = refuse("unmerge.other", "这一件没有并到 %s。", from.Number)
	case Terminal(from.State) || from.State == events.Closed:
		err = refuse("unmerge.ended", "%s 是“%s”，已经了结，不能再撤出来。", from.Number, from.State.Zh())
	}
	if err != nil {
		return nil, nil, err
	}
	return []events.Event{events.ItemUnmerged{From: it.MergedInto, FromNumber: from.Number, To: it.MergedFrom, Reason: c.Reason}},
		[]events.Event{events.ItemSeparated{Out: it.ID.String(), OutNumber: it.Number, Opinions: it.Opinions}}, nil
}

// complainsOf reports whether the item names all these units and officers as complained of.
func (it *Item) complainsOf(us []events.Unit, officers []string) bool {
	if slices.ContainsFunc(officers, func(id string) bool { return !slices.Contains(it.Complained, id) }) {
		return false
	}
	return !slices.ContainsFunc(us, func(u events.Unit) bool {
		return !slices.ContainsFunc(it.ComplainedOf, func(x events.Unit) bool { return x.ID == u.ID })
	})
}

// Split takes parts out of an item as items of their own (拆分).
type Split struct {
	Parts []SplitPart `json:"parts" zh:"拆出的事项" need:"1" max:"9"`
}

// SplitPart is one item to be split off.
type SplitPart struct {
	Title    string `json:"title" zh:"事项名称" need:"1" max:"60"`
	Category string `json:"category" zh:"类别" max:"20"`
}

func (c Split) name() string { return "split" }

func (c Split) decide(*Item, Situation) ([]events.Event, error) { return nil, errTwoItems }

// decideChildren gives the parent's fact and the first facts of each child.
func (c Split) decideChildren(it *Item, s Situation, made []newItem) (own []events.Event, children [][]events.Event, err error) {
	var e events.ItemSplit
	for i, p := range c.Parts {
		if r := noPersonal("parts."+itoa(i)+".title", "split", "事项名称", p.Title); r != nil {
			return nil, nil, r
		}
		m := made[i]
		e.Children = append(e.Children, events.SplitChild{ID: m.id.String(), Number: m.number, Title: p.Title})
		off := events.ItemSplitOff{Number: m.number, PublicID: m.publicID, CodeHash: m.codeHash, Parent: it.ID.String(),
			ParentNumber: it.Number, Preset: it.Preset, Source: it.Source, Title: p.Title, Category: orElse(p.Category, it.Category),
			Category2: it.Category2, Class: it.Class, Level: it.Level, Area: it.Area, Channel: it.Channel, Opinions: it.Opinions,
			Confidential: it.Confidential, ComplainedOf: it.ComplainedOf}
		mc := events.ModeClassified{Mode: it.Mode, Due: it.Due, Rule: "date", From: it.From} // the clock goes on as the parent's
		if it.Mode == events.StandingMode {
			days := s.days(it.matter(events.StageReview))
			mc = events.ModeClassified{Mode: it.Mode, ReviewDays: days, NextReview: s.Today().AddDays(days)}
		}
		facts := []events.Event{off, mc}
		if len(it.Complained) > 0 {
			facts = append(facts, events.ComplaintNamed{Officers: it.Complained})
		}
		children = append(children, facts)
	}
	return []events.Event{e}, children, nil
}
