package intake

import (
	"fmt"
	"strings"
	"testing"

	"xiaohao/events"
	vault "xiaohao/events/vault/memory"
	"xiaohao/web/paper/ledger"
)

// TestBack: a row of a ledger that was made here and comes back raises nothing anew; where it was
// changed it says so, once, and moves nothing. What was written by hand stands in no fact.
func TestBack(t *testing.T) {
	o := newOffice(t)
	first := o.imports(head + "甲路灯不亮,住建局、城管局,限期改,2026年12月30日,修好,整改中,,\n")
	id, number := first.Rows[0].Item, first.Rows[0].Number
	takes := func(progress string, own map[int]Own) Result {
		t.Helper()
		csv := "编号,提出时间,具体问题,整改类型,整改时限,牵头单位,责任单位,进展情况,是否完成,备注\n" + fmt.Sprintf("%s,2026-11-24,甲路灯不亮,限期改,2026-12-30,住建局,城管局,%s,整改中,演示\n", number, progress)
		l, err := ledger.Read("问题整改台账.csv", strings.NewReader(csv), int64(len(csv)), nil)
		if err != nil {
			t.Fatal(err)
		}
		im := Import{Ledger: "问题整改台账", Name: "问题整改台账.csv", Data: []byte(csv), Read: l, Actor: clerk, Preset: events.CountyLedger, Today: events.DateOf(now), Own: own}
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
	at := o.last()
	if res := takes("", map[int]Own{2: {Item: id, Number: number}}); res.Same != 1 || res.Rows[0].Number != number || o.last() != at {
		t.Fatalf("as it went out: %+v, log %d → %d", res, at, o.last())
	}
	changed := map[int]Own{2: {Item: id, Number: number, Changes: []events.LedgerDelta{{Field: "deadline", Was: "2026-12-30", Now: "2027-01-15"}, {Field: "progress", Now: "张三家门口已修"}}}}
	for i := range 2 { // the second time it is the same
		res := takes("张三家门口已修", changed)
		if res.New != 0 || res.Changed != 1-i || o.last() != at+1 {
			t.Fatalf("changed: %+v, log %d → %d", res, at, o.last())
		}
	}
	it := o.item(id)
	if got := fmt.Sprint(it.Claim.Changed); got != "[{deadline 2026-12-30 2027-01-15} {progress  }]" || it.State != events.InProgress || it.Due != events.NewDate(2026, 12, 30) {
		t.Errorf("%s; %s until %s", got, it.State, it.Due)
	}
	if note, err := o.desk.Vault.(*vault.Vault).Open(t.Context(), it.Claim.Note); err != nil || note != "张三家门口已修" {
		t.Errorf("the note is %q, %v: our own remark is none of the row's", note, err)
	}
	res := takes("x", map[int]Own{2: {Item: id, Number: number, Doubt: true}})
	if res.Refused != 1 || !strings.Contains(res.Rows[0].Reason, number) || o.last() != at+1 {
		t.Errorf("in doubt: %+v", res)
	}
	if res := takes("x", nil); res.New != 1 || res.Rows[0].Item == id {
		t.Errorf("another office's number: %+v", res)
	}
}
