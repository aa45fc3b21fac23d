package calendar

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

func ical(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n" +
		strings.Join(events, "END:VEVENT\r\nBEGIN:VEVENT\r\n") + "END:VEVENT\r\nEND:VCALENDAR\r\n"
}

func TestReadICal(t *testing.T) {
	got, err := Read(ical(
		"DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270104\r\nSUMMARY:元旦(休)\r\n",
		"SUMMARY:元旦 补\r\n 班\r\nDTSTART;VALUE=DATE:20270109\r\n",
		"DTSTART;VALUE=DATE:20270214\r\nSUMMARY:情人节\r\n"))
	want := []events.Notice{{Year: 2027, Days: []events.NoticeDay{{Date: date("2027-01-01"), Name: "元旦", Off: true}, {Date: date("2027-01-02"), Name: "元旦", Off: true},
		{Date: date("2027-01-03"), Name: "元旦", Off: true}, {Date: date("2027-01-09"), Name: "元旦"}}}}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b events.Date) bool { return a == b })); err != nil || diff != "" {
		t.Error(diff, err)
	}
	for name, s := range map[string]string{
		"nothing of use": ical("DTSTART;VALUE=DATE:20270214\r\nSUMMARY:情人节\r\n"),
		"no day":         ical("DTSTART;VALUE=DATE:20271301\r\nSUMMARY:元旦(休)\r\n"),
		"backwards":      ical("DTSTART;VALUE=DATE:20270104\r\nDTEND;VALUE=DATE:20270101\r\nSUMMARY:元旦(休)\r\n"),
		"half a year":    ical("DTSTART;VALUE=DATE:20270104\r\nDTEND;VALUE=DATE:20270701\r\nSUMMARY:暑假放假\r\n"),
	} {
		if got, err := Read(s); !errors.Is(err, ErrNotice) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// What anybody sends must be refused, never more than that.
func FuzzRead(f *testing.F) {
	f.Add(ical("DTSTART;VALUE=DATE:20270101\r\nSUMMARY:元旦(休)\r\n"))
	f.Add(`{"year":2027,"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Read(s)
		if (err == nil) == (len(got) == 0) {
			t.Fatalf("%d notices, %v", len(got), err)
		}
		for _, n := range got {
			if _, err := tidy(n); err != nil {
				t.Fatal(err)
			}
		}
	})
}
