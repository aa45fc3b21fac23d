package events

import "github.com/google/uuid"

// directorySpace makes the ids of directory entries from the short ids that people use, so
// that an entry is found in the log without asking anybody.
var directorySpace = uuid.MustParse("2c0a5d5e-9d0b-5f0e-8c0f-6a3b1e7d4a90")

// DirectoryID returns the id in the log of the entry that people call by a short id: a unit
// “区交通运输局”, an officer “zhang.san”.
func DirectoryID(a Aggregate, id string) uuid.UUID {
	return uuid.NewSHA1(directorySpace, []byte(string(a)+"/"+id))
}

// DutyID is the [DirectoryID] of a line of the responsibility catalogue.
func DutyID(category, area string) uuid.UUID {
	return DirectoryID(DutyAggregate, category+"\x1f"+area)
}

// Facts about the directory. Each says from which day it holds, which may lie before or after the day on
// which it was recorded; what it was before stays known. A short id is given once and never
// changes or passes to another.

// UnitAdded says that there is a unit (单位).
type UnitAdded struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Level  UnitLevel `json:"level"`
	Type   UnitType  `json:"type"`
	Parent string    `json:"parent,omitzero"` // id of the unit above
	Area   string    `json:"area,omitzero"`   // that it answers for: 县、乡镇、村
	From   Date      `json:"from"`
}

// UnitRenamed gives the unit another name; its id stays.
type UnitRenamed struct {
	Name string `json:"name"`
	From Date   `json:"from"`
}

// UnitMoved puts the unit under another, or under none.
type UnitMoved struct {
	Parent string `json:"parent,omitzero"`
	From   Date   `json:"from"`
}

// UnitClassified changes what sort of unit it is and for which area it answers.
type UnitClassified struct {
	Level UnitLevel `json:"level"`
	Type  UnitType  `json:"type"`
	Area  string    `json:"area,omitzero"`
	From  Date      `json:"from"`
}

// UnitClosed says that the unit takes nothing more from a day on (撤销、合并).
type UnitClosed struct {
	On        Date   `json:"on"`                 // the first day without it
	Successor string `json:"successor,omitzero"` // id of the unit that takes over
}

// UnitReopened takes the closing back.
type UnitReopened struct {
	From Date `json:"from"`
}

// OfficerAdded says that there is a person who works here, with a personal account to come.
type OfficerAdded struct {
	ID    string `json:"id"`
	Name  Sealed `json:"name"`
	Phone Sealed `json:"phone,omitzero"`
}

// OfficerDescribed changes how an officer is called and reached. Both fields are given anew.
type OfficerDescribed struct {
	Name  Sealed `json:"name"`
	Phone Sealed `json:"phone,omitzero"`
}

// OfficerLeft says that the officer works here no more from a day on: every post ends.
type OfficerLeft struct {
	On Date `json:"on"` // the first day without
}

// OfficerReturned says that the officer is back. Posts have to be given anew.
type OfficerReturned struct {
	From Date `json:"from"`
}

// PostTaken puts an officer into a post (任职).
type PostTaken struct {
	Post Post `json:"post"`
}

// PostLeft ends a post (免职、调岗).
type PostLeft struct {
	ID    string `json:"id"`
	Until Date   `json:"until"` // the last day in it
}

// Post is one role that an officer has in a unit over some time.
type Post struct {
	ID    string `json:"id"`   // among the officer's posts
	Unit  string `json:"unit"` // id
	Role  Role   `json:"role"`
	Title string `json:"title"`          // 副镇长、领导小组办公室 · 交办员
	Rank  string `json:"rank,omitzero"`  // 县处级副职; of leaders
	From  Date   `json:"from"`           // the first day in it
	Until Date   `json:"until,omitzero"` // the last day, none for open
}

// DelegationGiven lets another officer act in the giver's posts for some days (委托).
type DelegationGiven struct {
	ID     string `json:"id"`
	To     string `json:"to"`            // officer
	Post   string `json:"post,omitzero"` // of the giver; "" for all
	From   Date   `json:"from"`
	Until  Date   `json:"until"` // the last day
	Reason string `json:"reason"`
}

// DelegationWithdrawn ends a delegation at once.
type DelegationWithdrawn struct {
	ID string `json:"id"`
}

// LedgerAdded says that an office keeps a ledger (台账) and in which way of working.
type LedgerAdded struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Preset Preset `json:"preset"`
	Office string `json:"office,omitzero"` // id of the unit that keeps it
}

// LedgerChanged renames a ledger or gives it to another office. Its preset stays.
type LedgerChanged struct {
	Name   string `json:"name"`
	Office string `json:"office,omitzero"`
}

// LedgerClosed says that the ledger takes no new items.
type LedgerClosed struct{}

// LedgerReopened takes the closing back.
type LedgerReopened struct{}

// DutyAssigned says which unit answers for a category in an area (责任目录).
type DutyAssigned struct {
	Category string `json:"category"`      // first or second category
	Area     string `json:"area,omitzero"` // "" for everywhere
	Unit     string `json:"unit"`          // id
	From     Date   `json:"from"`
}

// DutyWithdrawn says that nobody is named for it from a day on.
type DutyWithdrawn struct {
	From Date `json:"from"`
}

// UnitLevel is the level of government a unit is of (层级).
type UnitLevel string

const (
	Provincial  UnitLevel = "PROVINCE"   // 省级
	Prefectural UnitLevel = "PREFECTURE" // 市级
	CountyLevel UnitLevel = "COUNTY"     // 县级、区级
	Township    UnitLevel = "TOWNSHIP"   // 乡镇、街道
	VillageUnit UnitLevel = "VILLAGE"    // 村、社区
)

// UnitLevels lists them from the highest down.
var UnitLevels = []UnitLevel{Provincial, Prefectural, CountyLevel, Township, VillageUnit}

// UnitType is what a unit is for.
type UnitType string

const (
	OfficeUnit      UnitType = "OFFICE"      // 领导小组办公室
	DepartmentUnit  UnitType = "DEPARTMENT"  // 职能部门
	TerritorialUnit UnitType = "TERRITORY"   // 属地: 乡镇、街道、村、社区
	SupervisionUnit UnitType = "SUPERVISION" // 督导组、督查室
	InstitutionUnit UnitType = "INSTITUTION" // 事业单位、国有企业
)

// UnitTypes lists them.
var UnitTypes = []UnitType{OfficeUnit, DepartmentUnit, TerritorialUnit, SupervisionUnit, InstitutionUnit}

func (e OfficerAdded) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"name", &e.Name}, namedSealed{"phone", &e.Phone})
	return e, err
}

func (e OfficerDescribed) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"name", &e.Name}, namedSealed{"phone", &e.Phone})
	return e, err
}

func (UnitAdded) fact() kind           { return unitAdded }
func (UnitRenamed) fact() kind         { return unitRenamed }
func (UnitMoved) fact() kind           { return unitMoved }
func (UnitClassified) fact() kind      { return unitClassified }
func (UnitClosed) fact() kind          { return unitClosed }
func (UnitReopened) fact() kind        { return unitReopened }
func (OfficerAdded) fact() kind        { return officerAdded }
func (OfficerDescribed) fact() kind    { return officerDescribed }
func (OfficerLeft) fact() kind         { return officerLeft }
func (OfficerReturned) fact() kind     { return officerReturned }
func (PostTaken) fact() kind           { return postTaken }
func (PostLeft) fact() kind            { return postLeft }
func (DelegationGiven) fact() kind     { return delegationGiven }
func (DelegationWithdrawn) fact() kind { return delegationWithdrawn }
func (LedgerAdded) fact() kind         { return ledgerAdded }
func (LedgerChanged) fact() kind       { return ledgerChanged }
func (LedgerClosed) fact() kind        { return ledgerClosed }
func (LedgerReopened) fact() kind      { return ledgerReopened }
func (DutyAssigned) fact() kind        { return dutyAssigned }
func (DutyWithdrawn) fact() kind       { return dutyWithdrawn }

var unitLevelZh = map[UnitLevel]string{Provincial: "省级", Prefectural: "市级", CountyLevel: "县级", Township: "乡镇街道", VillageUnit: "村社区"}

var unitTypeZh = map[UnitType]string{OfficeUnit: "领导小组办公室", DepartmentUnit: "职能部门", TerritorialUnit: "属地",
	SupervisionUnit: "督导", InstitutionUnit: "企事业单位"}

// Zh returns the Chinese word.
func (v UnitLevel) Zh() string { return word(unitLevelZh, v) }

// Zh returns the Chinese word.
func (v UnitType) Zh() string { return word(unitTypeZh, v) }
