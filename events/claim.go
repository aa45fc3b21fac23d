package events

import "github.com/google/uuid"

// LedgerClaimed is what a row of an office's own ledger says of the item (台账导入). It is
// the ledger's claim and nothing more: an item whose row says 已销号 is not struck off here,
// nobody signed that. A later import whose row differs gives a further fact with what changed.
type LedgerClaimed struct {
	Ledger   string        `json:"ledger"`
	File     string        `json:"file"` // SHA-256 of the file as it came
	Sheet    string        `json:"sheet,omitzero"`
	Row      int           `json:"row"`  // as the workbook numbers it
	Says     State         `json:"says"` // 整改中, 整改完成, 已销号, 常态整改, 挂账
	Mode     Mode          `json:"mode"`
	Due      Date          `json:"due,omitzero"`
	ClosedOn Date          `json:"closed_on,omitzero"` // the ledger's 销号时间
	Lead     string        `json:"lead,omitzero"`
	Co       []string      `json:"co,omitzero"`
	Measures Sealed        `json:"measures,omitzero"` // one a line; offices write names into them
	Note     Sealed        `json:"note,omitzero"`     // 进展情况、备注 as written
	Workbook EvidenceFile  `json:"workbook,omitzero"` // the file itself, kept with one item of each import
	Text     string        `json:"text"`              // SHA-256 of all that the row says: the same row is known again
	Changed  []LedgerDelta `json:"changed,omitzero"`  // against the row as imported before, or as it went out from here
}

// LedgerDelta is one cell that a later import of the same row says differently.
type LedgerDelta struct {
	Field string `json:"field"` // of the columns of ledgers; text: one of those written by hand
	Was   string `json:"was"`
	Now   string `json:"now"`
}

// workbooks is the space of the ids under which the vault has keys of workbooks.
var workbooks = uuid.MustParse("5d0f4a3e-7c1b-5c52-9a55-2f1f0d8f6b90")

// WorkbookKey is the id of the key that seals the file of an import, by the SHA-256 of the
// file as it came. It is no item's: a workbook says something of many, and must be gone when
// one of them is erased, without what else is known of the others.
func WorkbookKey(original string) uuid.UUID { return uuid.NewSHA1(workbooks, []byte(original)) }
