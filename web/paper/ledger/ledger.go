package ledger

import (
	"io"
	"path/filepath"

	"xiaohao/domain"
	"xiaohao/events"
)

// Ledger is what a file says, row by row. Its JSON form is what `xiaohao import --dry-run
// --json` prints.
type Ledger struct {
	Sheet      string           `json:"sheet"` // "" for .csv
	HeaderRows []int            `json:"header_rows"`
	Columns    map[string]Field `json:"columns"` // by heading as written
	Rows       int              `json:"rows"`    // rows of the table below its header; blank, total and signature rows do not count
	Items      []Item           `json:"items"`
	Rejected   []Rejection      `json:"rejected"`
	Duplicates []Duplicate      `json:"duplicates"`

	Headings []Heading `json:"-"` // the columns in their order
	Skipped  []Skip    `json:"-"` // rows that are no rows of the table
	Others   []string  `json:"-"` // other sheets that look like ledgers and were not read
	Year     int       `json:"-"` // what 3月5日 belongs to; 0 when the file states none
}

// Heading is a column with what it was taken for.
type Heading struct {
	Column  string // A, B …
	Heading string
	Field   Field
	Guessed bool // by what it holds; a person should look
}

// Item is one problem with all that its rows say of it.
type Item struct {
	Row      int          `json:"row"` // the first, as the workbook numbers it
	Problem  string       `json:"problem"`
	LeadUnit string       `json:"lead_unit"` // "" when the row names none
	CoUnits  []string     `json:"co_units"`
	Deadline *events.Date `json:"deadline"` // nil when the row names no day
	Mode     events.Mode  `json:"mode"`
	Status   events.State `json:"status"` // what the row claims, never more
	Measures []string     `json:"measures"`
	Warnings []string     `json:"warnings"`

	Rows     []int            `json:"-"` // all its rows
	ModeSaid bool             `json:"-"` // the row itself says its mode
	Said     bool             `json:"-"` // the row itself says its status
	More     Extra            `json:"-"`
	Quantity Quantity         `json:"-"`
	Cells    map[Field]string `json:"-"` // as written; several of one field one below the other

	claim claim
	seq   string
}

// Extra is what a row says besides, unread: text as written.
type Extra struct {
	Number, Source, Category, Area, Goal, Leader, Officer, Progress, Note, Petitioner, Phone string
	Raised, Done, ClosedOn                                                                   events.Date
}

// Rejection is a row that was not taken, with the cell that is wrong: what was found and
// what is wanted.
type Rejection struct {
	Row    int    `json:"row"`
	Cell   string `json:"cell"`
	Reason string `json:"reason"`
}

// Duplicate is a row that says the same as an earlier one of the file.
type Duplicate struct {
	Row int `json:"row"`
	Of  int `json:"of"`
}

// Skip is a row that is not one of the table, and why.
type Skip struct {
	Row int
	Why string
}

// Mapping is what people have corrected: heading to field.
type Mapping map[string]Field

// NoHeader is the rule of a refusal that another mapping may spare.
const NoHeader = "ledger.no_header"

// Read reads the ledger in a file of the given name and size. A file that cannot be read
// as one is refused as a whole, with a [domain.Refusal] whose rule begins with "ledger.".
func Read(name string, f io.ReaderAt, size int64, fixed Mapping) (*Ledger, error) {
	sheets, err := open(f, size)
	if err != nil {
		return nil, err
	}
	type found struct {
		g *grid
		h *header
	}
	var all []found
	best, most := -1, 0
	for _, s := range sheets {
		g, err := newGrid(s)
		if err != nil {
			return nil, err
		}
		h := findHeader(g, fixed)
		if h == nil {
			continue
		}
		all = append(all, found{g, h})
		score := h.score + 3*min(len(g.rows)-h.last-1, 20)
		if !s.hidden {
			score += 1000
		}
		if score > most {
			best, most = len(all)-1, score
		}
	}
	if best < 0 {
		return nil, &domain.Refusal{Rule: NoHeader, Field: "file",
			Message: "没有找到台账的表头：要有一栏写问题（如“存在问题”“具体问题”），另有责任单位、整改时限等栏。"}
	}
	g, h := all[best].g, all[best].h
	l := &Ledger{Sheet: g.s.name, Year: g.yearAbove(h.first)}
	for i, o := range all {
		if i != best && !o.g.s.hidden && len(o.g.rows) > o.h.last+1 {
			l.Others = append(l.Others, o.g.s.name)
		}
	}
	for _, said := range []string{g.s.name, filepath.Base(name)} {
		if l.Year == 0 {
			l.Year = yearIn(said)
		}
	}
	r := &reader{g: g, h: h, l: l, fixed: fixed}
	r.read()
	return l, nil
}
