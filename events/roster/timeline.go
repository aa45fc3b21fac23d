package roster

import (
	"slices"

	"xiaohao/events"
)

// dated is a value that holds from a day on, until the next one does.
type dated[T any] struct {
	from  events.Date
	value T
}

// timeline is what something was over time, by day.
type timeline[T any] []dated[T]

// with returns the timeline with a value from a day on. What was said before of the same day
// is replaced; what holds from a later day stays. The receiver is not changed.
func (t timeline[T]) with(from events.Date, v T) timeline[T] {
	i, same := slices.BinarySearchFunc(t, from, func(d dated[T], day events.Date) int { return compare(d.from, day) })
	out := slices.Clone(t)
	if same {
		out[i].value = v
		return out
	}
	return slices.Insert(out, i, dated[T]{from, v})
}

// on returns the value of a day. Before the first one it is the first: a thing has some name
// on every day it is asked about.
func (t timeline[T]) on(day events.Date) (v T) {
	if len(t) == 0 {
		return v
	}
	v = t[0].value
	for _, d := range t[1:] {
		if d.from.After(day) {
			break
		}
		v = d.value
	}
	return v
}

// last returns the value in the end.
func (t timeline[T]) last() (v T) {
	if len(t) > 0 {
		v = t[len(t)-1].value
	}
	return v
}

// compare orders days; none comes first.
func compare(a, b events.Date) int {
	switch {
	case a == b:
		return 0
	case a.IsZero() || !b.IsZero() && a.Before(b):
		return -1
	}
	return 1
}
