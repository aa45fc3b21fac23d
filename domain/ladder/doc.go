// Package ladder says when supervision steps up (督办阶梯, domain.md §2.8):
//
//	提醒 ─▶ 催办 ─▶ 蓝单、黄单 ─▶ 橙单 ─▶ 红单 ─▶ 约谈
//
// An item has days that somebody has to keep ([events.Watch]): its deadline, the signing of
// each assignment, the answer to a slip, a review, a look-back. For each of them a [Ladder]
// has rungs, each so many working days before or after the day. What is owed is a pure
// function of the watched day, how far the ladder went for it, the calendar and today, so a
// sweep that runs twice, late, or after a clock was set wrong finds the same.
//
// Two rules hold for every ladder. Of what is said (提醒, 催办) only the last is owed: nobody
// is reminded of a day that is over. What is written (蓝单 and up) is never skipped: the next
// colour comes only when the answer to the former did not (三明: “前一色单逾期无正当理由，才
// 发后一色单”), except for urgent items, which start high.
//
// A rung with Ask is for a person: the program asks for it and goes no further.
//
// The same arithmetic serves in two directions: [Ladder.Owed] for one day, and
// [Ladder.Reaches] for a query by day that finds every day with something owed and reads
// no other.
package ladder
