package directory

import (
	"slices"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/events/roster"
)

// Posts lists the roles that can be held as a post. Petitioner and System are nobody's.
var Posts = slices.DeleteFunc(slices.Clone(events.Roles), func(r events.Role) bool {
	return r == events.Petitioner || r == events.System
})

// TakePost puts an officer into a post. A post of the same unit, role and title that the
// officer holds already is the same one: another rank ends it the day before and begins it
// anew, so that facts keep the rank of their day; another last day moves its end.
type TakePost struct {
	Officer string      `json:"officer"`
	Unit    string      `json:"unit"`
	Role    events.Role `json:"role"`
	Title   string      `json:"title"` // "" = unit · role
	Rank    string      `json:"rank"`
	From    events.Date `json:"from"`  // none = today
	Until   events.Date `json:"until"` // the last day; none = open
}

func (TakePost) name() string { return "take_post" }

func (c TakePost) entry() (events.Aggregate, uuid.UUID) { return officerEntry(c.Officer) }

func (c TakePost) decide(s situation) ([]events.Event, error) {
	k := checks{command: c.name()}
	oneOf(&k, "role", "角色", c.Role, Posts)
	k.text("title", "职务", c.Title, 40, false)
	k.text("rank", "职级", c.Rank, 20, c.Role == events.LeaderRole)
	k.day("from", "任职日期", c.From)
	k.day("until", "任职截止", c.Until)
	from := s.orToday(c.From)
	if !c.Until.IsZero() && c.Until.Before(from) {
		k.add("until", "order", "任职截止：%s 在任职日期 %s 之前。", c.Until, from)
	}
	if err := k.err(); err != nil {
		return nil, err
	}
	o, err := s.here(c.name(), c.Officer, from)
	if err != nil {
		return nil, err
	}
	u, err := s.unit("unit", "单位", "take_post.unit", c.Unit, from)
	if err != nil {
		return nil, err
	}
	if c.Title == "" {
		c.Title = u.On(from).Name + " · " + c.Role.Zh()
	}
	if err := c.apart(s, o); err != nil {
		return nil, err
	}
	post := events.Post{ID: s.newID(), Unit: c.Unit, Role: c.Role, Title: c.Title, Rank: c.Rank, From: from, Until: c.Until}
	return c.change(o, post), nil
}

// change returns the facts from the posts that the officer has to the one wanted.
func (c TakePost) change(o *roster.Officer, post events.Post) []events.Event {
	for _, p := range slices.Backward(o.Posts) {
		if p.Unit != post.Unit || p.Role != post.Role || p.Title != post.Title || !overlap(p, post) {
			continue
		}
		switch {
		case c.From.IsZero() && p.Rank == post.Rank, p.From == post.From:
			if p.Rank == post.Rank && p.Until == post.Until {
				return nil
			}
			if p.Rank == post.Rank {
				return []events.Event{events.PostLeft{ID: p.ID, Until: post.Until}}
			}
			if p.From == post.From { // it was a mistake from its first day
				return []events.Event{events.PostLeft{ID: p.ID, Until: p.From.AddDays(-1)}, events.PostTaken{Post: post}}
			}
		case p.Rank == post.Rank && p.Until == post.Until && p.From.Before(post.From):
			return nil // held already
		}
		return []events.Event{events.PostLeft{ID: p.ID, Until: post.From.AddDays(-1)}, events.PostTaken{Post: post}}
	}
	return []events.Event{events.PostTaken{Post: post}}
}

// overlap reports whether two posts are held on one and the same day.
func overlap(a, b events.Post) bool {
	return (a.Until.IsZero() || !a.Until.Before(b.From)) && (b.Until.IsZero() || !b.Until.Before(a.From)) &&
		(a.Until.IsZero() || !a.Until.Before(a.From))
}

// apart keeps the three administrators three persons (domain.md §7.4), and nobody raises
// himself.
func (c TakePost) apart(s situation, o *roster.Officer) error {
	if !slices.Contains(events.Administrators, c.Role) {
		return nil
	}
	if s.actor.Role != events.System && s.actor.Role != events.SecurityAdmin {
		return refuse("role", "take_post.administrator", "%s由安全管理员任命。", c.Role.Zh())
	}
	if s.actor.ID == c.Officer {
		return refuse("officer", "take_post.own", "不能任命自己，请另一位管理员来办。")
	}
	wanted := events.Post{From: s.orToday(c.From), Until: c.Until}
	for _, p := range o.Posts {
		if p.Role != c.Role && slices.Contains(events.Administrators, p.Role) && overlap(p, wanted) {
			return refuse("role", "take_post.apart", "这个人已经是%s，系统、安全、审计管理员不能由同一个人担任。", p.Role.Zh())
		}
	}
	return nil
}

// LeavePost ends a post.
type LeavePost struct {
	Officer string      `json:"officer"`
	Post    string      `json:"post"`  // id
	Until   events.Date `json:"until"` // the last day; none = yesterday: at once
}

func (LeavePost) name() string { return "leave_post" }

func (c LeavePost) entry() (events.Aggregate, uuid.UUID) { return officerEntry(c.Officer) }

func (c LeavePost) decide(s situation) ([]events.Event, error) {
	o := s.is.officer
	if o == nil {
		return nil, noOfficer(c.name(), c.Officer)
	}
	until := c.Until
	if until.IsZero() {
		until = s.today.AddDays(-1)
	}
	p, ok := o.Post(c.Post)
	if !ok {
		return nil, refuse("post", "leave_post.unknown", "这个人没有这个职务。")
	}
	if s.actor.ID == c.Officer && slices.Contains(events.Administrators, p.Role) {
		return nil, refuse("officer", "leave_post.own", "不能免去自己的管理员职务，请另一位管理员来办。")
	}
	if p.Until == until {
		return nil, nil
	}
	return []events.Event{events.PostLeft{ID: p.ID, Until: until}}, nil
}
