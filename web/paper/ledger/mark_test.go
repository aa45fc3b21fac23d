package ledger

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestMark: the error workbook has each rejected cell marked, its text as it was.
func TestMark(t *testing.T) {
	csv := []byte("存在问题,责任单位,整改时限\n甲问题,甲局,2026年2月30日\n=乙问题,甲局,2026年3月5日\n")
	book := trap{rows: [][]any{plain, {1, "甲问题", "甲局", "2026年2月30日"}, {2, nil, "甲局", "2026年3月5日"}}}.bytes(t)
	for name, data := range map[string][]byte{"a.csv": csv, "a.xlsx": book} {
		l, err := Read(name, bytes.NewReader(data), int64(len(data)), nil)
		must(t, err)
		marked, err := Mark(data, l)
		must(t, err)
		f, err := excelize.OpenReader(bytes.NewReader(marked))
		must(t, err)
		defer f.Close()
		comments, err := f.GetComments("Sheet1")
		must(t, err)
		if len(comments) != len(l.Rejected) || len(comments) == 0 {
			t.Errorf("%s: %d notes, want %d", name, len(comments), len(l.Rejected))
		}
		if v, err := f.GetCellValue("Sheet1", l.Rejected[0].Cell); err != nil || v != "2026年2月30日" {
			t.Errorf("%s: %q %v", name, v, err)
		}
	}
}
