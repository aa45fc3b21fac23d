package domain

import "xiaohao/events"

// DraftPublicText proposes what the public may read (拟公开稿).
type DraftPublicText struct {
	Summary string `json:"summary" zh:"公开稿" need:"1" max:"300" hint:"不写人名、电话、门牌。"`
}

func (c DraftPublicText) name() string { return "draft_public_text" }

func mayDraft(it *Item, _ Situation) *Refusal {
	if r := it.neverShown(); r != nil {
		return r
	}
	if it.Released {
		return refuse("release.done", "已经公开。要改，先撤下。")
	}
	return nil
}

// neverShown refuses whatever would make something of the item public when nothing of it may
// ever be: 举报、涉稳 and 保密, whoever asks (domain.md §7.1).
func (it *Item) neverShown() *Refusal {
	switch {
	case it.Class != events.Ordinary:
		return refuse("release.class", "%s件永远不公开。", it.Class.Zh())
	case it.Confidential:
		return refuse("release.confidential", "反映人要求保密，不能公开。")
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
type Release struct {
	Until events.Date `json:"until" zh:"公开到哪天" hint:"过了这一天自动撤下。不填，就一直公开。"`
}

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

// decide looks once more at what will be read: a title may have come with a ledger, or be
// older than the detectors.
func (c Release) decide(it *Item, s Situation) ([]events.Event, error) {
	if !c.Until.IsZero() && c.Until.Before(s.Today()) {
		return nil, refuseAt("until", "release.until", "公开到哪天：%s 已经过了。", c.Until)
	}
	for _, r := range []*Refusal{noPersonal("", "release", "公开稿", it.PublicText), noPersonal("", "release", "事项名称", it.Title)} {
		if r != nil {
			return nil, r
		}
	}
	out := []events.Event{events.ItemReleased{Summary: it.PublicText}}
	if !c.Until.IsZero() {
		out = append(out, events.ReleaseLimited{Until: c.Until})
	}
	return out, nil
}

// ExpireRelease takes the item off the public pages when its last public day is over
// (公开期满). The program gives it.
type ExpireRelease struct{}

func (c ExpireRelease) name() string { return "expire_release" }

func releaseOver(it *Item, s Situation) *Refusal {
	if r := isReleased(it, s); r != nil {
		return r
	}
	if it.PublicUntil.IsZero() || !s.Today().After(it.PublicUntil) {
		return refuse("expire_release.early", "还没有到公开的最后一天。")
	}
	return nil
}

func (c ExpireRelease) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ItemUnpublished{Reason: "公开期满，自动撤下。"}}, nil
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
