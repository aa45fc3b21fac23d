package events

import "github.com/google/uuid"

// Facts of how an office keeps its own papers.

// paperSpace makes the ids of [MappingID] and [TemplateID].
var paperSpace = uuid.MustParse("5d0f3f0e-2a2c-5c55-9f0a-7f0f6f6b3d21")

// MappingID is the id under which a unit's mapping of columns is kept; "" is the office's.
func MappingID(unit string) uuid.UUID { return uuid.NewSHA1(paperSpace, []byte("mapping|"+unit)) }

// TemplateID is the id under which the office's template of a paper is kept.
func TemplateID(paper string) uuid.UUID { return uuid.NewSHA1(paperSpace, []byte("template|"+paper)) }

// ColumnsMapped is what a unit said its ledgers' columns mean (栏目对照). It adds to what it
// said before; the newest word on a heading holds.
type ColumnsMapped struct {
	Unit    string         `json:"unit,omitzero"`
	Columns []MappedColumn `json:"columns"`
}

// MappedColumn is one heading and the field that it means, "" for none of them.
type MappedColumn struct {
	Heading string `json:"heading"`
	Field   string `json:"field,omitzero"`
}

// UnitsMapped is which units of the directory a unit meant by names in its ledgers (单位对照). It
// adds to what it said before; the newest word on a name holds.
type UnitsMapped struct {
	Unit  string       `json:"unit,omitzero"`
	Names []MappedName `json:"names"`
}

// MappedName is one name and the id of the unit that it means, "" when that is taken back.
type MappedName struct {
	Name string `json:"name"`
	ID   string `json:"id,omitzero"`
}

// TemplateKept is an office's own template of a paper (红头模板). The file is in the store of
// evidence under the template's id.
type TemplateKept struct {
	Paper  string `json:"paper"`
	Object string `json:"object"` // in the store
	Size   int    `json:"size"`   // bytes as kept
	Hash   string `json:"sha256"` // of the file as it came
}

// TemplateWithdrawn says that the program's own template holds again.
type TemplateWithdrawn struct {
	Paper string `json:"paper"`
}
