package projections

import (
	"slices"
	"strings"
	"testing"
)

// TestSumsHaveNoKeyWhileLoading holds that a table of sums gets its key after loading: until
// then a key may come several times.
func TestSumsHaveNoKeyWhileLoading(t *testing.T) {
	text, err := readSchema()
	if err != nil {
		t.Fatal(err)
	}
	made, err := text.makings()
	if err != nil {
		t.Fatal(err)
	}
	out, sums := newOutputs(), 0
	for _, o := range out.all() {
		q, summed := o.sums()
		if !summed {
			continue
		}
		sums++
		if !slices.ContainsFunc(made, func(m making) bool { return m.table == q.table && strings.Contains(m.sql, "primary key") }) {
			t.Errorf("the key of %s is not made below -- after load", q.table)
		}
	}
	if sums < 5 {
		t.Errorf("%d tables of sums", sums)
	}
}
