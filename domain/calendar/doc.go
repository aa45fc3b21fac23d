// Package calendar counts time as offices do: which days are worked, when a limit ends and
// why then, and how a deadline stands today. It is pure: the calendar is a value, today is
// an argument.
//
// # Days
//
// A [Calendar] is made of notices (放假安排, [events.Notice]): the country's, one a year, and
// those of one area on top of them (autonomous areas set days of their own). A day that no
// notice names is worked from Monday to Friday. A year without the country's notice is
// open: it comes out in November of the year before at the earliest, and until then every
// deadline that depends on a day of it is provisional.
//
// The notices of 2020 to 2026 are part of the program ([Official]), in the form that others
// keep them in too: {year, papers, days:[{name, date, isOffDay}]}. [ReadNotice] reads it,
// [ReadICal] reads iCalendar.
//
// # Limits
//
// A [Rule] always states its unit (民法典 §201–203 and each statute by itself; nothing is
// inferred):
//
//	24h         hours, by the clock, through nights and holidays
//	7d          natural days; when the last one is off, the next worked day
//	3wd         working days
//	2026-11-30  that day, as set
//	none/90d    no end, but a look every 90 natural days (rolled like 7d)
//
// Day 0 is not counted. The last day ends at midnight or at the close of business, as the
// calendar's hours say. A [Limit] is a rule with its start, its pauses and extensions;
// [Calendar.Due] gives the [Deadline] and its account, day by day (怎么算的).
//
// # Pauses and extensions
//
// A pause takes its days out of the count: its first day does not count, the day it ends
// does. An extension sets another day; a pause after it moves that day by as many natural
// days, rolled. The day that the rule alone gives stays in [Deadline.Original].
package calendar
