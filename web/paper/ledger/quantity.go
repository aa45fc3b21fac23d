package ledger

import (
	"regexp"
	"strconv"
	"strings"
)

// Quantity is a number of things, done and in all, as a ledger writes it: 11/11公里,
// 3000余户, 1.3万份. About says that the ledger itself does not give it exactly.
type Quantity struct {
	Done, Total float64
	Unit        string
	About       bool
}

var amount = regexp.MustCompile(`(近|约|超过?|逾|大约|共|达)?(\d+(?:\.\d+)?)(万|千|百|亿)?(余|多|来|左右|以上)?(万|千|亿)?(余|多)?([^\d\s/余多,，。、;；万千亿]{0,4})(左右|以上|余)?`)

var times = map[string]float64{"": 1, "百": 100, "千": 1000, "万": 1e4, "亿": 1e8}

// readQuantity reads one quantity or 完成/总量. A plain number has no unit.
func readQuantity(s string) (q Quantity, ok bool) {
	t := strings.ReplaceAll(squeeze(s), ",", "")
	all := amount.FindAllStringSubmatch(t, 3)
	if len(all) == 0 || len(all) > 2 || len(all) == 2 && !strings.Contains(t, "/") {
		return q, false
	}
	for i, m := range all {
		n, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return q, false
		}
		n *= times[m[3]] * times[m[5]]
		q.About = q.About || m[1] != "" && m[1] != "共" && m[1] != "达" || m[4] != "" || m[6] != "" || m[8] != ""
		if m[7] != "" {
			q.Unit = m[7]
		}
		if i == 0 {
			q.Done = n
		} else {
			q.Total = n
		}
	}
	return q, true
}
