package proof

import "fmt"

// Kind is what is wrong with a commit.
type Kind string

// What can be wrong.
const (
	WrongForm     Kind = "form"      // not a stored commit, byte for byte
	WrongHash     Kind = "hash"      // the content is not the one that was hashed
	WrongPrev     Kind = "prev"      // does not hold the hash of the commit before it
	WrongRev      Kind = "revision"  // a revision is missing, repeated or out of order
	WrongSubject  Kind = "subject"   // stands under another subject than its own
	WrongSequence Kind = "sequence"  // a sequence is missing or repeated
	WrongSigner   Kind = "signature" // a root whose signature or key is not right
	WrongRoot     Kind = "root"      // a root that is not true of the log before it
)

// Wrong is the first commit that is wrong; it is the error of a check.
type Wrong struct {
	Sequence uint64 `json:"sequence"`
	Subject  string `json:"subject"`
	Item     string `json:"item,omitzero"` // id that the commit or its subject names
	Rev      int    `json:"rev,omitzero"`  // that it says it is
	Kind     Kind   `json:"kind"`
	Detail   string `json:"detail"` // a Chinese sentence
	// From and To bound where something was changed when a root only tells that something was.
	From uint64 `json:"from,omitzero"`
	To   uint64 `json:"to,omitzero"`
}

// Error is one Chinese line that names the commit and says what is wrong.
func (w *Wrong) Error() string {
	where := fmt.Sprintf("第 %d 号", w.Sequence)
	if w.Item != "" {
		where += "（" + w.Item
		if w.Rev > 0 {
			where += fmt.Sprintf(" 第 %d 版", w.Rev)
		}
		where += "）"
	}
	return where + "：" + w.Detail
}
