package ledger

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Mark returns the workbook with every rejected cell of l coloured and its reason in a note,
// for the office to correct and hand in again. A .csv becomes a workbook. Read must have
// taken data before: its limits hold here too.
func Mark(data []byte, l *Ledger) ([]byte, error) {
	f, sheet, err := markable(data, l)
	if err != nil {
		return nil, fmt.Errorf("mark ledger: %w", err)
	}
	defer f.Close()
	style, err := f.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFC7CE"}}, Font: &excelize.Font{Color: "9C0006"},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return nil, fmt.Errorf("mark ledger: %w", err)
	}
	reasons := map[string]string{}
	var cells []string
	for _, r := range l.Rejected {
		if reasons[r.Cell] == "" {
			cells = append(cells, r.Cell)
		}
		reasons[r.Cell] = joined(reasons[r.Cell], r.Reason)
	}
	for _, at := range cells {
		err := f.SetCellStyle(sheet, at, at, style)
		if err == nil {
			err = f.DeleteComment(sheet, at) // an office's own note gives way to the reason
		}
		if err == nil {
			err = f.AddComment(sheet, excelize.Comment{Cell: at, Author: "导入", Text: reasons[at]})
		}
		if err != nil {
			return nil, fmt.Errorf("mark ledger, cell %s: %w", at, err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, fmt.Errorf("mark ledger: %w", err)
	}
	return b.Bytes(), nil
}

// markable opens the workbook for writing, or makes one of the rows of a .csv.
func markable(data []byte, l *Ledger) (*excelize.File, string, error) {
	if l.Sheet != "" {
		f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxPacked, UnzipXMLSizeLimit: maxPart})
		return f, l.Sheet, err
	}
	sheets, err := open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, "", err
	}
	f := excelize.NewFile()
	const name = "Sheet1"
	for _, r := range sheets[0].rows {
		for c, v := range r.cells {
			if v.kind == blank {
				continue
			}
			if err := f.SetCellStr(name, cellName(r.no, c), v.text); err != nil {
				f.Close()
				return nil, "", err
			}
		}
	}
	return f, name, nil
}
