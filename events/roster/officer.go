package roster

import (
	"slices"

	"xiaohao/events"
)

// Officer is a person who works here, over time.
type Officer struct {
	ID    string
	Name  events.Sealed
	Phone events.Sealed
	Left  events.Date // the first day without; none while here
	Posts []events.Post
	Given []Given
}

// Given is a delegation that the officer gave.
type Given struct {
	events.DelegationGiven
	Withdrawn bool
}

// On reports whether it holds on a day.
func (g Given) On(day events.Date) bool {
	return !g.Withdrawn && !day.Before(g.From) && !day.After(g.Until)
}

// Here reports whether the officer works here on a day.
func (o *Officer) Here(day events.Date) bool { return o.Left.IsZero() || day.Before(o.Left) }

// PostsOn returns the posts that the officer is in on a day, in the order they were taken.
func (o *Officer) PostsOn(day events.Date) []events.Post {
	if !o.Here(day) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(o.Posts), func(p events.Post) bool { return !InPost(p, day) })
}

// InPost reports whether the post is held on a day.
func InPost(p events.Post, day events.Date) bool {
	return !day.Before(p.From) && (p.Until.IsZero() || !day.After(p.Until))
}

// Post returns one of the officer's posts, ended ones too.
func (o *Officer) Post(id string) (events.Post, bool) {
	i := slices.IndexFunc(o.Posts, func(p events.Post) bool { return p.ID == id })
	if i < 0 {
		return events.Post{}, false
	}
	return o.Posts[i], true
}

// Apply returns the officer after a fact; nil is one that there is not yet. Facts of
// anything else change nothing. The receiver is not changed.
func (o *Officer) Apply(e events.Event) *Officer {
	if e, ok := e.(events.OfficerAdded); ok {
		return &Officer{ID: e.ID, Name: e.Name, Phone: e.Phone}
	}
	if o == nil {
		return nil
	}
	n := *o
	switch e := e.(type) {
	case events.OfficerDescribed:
		n.Name, n.Phone = e.Name, e.Phone
	case events.OfficerLeft:
		n.Left = e.On
		n.Posts = slices.Clone(o.Posts)
		for i, p := range n.Posts {
			if last := e.On.AddDays(-1); p.Until.IsZero() || p.Until.After(last) {
				n.Posts[i].Until = last
			}
		}
	case events.OfficerReturned:
		n.Left = events.Date{}
	case events.PostTaken:
		n.Posts = append(slices.Clip(o.Posts), e.Post)
	case events.PostLeft:
		n.Posts = slices.Clone(o.Posts)
		for i := range n.Posts {
			if n.Posts[i].ID == e.ID {
				n.Posts[i].Until = e.Until
			}
		}
	case events.DelegationGiven:
		n.Given = append(slices.Clip(o.Given), Given{DelegationGiven: e})
	case events.DelegationWithdrawn:
		n.Given = slices.Clone(o.Given)
		for i := range n.Given {
			n.Given[i].Withdrawn = n.Given[i].Withdrawn || n.Given[i].ID == e.ID
		}
	}
	return &n
}
