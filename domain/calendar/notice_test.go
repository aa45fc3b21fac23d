package calendar

import (
	"errors"
	"strings"
	"testing"
)

func TestReadNotice(t *testing.T) {
	n, err := ReadNotice(strings.NewReader(`{"$schema":"x","year":2027,"papers":["p"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2026-12-27","isOffDay":false}]}`))
	if err != nil || n.Year != 2027 || len(n.Days) != 2 || n.Days[0].Date != date("2026-12-27") || n.Days[0].Off || !n.Days[1].Off || n.Papers[0] != "p" {
		t.Fatalf("%+v, %v", n, err)
	}
	for name, s := range map[string]string{
		"no JSON":        `year 2027`,
		"no year":        `{"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`,
		"not out yet":    `{"year":2027,"papers":[],"days":[]}`,
		"another year":   `{"year":2027,"days":[{"name":"元旦","date":"2028-01-01","isOffDay":true}]}`,
		"twice":          `{"year":2027,"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`,
		"no date":        `{"year":2027,"days":[{"name":"元旦","date":"2027-02-30","isOffDay":true}]}`,
		"no name":        `{"year":2027,"days":[{"date":"2027-01-01","isOffDay":true}]}`,
		"worked anyway":  `{"year":2027,"days":[{"name":"元旦","date":"2027-01-04","isOffDay":false}]}`,
		"a year of Rome": `{"year":27,"days":[]}`,
	} {
		if n, err := ReadNotice(strings.NewReader(s)); !errors.Is(err, ErrNotice) {
			t.Errorf("%s: read as %+v, %v", name, n, err)
		}
	}
}
