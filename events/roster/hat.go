package roster

import (
	"slices"

	"xiaohao/events"
)

// Hat is one thing that an officer may act as on a day.
type Hat struct {
	Key   string // tells it from the officer's other hats; the same tomorrow
	Post  events.Post
	Actor events.Actor // of a command given under it
}

// Hats lists what an officer may act as on a day: own posts first, then those delegated. An
// officer who has left has none.
func (r *Roster) Hats(officer string, day events.Date) []Hat {
	o := r.officers[officer]
	if o == nil || !o.Here(day) {
		return nil
	}
	var out []Hat
	for _, p := range o.PostsOn(day) {
		out = append(out, r.hat(o.ID, p, events.Delegation{}, day))
	}
	for _, giver := range r.received[officer] {
		g := r.officers[giver]
		for _, d := range g.Given {
			if d.To != officer || !d.On(day) {
				continue
			}
			for _, p := range g.PostsOn(day) {
				if d.Post == "" || d.Post == p.ID {
					out = append(out, r.hat(o.ID, p, events.Delegation{ID: d.ID, Of: giver}, day))
				}
			}
		}
	}
	return out
}

func (r *Roster) hat(officer string, p events.Post, d events.Delegation, day events.Date) Hat {
	a := events.Actor{ID: officer, Role: p.Role, Post: p.Title, Delegation: d}
	if p.Unit != "" {
		a.Unit = r.Ref(p.Unit, day)
	}
	if d.ID != "" {
		a.Post += "（受委托）"
	}
	return Hat{Key: d.ID + "/" + p.ID, Post: p, Actor: a}
}

// Hat returns the hat of a key, or, for a key that is no more, the first that there is; false
// when there is none at all.
func (r *Roster) Hat(officer, key string, day events.Date) (Hat, bool) {
	hats := r.Hats(officer, day)
	if i := slices.IndexFunc(hats, func(h Hat) bool { return h.Key == key }); i >= 0 {
		return hats[i], true
	}
	if len(hats) == 0 {
		return Hat{}, false
	}
	return hats[0], true
}

// Leader names an officer as the linked leader of an item (挂钩领导), with the post and the
// rank held on a day; false for whoever is no leader then.
func (r *Roster) Leader(officer string, day events.Date) (events.Leader, bool) {
	o := r.officers[officer]
	if o == nil {
		return events.Leader{}, false
	}
	for _, p := range o.PostsOn(day) {
		if p.Role == events.LeaderRole {
			return events.Leader{ID: o.ID, Post: p.Title, Rank: p.Rank}, true
		}
	}
	return events.Leader{}, false
}

// Leaders lists everybody who can be linked on a day, by id.
func (r *Roster) Leaders(day events.Date) []events.Leader {
	var out []events.Leader
	for _, o := range r.Officers() {
		if l, ok := r.Leader(o.ID, day); ok {
			out = append(out, l)
		}
	}
	return out
}

// Seat is a post and who is in it.
type Seat struct {
	Officer string // id
	Post    events.Post
}

// Seats lists who is in a post of a unit on a day, by officer. The unit's liaison, who gets
// what is assigned to it, is the one in the role UNIT_LIAISON.
func (r *Roster) Seats(unit string, day events.Date) []Seat {
	var out []Seat
	for _, o := range r.Officers() {
		for _, p := range o.PostsOn(day) {
			if p.Unit == unit {
				out = append(out, Seat{o.ID, p})
			}
		}
	}
	return out
}
