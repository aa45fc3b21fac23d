package projections

import (
	"strconv"
	"strings"

	"xiaohao/events"
)

// telling is how a fact is told in the timeline: who may read it and in what words. Sealed
// fields and people's names are never in it; public words name units, never officers.
type telling struct {
	vis    Visibility
	text   string
	public string // for the public, "" = text
}

func open(text string) telling     { return telling{vis: Public, text: text} }
func inside(text string) telling   { return telling{vis: Internal, text: text} }
func byItself(text string) telling { return telling{vis: SystemLog, text: text} }

// or gives the public other words than the office.
func (t telling) or(public string) telling {
	t.public = public
	return t
}

// notPassed begins how a site check is told that found something wrong.
const notPassed = "没通过。"

// tell puts a fact into words; it is the row after the fact.
func tell(it *Item, e events.Event) telling {
	if t, ok := tellIntake(it, e); ok {
		return t
	}
	if t, ok := tellWork(it, e); ok {
		return t
	}
	if t, ok := tellClosure(it, e); ok {
		return t
	}
	if t, ok := tellAfter(it, e); ok {
		return t
	}
	return byItself("")
}

// ToldPublicly reports whether a fact leaves an entry that the public reads; it is the item
// after the fact.
func ToldPublicly(it *Item, e events.Event) bool { return tell(it, e).vis == Public }

func tellIntake(it *Item, e events.Event) (telling, bool) {
	switch e := e.(type) {
	case events.ItemRaised:
		return open(line("编号", " ", e.Number, "。原话已封存。")), true
	case events.ItemSplitOff:
		return open(line("从 ", e.ParentNumber, " 拆出来，单独办。编号 ", e.Number, "。")), true
	case events.OpinionAdded:
		return open("又有人提了同一件事，一起办、一起答复。"), true
	case events.ItemHeld:
		words := make([]string, len(e.Doubts))
		for i, d := range e.Doubts {
			words[i] = d.Zh()
		}
		return inside("先由人看一眼：" + strings.Join(words, "；") + "。"), true
	case events.OpinionCollected:
		return inside(line(e.On.String(), "，", e.Place, "，", e.Host, "主持。")), true
	case events.HoldLifted:
		return inside("看过了，照常排队受理。"), true
	case events.CodeRenewed:
		return inside("查询码重办了，旧的不能再用。" + after("核对：", e.Ground)), true
	case events.InfoRequested:
		return open("问：" + stop(e.Question)).or("请您补充情况。"), true
	case events.InfoSupplied:
		return open("补充收到了。").or("您补充的收到了。"), true
	case events.ItemAccepted:
		text := line("定为“", e.Title, "”，", joined(e.Category, e.Category2), "。")
		if e.Urgent {
			text += "急件。"
		}
		if it.restricted() {
			return open(text).or("受理了。"), true
		}
		return open(text).or(line("受理了，这件事叫“", e.Title, "”。")), true
	case events.ItemNotAccepted:
		return open(line(stop(e.Reason), after("可以走：", e.Route))), true
	case events.ItemAnswered:
		return open(line("“", e.Title, "”，直接答复，不用交办。")).or("这件事直接答复您。"), true
	case events.ModeClassified:
		text := "定为" + e.Mode.Zh()
		if !e.Due.IsZero() {
			text += "，期限 " + e.Due.String()
		}
		if !e.NextReview.IsZero() {
			text += "，" + e.NextReview.String() + " 再评"
		}
		return inside(text + "。" + after("理由：", e.Reason)), true
	case events.LeaderLinked:
		return byItself("由" + e.Leader.Post + "挂钩。"), true
	case events.ItemMerged:
		return open(line("并入 ", e.IntoNumber, "。", after("因为", e.Basis))).
			or("同一件事已有人提，并到 " + e.IntoNumber + " 一起办，进展到那里看。"), true
	case events.ItemAbsorbed:
		return byItself(line(e.FromNumber, " 并进来，", strconv.Itoa(len(e.Opinions)), " 条意见一起答复。")), true
	case events.ItemUnmerged:
		return open(line("从 ", e.FromNumber, " 撤出来，单独办。", after("理由：", e.Reason))).
			or("这一件不再和 " + e.FromNumber + " 一起办，接着单独办。"), true
	case events.ItemSeparated:
		return byItself(line(e.OutNumber, " 撤出去，单独办。")), true
	case events.ItemSplit:
		numbers := make([]string, len(e.Children))
		for i, c := range e.Children {
			numbers[i] = c.Number
		}
		return byItself("拆成 " + strings.Join(numbers, "、") + "。"), true
	case events.LeaderInstructed:
		return inside("“" + e.Text + "”"), true
	case events.LedgerClaimed:
		return inside(tellClaim(e)), true
	case events.Corrected:
		return inside(line("第 ", strconv.Itoa(e.Rev), " 条记录的", e.What, "：原是“", e.Was, "”，应是“", e.Should, "”。", after("理由：", e.Reason))), true
	}
	return telling{}, false
}

func tellWork(it *Item, e events.Event) (telling, bool) {
	switch e := e.(type) {
	case events.ItemAssigned:
		return tellAssigned(it, e.Assignments), true
	case events.CoUnitAdded:
		t := tellAssigned(it, []events.Assigned{e.Assignment})
		t.text += after("理由：", e.Reason)
		return t, true
	case events.AssignmentSigned:
		if e.Late {
			return inside(unitOf(it, e.Assignment) + "签收了，晚了。"), true
		}
		return inside(unitOf(it, e.Assignment) + "签收了。"), true
	case events.ReturnRequested:
		return inside(line(unitOf(it, e.Assignment), "要求退单：", stop(e.Grounds), after("依据：", e.Basis), after("建议交给", e.Suggested.Name))), true
	case events.ReturnUpheld:
		return inside(line("同意", unitOf(it, e.Assignment), "退单。", after("理由：", e.Reason))), true
	case events.ItemUnassigned:
		return byItself("等重新交办，期限不变。" + after("理由：", e.Reason)), true
	case events.ReturnRejected:
		return inside(line("不同意", unitOf(it, e.Assignment), "退单，由它接着办。", after("理由：", e.Reason))), true
	case events.ArbitrationOpened:
		return inside("该谁办说不清，请" + e.Body + "裁定。"), true
	case events.ArbitrationDecided:
		return inside(line("裁定由", e.Unit.Name, "办。", after("依据：", e.Basis))), true
	case events.PlanSubmitted:
		return inside(line(after("目标：", e.Goal), strconv.Itoa(len(e.Measures)), " 条措施，", strconv.Itoa(len(e.Milestones)), " 个节点",
			until("，", e.Due, " 前完成"), "。")), true
	case events.PlanApproved:
		return inside(line("方案可以，照着办。", e.Note)), true
	case events.PlanSentBack:
		return inside("方案要改：" + stop(e.Reason)), true
	case events.ProgressReported:
		text := line(pick(e.Place != "", e.Place+"：", ""), stop(e.Note))
		if !e.Quantity.IsZero() {
			text += "做了 " + amount(e.Quantity) + "。"
		}
		return inside(text + after("节点完成：", e.Milestone)), true
	case events.BlockReported:
		return inside(line(e.Cause.Zh(), "：", stop(e.Note), pick(e.Suspend, "建议先挂账。", ""))), true
	case events.EvidenceRecorded:
		return inside(line(e.Name, "（", e.Kind.Zh(), "）", until("，落款 ", e.Formed, ""), pick(e.Early, "，早于立项，请核对", ""),
			pick(len(e.Uses) > 0, "，这个文件以前交过，请核对", ""), "。")), true
	case events.AssignmentReported:
		return inside(line(unitOf(it, e.Assignment), "反馈：", stop(e.Result))), true
	case events.AssignmentApproved:
		return inside(unitOf(it, e.Assignment) + "的反馈通过了。"), true
	case events.AssignmentSentBack:
		return inside(line("请", unitOf(it, e.Assignment), "重做：", stop(e.Reason))), true
	case events.ExtensionRequested:
		return inside(line("想延到 ", e.Due.String(), "。理由：", stop(e.Reason), pick(e.Late, "到期后才提的。", ""))), true
	case events.ExtensionGranted:
		text := line("期限改到 ", e.Due.String(), until("，原定 ", e.Was, ""), "。")
		return open(text + after("理由：", e.Reason)).or(text), true
	case events.DeadlineRecomputed:
		own := it.recomputed(e)
		switch {
		case e.Due == e.Was && own != "":
			return inside("放假安排公布后重算：" + own), true
		case e.Due == e.Was:
			return open(line("放假安排公布后核对过，期限还是 ", e.Due.String(), "。")), true
		}
		text := line("放假安排公布后重算，期限从 ", e.Was.String(), " 改为 ", e.Due.String(), "。")
		return open(text + own).or(text), true
	case events.ExtensionDenied:
		return inside("期限不变。" + after("理由：", e.Reason)), true
	case events.PauseRequested:
		return inside(line("因", e.Ground.Zh(), "想暂停计时，到 ", e.Until.String(), " 恢复。理由：", stop(e.Reason))), true
	case events.PauseGranted:
		text := line("因", e.Ground.Zh(), "从 ", e.From.String(), " 起暂停计时，", e.Until.String(), " 恢复。期限改到 ", e.Due.String(), until("，原定 ", e.Was, ""), "。")
		return open(text + after("理由：", e.Reason)).or(text), true
	case events.PauseDenied:
		return inside("不暂停，期限不变。" + after("理由：", e.Reason)), true
	case events.PauseEnded:
		text := line("恢复计时，期限改到 ", e.Due.String(), "。")
		return open(text + after("理由：", e.Reason)).or(text), true
	case events.SupervisionIssued:
		return inside(line(e.Level.Zh(), " ", e.Slip, "：", stop(e.Text), until("", e.Due, " 前答复。"))), true
	case events.AttentionCalled:
		return inside(callWords(e)), true
	case events.OrderTakenBack:
		return inside(line("刚才的", takenBack(e), "撤销了，没有通知任何人。")), true
	case events.SupervisionAnswered:
		return inside(line("答 ", e.Slip, "：", stop(e.Text))), true
	}
	return telling{}, false
}

func tellClosure(it *Item, e events.Event) (telling, bool) {
	switch e := e.(type) {
	case events.RectificationReported:
		public := line(it.Lead.Name, "说改好了，还要有人去核查，才能销号。")
		text := stop(e.Result)
		if !e.Quantity.IsZero() {
			text += "共 " + amount(e.Quantity) + "。"
		}
		if e.Late {
			text, public = text+"超过了期限。", public+"超过了期限。"
		}
		return open(text + after("没解决的：", e.Unsolved)).or(public), true
	case events.ClosureApplied:
		return byItself(line(e.Profile.Zh(), "签批链 ", strconv.Itoa(len(e.Chain)), " 步，第 ", strconv.Itoa(e.Attempt), " 次申请。")), true
	case events.SignOffGiven:
		return inside(line(e.Step.Zh(), "通过。", stop(e.Opinion))), true
	case events.SignOffRefused:
		return inside(line(e.Step.Zh(), "没通过，第 ", strconv.Itoa(e.Round), " 轮重办。", after("理由：", e.Reason))), true
	case events.SiteChecked:
		text := line(onDay(e.On), strconv.Itoa(len(e.Checkers)), " 人到", e.Place, "看过：", stop(e.Conclusion))
		if !e.Passed {
			return inside(notPassed + text), true
		}
		return open(text).or(line(onDay(e.On), "有 ", strconv.Itoa(len(e.Checkers)), " 人到现场看过，查实。")), true
	case events.PublicityOpened:
		return open(line("在", e.Medium, "公示", until("到 ", e.Until, ""), "，有不同意见可以提。")), true
	case events.ObjectionRaised:
		return inside("有人对公示提了异议，答复前不能销号。"), true
	case events.ObjectionResolved:
		return inside(line(pick(e.Upheld, "异议有道理：", "异议不成立："), stop(e.Answer))), true
	case events.PublicityClosed:
		if e.Objections > 0 {
			return open(line("公示期满，异议 ", strconv.Itoa(e.Objections), " 条都答复了。")), true
		}
		return open("公示期满，没有异议。"), true
	case events.ItemClosed:
		text := "签批都齐了，销号。"
		public := "各步都签了，也答复您了，销号。"
		if e.LateDays > 0 {
			late := "晚 " + strconv.Itoa(e.LateDays) + " 个工作日才办完。"
			text, public = text+late, public+late
		}
		return open(text).or(public), true
	case events.FiledUpward:
		return inside(line("报", e.To, "备案，备案号 ", e.Refer, "。")), true
	case events.ItemArchived:
		return byItself("档号 " + e.File + "。"), true
	case events.ItemMadeStanding:
		text := line("改到位了，要长期坚持", until("，", e.NextReview, " 再评"), "。不算销号。")
		return open(text + after("理由：", e.Reason)).or(text), true
	case events.StandingReviewed:
		return inside(line(stop(e.Finding), until("", e.NextReview, " 再评。"))), true
	case events.ItemSuspended:
		public := line("暂时办不了（", e.Cause.Zh(), "）", until("，", e.NextReview, " 再议"), "。")
		return open(line(public, after("理由：", e.Reason), after("决定的是", e.Body))).or(public), true
	case events.SuspensionReviewed:
		return inside(line(stop(e.Finding), until("", e.NextReview, " 再议。"))), true
	case events.ItemResumed:
		return open("接着办。" + after("理由：", e.Reason)).or("可以办了，接着办。"), true
	case events.ItemTerminated:
		return open(line(ground(e.Ground), after("理由：", e.Reason))).or(ground(e.Ground)), true
	case events.ItemReopened:
		text := line("第 ", strconv.Itoa(e.Round), " 轮重办，编号不变", until("，期限 ", e.Due, ""), "。")
		return open(text + after("理由：", e.Reason)).or(text), true
	}
	return telling{}, false
}

func tellAfter(it *Item, e events.Event) (telling, bool) {
	switch e := e.(type) {
	case events.ReplySubmitted:
		return inside(stop(e.Public) + pick(e.Private.IsZero(), "", "另有只给反映人看的话。")), true
	case events.ReplySentBack:
		return inside("答复要改：" + stop(e.Reason)), true
	case events.ReplyIssued:
		return open(stop(e.Public) + pick(e.Way == "", "", "怎么告诉的："+e.Way+"。")).or(pick(it.restricted(), "已经答复您。", stop(e.Public))), true
	case events.Evaluated:
		return inside("已评价。"), true
	case events.RedoOrdered:
		return inside(line("评价不满意，有道理，第 ", strconv.Itoa(e.Round), " 轮重办。", after("理由：", e.Reason))), true
	case events.ExemptionRequested:
		return inside(line("请求这次评价不算进比率：", stop(e.Reason))), true
	case events.ExemptionEndorsed:
		return inside("办公室审过，报督导来定：" + stop(e.Reason)), true
	case events.ExemptionDecided:
		return inside(line(pick(e.Granted, "这次评价单列，不算进比率。", "这次评价照算。"), after("理由：", e.Reason))), true
	case events.LookBackScheduled:
		days := make([]string, len(e.Due))
		for i, d := range e.Due {
			days[i] = d.String()
		}
		return byItself(strings.Join(days, "、") + " 回头看。"), true
	case events.LookBackDrawn:
		text := pick(e.Chosen, "抽中了，要去看。", "这次没有抽中。")
		return inside(line("定在 ", e.Due.String(), " 的回头看，", e.Period, " 第 ", strconv.Itoa(e.Draw), " 次抽样：", text)), true
	case events.LookBackPassed:
		return open(stop(e.Finding)).or("回头看过，没有反弹。"), true
	case events.LookBackFailed:
		return open(stop(e.Finding)).or("回头看，又出问题了，接着改。"), true
	case events.PublicTextDrafted:
		return inside("等另一个人核过才公开：" + stop(e.Summary)), true
	case events.ItemReleased:
		return inside("核过了，公开：" + stop(e.Summary)), true
	case events.ItemUnpublished:
		return inside("从公开页面撤下。" + after("理由：", e.Reason)), true
	case events.ReleaseLimited:
		return inside("公开到 " + e.Until.String() + " 为止。"), true
	case events.PhotoRedacted:
		return inside(pick(len(e.Covered) == 0, "看过照片，没有要盖住的", line("照片盖住了 ", strconv.Itoa(len(e.Covered)), " 处")) + "，等另一个人核过才公开。"), true
	case events.PhotoReleased:
		return inside("照片核过了，可以公开。"), true
	case events.PhotoUnpublished:
		return inside("照片撤下。" + after("理由：", e.Reason)), true
	case events.ComplaintNamed:
		return inside("写明了被反映的人，他们看不到这一件。"), true
	case events.PersonalRevealed: // why is for the auditor
		return byItself(line("看了反映人的", events.FieldsZh(e.Fields), "。")), true
	case events.ErasureRequested:
		return inside(line(e.Asked.Zh(), "提出，", e.Reason.Zh(), "。", after("依据：", e.Ground), "原话、姓名、电话从此谁也打不开，办理的经过照留。")), true
	case events.ErasureCompleted:
		return byItself("密钥已销毁，个人信息抹除完毕。"), true
	}
	return telling{}, false
}

// tellAssigned names the units: 主办区农林水局，协办区住建局、增口乡。
func tellAssigned(it *Item, as []events.Assigned) telling {
	var leads, helps []string
	for _, a := range as {
		if a.Part == events.Lead {
			leads = append(leads, a.Unit.Name)
		} else {
			helps = append(helps, a.Unit.Name)
		}
	}
	var text, public []string
	if len(leads) > 0 {
		text, public = append(text, "主办"+strings.Join(leads, "、")), append(public, "交给"+strings.Join(leads, "、"))
	}
	if len(helps) > 0 {
		text, public = append(text, "协办"+strings.Join(helps, "、")), append(public, strings.Join(helps, "、")+"配合")
	}
	if it.restricted() {
		public = []string{"已交办"}
	}
	return open(strings.Join(text, "，") + "。").or(strings.Join(public, "，") + "。")
}

func ground(g string) string {
	switch g {
	case "WITHDRAWN":
		return "本人撤回，不再办。"
	case "BEYOND_DUTY":
		return "不是政府管的事，不再办。"
	case "EXHAUSTED":
		return "程序走完，不再办。"
	}
	return "不再办。"
}

func unitOf(it *Item, assignment string) string {
	for _, a := range it.Detail.Assignments {
		if a.ID == assignment {
			return a.Unit.Name
		}
	}
	return "单位"
}

func line(parts ...string) string { return strings.Join(parts, "") }

// stop ends a sentence that somebody wrote without its full stop.
func stop(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, "。") || strings.HasSuffix(s, "！") || strings.HasSuffix(s, "？") || strings.HasSuffix(s, "”") {
		return s
	}
	return s + "。"
}

// after is lead and the sentence s, or nothing without s.
func after(lead, s string) string {
	if s == "" {
		return ""
	}
	return lead + stop(s)
}

// until is a day between two pieces, or nothing without a day.
func until(before string, d events.Date, behind string) string {
	if d.IsZero() {
		return ""
	}
	return before + d.String() + behind
}

// onDay opens a sentence with its day.
func onDay(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return said(d) + "，"
}

func joined(parts ...string) string {
	out := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " / ")
}

func pick[T any](c bool, yes, no T) T {
	if c {
		return yes
	}
	return no
}

func takenBack(e events.OrderTakenBack) string {
	if e.Slip == "" {
		return "批示"
	}
	return "督办单 " + e.Slip + " "
}

// callWords says who has to look at what.
func callWords(e events.AttentionCalled) string {
	switch {
	case e.Level == events.Summon:
		return line("红单 ", e.Ref, " 到 ", e.For.String(), " 没有答复，提请挂钩领导、督导组约谈。")
	case e.Level == events.Urge:
		return line(e.Watch.Zh(), "定在 ", e.For.String(), "，还没有做，再催一次。")
	}
	return line(e.Watch.Zh(), "定在 ", e.For.String(), "，到日子了。")
}

// tellClaim says what an imported row claims, and that nobody here signed it.
func tellClaim(e events.LedgerClaimed) string {
	text := line("台账“", e.Ledger, "”第 ", strconv.Itoa(e.Row), " 行称“", e.Says.Zh(), "”")
	if e.Says == events.Closed || e.Says == events.Rectified {
		text += "，只是导入时称，没有在这里核验"
	}
	text += "。"
	words := false
	for _, d := range e.Changed {
		switch {
		case d.Was == "" && d.Now == "":
			words = true
		case d.Was == "":
			text += line("新写了“", d.Now, "”。")
		default:
			text += line("原写“", d.Was, "”，现写“", d.Now, "”。")
		}
	}
	if words {
		text += "文字有改动。"
	}
	return text
}

// recomputed says which units' own clocks and which steps were counted anew.
func (it *Item) recomputed(e events.DeadlineRecomputed) (text string) {
	who := func(ref string) string {
		for _, a := range it.Detail.Assignments {
			if a.ID == ref {
				return a.Unit.Name
			}
		}
		return ""
	}
	for _, l := range e.Parts {
		text += line(who(l.Ref), "的期限是 ", l.Due.String(), "。")
	}
	for _, l := range e.Steps {
		text += line(who(l.Ref), l.Stage().Zh(), "的期限是 ", l.Due.String(), "。")
	}
	return text
}
