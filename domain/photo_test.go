package domain

import (
	"testing"

	"xiaohao/events"
)

// photograph is a picture handed in as evidence, and what the server made of it.
func photograph(cleaned bool) RecordEvidence {
	c := RecordEvidence{Title: "清淤以后", Kind: events.ResultEvidence, Shows: events.After}
	c.Attach(events.EvidenceFile{Object: "o", Type: "image/jpeg", Width: 40, Height: 30, Cleaned: cleaned}, nil)
	return c
}

func covered(evidence string, areas ...events.Area) RedactPhoto {
	c := RedactPhoto{Evidence: evidence, Looked: true}
	c.Attach("00", areas, events.PublicFile{Object: "p", SHA256: "11", Width: 40, Height: 30})
	return c
}

// A photo is seen by the public only as the server covered it, after another person looked
// at it, and can be taken away by itself.
func TestPhoto(t *testing.T) {
	s := handed(t, triage, unitA).
		refused("redact_photo.none", publisher1, RedactPhoto{Evidence: "x", Looked: true}).
		do(handler(unitA), photograph(false)).
		refused("redact_photo.none", publisher1, covered("x")). // what is not clean of its makers is never shown
		do(handler(unitA), photograph(true))
	photo := least(s.it.Pictures)
	outside := []events.Area{{X: -1, W: 9, H: 9}, {W: 9}, {X: 995, W: 6, H: 9}, {Y: 1000, W: 9, H: 1}}
	for _, a := range outside {
		s.refused("redact_photo.area@areas", publisher1, covered(photo, a))
	}
	s.refused("redact_photo.unknown@evidence", publisher1, covered("x")).
		refused("redact_photo.file", publisher1, RedactPhoto{Evidence: photo, Looked: true}).
		refused("redact_photo.missing@looked", publisher1, RedactPhoto{Evidence: photo}).
		refused("redact_photo.role", handler(unitA), covered(photo)).
		refused("release_photo.none", publisher2, ReleasePhoto{Photo: "x"}).
		do(publisher1, covered(photo, events.Area{X: 0, Y: 0, W: 1000, H: 1000}))
	public := least(s.it.PublicPhotos)
	s.refused("release_photo.four_eyes", publisher1, ReleasePhoto{Photo: public}).
		refused("release_photo.unknown@photo", publisher2, ReleasePhoto{Photo: photo}).
		do(publisher2, ReleasePhoto{Photo: public}).
		refused("release_photo.none", publisher2, ReleasePhoto{Photo: public}).
		refused("unpublish_photo.missing@reason", publisher1, UnpublishPhoto{Photo: public}).
		do(publisher1, UnpublishPhoto{Photo: public, Reason: "还有门牌"}).
		refused("unpublish_photo.none", publisher1, UnpublishPhoto{Photo: public, Reason: "r"})
	if s.it.PublicPhotos[public] != (Photo{photo, publisher1.ID, PhotoDown}) {
		t.Errorf("%+v", s.it.PublicPhotos)
	}
}

// TestNobodyReleasesSecrets tries everything that makes something public on 举报, 涉稳 and
// 保密 items, as everybody, along the whole of their life: nobody can, whoever clicks.
func TestNobodyReleasesSecrets(t *testing.T) {
	confidential := opinion
	confidential.Confidential = true
	conduct, stability := level(events.Key), level(events.Key)
	conduct.Class, conduct.ComplainedOf = events.Conduct, []events.Unit{unitD}
	stability.Class = events.Stability
	for _, secret := range []struct {
		name   string
		raise  Raise
		accept Accept
	}{{"举报", opinion, conduct}, {"涉稳", opinion, stability}, {"保密", confidential, level(events.Key)}} {
		s := raised(t, secret.raise)
		tried := 0
		check := func() {
			t.Helper()
			photo := least(s.it.Pictures)
			for _, a := range everybody {
				for _, c := range []Command{DraftPublicText{Summary: "s"}, Release{}, OpenPublicity{Medium: "m"}, covered(photo), ReleasePhoto{Photo: "p"}} {
					tried++
					if facts, err := s.decide(a, c); err == nil {
						t.Errorf("%s, %s: %s can %s: %v", secret.name, s.it.State, a.ID, c.name(), facts)
					}
				}
			}
			if s.it.Released || s.it.anyPhoto(PhotoShown) {
				t.Errorf("%s is public in %s", secret.name, s.it.State)
			}
		}
		check()
		s.do(office1, secret.accept)
		check()
		s.do(office1, to(unitA)).do(liaison(unitA), Sign{}).do(handler(unitA), photograph(true))
		check()
		s.report()
		check()
		s.do(handler(unitA), apply)
		check()
		s.signTo(events.StepClose).do(office3, Close{})
		check()
		if tried != 6*5*len(everybody) {
			t.Errorf("%d tries", tried)
		}
	}
}

// What was released up to a day is taken down after it by the program, and by nobody before.
func TestReleaseExpires(t *testing.T) {
	s := handed(t, triage, unitA).do(publisher1, DraftPublicText{Summary: "s"})
	last := s.today().AddDays(7)
	s.refused("release.until@until", publisher2, Release{Until: s.today().AddDays(-1)}).
		refused("unpublish.none", system, ExpireRelease{}).
		do(publisher2, Release{Until: last}).
		refused("expire_release.role", publisher1, ExpireRelease{}).
		wait(7).
		refused("expire_release.early", system, ExpireRelease{}).
		wait(1).do(system, ExpireRelease{})
	if s.it.Released {
		t.Error("it is still public")
	}
	s.do(publisher1, DraftPublicText{Summary: "s"}).do(publisher2, Release{}).wait(400).refused("expire_release.early", system, ExpireRelease{})
}
