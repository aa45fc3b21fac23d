package main

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestOpenData releases one of two items and reads what programs read: feeds, the file of the
// year, both with an ETag; of the other there is no trace.
func TestOpenData(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "晚上没有公交车，张三说的。", "category": "民生", "area": "增口乡"}).Number
	hidden := s.raise(fields{"text": "另一件。", "category": "民生", "area": "密巷"}).Number
	for _, x := range []string{n, hidden} {
		s.do("clerk", x, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	}
	s.do("publisher", n, "draft_public_text", fields{"summary": "晚上没有公交车"})
	s.do("publisher2", n, "release", fields{"until": s.today()})
	s.settled()

	get := func(path string, header ...string) (int, string, http.Header) {
		t.Helper()
		a := s.call("", http.MethodGet, (&url.URL{Path: path}).EscapedPath(), nil, header...)
		status, body, h := a.Status, a.Body, a.Header
		for _, bad := range []string{"张三", "密巷", hidden} {
			if strings.Contains(body, bad) {
				t.Errorf("%s tells %s", path, bad)
			}
		}
		return status, body, h
	}
	year := strconv.Itoa(time.Now().Year())
	for _, path := range []string{"/feed/all.xml", "/feed/增口乡.xml", "/feed/民生.xml", "/open/" + year + ".csv", "/open/" + year + ".json"} {
		status, body, h := get(path)
		if status != http.StatusOK || !strings.Contains(body, "晚上没有公交车") {
			t.Errorf("%s: %d %s", path, status, body)
		}
		if again, _, _ := get(path, "If-None-Match", h.Get("ETag")); again != http.StatusNotModified {
			t.Errorf("%s with its ETag %s: %d", path, h.Get("ETag"), again)
		}
	}
	for _, path := range []string{"/feed/密巷.xml", "/feed/民生", "/open/1999.csv", "/open/" + year + ".exe"} {
		if status, _, _ := get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	_, body, _ := get("/open/" + year + ".csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	if status, body, _ := get("/p/" + rows[1][0] + "/feed.xml"); status != http.StatusOK || strings.Count(body, "<entry>") < 2 {
		t.Errorf("what happened to the item: %d %s", status, body)
	}
	public := "/p/" + rows[1][0]
	if s.sweep(); s.call("", http.MethodGet, public, nil).Status != http.StatusOK {
		t.Error("taken down on its last day")
	}
	if status, body, _ := get("/open"); status != http.StatusOK || !strings.Contains(body, year+".csv") {
		t.Errorf("/open: %d", status)
	}
	s.days(1)
	if s.sweep(); s.call("", http.MethodGet, public, nil).Status != http.StatusNotFound {
		t.Error("still public after its last day")
	}
	if _, body, _ := get("/feed/all.xml"); strings.Contains(body, "晚上没有公交车") {
		t.Error("still in the feed after its last day")
	}
}
