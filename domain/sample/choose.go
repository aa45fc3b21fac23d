package sample

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"xiaohao/events"
)

// Method names how seed and weights make the order, in every fact.
const Method = "sha256-min-1"

// Share is how many of a hundred are drawn, at least one.
const Share = 10

// Choose returns the ids of the lots that the seed draws, in the order in which they are
// drawn.
func Choose(seed string, lots []events.Lot, share int) []string {
	type drawn struct {
		id   string
		hash []byte
	}
	all := make([]drawn, len(lots))
	for i, l := range lots {
		all[i].id = l.Item
		for k := range max(l.Weight, 1) {
			h := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", seed, l.Item, k+1))
			if all[i].hash == nil || bytes.Compare(h[:], all[i].hash) < 0 {
				all[i].hash = h[:]
			}
		}
	}
	slices.SortFunc(all, func(a, b drawn) int { return bytes.Compare(a.hash, b.hash) })
	n := min(len(all), max(1, (len(all)*share+99)/100))
	out := make([]string, n)
	for i := range out {
		out[i] = all[i].id
	}
	return out
}

// Risk is what makes a closed item worth a look.
type Risk struct {
	Late        bool // reported after the deadline
	Reopened    bool // came back before
	Unsatisfied bool // an evaluation said 不满意 or 没解决
	Returned    bool // units sent it back twice or more
	Early       bool // evidence older than the item (“穿越”)
	Key         bool // 重点件
}

// weights are what each risk adds to 1.
var weights = []struct {
	has    func(Risk) bool
	weight int
	says   string
}{
	{func(r Risk) bool { return r.Reopened }, 3, "反弹过"},
	{func(r Risk) bool { return r.Unsatisfied }, 3, "群众说过不满意"},
	{func(r Risk) bool { return r.Early }, 3, "佐证早于立项"},
	{func(r Risk) bool { return r.Late }, 2, "逾期才办完"},
	{func(r Risk) bool { return r.Returned }, 1, "退单两次以上"},
	{func(r Risk) bool { return r.Key }, 1, "重点件"},
}

// Weigh returns how heavy an item stands in the hat, and why.
func Weigh(r Risk) (weight int, risks []string) {
	weight = 1
	for _, w := range weights {
		if w.has(r) {
			weight += w.weight
			risks = append(risks, w.says)
		}
	}
	return weight, risks
}
