package events

// Photos that the public may see. What was handed in never leaves the office: the server
// makes another picture of it, with parts covered, and a second person looks at that one.

// PhotoRedacted is a picture for the public, made from one of the evidence (涂去隐私的照片).
// Nothing is public yet.
type PhotoRedacted struct {
	ID       string     `json:"id"`
	Evidence string     `json:"evidence"`         // of the fact that entered the picture
	Source   string     `json:"sha256_source"`    // of the bytes it was made from
	Covered  []Area     `json:"covered,omitzero"` // none: there was nothing to cover
	File     PublicFile `json:"file"`
}

// Area is a part of a picture in thousandths of its width and height, from its upper left
// corner.
type Area struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Thousandths is how far an [Area] may reach.
const Thousandths = 1000

// Inside reports whether a lies in the picture and covers something of it.
func (a Area) Inside() bool {
	return a.X >= 0 && a.Y >= 0 && a.W > 0 && a.H > 0 && a.X+a.W <= Thousandths && a.Y+a.H <= Thousandths
}

// PublicFile is a picture for the public as the evidence store keeps it: a JPEG that holds
// nothing but its pixels.
type PublicFile struct {
	Object string `json:"object"` // random id in the store
	SHA256 string `json:"sha256"` // of its bytes
	Size   int    `json:"size"`   // bytes
	Width  int    `json:"width"`
	Height int    `json:"height"` // pixels
}

// PhotoReleased shows such a picture with the item, by another person than who made it.
type PhotoReleased struct {
	ID string `json:"id"`
}

// PhotoUnpublished takes such a picture away again (撤下照片).
type PhotoUnpublished struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}
