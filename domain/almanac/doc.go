// Package almanac keeps the working calendars of all areas as facts of the log: who may
// publish a year's holidays, what stands now, and what a new notice moves. What the days
// then mean is package domain/calendar.
//
//	Publish, SetHours ─▶ LoadOf ─▶ decide ─▶ Append ─▶ Receipt{Version, From}
//	                                              └─▶ whoever holds deadlines recomputes those from the day From, by facts
//
// A [Keeper] holds the newest [calendar.Almanac] it knows and is asked for calendars all the
// time, so it never waits: what another node published reaches it with its next
// [Keeper.Refresh]. A deadline that was computed by an older calendar in between says so by
// its version, and is recomputed like all others.
//
// The same notice given again changes nothing. Notices that come with the program are
// published like any other, by the program itself ([Keeper.Ship]): so a new version of it
// moves no deadline silently.
package almanac
