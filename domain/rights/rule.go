package rights

import (
	"slices"

	"xiaohao/events"
)

// Scope narrows who of a role may give a command to an item.
type Scope int

const (
	Anybody  Scope = iota // everyone of the role
	OwnUnit               // staff of any unit that has an assignment here
	LeadOnly              // staff of the lead unit
	CoOnly                // staff of a co-unit
	NotUnit               // not staff of any unit that has an assignment here
	Linked                // the linked leader; any leader when none is linked
	ByCode                // the petitioner, who proves it with the query code
	OrSelf                // besides the roles, whom the command is about
)

// Zh says the scope in words, "" for no narrowing.
func (s Scope) Zh() string {
	return [...]string{"", "本单位有份的", "本单位主办的", "本单位协办的", "不是办这件事的单位", "自己挂钩的", "凭编号和查询码", "本人也可以"}[s]
}

// Rule is the row of one command.
type Rule struct {
	Command string
	Roles   []events.Role
	Scope   Scope
}

// Allows reports whether the role may ever give the command.
func (r Rule) Allows(role events.Role) bool { return slices.Contains(r.Roles, role) }

type set = []events.Role

// UnitStaff are the roles that act for a handling unit; whatever they do is bound to it.
var UnitStaff = set{events.UnitLiaison, events.Handler, events.UnitDeputy, events.UnitHead}

// OfUnit reports whether the actor is staff of a handling unit, whose eyes are limited. The
// office and others have units, too, and are not bound to them.
func OfUnit(a events.Actor) bool { return slices.Contains(UnitStaff, a.Role) }

var (
	office   = set{events.Dispatcher}
	intake   = set{events.Dispatcher, events.Intake}
	leaders  = set{events.LeaderRole}
	deciders = set{events.Dispatcher, events.LeaderRole}
	unitDesk = set{events.UnitLiaison, events.Handler}
	unitTop  = set{events.UnitDeputy, events.UnitHead}
	overseer = set{events.Supervisor}
	signers  = set{events.UnitDeputy, events.UnitHead, events.Dispatcher, events.Supervisor, events.LeaderRole}
	editors  = set{events.Publisher, events.Dispatcher}
	program  = set{events.System}

	// System is the program itself, told by whoever may use the machine it runs on.
	keepers     = set{events.SystemAdmin, events.System}
	safety      = set{events.SecurityAdmin, events.SystemAdmin, events.System}
	bookkeepers = set{events.SystemAdmin, events.Dispatcher, events.System}
)

// rules is the table, in the order of the life-cycle.
var rules = []Rule{
	// 登记、受理
	{"raise", set{events.Petitioner, events.Intake, events.Dispatcher}, Anybody},
	{"add_opinion", intake, Anybody},
	{"lift_hold", intake, Anybody},
	{"renew_code", intake, NotUnit},
	{"add_photo", set{events.Petitioner, events.Intake, events.Dispatcher}, ByCode},
	{"request_info", intake, Anybody},
	{"supply_info", set{events.Petitioner, events.Intake, events.Dispatcher}, ByCode},
	{"accept", office, Anybody},
	{"dispatch", office, Anybody},
	{"answer", office, Anybody},
	{"not_accept", office, Anybody},
	{"merge", office, Anybody},
	{"unmerge", office, Anybody},
	{"split", office, Anybody},
	{"classify", leaders, Linked},
	{"link_leader", deciders, Anybody},

	// 交办
	{"assign", office, Anybody},
	{"sign", unitDesk, OwnUnit},
	{"request_return", set{events.UnitDeputy}, OwnUnit},
	{"uphold_return", office, Anybody},
	{"reject_return", office, Anybody},
	{"open_arbitration", office, Anybody},
	{"decide_arbitration", deciders, Anybody},
	{"add_co_unit", office, Anybody},

	// 整改
	{"submit_plan", UnitStaff, LeadOnly},
	{"approve_plan", office, Anybody},
	{"send_back_plan", office, Anybody},
	{"report_progress", UnitStaff, OwnUnit},
	{"report_block", unitTop, OwnUnit},
	{"record_evidence", UnitStaff, OwnUnit},
	{"report_part", UnitStaff, CoOnly},
	{"approve_part", slices.Concat(office, UnitStaff), LeadOnly},
	{"send_back_part", slices.Concat(office, UnitStaff), LeadOnly},
	{"request_extension", unitTop, LeadOnly},
	{"grant_extension", deciders, Linked},
	{"deny_extension", deciders, Linked},
	{"request_pause", unitTop, LeadOnly},
	{"grant_pause", deciders, Linked},
	{"deny_pause", deciders, Linked},
	{"end_pause", slices.Concat(deciders, unitTop), LeadOnly},
	{"instruct", leaders, Anybody},
	{"supervise", set{events.Supervisor, events.LeaderRole}, Anybody},
	{"take_back", set{events.Supervisor, events.LeaderRole}, Anybody},
	{"escalate", program, Anybody},
	{"recompute_deadline", program, Anybody},
	{"answer_supervision", UnitStaff, LeadOnly},

	// 销号
	{"report_rectified", unitTop, LeadOnly},
	{"submit_reply", UnitStaff, LeadOnly},
	{"send_back_reply", office, Anybody},
	{"issue_reply", office, Anybody},
	{"apply_closure", unitDesk, LeadOnly},
	{"sign_off", signers, Anybody},
	{"check_site", set{events.SectorAuthority, events.Witness, events.Supervisor, events.Dispatcher}, NotUnit},
	{"open_publicity", editors, Anybody},
	{"object", set{events.Petitioner, events.Witness, events.Intake, events.Dispatcher}, Anybody},
	{"resolve_objection", office, Anybody},
	{"close_publicity", set{events.Dispatcher, events.Publisher, events.System}, Anybody},
	{"close", office, NotUnit},
	{"refuse", signers, Anybody},
	{"make_standing", leaders, Linked},

	// 销号以后
	{"file_upward", office, Anybody},
	{"evaluate", set{events.Petitioner, events.Intake}, ByCode},
	{"order_redo", office, Anybody},
	{"request_exemption", unitTop, LeadOnly},
	{"endorse_exemption", office, Anybody},
	{"decide_exemption", overseer, Anybody},
	{"draw_look_back", program, Anybody},
	{"pass_look_back", overseer, Anybody},
	{"fail_look_back", overseer, Anybody},
	{"reopen", set{events.Supervisor, events.LeaderRole, events.System}, Anybody},
	{"review_standing", deciders, Anybody},

	// 挂账、终结、归档、更正
	{"suspend", deciders, Anybody},
	{"review_suspension", deciders, Anybody},
	{"resume", deciders, Anybody},
	{"terminate", leaders, Linked},
	{"withdraw", set{events.Petitioner}, ByCode},
	{"archive", office, Anybody},
	{"correct", set{events.Dispatcher, events.Intake, events.Supervisor}, Anybody},
	{"record_claim", program, Anybody},
	{"request_erasure", office, Anybody},
	{"complete_erasure", program, Anybody},

	// 个人信息
	{"reveal", slices.Concat(intake, overseer, leaders, UnitStaff), OwnUnit},

	// 公开
	{"draft_public_text", editors, Anybody},
	{"release", set{events.Publisher}, Anybody},
	{"unpublish", editors, Anybody},
	{"expire_release", program, Anybody},
	{"redact_photo", editors, Anybody},
	{"release_photo", set{events.Publisher}, Anybody},
	{"unpublish_photo", editors, Anybody},

	// 单位、人员、台账
	{"put_unit", keepers, Anybody},
	{"close_unit", keepers, Anybody},
	{"reopen_unit", keepers, Anybody},
	{"put_officer", keepers, Anybody},
	{"dismiss_officer", safety, Anybody},
	{"return_officer", keepers, Anybody},
	{"take_post", safety, Anybody},
	{"leave_post", safety, Anybody},
	{"delegate", safety, OrSelf},
	{"withdraw_delegation", safety, OrSelf},
	{"put_ledger", bookkeepers, Anybody},
	{"close_ledger", bookkeepers, Anybody},
	{"reopen_ledger", bookkeepers, Anybody},
	{"put_duty", bookkeepers, Anybody},
	{"withdraw_duty", bookkeepers, Anybody},

	// 账号
	{"reset_password", safety, Anybody},
	{"unlock_account", safety, Anybody},
	{"end_session", safety, OrSelf},
	{"remove_second_factor", safety, Anybody},
	{"link_login", safety, Anybody},
	{"unlink_login", safety, Anybody},
	{"erase_account", safety, Anybody},
	// 时限、日历
	{"set_limit", bookkeepers, Anybody},
	{"withdraw_limit", bookkeepers, Anybody},
	{"publish_calendar", bookkeepers, Anybody},
	{"set_working_hours", bookkeepers, Anybody},
}

// Of returns the rule of a command; false when nobody may give it.
func Of(command string) (Rule, bool) {
	for _, r := range rules {
		if r.Command == command {
			return r, true
		}
	}
	return Rule{}, false
}

// Rules returns the table.
func Rules() []Rule { return slices.Clone(rules) }
