package events

// ViewSaved keeps a view of the ledger under a name (存视图); one of that name that the holder
// has already is replaced.
type ViewSaved struct {
	Holder string `json:"holder"` // person/<actor id>, unit/<unit id>, everyone
	Name   string `json:"name"`
	Query  string `json:"query"` // the filter as the address has it
}

// ViewDropped forgets a view (去掉视图).
type ViewDropped struct {
	Holder string `json:"holder"`
	Name   string `json:"name"`
}
