package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"xiaohao/events"
	"xiaohao/web/paper/ledger"
)

// Directory matches the names in ledgers to units of the directory.
type Directory struct {
	byName map[string]events.Unit
	all    []events.Unit
}

// NewDirectory makes a matcher of units; nil when there are none, so that names are taken
// as they are.
func NewDirectory(units []events.Unit) Units {
	if len(units) == 0 {
		return nil
	}
	d := &Directory{byName: map[string]events.Unit{}, all: units}
	for _, u := range units {
		d.byName[ledger.Sameness(u.Name)] = u
		d.byName[ledger.Sameness(u.ID)] = u
	}
	return d
}

// Match finds the unit of a name. The names most like one that is not there share at least
// half of its characters, at most three are given.
func (d *Directory) Match(name string) (events.Unit, []string) {
	key := ledger.Sameness(name)
	if u, ok := d.byName[key]; ok {
		return u, nil
	}
	type near struct {
		name  string
		share float64
	}
	var all []near
	for _, u := range d.all {
		if s := alike(key, ledger.Sameness(u.Name)); s >= 0.5 {
			all = append(all, near{u.Name, s})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int {
		if a.share > b.share {
			return -1
		}
		return 1
	})
	var like []string
	for _, n := range all[:min(len(all), 3)] {
		like = append(like, n.name)
	}
	return events.Unit{}, like
}

// Unknown is a name that the directory does not know.
type Unknown struct {
	Name string   `json:"name"`
	Like []string `json:"like"` // what it may mean
	Rows int      `json:"rows"` // that name it
}

// Zh says it to people.
func (u Unknown) Zh() string {
	text := fmt.Sprintf("单位目录里没有“%s”（%d 行）", u.Name, u.Rows)
	if len(u.Like) > 0 {
		text += "，是不是" + strings.Join(u.Like, "、")
	}
	return text + "。"
}

// unit finds the unit that a name means: the directory's own, else the one that people said;
// when there is none, the names most like it.
func (im Import) unit(name string) (u events.Unit, said bool, like []string) {
	if im.Units == nil {
		return u, false, nil
	}
	if u, like = im.Units.Match(name); u.IsZero() && im.Means[name] != "" {
		u, _ = im.Units.Match(im.Means[name])
		return u, !u.IsZero(), like
	}
	return u, false, like
}

// Goes says to which units names go: as they are written, with what people said that they mean.
func (im Import) Goes(names ...string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		if u, said, _ := im.unit(name); said {
			out[i] += " → " + u.Name
		}
	}
	return strings.Join(out, "、")
}

// names counts the rows that name each unit.
func (im Import) names() map[string]int {
	rows := map[string]int{}
	for _, it := range im.Read.Items {
		for _, name := range append([]string{it.LeadUnit}, it.CoUnits...) {
			if name != "" {
				rows[name]++
			}
		}
	}
	return rows
}

// Unknown lists the names of an import of which nobody knows what they mean, those of the most
// rows first. They are taken as they are.
func (im Import) Unknown() []Unknown {
	out := []Unknown{}
	if im.Units == nil {
		return out
	}
	for name, n := range im.names() {
		if known, _, like := im.unit(name); known.IsZero() {
			out = append(out, Unknown{name, like, n})
		}
	}
	slices.SortFunc(out, func(a, b Unknown) int { return cmp.Or(b.Rows-a.Rows, cmp.Compare(a.Name, b.Name)) })
	return out
}

// Said is a name that people said the meaning of.
type Said struct {
	Name string
	Unit string // name in the directory
	Rows int
}

// Said lists the names of an import that go by what people said, those of the most rows first.
func (im Import) Said() (out []Said) {
	for name, n := range im.names() {
		if u, said, _ := im.unit(name); said {
			out = append(out, Said{name, u.Name, n})
		}
	}
	slices.SortFunc(out, func(a, b Said) int { return cmp.Or(b.Rows-a.Rows, cmp.Compare(a.Name, b.Name)) })
	return out
}

// alike is the share of a's characters that b has, in order: 住建局 in 住房和城乡建设局 is 1.
func alike(a, b string) float64 {
	rest, n, hit := b, 0, 0
	for _, r := range a {
		n++
		if i := strings.IndexRune(rest, r); i >= 0 {
			rest = rest[i+len(string(r)):]
			hit++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(hit) / float64(n)
}
