package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
)

// Which revision of an item somebody saw last is kept in a cookie of that person's own
// browser, for the last items looked at, and nowhere else: nobody's reading is recorded.
//
//	looked = person '|' number ':' rev { '|' number ':' rev }     newest first
const lookedCookie = "looked"

// lookedItems is how many items a browser remembers; the cookie stays under 2 KB.
const lookedItems = 60

// looked is what a browser remembers of one person.
type looked struct {
	person string
	items  []string // number:rev
}

func readLooked(r *http.Request, a events.Actor) looked {
	l := looked{person: a.ID}
	c, err := r.Cookie(lookedCookie)
	if err != nil {
		return l
	}
	text, err := url.QueryUnescape(c.Value)
	if err != nil {
		return l
	}
	if parts := strings.Split(text, "|"); parts[0] == a.ID {
		l.items = parts[1:min(len(parts), lookedItems+1)]
	}
	return l
}

// rev is the revision of an item that was seen last, 0 when it was not seen here.
func (l looked) rev(number string) int {
	for _, x := range l.items {
		if n, rev, ok := strings.Cut(x, ":"); ok && n == number {
			seen, _ := strconv.Atoi(rev)
			return max(seen, 0)
		}
	}
	return 0
}

// saw remembers that an item was seen.
func (l looked) saw(w http.ResponseWriter, number string, rev int, secure bool) {
	items := slices.DeleteFunc(slices.Clone(l.items), func(x string) bool { return strings.HasPrefix(x, number+":") })
	items = append([]string{fmt.Sprintf("%s:%d", number, rev)}, items...)
	value := url.QueryEscape(strings.Join(append([]string{l.person}, items[:min(len(items), lookedItems)]...), "|"))
	http.SetCookie(w, &http.Cookie{Name: lookedCookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure, MaxAge: 90 * 24 * 3600})
}

// since are the entries after a revision, the newest first; that somebody looked at personal data
// is no news.
func since(es []projections.Entry, rev int) []projections.Entry {
	return slices.DeleteFunc(slices.Clone(es), func(e projections.Entry) bool { return e.Rev <= rev || events.QuietNamed(e.Type) })
}
