package events

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
)

// samples gives every enumerated type a value that it really takes.
var samples = map[reflect.Type]any{
	reflect.TypeFor[State]():            InProgress,
	reflect.TypeFor[Part]():             Lead,
	reflect.TypeFor[Mode]():             Planned,
	reflect.TypeFor[Role]():             Dispatcher,
	reflect.TypeFor[Source]():           FromSuperior,
	reflect.TypeFor[Channel]():          ByVisit,
	reflect.TypeFor[Behalf]():           ForMany,
	reflect.TypeFor[Class]():            Conduct,
	reflect.TypeFor[Level]():            Key,
	reflect.TypeFor[Profile]():          P3,
	reflect.TypeFor[Step]():             StepOfficeCheck,
	reflect.TypeFor[Preset]():           CountyLedger,
	reflect.TypeFor[Truth]():            Basically,
	reflect.TypeFor[ErasureReason]():    PurposeOver,
	reflect.TypeFor[ErasureAsker]():     AskedByAgent,
	reflect.TypeFor[Solved]():           SolvedPartly,
	reflect.TypeFor[Satisfaction]():     SoSo,
	reflect.TypeFor[Cause]():            NoMoney,
	reflect.TypeFor[EvidenceKind]():     ResultEvidence,
	reflect.TypeFor[Phase]():            After,
	reflect.TypeFor[SupervisionLevel](): Orange,
	reflect.TypeFor[UnitLevel]():        Township,
	reflect.TypeFor[UnitType]():         TerritorialUnit,
	reflect.TypeFor[SignInWay]():        BySecondFactor,
	reflect.TypeFor[Watch]():            WatchAnswer,
	reflect.TypeFor[Doubt]():            TooMany,
	reflect.TypeFor[Stage]():            StageRectify,
	reflect.TypeFor[Urgency]():          Pressing,
	reflect.TypeFor[PauseGround]():      Appraisal,
	reflect.TypeFor[PersonalField]():    PersonPhone,
	reflect.TypeFor[ExportKind]():       PaperExport,
}

// fill gives every field under v a value that is not zero, the same each time.
func fill(t testing.TB, v reflect.Value, name string) {
	t.Helper()
	if s, ok := samples[v.Type()]; ok {
		v.Set(reflect.ValueOf(s))
		return
	}
	switch v.Interface().(type) {
	case Date:
		v.Set(reflect.ValueOf(NewDate(2026, time.November, 30)))
		return
	case Sealed:
		v.Set(reflect.ValueOf(Sealed{Key: "5f1c0d9e-0000-4000-8000-000000000001", At: "c/0/" + name, Box: []byte("box of " + name)}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(name + " 原样")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(3)
	case reflect.Uint64:
		v.SetUint(3)
	case reflect.Float64:
		v.SetFloat(11.5)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), fmt.Sprintf("%s.%d", name, i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), v.Type().Field(i).Tag.Get("json"))
		}
	default:
		t.Fatalf("field %s is of a kind no fact may have: %s", name, v.Type())
	}
}

// zeroOf returns the zero fact of a row, by its decoder.
func zeroOf(t testing.TB, k kind) Event {
	t.Helper()
	if table[k].decode == nil {
		t.Fatalf("kind %d has no row in the table", k)
	}
	e, err := table[k].decode([]byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// filled returns the fact of a row with every field filled.
func filled(t testing.TB, k kind) Event {
	t.Helper()
	v := reflect.New(reflect.TypeOf(zeroOf(t, k))).Elem()
	fill(t, v, "")
	return v.Interface().(Event)
}

func commitOf(es ...Event) Commit {
	return Commit{
		Item: uuid.MustParse("0196a000-0000-7000-8000-000000000001"), Rev: 4, Prev: HashOf([]byte("commit 3")),
		CommandID: uuid.MustParse("0196a000-0000-7000-8000-0000000000c4"), Command: "command", Cause: "import row 7",
		Actor:       Actor{ID: "a-1", Role: Dispatcher, Unit: Unit{ID: "u-0", Name: "区领导小组办公室"}, Post: "交办员", Demo: true},
		Correlation: uuid.MustParse("0196a000-0000-7000-8000-0000000000ff"),
		At:          time.Date(2026, 3, 2, 1, 2, 3, 456e6, time.UTC), Occurred: NewDate(2026, time.February, 27), Events: es,
	}
}
