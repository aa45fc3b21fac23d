// Package form makes the papers of one item (domain.md §5.2, §5.3): 交办单, 督办单, 延期申请表,
// 销号审批表, 公示, 答复意见书, 回执.
//
//	item ──▶ Make ──▶ Form: fields and signatures ──▶ page on A4 · .docx · PDF
//
// Each [Kind] has named fields. The page shows them; [Template] is a .docx with a placeholder
// {{编号}} for each, which an office may change in Word or WPS as it likes, its own 红头
// included. [Check] says what an office's template lacks or nobody can fill, by name, and
// such a template is never filled. A form that an item has nothing for is a [*NotYet].
//
// What the item does not know stays empty for the pen. Personal data is not on any of these
// papers but what a person said, on those that the office and the person keep, with the
// numbers and the name in it masked by whoever fills [Case].
package form
