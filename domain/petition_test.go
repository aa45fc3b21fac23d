package domain

import (
	"testing"

	"github.com/google/uuid"

	"xiaohao/events"
)

var photo = events.EvidenceFile{Object: "o", Width: 4, Height: 3, Cleaned: true, Name: events.Secret("照片.jpg")}

// What came over the web and looks odd waits for a person, who puts it in its queue, refuses
// it, or takes it up at once.
func TestHeld(t *testing.T) {
	odd := opinion.Doubted(events.NoProof, events.TooQuick)
	s := raised(t, odd).in(events.Registered)
	if !s.it.Held {
		t.Fatal("not held")
	}
	s.refused("lift_hold.role", publisher1, LiftHold{}).do(clerk, LiftHold{}).refused("lift_hold.none", clerk, LiftHold{}).do(office1, triage).in(events.Accepted)
	for _, c := range []Command{triage, NotAccept{Reason: "内容是广告", Route: "不是意见，不办理"}} {
		if s := raised(t, odd).do(office1, c); s.it.Held {
			t.Errorf("%s leaves it held", c.name())
		}
	}
	raised(t, opinion).refused("lift_hold.none", clerk, LiftHold{})
}

func TestAddPhoto(t *testing.T) {
	add := &AddPhoto{Code: code}
	s := raised(t, opinion).refused("add_photo.missing@file", petitioner, add).refused("add_photo.code@code", petitioner, &AddPhoto{Code: "WRONG"})
	for _, f := range []events.EvidenceFile{{Object: "o", Cleaned: true}, {Object: "o", Width: 4}} { // a paper; not cleaned
		add.Attach(f, nil)
		s.refused("add_photo.picture@file", petitioner, add)
	}
	add.Attach(photo, nil)
	for range mostPhotos {
		s.do(petitioner, add)
	}
	s.refused("add_photo.many", petitioner, add)
	if s.it.Results != 0 || s.it.Photos != mostPhotos {
		t.Errorf("%d results, %d photos: a photo of the matter proves no result", s.it.Results, s.it.Photos)
	}
}

// A new code opens the item and the old one does not; sent twice it is the same code.
func TestRenewCode(t *testing.T) {
	d, _ := newDesk(t)
	named := opinion
	named.Name = "林某"
	rc := must(t, d, Order{ID: uuid.New(), Command: named, Actor: clerk})
	renew := Order{ID: uuid.New(), Item: rc.Item, Command: &RenewCode{Ground: "看了身份证，和登记的姓名对得上"}, Actor: clerk}
	got := must(t, d, renew)
	it, err := d.Look(t.Context(), rc.Item)
	if err != nil {
		t.Fatal(err)
	}
	if CodeMatches(it.Number, rc.Code, it.CodeHash) || !CodeMatches(it.Number, got.Code, it.CodeHash) || got.Number != rc.Number {
		t.Errorf("old code %s, new one %s of %s", rc.Code, got.Code, got.Number)
	}
	renew.Code = got.Code
	if again := must(t, d, renew); !again.Repeated || again.Code != got.Code {
		t.Errorf("sent twice: %+v", again)
	}
	personal := Order{ID: uuid.New(), Item: rc.Item, Command: RenewCode{Ground: "身份证 11010519491231002X"}, Actor: clerk}
	if _, err := d.Do(t.Context(), personal); len(RefusalsOf(err)) != 1 || RefusalsOf(err)[0].Rule != "renew_code.personal" {
		t.Errorf("an identity number in the ground: %v", err)
	}
	nameless := opinion
	nameless.Anonymous = true
	raised(t, nameless).refused("renew_code.nobody", clerk, RenewCode{Ground: "认得"})
}
