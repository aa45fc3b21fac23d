package projections

import (
	"slices"

	"xiaohao/events"
)

// photo changes the picture with that id, if there is one.
func (it *Item) photo(id string, f func(*Photo)) {
	if i := slices.IndexFunc(it.Detail.Photos, func(p Photo) bool { return p.ID == id }); i >= 0 {
		f(&it.Detail.Photos[i])
	}
}

// photosOf are the pictures that the public may see: covered, and released by a second
// person. Those of before stand first.
func photosOf(d *Detail) []PublicPhoto {
	shows := map[string]events.Phase{}
	for _, e := range d.Evidence {
		shows[e.ID] = e.Shows
	}
	var out []PublicPhoto
	for _, p := range d.Photos {
		if !p.Released.IsZero() {
			out = append(out, PublicPhoto{p.File.Object, p.File.SHA256, shows[p.Evidence], p.File.Width, p.File.Height})
		}
	}
	slices.SortStableFunc(out, func(a, b PublicPhoto) int { return phaseOrder(a.Shows) - phaseOrder(b.Shows) })
	return out
}

// phaseOrder puts before in front of after, and both in front of what shows neither.
func phaseOrder(p events.Phase) int {
	switch p {
	case events.Before:
		return 0
	case events.After:
		return 1
	}
	return 2
}
