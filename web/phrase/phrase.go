package phrase

import (
	"slices"
	"strings"

	"xiaohao/events"
)

// Item is what variables are filled with; an empty one leaves its phrase out.
type Item struct {
	Number, Title, Lead, Due, Category, Phone string
	State                                     events.State
}

// Phrase is a sentence for one field of a command.
type Phrase struct{ Field, Text string }

// kept is a phrase with its variables; no category and no state mean any.
type kept struct {
	command, field string
	category       string // a part of it
	states         []events.State
	text           string
}

var all = []kept{
	{command: "answer", field: "reply", text: "您反映的“{title}”已经收到。经了解，"},
	{command: "answer", field: "reply", text: "您问的事由{category}方面的规定管，具体是：。还有不清楚的，可以打 {phone}。"},
	{command: "answer", field: "reply", category: "交通", text: "您反映的线路和班次，现在的时间是：。如有调整，会在站牌上写明。"},
	{command: "not_accept", field: "reason", text: "这件事已经进入诉讼或者复议，不再重复受理。"},
	{command: "not_accept", field: "reason", text: "这件事不在本级职责以内。"},
	{command: "not_accept", field: "route", text: "请向有管辖权的人民法院提起诉讼，或者向复议机关申请复议。"},
	{command: "request_info", field: "question", text: "请告诉我们具体在哪里、什么时候的事。"},
	{command: "request_info", field: "question", category: "交通", text: "请告诉我们是哪一路车、哪一站、大约几点。"},
	{command: "submit_reply", field: "public", text: "您反映的“{title}”，{lead}已经办理：。"},
	{command: "submit_reply", field: "public", states: []events.State{events.InProgress}, text: "您反映的“{title}”，{lead}正在办理，计划 {due} 前完成。现在做到："},
	{command: "report_progress", field: "note", text: "已经到现场看过，"},
	{command: "report_progress", field: "note", text: "按计划推进，{due} 前能完成。"},
	{command: "request_extension", field: "reason", text: "因为，原定 {due} 前不能完成，需要延到。"},
	{command: "request_return", field: "grounds", text: "这件事不属于本单位职责。按照，应当由办理。"},
	{command: "uphold_return", field: "reason", text: "理由成立，重新交办。"},
	{command: "reject_return", field: "reason", text: "按照责任目录，这件事由您单位负责，请继续办理，期限不变。"},
	{command: "grant_extension", field: "reason", text: "理由成立，同意延期。"},
	{command: "deny_extension", field: "reason", text: "理由不充分，请按原定 {due} 完成。"},
	{command: "send_back_reply", field: "reason", text: "没有写清办了什么、结果怎样，请补上再报。"},
	{command: "refuse", field: "reason", text: "现场还没有改到位：。请整改后重新申请销号。"},
	{command: "order_redo", field: "reason", text: "反映人说没有解决：。请重新办理，并当面回访。"},
	{command: "instruct", field: "text", text: "请{lead}抓紧办理，{due} 前报结果。"},
}

// For returns the phrases for a form of a command on an item, filled in: those for its
// category first.
func For(command string, it Item) []Phrase {
	var own, others []Phrase
	for _, k := range all {
		if k.command != command || !strings.Contains(it.Category, k.category) || len(k.states) > 0 && !slices.Contains(k.states, it.State) {
			continue
		}
		text, ok := fill(k.text, it)
		switch {
		case !ok:
		case k.category != "" || len(k.states) > 0:
			own = append(own, Phrase{k.field, text})
		default:
			others = append(others, Phrase{k.field, text})
		}
	}
	return append(own, others...)
}

// fill puts the item's words in place of the variables; false when one is not known.
func fill(text string, it Item) (string, bool) {
	for name, value := range map[string]string{"{number}": it.Number, "{title}": it.Title, "{lead}": it.Lead, "{due}": it.Due, "{category}": it.Category, "{phone}": it.Phone} {
		if !strings.Contains(text, name) {
			continue
		}
		if value == "" {
			return "", false
		}
		text = strings.ReplaceAll(text, name, value)
	}
	return text, true
}
