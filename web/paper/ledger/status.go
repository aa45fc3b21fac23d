package ledger

import (
	"regexp"
	"strings"

	"xiaohao/events"
)

// A row claims; it never proves. The words of a ledger are read for the least that they
// honestly say: “已完成前期勘测” is not 已完成, and of two cells that differ the lesser counts.

var (
	notDone      = regexp.MustCompile(`未(全部|全面|完全|能|按期|按时|如期)*(完成|整改|办结|到位|解决|落实|启动|开工|达标)|尚未|没有(完成|整改|解决|落实)|不到位|整改中|正在(整改|办理|处理|落实|解决)|^(正在|在)(推进|办|进行|实施)|进行中|办理中|处理中|实施中|推进中|待(整改|办理|落实|推进|解决)|部分(完成|整改|解决|销号)|基本(整改|解决)?(完成|整改|到位|解决)|其余|剩余|超期未|逾期未|限期整改|继续整改`)
	underWay     = regexp.MustCompile(`正在|推进|序时|滞后|下一步|拟|计划|预计|力争|阶段性|取得.*进展|启动|开展`)
	notClosed    = regexp.MustCompile(`(未|尚未|没有|暂未|暂不|不予|不能|无法|还未)(予|申请|完成)?销号`)
	untrue       = regexp.MustCompile(`^(否|不是|×|x|X|✗|n|no|N|NO|无|没有|未)$`)
	yes          = regexp.MustCompile(`^(是|√|✓|✔|对|y|Y|yes|YES|v|V|已)$`)
	waitsToClose = regexp.MustCompile(`(待|拟|申请|提请|报请|准备|等待|可|建议)(申请)?(验收)?销号|销号(申请|审批|审核|待|中)|待验收|待复核|待核查|验收中|公示中|待公示`)
	closing      = regexp.MustCompile(`^(.*?)(?:并|且|后|已|予以|准予|同意|并已|,)*(?:对账|验收)?销号(?:完成|完毕|登记|了|备案|办结)?$`)
	accepted     = regexp.MustCompile(`^(已|经|已经|均已|全部)*(验收通过|通过验收|验收合格|验收|立行立改|立改|审核通过|办理完毕)$`)
	done         = regexp.MustCompile(`^(目前|现|均|都|该问题|问题|以上问题|该项|此项|截至目前)*(已|经|均已|全部|全面|按期|如期|按时|超时|超期|逾期|提前|于)*(整改|完成|办结|落实|解决|整治|处置|处理)?(已|均已|已全部|全部|任务|工作)?(整改)?(完成|到位|完毕|办结|结束|解决|落实到位|整改|见效|清零|达标)(整改|任务|销号前|了|率?100%|到位)?$`)
	percent      = regexp.MustCompile(`^(完成|进度|已完成|完成率|整改率)?(\d{1,3}(?:\.\d+)?)%$`)
	suspended    = regexp.MustCompile(`挂账|暂缓(整改|办理|实施)?|搁置|暂不具备(整改)?条件|中止|停滞|列入长期|缓办`)
	standing     = regexp.MustCompile(`长期坚持|常态化?(整改|推进|管理|坚持|保持)?$|持续(整改|坚持|巩固)$|坚持(整改|长期)$|长期(整改|推进)$|阶段性(办结|完成|销号)|转入常态`)
)

// claim is what cells say of the state: done and closed are sure (2), denied (-2), or
// only hinted at to be open (-1); 0 is silence.
type claim struct {
	done, closed        int
	standing, suspended bool
	differ              bool // the cells, or two clauses of one, do not say the same
}

// readClaim reads a status, progress or remark cell. ofClosing says that the column asks
// 是否销号, so that 是 means struck off.
func readClaim(s string, ofClosing bool) claim {
	t := squeeze(s)
	switch m := percent.FindStringSubmatch(t); {
	case yes.MatchString(t) && ofClosing:
		return claim{done: 2, closed: 2}
	case yes.MatchString(t):
		return claim{done: 2}
	case untrue.MatchString(t) && ofClosing:
		return claim{closed: -2}
	case untrue.MatchString(t):
		return claim{done: -2}
	case m != nil && m[2] == "100":
		return claim{done: 2}
	case m != nil:
		return claim{done: -2}
	}
	return readClauses(t)
}

// readClauses weighs what the clauses of a text say.
func readClauses(t string) claim {
	var c claim
	for _, clause := range strings.FieldsFunc(t, func(r rune) bool { return strings.ContainsRune("，。；;,、.!\n()（）:：", r) }) {
		clause = strings.TrimLeft(dateWords.ReplaceAllString(clause, ""), "于在")
		switch {
		case suspended.MatchString(clause) && !strings.HasPrefix(clause, "不"):
			c.suspended = true
		case struckOff(clause):
			c = c.and(claim{done: 2, closed: 2})
		case accepted.MatchString(clause) && strings.ContainsAny(clause, "已经通合毕"):
			c = c.and(claim{done: 2})
		case notClosed.MatchString(clause):
			c = c.and(claim{closed: -2})
			if done.MatchString(notClosed.ReplaceAllString(clause, "")) {
				c = c.and(claim{done: 2})
			}
		case waitsToClose.MatchString(clause):
			c = c.and(claim{done: 2, closed: -2})
		case clause != "整改" && done.MatchString(clause):
			c = c.and(claim{done: 2})
		case standing.MatchString(clause):
			c.standing = true
		case notDone.MatchString(clause):
			c = c.and(claim{done: -2})
		case underWay.MatchString(clause):
			c = c.and(claim{done: -1})
		}
	}
	return c
}

// struckOff reports whether a clause says 已销号: nothing before it but that it was done.
func struckOff(clause string) bool {
	m := closing.FindStringSubmatch(clause)
	return m != nil && (m[1] == "已完成" || m[1] == "已审核" || done.MatchString(m[1]) || accepted.MatchString(m[1]) || strings.Trim(m[1], "已全部均经该问题此项目前") == "")
}

// and is what two cells of one row say together: a denial beats a claim, a claim a hint.
func (c claim) and(d claim) claim {
	weaker := func(a, b int) int {
		switch {
		case a == -2 || b == -2:
			c.differ = c.differ || max(a, b) == 2
			return -2
		case a == 2 || b == 2:
			return 2
		}
		return min(a, b)
	}
	c.done, c.closed = weaker(c.done, d.done), weaker(c.closed, d.closed)
	c.standing, c.suspended = c.standing || d.standing, c.suspended || d.suspended
	c.differ = c.differ || d.differ
	return c
}

// alone is what the cells of one row say to the other rows of its item: a measure of which
// only 未销号 is known is not done, however far the others are.
func (c claim) alone() claim {
	if c.closed == -2 && c.done == 0 {
		c.done = -2
	}
	return c
}

// says reports whether the cells say anything at all.
func (c claim) says() bool { return c.done != 0 || c.closed != 0 || c.standing || c.suspended }

// state is the most that may honestly be claimed.
func (c claim) state() events.State {
	switch {
	case c.suspended:
		return events.SuspendedAccount
	case c.closed == 2 && c.done == 2:
		return events.Closed
	case c.standing:
		return events.Standing
	case c.done == 2:
		return events.Rectified
	}
	return events.InProgress
}

// readMode reads 整改类型.
func readMode(s string) (events.Mode, bool) {
	t := squeeze(s)
	switch {
	case immediateWords.MatchString(t), strings.HasPrefix(t, "立即"), strings.HasPrefix(t, "立行"):
		return events.Immediate, true
	case standingWords.MatchString(t):
		return events.StandingMode, true
	case strings.Contains(t, "计划"), strings.Contains(t, "分阶段"), strings.Contains(t, "分步"), strings.Contains(t, "逐步"), strings.Contains(t, "中长期"):
		return events.Planned, true
	case strings.Contains(t, "限期"), strings.Contains(t, "限时"), strings.Contains(t, "近期"), strings.Contains(t, "按期"), strings.Contains(t, "短期"):
		return events.TimeLimited, true
	}
	return "", false
}

// Short is s cut after n characters, with an ellipsis if something was cut.
func Short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
