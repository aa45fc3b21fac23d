package pack

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFill holds that a page that was packed with places reads like the page with the places
// filled in, whatever stands there.
func TestFill(t *testing.T) {
	marks := []string{"#one#", "#two#", "#none#"}
	rapid.Check(t, func(t *rapid.T) {
		var page, want strings.Builder
		fills := []string{rapid.String().Draw(t, "one"), strings.Repeat(rapid.String().Draw(t, "two"), rapid.SampledFrom([]int{0, 1, 30000}).Draw(t, "times")), "never"}
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			piece := strings.Repeat(rapid.StringMatching(`[a-z<>电路 ]*`).Draw(t, "piece"), rapid.SampledFrom([]int{1, 100}).Draw(t, "times"))
			page.WriteString(piece)
			want.WriteString(piece)
			if i := rapid.IntRange(-1, 1).Draw(t, "fill"); i >= 0 {
				page.WriteString(marks[i])
				want.WriteString(fills[i])
			}
		}
		p, err := New([]byte(page.String()), marks...)
		if err != nil {
			t.Fatal(err)
		}
		packed := p.Fill([]byte(fills[0]), []byte(fills[1]), []byte(fills[2]))
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z) // checks the sum and the length
		if err != nil || string(got) != want.String() {
			t.Fatalf("%d bytes (%v), want %d", len(got), err, want.Len())
		}
	})
}
