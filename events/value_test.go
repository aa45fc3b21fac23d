package events

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func mustDate(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseDate(t *testing.T) {
	for _, s := range []string{"2026-02-30", "2027-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-4-1", "20260401", "2026-11-30 ",
		"2026/11/30", "2026-11-30T00:00:00Z", "", "明天", "-026-11-30", "２０２６-11-30"} {
		if d, err := ParseDate(s); !errors.Is(err, ErrBadDate) {
			t.Errorf("ParseDate(%q) = %v, %v; want ErrBadDate", s, d, err)
		}
	}
	for _, s := range []string{"2026-11-30", "2028-02-29", "2000-02-29", "1990-01-01", "2100-12-31"} {
		if d := mustDate(t, s); d.String() != s {
			t.Errorf("%s is read as %s", s, d)
		}
	}
}

func TestDateArithmetic(t *testing.T) {
	for _, c := range []struct {
		from string
		days int
		want string
	}{
		{"2028-02-28", 1, "2028-02-29"}, {"2028-02-29", 1, "2028-03-01"}, {"2026-02-28", 1, "2026-03-01"},
		{"2026-01-31", 1, "2026-02-01"}, {"2026-01-31", 31, "2026-03-03"}, {"2026-12-31", 1, "2027-01-01"},
		{"2026-03-01", -1, "2026-02-28"}, {"2028-02-29", 366, "2029-03-01"}, {"2026-11-30", 0, "2026-11-30"}, {"2026-11-30", 365, "2027-11-30"},
	} {
		from, want := mustDate(t, c.from), mustDate(t, c.want)
		if got := from.AddDays(c.days); got != want {
			t.Errorf("%s + %d = %s, want %s", c.from, c.days, got, want)
		}
		if n := want.DaysSince(from); n != c.days {
			t.Errorf("%s since %s = %d, want %d", c.want, c.from, n, c.days)
		}
		if want.After(from) != (c.days > 0) || want.Before(from) != (c.days < 0) {
			t.Errorf("order of %s and %s", c.from, c.want)
		}
	}
}

// The day is Beijing's, whatever the machine's zone.
func TestDateOf(t *testing.T) {
	for s, want := range map[string]string{
		"2026-11-30T15:59:59Z": "2026-11-30", "2026-11-30T16:00:00Z": "2026-12-01", "2026-11-30T23:59:59+08:00": "2026-11-30",
		"2026-11-30T00:00:00-10:00": "2026-11-30",
	} {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		if got := DateOf(at).String(); got != want {
			t.Errorf("%s is %s in Beijing, want %s", s, got, want)
		}
	}
	d := NewDate(2026, time.November, 31)
	if d.String() != "2026-12-01" || d.Year() != 2026 || d.Month() != time.December || d.Day() != 1 || d.Weekday() != time.Tuesday {
		t.Errorf("31 November is %s, %s", d, d.Weekday())
	}
	if !d.Time().Equal(time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("the day starts at %s", d.Time())
	}
}

func TestDateText(t *testing.T) {
	type holder struct {
		D Date `json:"d,omitzero"`
	}
	for in, want := range map[string]string{`{"d":"2026-11-30"}`: `{"d":"2026-11-30"}`, `{"d":""}`: `{}`, `{}`: `{}`, `{"d":null}`: `{}`} {
		var h holder
		if err := json.Unmarshal([]byte(in), &h); err != nil {
			t.Fatal(err)
		}
		if out, err := json.Marshal(h); err != nil || string(out) != want {
			t.Errorf("%s → %s, %v", in, out, err)
		}
	}
	d := mustDate(t, "2026-11-30")
	if err := d.UnmarshalText([]byte("x")); !errors.Is(err, ErrBadDate) || d.String() != "2026-11-30" {
		t.Errorf("a bad text gives %v and leaves %s", err, d)
	}
	if (Date{}).String() != "" || !(Date{}).IsZero() {
		t.Error("the zero date is none")
	}
}

func TestZero(t *testing.T) {
	if !(Unit{}).IsZero() || (Unit{ID: "a"}).IsZero() || !(Leader{}).IsZero() || (Leader{Post: "p"}).IsZero() || !(Quantity{}).IsZero() || (Quantity{Total: 1}).IsZero() {
		t.Error("IsZero")
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2026-11-30", "2028-02-29", "2026-02-30", "0000-01-01", "", "9999-12-31"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		d, err := ParseDate(s)
		if err != nil {
			if !errors.Is(err, ErrBadDate) || !d.IsZero() {
				t.Fatalf("ParseDate(%q) = %v, %v", s, d, err)
			}
			return
		}
		if d.String() != s {
			t.Fatalf("%q is read as %s", s, d)
		}
		n %= 100_000
		e := d.AddDays(n)
		if e.DaysSince(d) != n || e.AddDays(-n) != d {
			t.Fatalf("%s + %d = %s, which is %d days later", d, n, e, e.DaysSince(d))
		}
	})
}
