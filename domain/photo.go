package domain

import "xiaohao/events"

// Photo is a picture for the public, made from evidence with parts covered.
type Photo struct {
	Evidence string // of which it was made
	By       string // actor who covered it
	State    PhotoState
}

// PhotoState says how far a picture for the public is.
type PhotoState string

const (
	PhotoWaiting PhotoState = "WAITING" // 等核: nobody else has looked at it yet
	PhotoShown   PhotoState = "SHOWN"   // 核过，可以公开: seen wherever the item is
	PhotoDown    PhotoState = "DOWN"    // 撤下
)

// picture notes evidence that can be made public: a picture that holds nothing but itself.
func (it *Item) picture(e events.EvidenceRecorded) {
	if !e.File.Picture() || !e.File.Cleaned {
		return
	}
	if it.Pictures == nil {
		it.Pictures = map[string]bool{}
	}
	it.Pictures[e.ID] = true
}

func (it *Item) applyPhoto(e events.Event, by events.Actor) {
	switch e := e.(type) {
	case events.PhotoRedacted:
		if it.PublicPhotos == nil {
			it.PublicPhotos = map[string]Photo{}
		}
		it.PublicPhotos[e.ID] = Photo{e.Evidence, by.ID, PhotoWaiting}
	case events.PhotoReleased:
		it.setPhoto(e.ID, PhotoShown)
	case events.PhotoUnpublished:
		it.setPhoto(e.ID, PhotoDown)
	}
}

func (it *Item) setPhoto(id string, s PhotoState) {
	if p, ok := it.PublicPhotos[id]; ok {
		p.State = s
		it.PublicPhotos[id] = p
	}
}

func (it *Item) anyPhoto(s PhotoState) bool {
	for _, p := range it.PublicPhotos {
		if p.State == s {
			return true
		}
	}
	return false
}

// RedactPhoto makes a picture for the public (涂照片). The server covers the areas and keeps
// the result before the command is given; no picture is public by it.
type RedactPhoto struct {
	Evidence string `json:"evidence" zh:"哪张照片" need:"1" max:"40"`
	Looked   bool   `json:"looked" zh:"看过了，人脸、车牌、门牌和写着名字的地方都盖住了" need:"1"`

	made struct {
		source  string
		covered []events.Area
		file    events.PublicFile
	}
}

// Attach adds the picture that the server made, of which bytes and what it covered.
func (c *RedactPhoto) Attach(source string, covered []events.Area, file events.PublicFile) {
	c.made.source, c.made.covered, c.made.file = source, covered, file
}

func (c RedactPhoto) name() string { return "redact_photo" }

func mayRedact(it *Item, _ Situation) *Refusal {
	if r := it.neverShown(); r != nil {
		return r
	}
	if len(it.Pictures) == 0 {
		return refuse("redact_photo.none", "这一件没有可以公开的照片。")
	}
	return nil
}

func (c RedactPhoto) decide(it *Item, s Situation) ([]events.Event, error) {
	if !it.Pictures[c.Evidence] {
		return nil, refuseAt("evidence", "redact_photo.unknown", "哪张照片：这一件没有这张照片，或者它不能公开。")
	}
	if c.made.file.Object == "" {
		return nil, refuse("redact_photo.file", "要在照片页上涂，这里不能直接交。")
	}
	for _, a := range c.made.covered {
		if !a.Inside() {
			return nil, refuseAt("areas", "redact_photo.area", "要盖住的地方：有一块不在照片里。")
		}
	}
	return []events.Event{events.PhotoRedacted{ID: s.NewID(), Evidence: c.Evidence, Source: c.made.source, Covered: c.made.covered, File: c.made.file}}, nil
}

// ReleasePhoto lets a covered picture be seen with the item (公开照片), by another person
// than who covered it (domain.md §7.1, “谁公开、谁审查、谁负责”).
type ReleasePhoto struct {
	Photo string `json:"photo" zh:"哪一张" need:"1" max:"40"`
}

func (c ReleasePhoto) name() string { return "release_photo" }

func mayReleasePhoto(it *Item, _ Situation) *Refusal {
	if r := it.neverShown(); r != nil {
		return r
	}
	if !it.anyPhoto(PhotoWaiting) {
		return refuse("release_photo.none", "没有涂好等着核的照片。")
	}
	return nil
}

func (c ReleasePhoto) decide(it *Item, s Situation) ([]events.Event, error) {
	p, ok := it.PublicPhotos[c.Photo]
	switch {
	case !ok || p.State != PhotoWaiting:
		return nil, refuseAt("photo", "release_photo.unknown", "哪一张：没有这张，或者已经核过。")
	case p.By == s.Actor.ID:
		return nil, refuse("release_photo.four_eyes", "照片是您涂的，要由另一个人核过再公开。")
	}
	return []events.Event{events.PhotoReleased{ID: c.Photo}}, nil
}

// UnpublishPhoto takes a picture away (撤下照片), whether it was public already or not.
type UnpublishPhoto struct {
	Photo  string `json:"photo" zh:"哪一张" need:"1" max:"40"`
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c UnpublishPhoto) name() string { return "unpublish_photo" }

func photoShown(it *Item, _ Situation) *Refusal {
	if !it.anyPhoto(PhotoShown) && !it.anyPhoto(PhotoWaiting) {
		return refuse("unpublish_photo.none", "没有可以撤下的照片。")
	}
	return nil
}

func (c UnpublishPhoto) decide(it *Item, _ Situation) ([]events.Event, error) {
	if p, ok := it.PublicPhotos[c.Photo]; !ok || p.State == PhotoDown {
		return nil, refuseAt("photo", "unpublish_photo.unknown", "哪一张：没有这张，或者已经撤下。")
	}
	return []events.Event{events.PhotoUnpublished{ID: c.Photo, Reason: c.Reason}}, nil
}
