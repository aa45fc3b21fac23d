// Package docx writes .docx documents, and fills templates that offices make in Word or WPS.
//
// A document is made in order: [New], then Heading, Para, Table, Chart as they come, then
// [Doc.WriteTo]. It looks as official papers do: 仿宋 for the text, 小标宋 for the title, 黑体
// for headings, A4, page numbers. Charts are Office charts with their figures inside, drawn
// by whatever program opens the file. Nothing of the bytes depends on a clock: parts of the
// archive bear no time and come in one order.
//
// A template ([Fill]) is any .docx with placeholders like {{编号}} in text, tables, headers
// or footers, also where the program has cut one into several runs. Which placeholders a
// template has is asked with [Names], so that one with unknown or missing names is refused
// before anybody gets half a paper.
package docx
