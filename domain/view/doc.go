// Package view keeps views of the ledger that people save (存下的视图): a name and the filter
// of an address. A view is one person's, one unit's, or everyone's; each of these holders has
// its own place in the log (an aggregate of the kind [events.ViewAggregate]), so that saving
// two views at once conflicts only where it should.
//
// # Rules
//
//	private    everybody, for himself
//	unit       staff of a unit and the office, for the unit they act for
//	everyone   交办员 only
//
// A name is kept once in each place: saving it again replaces the filter. A place holds at
// most [Most] views. The filter is kept as text and read anew each time, so a view shows only
// what its reader may see.
package view
