package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"xiaohao/events"
)

const caseFormat = "xiaohao case 1"

// Errors of cases.
var (
	// ErrNoItem says that the log has nothing of such an item.
	ErrNoItem = errors.New("proof: no such item")
	// ErrNotCase says that a file is not a case file, or was changed in a way that changes
	// nothing it says.
	ErrNotCase = errors.New("proof: not a case file, byte for byte")
)

// Case is all that the log has of one item, with proof (卷宗). Personal fields are in it as
// they are in the log: sealed.
type Case struct {
	Format    string             `json:"format"`
	Subject   string             `json:"subject"`
	Root      *events.RootSigned `json:"root"`      // newest that covers any of it, null when none does
	Inclusion *Inclusion         `json:"inclusion"` // of the item in that root
	Commits   []CaseCommit       `json:"commits"`   // all, revision 1 first
}

// Inclusion is the way from one leaf of a root's tree to the root.
type Inclusion struct {
	Rev   int      `json:"rev"`   // of the item when the root was made
	Index int      `json:"index"` // of its leaf, from 0, by subject
	Path  []string `json:"path"`  // hashes beside the way, from the bottom, hex
}

// CaseCommit is one stored message of the item.
type CaseCommit struct {
	Sequence uint64 `json:"sequence"`
	Time     string `json:"time"` // server's, RFC 3339 in UTC with nanoseconds as far as they are not zero
	Data     string `json:"data"` // its bytes as text
}

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// Encode returns the file of c.
func (c Case) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(c)
	return b.Bytes(), err
}

// CaseReport says what a check of a case file found.
type CaseReport struct {
	Subject   string             `json:"subject"`
	Number    string             `json:"number"` // that the item was given
	Revs      int                `json:"revs"`
	Covered   int                `json:"covered"`   // revisions that the root proves
	Uncovered int                `json:"uncovered"` // later ones: chained, not signed yet
	Root      *events.RootSigned `json:"root"`
	Trusted   bool               `json:"trusted"` // the root is signed by a key that was given
	Wrong     *Wrong             `json:"wrong"`
}

// CheckCase checks a case file. With trusted keys one of them must have signed its root.
// The error is ErrNotCase, or a [*Wrong], which the report has as well.
func CheckCase(file []byte, trusted ...ed25519.PublicKey) (CaseReport, error) {
	var c Case
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return CaseReport{}, fmt.Errorf("%w: %v", ErrNotCase, err)
	}
	// Blanks and other spellings of the same JSON are refused: any changed byte is found.
	if again, err := c.Encode(); err != nil || !bytes.Equal(again, file) {
		return CaseReport{}, ErrNotCase
	}
	if c.Format != caseFormat || len(c.Commits) == 0 || (c.Root == nil) != (c.Inclusion == nil) {
		return CaseReport{}, ErrNotCase
	}
	r := CaseReport{Subject: c.Subject, Revs: len(c.Commits), Root: c.Root}
	p, ok := placeOf(c.Subject)
	if !ok || p.aggregate != events.ItemAggregate {
		r.Wrong = c.wrong(0, p, WrongSubject, "主题 %q 不是一个事项。", c.Subject)
	} else {
		r.Wrong = c.check(&r, p, trusted)
	}
	if r.Wrong != nil {
		return r, r.Wrong
	}
	return r, nil
}

func (c Case) check(r *CaseReport, p place, trusted []ed25519.PublicKey) *Wrong {
	head, covered := Head{Subject: c.Subject}, Head{}
	var last uint64
	for i, x := range c.Commits {
		at, err := time.Parse(time.RFC3339Nano, x.Time)
		if err != nil || timeText(at) != x.Time {
			return c.wrong(i, p, WrongForm, "入库时间 %q 写得不对。", x.Time)
		}
		k, kind := open([]byte(x.Data))
		switch {
		case x.Sequence <= last:
			return c.wrong(i, p, WrongSequence, "序号重复或倒退，前一条是第 %d 号。", last)
		case kind == WrongHash:
			return c.wrong(i, p, kind, "内容被改动，与它的哈希不符。")
		case kind != "":
			return c.wrong(i, p, kind, "不是一条完整的记录，或字节被改动。")
		case !k.belongs(p):
			return c.wrong(i, p, WrongSubject, "记录写的是 %s，不是这个事项。", k.head.Item)
		}
		wrong := func(kind Kind, format string, args ...any) *Wrong { return c.wrong(i, p, kind, format, args...) }
		if w := follows(k, head, wrong); w != nil {
			return w
		}
		m := events.Message{Sequence: x.Sequence, Subject: c.Subject, Time: at}
		head.Rev, head.Hash, head.Trail, last = head.Rev+1, k.hash, nextTrail(head.Trail, m, k.hash), x.Sequence
		if c.Inclusion != nil && head.Rev == c.Inclusion.Rev {
			covered = head
		}
		if r.Number == "" {
			r.Number = k.number()
		}
	}
	return c.checkRoot(r, p, covered, trusted)
}

// checkRoot checks the signature and that the head it covers is in the root's tree.
func (c Case) checkRoot(r *CaseReport, p place, covered Head, trusted []ed25519.PublicKey) *Wrong {
	end := len(c.Commits) - 1
	r.Uncovered = len(c.Commits)
	if c.Root == nil {
		return nil
	}
	if err := Authentic(*c.Root); err != nil {
		return c.wrong(end, p, WrongSigner, "日根的签名不对，或缺了内容。")
	}
	r.Trusted = slices.ContainsFunc(trusted, func(k ed25519.PublicKey) bool { return KeyText(k) == c.Root.Key })
	if len(trusted) > 0 && !r.Trusted {
		return c.wrong(end, p, WrongSigner, "日根由密钥 %s 签名，不是可信的那一把。", c.Root.Key)
	}
	if c.Root.Tenant != p.tenant {
		return c.wrong(end, p, WrongRoot, "日根是另一份日志的。")
	}
	rev := c.Inclusion.Rev
	if covered.Rev == 0 || c.Commits[rev-1].Sequence > c.Root.Sequence || (rev <= end && c.Commits[rev].Sequence <= c.Root.Sequence) {
		return c.wrong(end, p, WrongRoot, "日根管到第 %d 号，与所附各版的序号不合。", c.Root.Sequence)
	}
	var path []Hash
	for _, x := range c.Inclusion.Path {
		h, err := unhex(x)
		if err != nil {
			return c.wrong(end, p, WrongForm, "归入证明写得不对。")
		}
		path = append(path, h)
	}
	root, ok := Climb(covered.Leaf(), c.Inclusion.Index, c.Root.Aggregates, path)
	if !ok || hex.EncodeToString(root[:]) != c.Root.Root {
		w := c.wrong(rev-1, p, WrongRoot, "第 1 版到第 %d 版的内容、序号、入库时间或归入证明被改动：与 %s 的日根不符。", rev, c.Root.Day)
		w.From, w.To = c.Commits[0].Sequence, c.Commits[rev-1].Sequence
		return w
	}
	r.Covered, r.Uncovered = rev, len(c.Commits)-rev
	return nil
}

func (c Case) wrong(i int, p place, kind Kind, format string, args ...any) *Wrong {
	return &Wrong{Sequence: c.Commits[i].Sequence, Subject: c.Subject, Item: p.id, Rev: i + 1, Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// number returns the number that the commit gives its item.
func (c commit) number() string {
	for _, e := range c.head.Events {
		if e.Type == "item.raised" || e.Type == "item.split_off" {
			var named struct {
				Number string `json:"number"`
			}
			if json.Unmarshal(e.Data, &named) == nil {
				return named.Number
			}
		}
	}
	return ""
}
