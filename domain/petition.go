package domain

import "xiaohao/events"

// Doubted marks an opinion that came over the web as one that a person looks at first. It is
// found by the program that takes it, never typed in.
func (c Raise) Doubted(ds ...events.Doubt) Raise {
	c.doubts = ds
	return c
}

// Collected says at which meeting or visit the opinion was collected.
func (c Raise) Collected(at events.OpinionCollected) Raise {
	c.collected = at
	return c
}

// LiftHold puts an opinion that a person looked at into the ordinary queue (放行). One that is
// none is refused as any other, with a reason that the petitioner reads: NotAccept.
type LiftHold struct{}

func (c LiftHold) name() string { return "lift_hold" }

func isHeld(it *Item, _ Situation) *Refusal {
	if !it.Held {
		return refuse("lift_hold.none", "这一件不用先看，已经在待受理里。")
	}
	return nil
}

func (c LiftHold) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.HoldLifted{}}, nil
}

// RenewCode gives a petitioner who lost the query code a new one (重办查询码). The old one opens
// nothing any more. The code is in the [Receipt] and nowhere else.
type RenewCode struct {
	Ground string `json:"ground" zh:"怎么核对的身份" need:"1" max:"60" hint:"比如：看了身份证，和登记的姓名、电话对得上。不写证件号。"`

	codeHash string // set by the Desk
}

func (c RenewCode) name() string { return "renew_code" }

func mayRenew(it *Item, _ Situation) *Refusal {
	if it.Nameless || it.Erasure > 0 {
		return refuse("renew_code.nobody", "这一件没有留姓名和电话，没有办法核对是谁提的，不能重办查询码。")
	}
	return nil
}

func (c RenewCode) decide(*Item, Situation) ([]events.Event, error) {
	if r := noPersonal("ground", "renew_code", "怎么核对的身份", c.Ground); r != nil { // it stays readable for ever
		return nil, r
	}
	return []events.Event{events.CodeRenewed{CodeHash: c.codeHash, Ground: c.Ground}}, nil
}

// renewalOf returns the command when it is one to renew a code.
func renewalOf(c Command) (RenewCode, bool) {
	switch c := c.(type) {
	case RenewCode:
		return c, true
	case *RenewCode:
		return *c, true
	}
	return RenewCode{}, false
}

// mostPhotos is how many photos an opinion may have.
const mostPhotos = 6

// AddPhoto adds a photo of the matter to an opinion (补照片). It comes from the petitioner and
// proves no result.
type AddPhoto struct {
	Code string `json:"code" zh:"查询码" max:"40"`

	attached attachment
}

// Attach adds the file that came with the command, as [RecordEvidence.Attach] does.
func (c *AddPhoto) Attach(file events.EvidenceFile, uses []events.EvidenceUse) {
	c.attached = attachment{file, uses}
}

func (c AddPhoto) name() string { return "add_photo" }

func photosLeft(it *Item, _ Situation) *Refusal {
	if it.Photos >= mostPhotos {
		return refuse("add_photo.many", "照片最多 %d 张，已经够了。", mostPhotos)
	}
	return nil
}

func (c AddPhoto) decide(it *Item, s Situation) ([]events.Event, error) {
	if r := it.proves("add_photo", c.Code, s.Actor); r != nil {
		return nil, r
	}
	f := c.attached.file
	switch {
	case f.IsZero():
		return nil, refuseAt("file", "add_photo.missing", "照片：还没有选。")
	case !f.Picture() || !f.Cleaned: // papers can name people and cannot be cleaned
		return nil, refuseAt("file", "add_photo.picture", "照片：只收照片，文件请交给办事的人。")
	}
	return []events.Event{events.EvidenceRecorded{ID: s.NewID(), Name: "反映人交的照片", Kind: events.OpinionEvidence, Shows: events.Before,
		File: f, Uses: c.attached.uses}}, nil
}
