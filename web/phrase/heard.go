package phrase

import "strings"

// Heard is what somebody will read once a form is sent.
type Heard struct{ Who, Text string }

const (
	asker = "反映人（凭编号和查询码看到）"
	unit  = "办理单位（在本单位页和经过里看到）"
	staff = "看得到这一件的工作人员"
	world = "所有人（这一件公开以后）"
)

// To returns who reads what of a form; value gives what a field holds. Nothing when the
// command tells nobody outside the office anything of the form's own words.
func To(command string, value func(field string) string) (out []Heard) {
	say := func(who string, parts ...string) {
		if text := strings.TrimSpace(strings.Join(parts, "")); text != "" {
			out = append(out, Heard{who, text})
		}
	}
	labelled := func(label, text string) string {
		if text == "" {
			return ""
		}
		return label + text
	}
	switch command {
	case "answer":
		say(asker, value("reply"))
		say(world, value("reply"))
	case "request_info":
		say(asker, labelled("请您补充：", value("question")))
	case "not_accept":
		say(asker, value("reason"), labelled(" 可以找：", value("route")))
	case "submit_reply":
		say(asker, value("public"), labelled("\n（只给您的话）", value("private")))
		say(world, value("public"))
	case "uphold_return", "reject_return", "grant_extension", "deny_extension", "send_back_reply", "refuse", "order_redo", "send_back_plan", "send_back_part":
		say(unit, value("reason"))
	case "instruct":
		say(staff, value("text"))
	}
	return out
}
