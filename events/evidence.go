package events

import "errors"

// ErrNoFile says that a file of evidence is not there, or was erased with its item.
var ErrNoFile = errors.New("events: no such file of evidence")

// EvidenceRecorded enters one piece of evidence (佐证材料), with or without a file.
type EvidenceRecorded struct {
	ID     string        `json:"id"`
	Name   string        `json:"name"`
	Kind   EvidenceKind  `json:"kind"`
	Formed Date          `json:"formed,omitzero"` // 形成日期, claimed
	SHA256 string        `json:"sha256,omitzero"` // of a paper kept elsewhere, as the person gave it
	Early  bool          `json:"early,omitzero"`  // formed before the item was raised: to be checked
	Shows  Phase         `json:"shows,omitzero"`
	File   EvidenceFile  `json:"file,omitzero"`         // zero: none was handed in
	Uses   []EvidenceUse `json:"duplicate_of,omitzero"` // where the same file stood already: to be looked at
}

// EvidenceFile is a file as the evidence store keeps it. The store never keeps the form in
// which a picture came; its hash is all that is left of that.
type EvidenceFile struct {
	Object   string `json:"object"` // random id in the store, never a file name
	Type     string `json:"type"`   // media type of the kept form, found by content
	Size     int    `json:"size"`   // bytes of the kept form
	Width    int    `json:"width,omitzero"`
	Height   int    `json:"height,omitzero"` // pixels as seen, 0 for papers
	Original string `json:"sha256_original"` // of the bytes as they came
	Kept     string `json:"sha256_kept"`     // of the bytes as they are kept
	// Cleaned says that nothing but the picture is left in the file: no place, time, device
	// or name. A file that is not cleaned is for staff only and must never be released.
	Cleaned bool   `json:"cleaned,omitzero"`
	Name    Sealed `json:"name"` // what the sender's device called it: can name people
}

// EvidenceUse is an earlier fact that entered the same bytes, as they came or as they are kept.
type EvidenceUse struct {
	Item   string `json:"item"`     // id
	Number string `json:"number"`   // of the item
	ID     string `json:"evidence"` // of the fact
	On     Date   `json:"on"`       // recorded day
}

// IsZero reports whether there is no file.
func (f EvidenceFile) IsZero() bool { return f.Object == "" }

// Picture reports whether the file can be shown as one.
func (f EvidenceFile) Picture() bool { return f.Width > 0 }

func (e EvidenceRecorded) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"file.name", &e.File.Name})
	return e, err
}
