package events

// NoticePreferred is how a person wants to be told (通知偏好). The newest one holds; the
// inbox always has everything.
type NoticePreferred struct {
	Person string `json:"person"` // actor id
	Mail   bool   `json:"mail,omitzero"`
	Digest bool   `json:"digest,omitzero"` // one letter a morning instead of one a notice
	Always bool   `json:"always,omitzero"` // outside working hours too
}
