// Package report makes the papers that offices hand in (domain.md §5.4): 周报, 月汇报, 季检查,
// half-year and year, the schedule report, unit statistics, the list of the unsatisfied.
//
//	Kind, day ──▶ Build ──▶ Report: sections of text, tables, charts; appendix ──▶ .docx .xlsx .html
//
// # Figures
//
// A report of a day has what was recorded by the end of that day and nothing else, so it
// comes out the same for ever, byte for byte: no clock is asked, files bear no time, and the
// position of the log (identity, sequence, hash of the last commit in it) is printed on it.
// Every figure of the text stands in the appendix with numerator, denominator and what is
// left out.
//
// A period is set against the one before it and, from the month on, against the same one of
// last year, each up to the same day: the 10th of a month against the 10th of the month
// before, as it was known then. Rates that count by month are of the months of the period.
//
// # Who asks
//
// Nobody is told of a 举报 about himself or his unit, be it by a count: [Order.Sight] takes
// those items out of every figure and list, and whose report it is makes a difference. What
// the sight hides is what is so today: an item that became such a 举报 later is out of the
// reports of the days before it, too.
//
// # Before the log began
//
// Of a day before the first recorded one nothing was recorded. What was entered later with
// the day on which it happened (补录) is reported by those days then, and the report says so;
// a fact entered without such a day is not in it. What is recorded later changes nothing,
// unless it, too, is said to have happened by that day.
package report
