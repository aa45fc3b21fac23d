package events

import "github.com/google/uuid"

// Facts about what somebody took out and what somebody was refused, so that an auditor can
// ask for it. Each person has one history a day: it stays short, and people do not wait for
// each other.

// TrailID is the id of what an officer took out or was refused on a day.
func TrailID(officer string, day Date) uuid.UUID {
	return DirectoryID(TrailAggregate, officer+"/"+day.String())
}

// ExportMade says that data left in a file (导出). Words that were searched for are not in it:
// they may be somebody's name.
type ExportMade struct {
	What     ExportKind `json:"what"`
	Name     string     `json:"name,omitzero"`     // which ledger, report or paper
	Format   string     `json:"format"`            // xlsx
	Item     string     `json:"item,omitzero"`     // id, when it is of one item
	Filter   string     `json:"filter,omitzero"`   // which rows, in words
	Rows     int        `json:"rows,omitzero"`     // how many
	Personal bool       `json:"personal,omitzero"` // with names and telephone numbers in full
}

// AccessRefused says that somebody tried what he may not (越权被拒). The same try is recorded
// once a day.
type AccessRefused struct {
	Command string `json:"command"` // name of the command, or view
	Rule    string `json:"rule"`    // code of the refusal
	Item    string `json:"item,omitzero"`
}

func (ExportMade) fact() kind    { return exportMade }
func (AccessRefused) fact() kind { return accessRefused }

// ExportKind is what sort of file data left in.
type ExportKind string

const (
	LedgerExport ExportKind = "LEDGER" // 台账
	ReportExport ExportKind = "REPORT" // 报表
	PaperExport  ExportKind = "PAPER"  // 一件的表单
	CaseExport   ExportKind = "CASE"   // 一件的卷宗
	AuditExport  ExportKind = "AUDIT"  // 审计记录
)

var exportKindZh = map[ExportKind]string{LedgerExport: "台账", ReportExport: "报表", PaperExport: "表单", CaseExport: "卷宗", AuditExport: "审计记录"}

// Zh returns the Chinese word.
func (v ExportKind) Zh() string { return word(exportKindZh, v) }
