package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/directory"
	"xiaohao/events"
	paper "xiaohao/web/paper/ledger"
)

// heading is a column that a file of directory entries may have: the field of the command
// that it fills, and how offices call it, the first name being ours.
type heading struct {
	field string
	names []string
}

// line is a row of such a file, by field.
type line struct {
	at     map[string]int // column of a field
	row    paper.TableRow
	date   func(field string) events.Date
	errors domain.Refusals
}

func (l *line) text(field string) string {
	if i, ok := l.at[field]; ok {
		return l.row.Cells[i]
	}
	return ""
}

// day reads a date; one that cannot be read is a refusal of this row.
func (l *line) day(field string) events.Date {
	v := l.text(field)
	if v == "" {
		return events.Date{}
	}
	d, err := events.ParseDate(strings.NewReplacer("/", "-", ".", "-").Replace(v))
	if err != nil {
		l.errors = append(l.errors, &domain.Refusal{Rule: "file.date", Field: field, Message: fmt.Sprintf("“%s”不是日期，要写成 2026-11-30。", v)})
	}
	return d
}

// choice is the value of a word: the identifier or how it is called in Chinese. An unknown word is
// given on as it is, to be refused by the rules.
func choice[T interface {
	~string
	Zh() string
}](word string, all []T) T {
	for _, v := range all {
		if word == v.Zh() || strings.EqualFold(word, string(v)) {
			return v
		}
	}
	return T(word)
}

// giveFile gives the commands of every row of a file. Rows that are refused are said with
// sheet, cell and sentence, and the rest is taken; a file that was taken before changes nothing.
func giveFile(ctx context.Context, f directoryFlags, file string, headings []heading, of func(*line) []directory.Command) error {
	t, at, err := readTable(file, headings)
	if err != nil {
		return err
	}
	var commands []namedCommand
	var rows []int // of each command
	bad := 0
	for i, r := range t.Rows {
		l := &line{at: at, row: r}
		cs := of(l)
		if len(l.errors) > 0 {
			bad += sayRefused(t, at, r, l.errors)
			continue
		}
		for _, c := range cs {
			n, err := commandOf(c, fmt.Sprintf("%s 第 %d 行", filepath.Base(file), r.No))
			if err != nil {
				return err
			}
			commands, rows = append(commands, n), append(rows, i)
		}
	}
	out, err := giveAll(ctx, f, commands)
	changed, refused := map[int]bool{}, map[int]bool{}
	for i, o := range out {
		row := rows[i]
		if len(o.Refusals) > 0 && !refused[row] {
			refused[row] = true
			bad += sayRefused(t, at, t.Rows[row], o.Refusals)
		}
		changed[row] = changed[row] || len(o.Facts) > 0
	}
	delete(changed, -1)
	n := 0
	for _, is := range changed {
		if is {
			n++
		}
	}
	fmt.Printf("共 %d 行：改动 %d 行，本来就是这样 %d 行，不收 %d 行。\n", len(t.Rows), n, len(t.Rows)-n-bad, bad)
	if err == nil && bad > 0 {
		err = fmt.Errorf("%s：有 %d 行没有收，请改好再交一次，收过的不会重复", filepath.Base(file), bad)
	}
	return err
}

// sayRefused says why a row was not taken, and counts it.
func sayRefused(t *paper.Table, at map[string]int, r paper.TableRow, rs domain.Refusals) int {
	where := ""
	if t.Sheet != "" {
		where = "工作表“" + t.Sheet + "” "
	}
	for _, x := range rs {
		cell := fmt.Sprintf("第 %d 行", r.No)
		if i, ok := at[x.Field]; ok {
			cell = paper.Cell(i, r.No)
		}
		fmt.Fprintf(os.Stderr, "%s%s：%s\n", where, cell, x.Message)
	}
	return 1
}

// readTable reads a file and finds its columns.
func readTable(file string, headings []heading) (*paper.Table, map[string]int, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, unreadable(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, unreadable(err)
	}
	t, err := paper.Plain(f, st.Size())
	if rs := domain.RefusalsOf(err); rs != nil {
		return nil, nil, errors.New(rs[0].Message)
	}
	if err != nil {
		return nil, nil, err
	}
	at := map[string]int{}
	for i, head := range t.Headings {
		for _, h := range headings {
			for _, name := range h.names {
				if strings.TrimSpace(head) == name {
					at[h.field] = i
				}
			}
		}
	}
	if _, ok := at[headings[0].field]; !ok {
		return nil, nil, fmt.Errorf("%s：第一行要是表头，少了“%s”一栏", filepath.Base(file), headings[0].names[0])
	}
	return t, at, nil
}
