package intake

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/roster"
	"xiaohao/web/paper/ledger"
)

// TestPlace: a ledger that the directory has is handled as that says, by id or by name.
func TestPlace(t *testing.T) {
	known := (&roster.Roster{}).With(
		roster.Fact{Entry: "1", Event: events.LedgerAdded{ID: "box", Name: "意见箱台账", Preset: events.TownshipBox, Office: "zen"}},
		roster.Fact{Entry: "2", Event: events.LedgerAdded{ID: "old", Name: "旧台账", Preset: events.CountyLedger}},
		roster.Fact{Entry: "2", Event: events.LedgerClosed{}},
		roster.Fact{Entry: "3", Event: events.UnitAdded{ID: "zen", Name: "增口乡"}})
	today := events.DateOf(now)
	for given, want := range map[string]Import{
		"box":    {Ledger: "意见箱台账", ID: "box", Preset: events.TownshipBox},
		"意见箱台账":  {Ledger: "意见箱台账", ID: "box", Preset: events.TownshipBox},
		"别的一本台账": {Ledger: "别的一本台账", Preset: events.CountyLedger},
	} {
		im := Import{Ledger: given, Today: today}
		err := im.Place(known)
		if err != nil || im.Ledger != want.Ledger || im.ID != want.ID || im.Preset != want.Preset || im.Units == nil {
			t.Errorf("%s: %+v, %v", given, im, err)
		}
	}
	closed := Import{Ledger: "old", Today: today}
	if rs := domain.RefusalsOf(closed.Place(known)); len(rs) != 1 || !strings.Contains(rs[0].Message, "旧台账") {
		t.Errorf("a closed ledger: %v", rs)
	}
}

// TestSameLedger: rows are known again whether the ledger is called by its id or its name.
func TestSameLedger(t *testing.T) {
	known := (&roster.Roster{}).With(roster.Fact{Entry: "1", Event: events.LedgerAdded{ID: "box", Name: "意见箱台账", Preset: events.TownshipBox}})
	o := newOffice(t)
	csv := head + "甲路灯不亮,住建局,限期改,2026年12月30日,修好,整改中,,\n"
	l, err := ledger.Read("a.csv", strings.NewReader(csv), int64(len(csv)), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, given := range []string{"box", "意见箱台账"} {
		im := Import{Ledger: given, Name: "a.csv", Data: []byte(csv), Read: l, Actor: clerk, Today: events.DateOf(now)}
		if err := im.Place(known); err != nil {
			t.Fatal(err)
		}
		res, err := Run(t.Context(), o.desk, o.files, im, nil)
		if err != nil || res.New != 1-i || res.Same != i {
			t.Errorf("by %s: %+v, %v", given, res, err)
		}
		if it := o.item(res.Rows[0].Item); it.Preset != events.TownshipBox || it.Claim.Ledger != "意见箱台账" {
			t.Errorf("by %s: %s, %+v", given, it.Preset, it.Claim)
		}
	}
}

// TestOfficeOf: whose mapping the command line goes by.
func TestOfficeOf(t *testing.T) {
	post := func(officer, unit string, role events.Role) []roster.Fact {
		return []roster.Fact{{Entry: officer, Event: events.OfficerAdded{ID: officer}},
			{Entry: officer, Event: events.PostTaken{Post: events.Post{ID: "p", Unit: unit, Role: role, From: events.NewDate(2026, 1, 1)}}}}
	}
	ledgers := []roster.Fact{{Entry: "1", Event: events.LedgerAdded{ID: "box", Name: "意见箱台账", Office: "zen"}}}
	one := append(append(ledgers, post("a", "office", events.Dispatcher)...), post("b", "water", events.UnitHead)...)
	two := append(one, post("c", "office2", events.Dispatcher)...)
	for _, c := range []struct {
		facts        []roster.Fact
		ledger, want string
	}{{ledgers, "box", "zen"}, {one, "意见箱台账", "zen"}, {one, "另一本", "office"}, {two, "另一本", ""}, {ledgers, "另一本", ""}} {
		if got := OfficeOf((&roster.Roster{}).With(c.facts...), c.ledger, events.DateOf(now)); got != c.want {
			t.Errorf("%s: %q, want %q", c.ledger, got, c.want)
		}
	}
}

// TestForesee: before an import each row says what it will be, and nothing is written.
func TestForesee(t *testing.T) {
	o := newOffice(t)
	rows := "甲路灯不亮,住建局,限期改,2026年12月30日,修好,整改中,,\n乙河道淤积,水利局,限期改,2026年12月30日,清淤,整改中,,\n"
	o.imports(head + rows)
	at := o.last()
	csv := head + "乙河道淤积,水利局,限期改,2026年12月30日,清淤,已销号,,\n甲路灯不亮,住建局,限期改,2026年12月30日,修好,整改中,,\n" +
		"丙井盖缺失,住建局,限期改,2026年12月30日,,,,\n" + strings.Repeat("长", 1001) + ",住建局,限期改,2026年12月30日,,,,\n"
	l, err := ledger.Read("2026年.csv", strings.NewReader(csv), int64(len(csv)), nil)
	if err != nil {
		t.Fatal(err)
	}
	im := Import{Ledger: "2026年台账", Name: "2026年.csv", Data: []byte(csv), Read: l, Actor: clerk, Preset: events.CountyLedger, Today: events.DateOf(now)}
	told, err := Foresee(t.Context(), o.desk, im, 10)
	if err != nil || len(told) != 4 || o.last() != at {
		t.Fatalf("%+v, %v, log %d → %d", told, err, at, o.last())
	}
	res, err := Run(t.Context(), o.desk, o.files, im, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Kind{Changed, Same, New, Refused} {
		if told[i].Kind != want || res.Rows[i].Kind != want {
			t.Errorf("row %d: foreseen %s, came %s, want %s", told[i].Row, told[i].Kind, res.Rows[i].Kind, want)
		}
	}
	if d := told[0].Changes; len(d) != 1 || d[0] != res.Rows[0].Changes[0] || d[0].Now != "已销号" {
		t.Errorf("difference %+v", d)
	}
	if some, err := Foresee(t.Context(), o.desk, im, 2); err != nil || len(some) != 2 {
		t.Errorf("%d rows, %v", len(some), err)
	}
	broken := &domain.Desk{Journal: unread{o.log}, Vault: o.desk.Vault, Calendars: o.desk.Calendars, Prefix: "ZG"}
	if _, err := Foresee(t.Context(), broken, im, 2); !errors.Is(err, errUnread) {
		t.Errorf("a log that cannot be read: %v", err)
	}
}

var errUnread = errors.New("not to be read")

// unread is a log that cannot be read.
type unread struct{ domain.Journal }

func (unread) Load(context.Context, uuid.UUID) ([]events.Recorded, error) { return nil, errUnread }

// TestUnknown: names that the directory lacks are listed once, with what they may mean.
func TestUnknown(t *testing.T) {
	csv := head + "甲路灯不亮,住建局、水利局,限期改,2026年12月30日,,,,\n乙井盖缺失,住建局、某某公司,限期改,2026年12月30日,,,,\n"
	l, err := ledger.Read("a.csv", strings.NewReader(csv), int64(len(csv)), nil)
	if err != nil {
		t.Fatal(err)
	}
	im := Import{Read: l, Units: NewDirectory([]events.Unit{{ID: "zj", Name: "住房和城乡建设局"}, {ID: "sl", Name: "水 利 局"}, {ID: "jt", Name: "交通运输局"}})}
	got := im.Unknown()
	if len(got) != 2 || got[0].Name != "住建局" || got[0].Rows != 2 || len(got[0].Like) == 0 || got[0].Like[0] != "住房和城乡建设局" || got[1].Name != "某某公司" || len(got[1].Like) != 0 {
		t.Errorf("%+v", got)
	}
	if zh := got[0].Zh(); !strings.HasPrefix(zh, "单位目录里没有“住建局”（2 行），是不是住房和城乡建设局") {
		t.Error(zh)
	}
	// What people said holds where the directory has no such name, and only to a unit that it has.
	im.Means = map[string]string{"住建局": "zj", "某某公司": "gone", "水利局": "jt"}
	if said := im.Said(); len(said) != 1 || said[0] != (Said{"住建局", "住房和城乡建设局", 2}) {
		t.Errorf("%+v", said)
	}
	if got = im.Unknown(); len(got) != 1 || got[0].Name != "某某公司" {
		t.Errorf("%+v", got)
	}
	if u, said, _ := im.unit("水利局"); u.ID != "sl" || said {
		t.Errorf("a name of the directory became %+v", u)
	}
	if im.Units = nil; len(im.Unknown()) != 0 {
		t.Error("a name is unknown where there is no directory")
	}
}
