package docx

import "fmt"

// style is a paragraph style; sizes are half points, spacing twentieths of a point.
func style(id, font string, size int, props, look string) string {
	return fmt.Sprintf(`<w:style w:type="paragraph" w:styleId="%s"><w:name w:val="%s"/><w:basedOn w:val="Normal"/><w:pPr>%s</w:pPr><w:rPr><w:rFonts w:eastAsia="%s"/>%s<w:sz w:val="%d"/></w:rPr></w:style>`,
		id, id, props, font, look, size)
}

// styles are those of official papers (GB/T 9704): 小标宋 for the title, 黑体 for headings,
// 仿宋 for the text. Programs without these fonts take their own.
var styles = `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr>` +
	`<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman" w:eastAsia="仿宋"/><w:sz w:val="28"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>` +
	`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>` +
	style("Title", "方正小标宋简体", 40, `<w:spacing w:before="120" w:after="240"/><w:jc w:val="center"/>`, "") +
	style("Heading1", "黑体", 30, `<w:keepNext/><w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="0"/>`, "") +
	style("BodyText", "仿宋", 28, `<w:spacing w:line="480" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="560"/><w:jc w:val="both"/>`, "") +
	style("Lead", "仿宋", 28, `<w:keepNext/><w:spacing w:line="480" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="560"/><w:jc w:val="both"/>`, "") +
	style("Centered", "仿宋", 26, `<w:spacing w:after="120"/><w:jc w:val="center"/>`, "") +
	style("Right", "仿宋", 26, `<w:keepLines/><w:spacing w:before="120" w:after="60"/><w:jc w:val="right"/>`, "") +
	style("Note", "仿宋", 18, `<w:spacing w:before="60" w:after="60"/>`, "") +
	style("Caption", "仿宋", 18, `<w:keepNext/><w:spacing w:before="60" w:after="60"/>`, "") +
	style("Cell", "仿宋", 21, `<w:spacing w:before="20" w:after="20"/>`, "") +
	style("CellHead", "黑体", 21, `<w:spacing w:before="20" w:after="20"/>`, "") +
	style("Gap", "仿宋", 12, "", "") +
	`<w:style w:type="table" w:styleId="Lined"><w:name w:val="Lined"/><w:tblPr><w:tblBorders>` + borders("top", "left", "bottom", "right", "insideH", "insideV") +
	`</w:tblBorders><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>`

func borders(sides ...string) (out string) {
	for _, s := range sides {
		out += `<w:` + s + ` w:val="single" w:sz="4" w:space="0" w:color="404040"/>`
	}
	return out
}
