package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"xiaohao/events"
)

// window is how many messages may lie between what a root covers and the root itself,
// because others write while it is made. A checker remembers that many.
const window = 1 << 16

// Checker proves a log that it is fed message by message, in order. It keeps one entry
// for each chain, never the messages. It is not safe for concurrent use.
type Checker struct {
	tenant  string
	stream  string
	trusted []string

	heads  map[string]*chain
	sorted []*chain // by subject, as of the last root
	fresh  []*chain // chains that sorted lacks
	recent []change // a ring of the last messages
	last   uint64   // sequence
	time   time.Time
	digest Hash

	roots    int
	root     *events.RootSigned // newest
	rootID   string
	ids      []string // of all roots
	rootAt   uint64   // its sequence
	covered  view     // the log as it covers it
	believed bool     // a trusted key signed one of the roots
	back     int
	wrong    *Wrong
}

type chain struct {
	Head
	at    uint64 // sequence of the head
	leaf  Hash
	fresh bool // leaf is that of Head
}

// change is what a message changed: enough to look at the log as it was before it.
type change struct {
	chain  *chain
	before Head // Rev 0 when the chain began here
	digest Hash // before
}

// NewChecker returns a checker for a tenant's messages of a stream. stream may be empty:
// then it is the one that the first root names. trusted are the public keys one of which
// must have signed, or announced the key that signed, the newest root; with none, every
// root is only held against the key that it names itself.
func NewChecker(stream, tenant string, trusted ...ed25519.PublicKey) *Checker {
	c := &Checker{stream: stream, tenant: tenant, heads: map[string]*chain{}, recent: make([]change, 0, 1024), ids: []string{}}
	for _, k := range trusted {
		c.trusted = append(c.trusted, KeyText(k))
	}
	c.digest = digestStart(tenant)
	return c
}

// digestStart is the digest of a log without messages.
func digestStart(tenant string) Hash {
	return sha256.Sum256(appendText([]byte{logTag}, tenant))
}

// nextDigest takes one message into the digest of a log.
func nextDigest(d Hash, m events.Message, commit Hash) Hash {
	b := make([]byte, 0, 1+3*sha256.Size+18+len(m.Subject))
	b = append(b, logTag)
	b = append(b, d[:]...)
	b = binary.BigEndian.AppendUint64(b, m.Sequence)
	b = binary.BigEndian.AppendUint64(b, uint64(m.Time.UnixNano()))
	b = appendText(b, m.Subject)
	b = append(b, commit[:]...)
	return sha256.Sum256(b)
}

// nextTrail takes one commit into the trail of a chain; that of none is all zero.
func nextTrail(t Hash, m events.Message, commit Hash) Hash {
	b := make([]byte, 0, 1+2*sha256.Size+16)
	b = append(b, trailTag)
	b = append(b, t[:]...)
	b = binary.BigEndian.AppendUint64(b, m.Sequence)
	b = binary.BigEndian.AppendUint64(b, uint64(m.Time.UnixNano()))
	b = append(b, commit[:]...)
	return sha256.Sum256(b)
}

// Add checks the next message. The error is a [*Wrong], and the same one for whatever
// comes after it.
func (c *Checker) Add(m events.Message) error {
	if c.wrong == nil {
		c.wrong = c.add(m)
	}
	if c.wrong != nil {
		return c.wrong
	}
	return nil
}

func (c *Checker) add(m events.Message) *Wrong {
	k, kind := open(m.Data)
	wrong := func(kind Kind, format string, args ...any) *Wrong {
		return &Wrong{Sequence: m.Sequence, Subject: m.Subject, Item: k.head.Item, Rev: k.head.Rev, Kind: kind, Detail: fmt.Sprintf(format, args...)}
	}
	if m.Sequence != c.last+1 {
		if m.Sequence <= c.last {
			return wrong(WrongSequence, "序号重复或倒退，前一条是第 %d 号。", c.last)
		}
		return wrong(WrongSequence, "它前面缺了第 %d 号到第 %d 号。", c.last+1, m.Sequence-1)
	}
	p, ok := placeOf(m.Subject)
	if !ok || p.tenant != c.tenant {
		return wrong(WrongSubject, "主题 %q 不属于这份日志。", m.Subject)
	}
	switch {
	case kind == WrongHash:
		return wrong(kind, "内容被改动，与它的哈希不符。")
	case kind != "":
		return wrong(kind, "不是一条完整的记录，或字节被改动。")
	case !k.belongs(p):
		return wrong(WrongSubject, "记录写的是 %s，却放在 %s 名下。", k.head.Item, m.Subject)
	}
	h := c.heads[m.Subject]
	if h == nil {
		h = &chain{Head: Head{Subject: m.Subject}}
	}
	if w := follows(k, h.Head, wrong); w != nil {
		return w
	}
	if p.aggregate == events.LogAggregate {
		if w := c.take(k, m, p, wrong); w != nil {
			return w
		}
	}
	c.record(m, h, k.hash)
	return nil
}

// follows checks that a commit is the next of its chain.
func follows(k commit, h Head, wrong func(Kind, string, ...any) *Wrong) *Wrong {
	prev := ""
	if h.Rev > 0 {
		prev = hex.EncodeToString(h.Hash[:])
	}
	switch {
	case k.head.Rev != h.Rev+1:
		return wrong(WrongRev, "版次是 %d，应当是 %d。", k.head.Rev, h.Rev+1)
	case k.head.Prev != prev:
		return wrong(WrongPrev, "没有接上前一版：所记的前一版哈希不对。")
	}
	return nil
}

func (c *Checker) record(m events.Message, h *chain, hash Hash) {
	if h.Rev == 0 {
		c.heads[m.Subject] = h
		c.fresh = append(c.fresh, h)
	}
	ch := change{h, h.Head, c.digest}
	if len(c.recent) < window {
		c.recent = append(c.recent, ch)
	} else {
		c.recent[int((m.Sequence-1)%window)] = ch
	}
	h.Rev, h.Hash, h.Trail, h.fresh = h.Rev+1, hash, nextTrail(h.Trail, m, hash), false
	h.at = m.Sequence
	c.digest = nextDigest(c.digest, m, hash)
	if m.Time.Before(c.time) {
		c.back++
	}
	c.last, c.time = m.Sequence, m.Time
}

// take checks a commit about the log itself: the roots in it.
func (c *Checker) take(k commit, m events.Message, p place, wrong func(Kind, string, ...any) *Wrong) *Wrong {
	if c.stream == "" {
		c.stream = p.id
	}
	if p.id != c.stream {
		return wrong(WrongSubject, "是日志 %s 的根，不是这份日志 %s 的。", p.id, c.stream)
	}
	for _, e := range k.head.Events {
		if e.Type != "root.signed" {
			continue
		}
		var r events.RootSigned
		if err := json.Unmarshal(e.Data, &r); err != nil {
			return wrong(WrongForm, "日根读不出来：%v。", err)
		}
		if w := c.takeRoot(r, m, wrong); w != nil {
			return w
		}
	}
	return nil
}

func (c *Checker) takeRoot(r events.RootSigned, m events.Message, wrong func(Kind, string, ...any) *Wrong) *Wrong {
	if err := Authentic(r); err != nil {
		return wrong(WrongSigner, "日根的签名不对，或缺了内容。")
	}
	if w := c.succeeds(r, wrong); w != nil {
		return w
	}
	if r.Sequence > c.last || (c.root != nil && r.Sequence <= c.root.Sequence) || c.last-r.Sequence >= window-1 {
		return wrong(WrongRoot, "日根说它管到第 %d 号，这不可能。", r.Sequence)
	}
	v := c.at(r.Sequence)
	from := uint64(1)
	if c.root != nil {
		from = c.root.Sequence + 1
	}
	if hex.EncodeToString(v.digest[:]) != r.Digest || len(v.leaves) != r.Aggregates {
		w := wrong(WrongRoot, "第 %d 号到第 %d 号之间有序号、入库时间或记录被改动：与 %s 的日根不符。", from, r.Sequence, r.Day)
		w.From, w.To = from, r.Sequence
		return w
	}
	if root := RootOf(slices.Clone(v.leaves)); hex.EncodeToString(root[:]) != r.Root {
		return wrong(WrongRoot, "日根与各事项的末版不符。")
	}
	id, _ := Identify(r) // it was authentic
	c.root, c.rootID, c.rootAt, c.covered = &r, id, m.Sequence, v
	c.roots, c.ids = c.roots+1, append(c.ids, id)
	c.believed = c.believed || slices.Contains(c.trusted, r.Key)
	return nil
}

// succeeds checks that r comes after the newest root: same log, later day, and a key that
// is the same or was announced.
func (c *Checker) succeeds(r events.RootSigned, wrong func(Kind, string, ...any) *Wrong) *Wrong {
	switch old := c.root; {
	case r.Stream != c.stream || r.Tenant != c.tenant:
		return wrong(WrongRoot, "日根是另一份日志的。")
	case r.Previous != c.rootID:
		return wrong(WrongRoot, "日根没有接上前一个日根。")
	case old == nil:
	case !r.Day.After(old.Day):
		return wrong(WrongRoot, "日根的日子 %s 不在前一个 %s 之后。", r.Day, old.Day)
	case r.Key != old.Key && r.Key != old.NextKey, r.Key == old.Key && old.NextKey != "":
		return wrong(WrongSigner, "日根换了签名密钥，前一个日根没有预告。")
	}
	return nil
}

// view is the log as it was after a message.
type view struct {
	digest   Hash
	subjects []string // sorted
	leaves   []Hash   // of them
}

// at looks at the log after a sequence that lies within the window.
func (c *Checker) at(seq uint64) view {
	v := view{digest: c.digest}
	was := map[*chain]Head{}
	for s := c.last; s > seq; s-- {
		ch := c.recent[int((s-1)%window)]
		was[ch.chain], v.digest = ch.before, ch.digest
	}
	c.sort()
	v.subjects, v.leaves = make([]string, 0, len(c.sorted)), make([]Hash, 0, len(c.sorted))
	for _, h := range c.sorted {
		leaf := Hash{}
		if old, changed := was[h]; changed {
			if old.Rev == 0 {
				continue
			}
			leaf = old.Leaf()
		} else {
			if !h.fresh {
				h.leaf, h.fresh = h.Leaf(), true
			}
			leaf = h.leaf
		}
		v.subjects, v.leaves = append(v.subjects, h.Subject), append(v.leaves, leaf)
	}
	return v
}

// sort takes the chains that began since the last time into their places.
func (c *Checker) sort() {
	if len(c.fresh) == 0 {
		return
	}
	bySubject := func(a, b *chain) int { return strings.Compare(a.Subject, b.Subject) }
	slices.SortFunc(c.fresh, bySubject)
	all := make([]*chain, 0, len(c.sorted)+len(c.fresh))
	for a, b := c.sorted, c.fresh; len(a)+len(b) > 0; {
		if len(b) == 0 || (len(a) > 0 && bySubject(a[0], b[0]) < 0) {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	c.sorted, c.fresh = all, nil
}

// Root returns, unsigned, the root over everything that was added.
func (c *Checker) Root(day events.Date) (events.RootSigned, error) {
	if c.wrong != nil {
		return events.RootSigned{}, c.wrong
	}
	if c.last == 0 || c.stream == "" {
		return events.RootSigned{}, errors.New("proof: nothing to sign: no message, or no stream named")
	}
	v := c.at(c.last)
	n, root := len(v.leaves), RootOf(v.leaves)
	return events.RootSigned{Stream: c.stream, Tenant: c.tenant, Day: day, Sequence: c.last, Aggregates: n,
		Root: hex.EncodeToString(root[:]), Digest: hex.EncodeToString(v.digest[:]), Previous: c.rootID}, nil
}
