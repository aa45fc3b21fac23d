package events

// Facts about how an opinion reached the office and how its petitioner proves himself.

// Doubt is why an opinion that came over the web is looked at by a person first. It never
// says that something is wrong with it.
type Doubt string

// The doubts, each with what was noticed.
const (
	NoProof  Doubt = "NO_PROOF"  // the small computation was not done: an old telephone, scripts off, a program
	TooQuick Doubt = "TOO_QUICK" // sent faster than anybody types
	Trapped  Doubt = "TRAPPED"   // a field that people do not see was filled in
	TooMany  Doubt = "TOO_MANY"  // many opinions from one address within an hour
)

// Doubts lists every doubt.
var Doubts = []Doubt{NoProof, TooQuick, Trapped, TooMany}

var doubtZh = map[Doubt]string{NoProof: "防刷的小计算没有做（旧手机、关了脚本也会这样）", TooQuick: "打开几秒钟就交了，不像手写的",
	Trapped: "填了人看不见的格子", TooMany: "同一个网络地址一小时里交了很多条"}

// Zh returns the Chinese words.
func (d Doubt) Zh() string { return word(doubtZh, d) }

// ItemHeld puts an opinion into the queue of those that a person looks at first (待甄别).
// Nothing is taken away from it, and its clock runs as that of any other.
type ItemHeld struct {
	Doubts []Doubt `json:"doubts"`
}

// HoldLifted puts it into the ordinary queue: a person looked at it (放行).
type HoldLifted struct{}

// CodeRenewed gives a petitioner who lost the query code another one; the old one opens
// nothing any more (重办查询码).
type CodeRenewed struct {
	CodeHash string `json:"code_hash"` // of number and new code, as in ItemRaised
	Ground   string `json:"ground"`    // how the office made sure who asks
}

// OpinionCollected says at which meeting or visit the opinion of the same commit was
// collected. How that was held, 座谈会 or 走访, is the opinion's channel.
type OpinionCollected struct {
	Occasion string `json:"occasion"` // id, the same for all opinions of one occasion
	On       Date   `json:"on"`
	Place    string `json:"place"`
	Host     string `json:"host"` // post, never a name
}
