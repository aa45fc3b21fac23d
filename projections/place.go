package projections

import "xiaohao/events"

// place is where an item stands, as fine as any board shows it. Every item is in exactly
// one; counters keep one column a place.
type place int

const (
	placeRegistered place = iota // 待受理
	placeInfo                    // 待补充
	placeWaiting                 // 待交办
	placeOpen                    // 整改中
	placeRectified               // 完成待验
	placeVerifying               // 验收中
	placePublicity               // 公示中
	placeStanding                // 常态
	placeHeld                    // 挂账
	placeClosed                  // 已销号
	placeAnswered                // 直接答复
	placeEnded                   // 不予受理、终结
	placeMerged                  // 并单
	places
)

// placeOf follows the group, which an archived item keeps, and splits what is done and what
// is pending by state.
func placeOf(g Group, s events.State) place {
	switch g {
	case GroupWaiting:
		return placeWaiting
	case GroupOpen:
		return placeOpen
	case GroupDone:
		switch s {
		case events.UnderVerification:
			return placeVerifying
		case events.InPublicity:
			return placePublicity
		}
		return placeRectified
	case GroupStanding:
		return placeStanding
	case GroupHeld:
		return placeHeld
	case GroupClosed:
		return placeClosed
	case GroupAnswered:
		return placeAnswered
	case GroupEnded:
		return placeEnded
	case GroupMerged:
		return placeMerged
	}
	if s == events.ReturnedForInfo {
		return placeInfo
	}
	return placeRegistered
}

// placesOf lists the places of a group.
func placesOf(g Group) []place {
	switch g {
	case GroupWaiting:
		return []place{placeWaiting}
	case GroupOpen:
		return []place{placeOpen}
	case GroupDone:
		return []place{placeRectified, placeVerifying, placePublicity}
	case GroupStanding:
		return []place{placeStanding}
	case GroupHeld:
		return []place{placeHeld}
	case GroupClosed:
		return []place{placeClosed}
	case GroupPending:
		return []place{placeRegistered, placeInfo}
	case GroupAnswered:
		return []place{placeAnswered}
	case GroupEnded:
		return []place{placeEnded}
	case GroupMerged:
		return []place{placeMerged}
	}
	return nil
}

// figures count items by place; of those whose deadline runs they also say how many are past
// it and how many are near it.
type figures struct {
	at                                           [places]int
	lateWaiting, lateOpen, nearWaiting, nearOpen int
}

func (f *figures) add(g figures, sign int) {
	for i, n := range g.at {
		f.at[i] += sign * n
	}
	f.lateWaiting += sign * g.lateWaiting
	f.lateOpen += sign * g.lateOpen
	f.nearWaiting += sign * g.nearWaiting
	f.nearOpen += sign * g.nearOpen
}

func (f *figures) of(ps ...place) (n int) {
	for _, p := range ps {
		n += f.at[p]
	}
	return n
}

// all counts every item.
func (f *figures) all() (n int) {
	for _, x := range f.at {
		n += x
	}
	return n
}

// cell is the same as one row of a board table.
func (f *figures) cell(key string) Cell {
	c := Cell{Key: key,
		Overdue:  f.lateWaiting + f.lateOpen,
		Near:     f.nearWaiting + f.nearOpen,
		Running:  f.at[placeOpen] - f.lateOpen - f.nearOpen,
		Waiting:  f.at[placeWaiting] - f.lateWaiting - f.nearWaiting,
		Held:     f.at[placeHeld],
		Done:     f.of(placeRectified, placeVerifying, placePublicity),
		Standing: f.at[placeStanding],
		Closed:   f.at[placeClosed],
	}
	c.Total = c.Overdue + c.Near + c.Running + c.Waiting + c.Held + c.Done + c.Standing + c.Closed
	return c
}
