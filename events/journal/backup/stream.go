package backup

import (
	"xiaohao/events/journal"
)

// kind says how a stream changes, and so what an incremental backup may keep.
type kind int

const (
	grows  kind = iota // nothing is ever taken out: files are kept, new ones added
	prunes             // messages are taken out at times: a file is kept while all it holds is still there
	whole              // small, and what is gone must be gone from the backup too: written anew each time
)

// spec is one stream of the program.
type spec struct {
	name string
	dir  string // its folder in a backup
	kind kind
	keys bool // kept apart from all others
}

// specs is every stream that a backup holds, the log first. A stream that does not exist
// is left out; only the log must be there.
var specs = []spec{
	{name: journal.StreamName, dir: "log", kind: grows},
	{name: journal.NumbersStream, dir: "numbers", kind: whole},
	{name: "OBJ_RECT_EVIDENCE", dir: "evidence", kind: prunes},
	{name: "KV_RECT_KEYS", dir: "keys", kind: whole, keys: true},
}

func specOf(name string) (spec, bool) {
	for _, s := range specs {
		if s.name == name {
			return s, true
		}
	}
	return spec{}, false
}
