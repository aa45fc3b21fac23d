package web

import (
	"fmt"
	"html/template"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// Banner is the answer in words, colour and shape; one on a page.
type Banner struct {
	Class, Icon string
	Title       string
	Lines       []string
	Stamp       events.Date // the seal with its day, when the number is struck off
	NoSeal      bool        // the empty place of the seal
}

// Story is one item as the public or its petitioner reads it.
type Story struct {
	Item     projections.PublicItem
	Banner   Banner
	Struck   bool
	Who      string
	DueWords string        // 5 个工作日
	Outcome  string        // 10月12日改好
	Days     template.HTML // the account, a table; "" when there is no deadline to explain
	DayRows  int           // of the account
	Rule     string        // how it is counted, one sentence
	Steps    []step        // newest first
	Stale    int           // days without news, 0 = fine
	ByCode   bool          // the petitioner himself
	Photos   []shownPhoto

	MorePhotos []shownPhoto // fetched when they are opened
}

// Changed reports whether the pictures show it before and after.
func (s Story) Changed() bool {
	return len(s.Photos) == 2 && s.Photos[0].Caption == events.Before.Zh() && s.Photos[1].Caption == events.After.Zh()
}

// staleDays is how long an open item may stay without news before its page says so.
const staleDays = 30

// story works out what is told of an item.
func (s *Server) story(it projections.PublicItem, byCode bool) Story {
	today := s.today()
	st := Story{Item: it, ByCode: byCode, Struck: struck(it.State, it.ClosedOn), Banner: s.bannerOf(it, byCode)}
	if it.Restricted {
		return st
	}
	st.Who = whoOf(it)
	st.Photos, st.MorePhotos = photosOf(it)
	st.Steps = timelineOf(it.Timeline, true, s.cfg.Now())
	for i := range st.Steps {
		st.Steps[i].ID = fmt.Sprintf("u%d", len(st.Steps)-i)
	}
	if !it.Due.IsZero() && !it.DueFrom.IsZero() && !it.Due.Before(it.DueFrom) {
		d, err := s.daysOf(it)
		if err != nil { // the answer is worth more than its account
			s.cfg.Log.Error("deadline not explained", "item", it.ID, "error", err)
		}
		st.DueWords, st.Rule, st.Days, st.DayRows = d.words, d.rule, d.rows, d.n
	}
	if !it.RectifiedOn.IsZero() {
		st.Outcome = shortDay(it.RectifiedOn, s.cfg.Now()) + "改好"
		if it.Late {
			st.Outcome += fmt.Sprintf("，晚 %d 天", it.LateDays)
		}
	}
	switch it.State {
	case events.Registered, events.Accepted, events.InProgress, events.Rectified, events.UnderVerification:
		if n := today.DaysSince(events.DateOf(it.Touched)); n > staleDays {
			st.Stale = n
		}
	}
	return st
}

func whoOf(it projections.PublicItem) string {
	if it.Lead == "" {
		return ""
	}
	if len(it.CoUnits) == 0 {
		return it.Lead
	}
	return it.Lead + "牵头，" + strings.Join(it.CoUnits, "、") + "配合"
}

// bannerOf says in one line where an item stands and in the next what that means.
func (s *Server) bannerOf(it projections.PublicItem, byCode bool) Banner {
	m := publicMark(it.State)
	b := Banner{Class: m.class, Icon: m.icon, Title: m.word}
	say := func(format string, args ...any) {
		if format != "" {
			b.Lines = append(b.Lines, fmt.Sprintf(format, args...))
		}
	}
	day := func(d events.Date) string { return shortDay(d, s.cfg.Now()) }
	you := func(mine, others string) string {
		if byCode {
			return mine
		}
		return others
	}
	if struck(it.State, it.ClosedOn) {
		b = Banner{Class: "sealed", Title: "已销号", Stamp: it.ClosedOn}
		say("%s", you("改好了，也答复您了，办公室核过才盖这个印。", "改好了，也答复了反映的人，办公室核过才盖这个印。"))
		say("%s", s.punctual(it))
		return b
	}
	switch it.State {
	case events.Registered:
		say("收到了，办公室还没看完。最晚%s定下受理不受理。", day(s.calendar().DueOn(s.siteRule(events.StageAccept), it.RegisteredOn)))
	case events.ReturnedForInfo:
		b.Class, b.Title = "near", you("等您补充", "等反映的人补充")
		say("补充以后接着办。只问这一次。")
	case events.NotAccepted:
		say("%s", it.NotAccepted)
		if it.Route != "" {
			say("可以走：%s", it.Route)
		}
	case events.Answered:
		say("这件事不用交办，直接答复%s。", you("您了", "了"))
	case events.Accepted, events.InProgress:
		s.runningBanner(&b, it, day)
	case events.Rectified:
		say("%s说%s改好了。还要核查，才能销号。", orWord(it.Lead, "责任单位"), day(it.RectifiedOn))
		b.NoSeal = true
	case events.UnderVerification:
		say("%s改好的，正在一步一步核查。", day(it.RectifiedOn))
		b.NoSeal = true
	case events.InPublicity:
		switch until := it.PublicityUntil; {
		case until.IsZero():
			say("公示期间，谁都可以提异议。")
		case s.today().After(until):
			b.Title = "公示期满"
			say("公示到%s，已经满了，等办公室往下办。", day(until))
		default:
			b.Title = "公示中，到" + day(until)
			say("这天以前，谁都可以提异议。")
		}
		b.NoSeal = true
	case events.Standing:
		say("这件事要一直做，不算销号。")
		if !it.NextReview.IsZero() {
			say("下次公布 %s。", day(it.NextReview))
		}
	case events.SuspendedAccount:
		if !it.NextReview.IsZero() {
			say("%s再议一次，%s。", day(it.NextReview), you("会告诉您", "到时公布"))
		}
	case events.Terminated:
		say("不再办了，不算销号。原因看下面“一步一步”。")
	case events.Merged:
		say("同一件事已经有人提，并到 %s 一起办。", it.MergedInto)
	case events.Archived:
		say("办完了，已归档。")
	}
	if it.Restricted {
		b.Lines = nil
		say("这一类事情只能告诉您办到哪一步。")
	}
	return b
}

// runningBanner is the banner while the clock runs.
func (s *Server) runningBanner(b *Banner, it projections.PublicItem, day func(events.Date) string) {
	today, doing := s.today(), it.State == events.InProgress
	left := s.calendar().Between(today, it.Due)
	switch domain.LampOf(it.State, it.Ends(), s.looked()) {
	case domain.LampOverdue:
		b.Class, b.Icon = "over", "over"
		b.Title = fmt.Sprintf("逾期 %d 个工作日", -left)
		if left == 0 {
			b.Title = "逾期了"
		}
	case domain.LampNear:
		b.Class, b.Icon = "near", "near"
		b.Title = fmt.Sprintf("快到期了，还剩 %d 个工作日", left)
		if left <= 0 {
			b.Title = "今天" + until(it.DueTime) + "到期"
		}
	case domain.LampOnPlan:
		b.Title += fmt.Sprintf("，还剩 %d 个工作日", left)
	}
	line := ""
	if !it.Due.IsZero() {
		line = strings.TrimSpace("期限 "+day(it.Due)+" "+it.DueTime) + "。"
	}
	switch {
	case doing && it.Lead != "":
		line += it.Lead + "在办。"
	case !doing:
		line += "已经受理，正在定交给哪个单位。"
	}
	line += "上次更新：" + ago(today.DaysSince(events.DateOf(it.Touched))) + "。"
	b.Lines = append(b.Lines, line)
}

func ago(days int) string {
	switch {
	case days <= 0:
		return "今天"
	case days == 1:
		return "昨天"
	}
	return fmt.Sprintf("%d 天前", days)
}

func orWord(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// punctual says when it was done and how that stands to the deadline.
func (s *Server) punctual(it projections.PublicItem) string {
	if it.RectifiedOn.IsZero() {
		return ""
	}
	on := shortDay(it.RectifiedOn, s.cfg.Now()) + "改好"
	switch {
	case it.Late:
		return fmt.Sprintf("%s，比期限晚 %d 天。", on, it.LateDays)
	case it.Due.IsZero(), it.RectifiedOn.Before(it.DueFrom): // 补录: done before it was even accepted
		return on + "。"
	}
	if n := s.calendar().Between(it.RectifiedOn, it.Due); n > 0 {
		return fmt.Sprintf("%s，比期限早 %d 个工作日。", on, n)
	}
	return on + "，没有超期限。"
}
