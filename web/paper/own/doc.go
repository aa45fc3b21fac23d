// Package own keeps what an office has set for its papers: which columns of its ledgers mean
// what (栏目对照) and which units the names in them mean (单位对照), and its own templates of forms (红头模板).
//
// Both are facts of the log ([events.ColumnsMapped], [events.UnitsMapped], [events.TemplateKept]), each unit's
// mapping and each paper's template with a chain of its own, loaded when they are asked for:
// that is seldom, and every node has the same. The template's file is in the store of
// evidence; a template that lacks a placeholder, or has one that nothing fills, is refused
// before anything is kept, by the names of the placeholders.
package own
