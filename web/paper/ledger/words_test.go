package ledger

import (
	"strings"
	"testing"
)

// TestDeadlines reads every spelling of a deadline; the ledger is of 2026.
func TestDeadlines(t *testing.T) {
	for in, want := range map[string]string{
		"2026年3月5日": "2026-03-05", "2026.3.5": "2026-03-05", "2026-03-05": "2026-03-05", "2026/3/5": "2026-03-05", "20260305": "2026-03-05", "2026年03月05号前": "2026-03-05",
		"2026-03-05 00:00:00": "2026-03-05", "２０２６年３月５日": "2026-03-05", "二〇二六年三月五日": "2026-03-05", "二○二六年十二月二十五日": "2026-12-25", "26年3月5日": "2026-03-05", "26.3.5": "2026-03-05",
		"3月5日": "2026-03-05", "3月5日前": "2026-03-05", "三月五日": "2026-03-05", "3.5": "2026-03-05", "3月底前": "2026-03-31", "三月底": "2026-03-31", "2月底前": "2026-02-28", "2024年2月底": "2024-02-29",
		"年底前": "2026-12-31", "年底": "2026-12-31", "年内": "2026-12-31", "2026年底前": "2026-12-31", "2025年年底": "2025-12-31", "今年年底前": "2026-12-31", "明年6月底前": "2027-06-30", "明年底前": "2027-12-31", "2026年": "2026-12-31", "2026年12月": "2026-12-31",
		"上半年": "2026-06-30", "2026年上半年": "2026-06-30", "下半年": "2026-12-31", "一季度": "2026-03-31", "第三季度": "2026-09-30", "2026年第二季度末": "2026-06-30", "6月中旬": "2026-06-20", "2026年6月下旬": "2026-06-30", "6月上旬": "2026-06-10", "6月份": "2026-06-30",
		"2026年6月底前完成": "2026-06-30", "2026.06": "2026-06-30", "202606": "2026-06-30", "2026年3月1日-2026年6月30日": "2026-06-30", "2026年3月1日—6月30日": "2026-06-30", "2026年3月-6月": "2026-06-30", "2026年3至6月": "2026-06-30", "即日起至2026年5月31日": "2026-05-31",
		"长期坚持": "null STANDING", "长期": "null STANDING", "持续整改": "null STANDING", "常态化": "null STANDING", "立行立改": "null IMMEDIATE", "立即整改": "null IMMEDIATE", "即知即改": "null IMMEDIATE",
		"立行立改，2026年3月底前": "2026-03-31 IMMEDIATE", "2026年6月30日前，并长期坚持": "2026-06-30 STANDING", "46086": "2026-03-05",
		"2026年3-6月": "2026-06-30", "2026年1—12月底": "2026-12-31", "3-6月": "2026-06-30", "2026.3-2026.12": "2026-12-31", "2026.1.1-12.31": "2026-12-31", "2026.1.1-2026.12.31": "2026-12-31", "2026年3月1日至10日": "2026-03-10", "2026-2027年": "2027-12-31",
		"11月至次年2月": "2027-02-28", "2025年11月—次年2月": "2026-02-28", "2026年元月": "2026-01-31", "元月底": "2026-01-31", "2026年前三季度": "2026-09-30", "2026年12月31日24时": "2026-12-31", "2026年12月31日18:00前": "2026-12-31",
		"2026年春节前": "null", "2026年汛期前完成": "null", "2026年每月25日前": "null", "每年12月底": "null", "2026年底前完成整改": "2026-12-31", "2026年度": "2026-12-31",
		"2026.3-5": "wrong", "2026.00.05": "wrong", "2026年5月0日": "wrong",
		"10个工作日内": "null", "5个工作日": "null", "三个月": "null", "一个月内": "null", "待定": "null", "尽快": "null",
		"2026年2月30日": "wrong", "2026年13月1日": "wrong", "3/5/2026": "wrong", "5/5/2026": "2026-05-05", "第123号": "wrong",
	} {
		d := readDeadline(cell{kind: text, text: in}, 2026)
		got := "null"
		if !d.date.IsZero() {
			got = d.date.String()
		}
		if d.mode != "" {
			got += " " + string(d.mode)
		}
		if d.wrong != "" {
			got = "wrong"
		}
		if got != want {
			t.Errorf("%q: %s, want %s (%s %s)", in, got, want, d.wrong, d.warning)
		}
	}
}

// TestStates reads what a status cell honestly claims.
func TestStates(t *testing.T) {
	for in, want := range map[string]string{
		"已销号": "CLOSED", "销号": "CLOSED", "已完成整改并销号": "CLOSED", "整改完成，已销号": "CLOSED", "2026年3月1日销号": "CLOSED", "已对账销号": "CLOSED", "已整改到位并销号": "CLOSED", "已整改销号": "CLOSED", "完成销号": "CLOSED", "验收销号": "CLOSED", "已完成整改，已销号": "CLOSED", "准予销号": "CLOSED", "全部销号": "CLOSED",
		"已完成": "RECTIFIED", "已整改": "RECTIFIED", "整改完成": "RECTIFIED", "完成整改": "RECTIFIED", "已整改到位": "RECTIFIED", "全部完成": "RECTIFIED", "已办结": "RECTIFIED", "办结": "RECTIFIED", "超时办结": "RECTIFIED", "是": "RECTIFIED", "√": "RECTIFIED", "100%": "RECTIFIED", "完成": "RECTIFIED", "已解决": "RECTIFIED", "已立行立改": "RECTIFIED", "已通过验收": "RECTIFIED",
		"已完成整改。下一步将加强监管，防止反弹": "RECTIFIED", "整改完成，待销号": "RECTIFIED", "已完成整改，尚未销号": "RECTIFIED", "申请销号": "RECTIFIED", "已完成，未销号": "RECTIFIED", "待验收": "RECTIFIED",
		"整改中": "IN_PROGRESS", "正在整改": "IN_PROGRESS", "未完成": "IN_PROGRESS", "未整改": "IN_PROGRESS", "未销号": "IN_PROGRESS", "否": "IN_PROGRESS", "×": "IN_PROGRESS", "60%": "IN_PROGRESS", "基本完成": "IN_PROGRESS", "部分完成": "IN_PROGRESS", "推进中": "IN_PROGRESS", "持续推进": "IN_PROGRESS", "未开始": "IN_PROGRESS", "部分销号": "IN_PROGRESS", "正在推进，完成70%": "IN_PROGRESS",
		"已完成前期勘测": "IN_PROGRESS", "未完成但达到序时进度": "IN_PROGRESS", "达到序时进度": "IN_PROGRESS", "未办结": "IN_PROGRESS", "正在办理": "IN_PROGRESS", "已完成3个村改造，其余正在推进": "IN_PROGRESS",
		"长期坚持": "STANDING", "已完成，长期坚持": "STANDING", "常态整改": "STANDING", "持续整改": "STANDING", "阶段性办结": "STANDING", "已完成并长期坚持": "STANDING",
		"挂账": "SUSPENDED_ACCOUNT", "暂缓整改": "SUSPENDED_ACCOUNT", "暂不具备条件": "SUSPENDED_ACCOUNT",
	} {
		if got := readClaim(in, false).state(); string(got) != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// TestUnits reads units as cells join them.
func TestUnits(t *testing.T) {
	for in, want := range map[string]string{
		"住建局、城管局": "住建局 城管局", "住建局；城管局": "住建局 城管局", "住建局，城管局": "住建局 城管局", "住建局/城管局": "住建局 城管局", "住建局\n城管局": "住建局 城管局", "住建局 城管局": "住建局 城管局",
		"发展和改革局": "发展和改革局", "住 建 局": "住建局", "各镇（街道、园区）": "各镇（街道、园区）", "1.住建局 2.城管局": "住建局 城管局", "住建局、城管局等": "住建局 城管局", "党政办": "党政办", "住建局,": "住建局",
		"牵头单位:住建局 配合单位:城管局、水务局": "住建局 城管局 水务局", "住建局等部门": "住建局",
		"住建局和城管局": "住建局 城管局", "住建局、城管局以及东庄镇": "住建局 城管局 东庄镇", "1.住建局2.城管局": "住建局 城管局", "①住建局②城管局": "住建局 城管局", "住建局。城管局。": "住建局 城管局", "住建局+城管局": "住建局 城管局", `住建局\城管局`: "住建局 城管局",
		"和平街道": "和平街道", "住房和城乡建设局": "住房和城乡建设局", "工业园区和开发区管委会": "工业园区和开发区管委会", "和平镇与住房和城乡建设局": "和平镇 住房和城乡建设局", "第2.5产业园": "第2.5产业园",
	} {
		u := readUnits(in, false)
		if got := strings.Join(append(u.lead, u.co...), " "); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestQuantities reads numbers with 余, 多, 万.
func TestQuantities(t *testing.T) {
	for in, want := range map[string]Quantity{
		"11/11公里": {Done: 11, Total: 11, Unit: "公里"}, "3000余户": {Done: 3000, Unit: "户", About: true}, "1.3万份": {Done: 13000, Unit: "份"}, "200多人": {Done: 200, Unit: "人", About: true},
		"1万余条": {Done: 10000, Unit: "条", About: true}, "3,635": {Done: 3635}, "约50盏": {Done: 50, Unit: "盏", About: true}, "25/31": {Done: 25, Total: 31}, "１２户": {Done: 12, Unit: "户"},
	} {
		if got, ok := readQuantity(in); !ok || got != want {
			t.Errorf("%q: %+v %v, want %+v", in, got, ok, want)
		}
	}
	for _, in := range []string{"若干", "", "一批"} {
		if q, ok := readQuantity(in); ok {
			t.Errorf("%q: %+v, want nothing", in, q)
		}
	}
}
