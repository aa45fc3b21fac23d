package web

import (
	"fmt"
	"slices"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
)

// bannerOf says in words where the item stands.
func bannerOf(cal *calendar.Calendar, at events.Bounds, it projections.Item, folded *domain.Item) banner {
	m := markOf(it.State)
	b := banner{Class: m.class, Icon: m.icon, Title: m.word, NoSeal: it.State != events.Answered && !domain.Terminal(it.State)}
	l, today := leftOf(cal, it, at), at.Today()
	var says []string
	switch it.State {
	case events.Registered:
		b.Title = "待受理：定是什么事、怎么改"
		says = append(says, fmt.Sprintf("%s收到，最晚 %s 受理。", zhDay(events.DateOf(it.Raised)), stageDue(cal, it, events.StageAccept, "", events.DateOf(it.Raised))))
	case events.ReturnedForInfo:
		b.Title, says = "待补充：等反映人回话", append(says, "问的是：“"+it.Detail.Question+"”")
	case events.Accepted, events.InProgress:
		b, says = runningBanner(at, it, b, l)
	case events.Rectified:
		b.Title = "完成待验：单位报了完成，还没申请销号"
		says = append(says, rectifiedWords(it, l))
	case events.UnderVerification:
		next := folded.NextStep()
		b.Title = "验收中：等" + next.Zh()
		says = append(says, rectifiedWords(it, l))
		if n := len(it.Detail.Chain) - slices.IndexFunc(it.Detail.Chain, func(c projections.ChainStep) bool { return c.Step == next }); next != "" && n > 0 {
			says = append(says, fmt.Sprintf("还差 %d 步才能销号。", n))
		}
	case events.InPublicity:
		if p := it.Detail.Publicity; p != nil && today.After(p.Until) {
			b.Title = "公示期满：" + zhDay(p.Until) + "到的，等结束公示"
		} else if p != nil {
			b.Title = "公示中，到 " + zhDay(p.Until)
			says = append(says, zhDay(p.Until)+"前，谁都可以提异议。")
		}
		if n := openObjections(it); n > 0 {
			says = append(says, fmt.Sprintf("有 %d 条异议没有答复。", n))
		}
	default:
		b, says = restingBanner(it, b, l, today)
	}
	b.Text = strings.Join(says, "")
	return b
}

func runningBanner(at events.Bounds, it projections.Item, b banner, l left) (banner, []string) {
	word, today := it.State.Zh(), at.Today()
	var says []string
	if !it.Due.IsZero() {
		says = append(says, strings.TrimSpace("期限 "+zhDay(it.Due)+" "+it.DueTime)+"。")
	}
	switch domain.LampOf(it.State, it.Ends(), at) {
	case domain.LampOverdue:
		b.Class, b.Icon, b.Title = "over", "over", word+"，已经逾期"
		if l.Days > 0 {
			b.Title = fmt.Sprintf("%s，逾期 %d 个工作日", word, l.Days)
		}
	case domain.LampNear:
		b.Class, b.Icon, b.Title = "near", "near", fmt.Sprintf("%s，快到期了，还剩 %d 个工作日", word, l.Days)
		if it.Due == today {
			b.Title = word + "，今天" + until(it.DueTime) + "到期"
		}
	case domain.LampOnPlan:
		b.Title = fmt.Sprintf("%s，还剩 %d 个工作日", word, l.Days)
	}
	if p, paused := it.Detail.Clock.Paused(today); paused {
		says = append(says, fmt.Sprintf("暂停计时（%s），%s恢复。", p.Why, zhDay(p.To)))
	}
	switch pace := domain.PaceOf(it.State, it.Node(), at); pace {
	case events.Behind:
		says = append(says, fmt.Sprintf("%s：%s该到的还没有到。", paceNames[pace], zhDay(it.Node())))
	case events.OnPace:
		says = append(says, paceNames[pace]+"，下一步"+zhDay(it.Node())+"到。")
	}
	if it.State == events.Accepted {
		says = append(says, "还没有交给单位。")
	} else if it.Lead.Name != "" {
		says = append(says, it.Lead.Name+"在办。")
	}
	if it.ReturnOpen {
		says = append(says, fmt.Sprintf("退单待审（第 %d 次）。", it.Returns))
	}
	if it.ExtOpen {
		says = append(says, askedFor(it)+"等着批。")
	}
	if it.Blocked != "" {
		says = append(says, "卡在："+it.Blocked.Zh()+"。")
	}
	if it.Supervision != "" {
		says = append(says, "督办到“"+it.Supervision.Zh()+"”。")
	}
	return b, says
}

// until is the hour at which a deadline is over within its day, in the middle of a sentence.
func until(timeOfDay string) string {
	if timeOfDay == "" {
		return ""
	}
	return " " + timeOfDay + " "
}

// restingBanner is for the states in which no clock runs.
func restingBanner(it projections.Item, b banner, l left, today events.Date) (banner, []string) {
	d := it.Detail
	switch it.State {
	case events.Closed, events.Archived:
		if !struck(it.State, it.ClosedOn) {
			return b, []string{"已经归档，只能看。"}
		}
		b.Class, b.Icon, b.Title, b.Seal, b.NoSeal, b.Closed = "sealed", "", "已销号", true, false, it.ClosedOn
		says := []string{fmt.Sprintf("第 %d 轮，%s报完成，", it.Round, zhDay(it.RectifiedOn))}
		says = append(says, l.Text+"。")
		if len(d.LookBacks) > 0 {
			says = append(says, "下次回头看 "+dayIn(d.LookBacks[0], today)+"。")
		}
		if it.State == events.Archived {
			says = append(says, "已归档。")
		}
		return b, says
	case events.Standing:
		b.Title = "常态整改"
		return b, []string{"这件事要一直做，不算销号。", d.Standing, "下次复核 " + dayIn(it.NextReview, today) + "。"}
	case events.SuspendedAccount:
		b.Title = "挂账：" + it.Blocked.Zh()
		return b, []string{d.SuspendedBy, "定的：", d.SuspendedFor, "。", dayIn(it.NextReview, today) + " 再议。"}
	case events.Answered:
		return b, []string{"直接答复了，没有立项，不算销号。"}
	case events.NotAccepted:
		return b, []string{"理由：", d.NotAccepted, "。可以找：", d.Route, "。"}
	case events.Merged:
		b.Title = "已并入 " + it.MergedInto
		return b, []string{"这个编号不再单独办，进展看 " + it.MergedInto + "。"}
	case events.Terminated:
		return b, []string{d.Terminated}
	}
	return b, nil
}

func rectifiedWords(it projections.Item, l left) string {
	words := zhDay(it.RectifiedOn) + "单位报完成"
	switch {
	case l.Late:
		return words + "，比期限" + l.Text + "。"
	case strings.HasPrefix(l.Text, "早"):
		return words + "，比期限早 " + strings.TrimPrefix(strings.TrimSuffix(l.Text, " 天"), "早 ") + " 个工作日。"
	}
	return words + "。"
}
