package seal

import (
	"fmt"

	"xiaohao/events"
)

// Commit seals every pending field of c with the key of c's item, which is asked for only
// if there is one. Fields sealed before stay as they are. c is changed only on success,
// and gets a new list of facts: the caller's own is not touched.
func Commit(c *events.Commit, key func() (Key, error)) error {
	out := make([]events.Event, len(c.Events))
	for i, e := range c.Events {
		sealed, err := events.MapSealed(e, func(field string, s events.Sealed) (events.Sealed, error) {
			if !s.Pending() {
				return s, nil
			}
			k, err := key()
			if err != nil {
				return s, err
			}
			at := fmt.Sprintf("%s/%d/%s", c.CommandID, i, field)
			box := events.Sealed{Key: c.Item.String(), At: at}
			box.Box, err = Box(k, []byte(s.Plain()), bound(box))
			return box, err
		})
		if err != nil {
			return fmt.Errorf("seal fact %d of item %s: %w", i, c.Item, err)
		}
		out[i] = sealed
	}
	c.Events = out
	return nil
}

// Open returns the text of a sealed field, or ErrTampered.
func Open(s events.Sealed, key Key) (string, error) {
	text, err := Unbox(key, s.Box, bound(s))
	return string(text), err
}

func bound(s events.Sealed) string { return s.Key + "|" + s.At }

// Blob is what a blob of an item is bound to, apart from every field.
func Blob(item, bound string) string { return "blob:" + item + "|" + bound }
