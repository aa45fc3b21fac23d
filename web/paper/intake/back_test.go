package intake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/web/paper/ledger"
)

// TestBack: a ledger that was made here and comes back raises nothing anew; a row that was
// changed in it says what, once, and moves nothing.
func TestBack(t *testing.T) {
	o := newOffice(t)
	first := o.imports(head + "甲路灯不亮,住建局、城管局,限期改,2026年12月30日,修好,整改中,,\n")
	id, number := first.Rows[0].Item, first.Rows[0].Number
	takes := func(raised, deadline, status string) Result {
		t.Helper()
		csv := "编号,提出时间,具体问题,整改类型,整改时限,牵头单位,责任单位,是否完成\n" + fmt.Sprintf("%s,%s,甲路灯不亮,限期改,%s,住建局,城管局,%s\n", number, raised, deadline, status)
		l, err := ledger.Read("问题整改台账.csv", strings.NewReader(csv), int64(len(csv)), nil)
		if err != nil {
			t.Fatal(err)
		}
		im := Import{Ledger: "问题整改台账", Name: "问题整改台账.csv", Data: []byte(csv), Read: l, Actor: clerk, Preset: events.CountyLedger, Today: events.DateOf(now), Own: map[string]uuid.UUID{number: id}}
		told, err := Foresee(t.Context(), o.desk, im, 1)
		if err != nil {
			t.Fatal(err)
		}
		res, err := Run(t.Context(), o.desk, o.files, im, nil)
		if err != nil || told[0].Kind != res.Rows[0].Kind || fmt.Sprint(told[0].Changes) != fmt.Sprint(res.Rows[0].Changes) && res.Changed > 0 {
			t.Fatalf("foreseen %+v, came %+v, %v", told, res.Rows, err)
		}
		return res
	}
	at, today := o.last(), o.item(id).RaisedOn.String()
	if res := takes(today, "2026-12-30", "整改中"); res.Same != 1 || res.Rows[0].Number != number || o.last() != at {
		t.Fatalf("as it went out: %+v, log %d → %d", res, at, o.last())
	}
	for i := range 2 { // the second time it is the same
		res := takes(today, "2027-01-15", "已销号")
		if res.New != 0 || res.Changed != 1-i || o.last() != at+1 {
			t.Fatalf("changed: %+v, log %d → %d", res, at, o.last())
		}
	}
	it := o.item(id)
	if got := fmt.Sprint(it.Claim.Changed); !strings.Contains(got, "2026-12-30 2027-01-15") || !strings.Contains(got, "整改中 已销号") || it.State != events.InProgress || it.Due != events.NewDate(2026, 12, 30) {
		t.Errorf("%s; %s until %s", got, it.State, it.Due)
	}
	if res := takes("2020年1月1日", "2026-12-30", "整改中"); res.New != 1 || res.Rows[0].Item == id {
		t.Errorf("another office's number: %+v", res)
	}
}
