package projections

import (
	"fmt"
	"strconv"

	"xiaohao/events"
)

// auditWords says what the name of a fact does not: nothing sealed, and of work on items
// nothing at all, which the item's own timeline tells to those who may read it.
func auditWords(e events.Event) string {
	switch e := e.(type) {
	case events.PersonalRevealed:
		return events.FieldsZh(e.Fields) + "，理由：" + e.Reason
	case events.ExportMade:
		return exportWords(e)
	case events.AccessRefused:
		return e.Command + "（" + e.Rule + "）"
	case events.SessionStarted:
		if e.Second && e.Way == events.BySecondFactor {
			return "口令加动态口令"
		}
		return e.Way.Zh()
	case events.SessionEnded:
		if e.Session == "" {
			return "所有登录"
		}
	case events.SignInFailed:
		return e.Way.Zh() + "不对"
	case events.AccountLocked:
		return fmt.Sprintf("连错 %d 次，锁 %d 分钟", e.Failures, e.Minutes)
	case events.PasswordSet:
		if e.Temporary {
			return "临时口令"
		}
	case events.TokenIssued:
		return e.Name + "，到 " + e.Until.String()
	case events.LoginLinked:
		return e.Issuer
	case events.LoginUnlinked:
		return e.Issuer
	}
	return directoryWords(e)
}

// exportWords are 整改台账，xlsx，12 行，筛选：全部，带姓名电话.
func exportWords(e events.ExportMade) string {
	out := e.What.Zh()
	add := func(s string) {
		if s != "" {
			out += "，" + s
		}
	}
	add(e.Name)
	add(e.Format)
	if e.Rows > 0 {
		add(strconv.Itoa(e.Rows) + " 行")
	}
	if e.Filter != "" {
		add("筛选：" + e.Filter)
	}
	if e.Personal {
		add("带姓名、电话")
	}
	return out
}

// directoryWords tell what was done to an entry of the directory or to a calendar.
func directoryWords(e events.Event) string {
	switch e := e.(type) {
	case events.UnitAdded:
		return e.Name
	case events.UnitRenamed:
		return "改叫" + e.Name
	case events.UnitMoved:
		return "到 " + orNone(e.Parent) + " 下面"
	case events.UnitClassified:
		return e.Level.Zh() + "，" + e.Type.Zh()
	case events.PostTaken:
		return e.Post.Title + "（" + e.Post.Role.Zh() + "），从 " + e.Post.From.String()
	case events.PostLeft:
		return "到 " + e.Until.String()
	case events.DelegationGiven:
		return "委托给 " + e.To + "，" + e.From.String() + " 到 " + e.Until.String()
	case events.LedgerAdded:
		return e.Name
	case events.LedgerChanged:
		return e.Name
	case events.DutyAssigned:
		return e.Category + " 归 " + e.Unit
	case events.CalendarPublished:
		return orAll(e.Area) + " " + strconv.Itoa(e.Notice.Year) + " 年"
	case events.WorkingHoursSet:
		return orAll(e.Area)
	case events.SampleDrawn:
		return e.Period
	}
	return ""
}

func orNone(id string) string {
	if id == "" {
		return "（没有上级）"
	}
	return id
}

func orAll(area string) string {
	if area == "" {
		return "全国"
	}
	return area
}
