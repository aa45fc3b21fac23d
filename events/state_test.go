package events

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

// Every state can be reached by a fact, and no fact leads to a state that is not listed.
func TestStateAfterCoversEveryState(t *testing.T) {
	by := map[State][]string{}
	for k := range kinds {
		if s, ok := StateAfter(filled(t, k)); ok {
			by[s] = append(by[s], table[k].name)
			if !slices.Contains(States, s) {
				t.Errorf("%s leads to %q, which is no state", table[k].name, s)
			}
		}
	}
	for _, s := range States {
		if len(by[s]) == 0 {
			t.Errorf("no fact leads to %s", s)
		}
	}
}

func TestStateAfter(t *testing.T) {
	for _, c := range []struct {
		e    Event
		want State
	}{
		{ItemRaised{}, Registered}, {InfoRequested{}, ReturnedForInfo}, {InfoSupplied{}, Registered}, {ItemAccepted{}, Accepted},
		{ItemNotAccepted{}, NotAccepted}, {ItemAnswered{}, Answered}, {ItemMerged{}, Merged}, {ItemSplitOff{}, Accepted},
		{ItemAssigned{}, InProgress}, {ItemUnassigned{}, Accepted}, {RectificationReported{}, Rectified}, {ClosureApplied{}, UnderVerification},
		{PublicityOpened{}, InPublicity}, {PublicityClosed{}, UnderVerification}, {SignOffRefused{}, InProgress}, {ItemClosed{}, Closed},
		{ItemMadeStanding{}, Standing}, {ItemSuspended{}, SuspendedAccount}, {ItemResumed{To: Accepted}, Accepted},
		{RedoOrdered{To: InProgress}, InProgress}, {ItemUnmerged{To: Registered}, Registered}, {ItemSeparated{}, ""}, {ItemTerminated{}, Terminated}, {ItemReopened{}, InProgress}, {ItemArchived{}, Archived},
		{ItemSplit{}, ""}, {ItemAbsorbed{}, ""}, {ReplyIssued{}, ""}, {LookBackFailed{}, ""}, {SiteChecked{}, ""}, {Corrected{}, ""}, {LedgerClaimed{Says: Closed}, ""},
		{ReturnUpheld{}, ""}, {ExtensionGranted{}, ""}, {SignOffGiven{}, ""}, {ItemReleased{}, ""},
	} {
		if got, ok := StateAfter(c.e); got != c.want || ok != (c.want != "") {
			t.Errorf("StateAfter(%T) = %q %v, want %q", c.e, got, ok, c.want)
		}
	}
}

func TestMoveAssignments(t *testing.T) {
	day := NewDate(2026, time.March, 31)
	later := day.AddDays(10)
	start := MoveAssignments(nil, ItemAssigned{Assignments: []Assigned{{ID: "1", Unit: Unit{"a", "甲"}, Part: Lead, Due: day},
		{ID: "2", Unit: Unit{"b", "乙"}, Part: Co, Due: day}}})
	for _, c := range []struct {
		e        Event
		one, two AssignmentState
	}{
		{AssignmentSigned{Assignment: "1"}, PartSigned, PartIssued},
		{ReturnRequested{Assignment: "2"}, PartIssued, PartReturnRequested},
		{ReturnUpheld{Assignment: "2"}, PartIssued, PartWithdrawn},
		{ReturnRejected{Assignment: "1"}, PartForcedSigned, PartIssued},
		{ArbitrationOpened{Assignment: "1"}, PartArbitration, PartIssued},
		{ProgressReported{Assignment: "2"}, PartIssued, PartWorking},
		{BlockReported{Assignment: "1"}, PartWorking, PartIssued},
		{PlanSubmitted{}, PartWorking, PartIssued},
		{AssignmentReported{Assignment: "2"}, PartIssued, PartReported},
		{AssignmentApproved{Assignment: "2"}, PartIssued, PartApproved},
		{AssignmentSentBack{Assignment: "2"}, PartIssued, PartSentBack},
		{RectificationReported{}, PartReported, PartIssued},
		{SignOffRefused{}, PartSentBack, PartIssued},
		{RedoOrdered{}, PartSentBack, PartIssued},
		{ItemClosed{}, PartApproved, PartIssued},
		{ItemMadeStanding{}, PartApproved, PartIssued},
		{ItemSuspended{}, PartIssued, PartIssued},
	} {
		got := MoveAssignments(start, c.e)
		if got[0].State != c.one || got[1].State != c.two {
			t.Errorf("%T: %s %s, want %s %s", c.e, got[0].State, got[1].State, c.one, c.two)
		}
		if start[0].State != PartIssued || start[1].State != PartIssued {
			t.Fatalf("%T changed its argument", c.e)
		}
	}
	for _, e := range []Event{ExtensionGranted{Due: later}, ItemReopened{Due: later}} {
		got := MoveAssignments(start, e)
		if got[0].Due != later || got[1].Due != day || start[0].Due != day {
			t.Errorf("%T: due %s %s, want only the lead's to move", e, got[0].Due, got[1].Due)
		}
	}
	got := MoveAssignments(start, ArbitrationDecided{Assignment: "1", Unit: Unit{"c", "丙"}})
	if got[0].Unit.ID != "c" || got[0].State != PartForcedSigned || start[0].Unit.ID != "a" {
		t.Errorf("arbitration: %+v", got[0])
	}
	got = MoveAssignments(start, CoUnitAdded{Assignment: Assigned{ID: "3", Part: Co}})
	if len(got) != 3 || got[2].State != PartIssued || len(start) != 2 {
		t.Errorf("co-unit: %+v", got)
	}
	gone := MoveAssignments(start, ReturnUpheld{Assignment: "1"})
	if gone[0].Live() || !gone[1].Live() {
		t.Error("a withdrawn assignment is not live")
	}
	if after := MoveAssignments(gone, RectificationReported{}); !reflect.DeepEqual(after, gone) {
		t.Error("a withdrawn lead is moved")
	}
}

// TestKnown holds that no aggregate of the table is forgotten where readers ask for it.
func TestKnown(t *testing.T) {
	for k := range kinds {
		if !table[k].of.Known() {
			t.Errorf("%s of %s", table[k].name, table[k].of)
		}
	}
	if Aggregate("weather").Known() {
		t.Error("anything is known")
	}
}
