package domain

import "xiaohao/events"

// DraftPublicText proposes what the public may read (拟公开稿).
type DraftPublicText struct {
	Summary string `json:"summary" zh:"公开稿" need:"1" max:"300" hint:"不写人名、电话、门牌。"`
}

func (c DraftPublicText) name() string { return "draft_public_text" }

func mayDraft(it *Item, _ Situation) *Refusal {
	switch {
	case it.Class != events.Ordinary:
		return refuse("release.class", "%s件永远不公开。", it.Class.Zh())
	case it.Confidential:
		return refuse("release.confidential", "反映人要求保密，不能公开。")
	case it.Released:
		return refuse("release.done", "已经公开。要改，先撤下。")
	}
	return nil
}

func (c DraftPublicText) decide(*Item, Situation) ([]events.Event, error) {
	if r := noPersonal("summary", "draft_public_text", "公开稿", c.Summary); r != nil {
		return nil, r
	}
	return []events.Event{events.PublicTextDrafted{Summary: c.Summary}}, nil
}

// Release makes the drafted text public (公开), by another person than its author.
type Release struct{}

func (c Release) name() string { return "release" }

func mayRelease(it *Item, s Situation) *Refusal {
	if r := mayDraft(it, s); r != nil {
		return r
	}
	if it.PublicText == "" {
		return refuse("release.none", "还没有拟公开稿。")
	}
	if it.DraftBy == s.Actor.ID {
		return refuse("release.four_eyes", "公开稿是您拟的，要由另一个人核过再公开。")
	}
	return nil
}

func (c Release) decide(it *Item, _ Situation) ([]events.Event, error) {
	return []events.Event{events.ItemReleased{Summary: it.PublicText}}, nil
}

// Unpublish takes the item off the public pages (撤下).
type Unpublish struct {
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c Unpublish) name() string { return "unpublish" }

func isReleased(it *Item, _ Situation) *Refusal {
	if !it.Released {
		return refuse("unpublish.none", "这一件没有公开。")
	}
	if it.State == events.InPublicity {
		return refuse("unpublish.publicity", "公示期间不能撤下。")
	}
	return nil
}

func (c Unpublish) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ItemUnpublished{Reason: c.Reason}}, nil
}
