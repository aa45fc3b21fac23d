//go:build !race

// It asks thousands of pages, one after the other: `make test` runs it beside TestWalk.

package main

import (
	"fmt"
	"html"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A figure is a link with one number in its words.
var (
	linkAt    = regexp.MustCompile(`(?s)<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>`)
	smallText = regexp.MustCompile(`(?s)<small>.*?</small>|<span class="vh">.*?</span>|<nav class="pager".*?</nav>`)
	anyNumber = regexp.MustCompile(`\d+`)
	oneRow    = regexp.MustCompile(`<th scope="row"[^>]* class="ti"><a [^>]*href="(/items/[^"/]+)"`)
	nextPage  = regexp.MustCompile(`rel="next" href="([^"]*)"|class="pager"><a class="btn two" href="([^"]*)"`)
	rowsSaid  = regexp.MustCompile(`<caption>(\d+) 件，`)
	kpiTotals = regexp.MustCompile(`一共 (\d+) 行，合计 (\d+)。`)
	sumOf     = regexp.MustCompile(`(\d+) = ([^；。]+)[；。]`)
)

// ties opens pages as one person and compares each figure with the rows behind its link.
type ties struct {
	*site
	as      string
	listed  map[string]int // rows behind an address
	figures int
}

// links returns the figures of a page by where they lead. The same address may stand twice.
func links(body string) map[string][]int {
	out := map[string][]int{}
	for _, m := range linkAt.FindAllStringSubmatch(smallText.ReplaceAllString(body, ""), -1) {
		href, words := html.UnescapeString(m[1]), text(m[2])
		if ns := anyNumber.FindAllString(words, -1); len(ns) == 1 {
			n, _ := strconv.Atoi(ns[0])
			out[href] = append(out[href], n)
		}
	}
	return out
}

func (x *ties) open(path string) string {
	x.t.Helper()
	status, body := x.page(x.as, path)
	if status != 200 {
		x.t.Fatalf("%s as %s: %d", path, x.as, status)
	}
	return body
}

// rows counts what a list has, page by page, each item once.
func (x *ties) rows(path string) int {
	x.t.Helper()
	if n, ok := x.listed[path]; ok {
		return n
	}
	seen, n, said, at := map[string]bool{}, 0, -1, path
	ledger := strings.HasPrefix(path, "/items") // in the rates an item may count more than once
	if ledger && !strings.Contains(path, "size=") {
		at += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "size=100"
	}
	for at != "" {
		body := x.open(at)
		if m := rowsSaid.FindStringSubmatch(body); m != nil {
			said, _ = strconv.Atoi(m[1])
		}
		for _, m := range oneRow.FindAllStringSubmatch(body, -1) {
			if n++; ledger && seen[m[1]] {
				x.t.Errorf("%s as %s: %s stands in it twice", path, x.as, m[1])
			}
			seen[m[1]] = true
		}
		at = ""
		if m := nextPage.FindStringSubmatch(body); m != nil {
			at = html.UnescapeString(m[1] + m[2])
		}
	}
	if said >= 0 && said != n {
		x.t.Errorf("%s as %s says %d and has %d rows", path, x.as, said, n)
	}
	x.listed[path] = n
	return n
}

// check compares every figure of one page, and its sums.
func (x *ties) check(path string) {
	x.t.Helper()
	body := x.open(path)
	for href, ns := range links(body) {
		for _, n := range ns {
			x.compare(path, body, href, n)
		}
	}
	for _, m := range sumOf.FindAllStringSubmatch(html.UnescapeString(text(body)), -1) {
		want, _ := strconv.Atoi(m[1])
		sum, parts := 0, strings.SplitN(m[2], "，", 2)[0]
		for _, n := range anyNumber.FindAllString(parts, -1) {
			k, _ := strconv.Atoi(n)
			sum += k
		}
		if sum != want {
			x.t.Errorf("%s as %s: %q does not add up", path, x.as, m[0])
		}
	}
}

func (x *ties) compare(path, body, href string, n int) {
	x.t.Helper()
	got := -1
	switch {
	case strings.HasPrefix(href, "#"):
		got = under(body, href[1:])
		if more := regexp.MustCompile(`id="` + href[1:] + `"[^\n]*<a href="(/items\?[^"]*)">看全部`).FindStringSubmatch(body); more != nil {
			got = x.rows(html.UnescapeString(more[1]))
		}
	case strings.HasPrefix(href, "/desk?queue="):
		q, _ := url.Parse(href)
		got = x.rows("/items?queue=" + q.Query().Get("queue"))
		if m := regexp.MustCompile(`<h2 id="d1">\D* (\d+)</h2>`).FindStringSubmatch(x.open(href)); m == nil || m[1] != strconv.Itoa(n) {
			x.t.Errorf("%s as %s: %s is %d, the queue's own page says %v", path, x.as, href, n, m)
		}
	case strings.HasPrefix(href, "/board/kpi/rows?"):
		if m := kpiTotals.FindStringSubmatch(text(x.open(href))); m != nil {
			got, _ = strconv.Atoi(m[2])
			if all, _ := strconv.Atoi(m[1]); all != x.rows(href) {
				x.t.Errorf("%s as %s says %d rows and has %d", href, x.as, all, x.rows(href))
			}
		}
	case href == "/items" || strings.HasPrefix(href, "/items?"):
		if strings.Contains(href, "size=") {
			return // how many stand on one page
		}
		got = x.rows(href)
	default:
		return
	}
	x.figures++
	if got != n {
		x.t.Errorf("%s as %s: %s says %d, behind it are %d rows", path, x.as, href, n, got)
	}
}

// under counts the rows of the part of a page that an anchor names.
func under(body, id string) int {
	at := strings.Index(body, `id="`+id+`"`)
	if at < 0 {
		return -1
	}
	part := body[at:]
	for _, end := range []string{"</tbody>", "</section>"} {
		if i := strings.Index(part, end); i >= 0 {
			part = part[:min(len(part), i)]
		}
	}
	if n := strings.Count(part, `class="ti"`); n > 0 {
		return n
	}
	return strings.Count(part, "<li>")
}

// TestFiguresTie: over lives that nobody wrote down, each number with a link on the desk, a
// unit's page, a leader's, the board, the wall, the rates and the ledger is exactly the
// rows behind the link, whoever looks, and sums add up.
func TestFiguresTie(t *testing.T) {
	seeds := uint64(1)
	if os.Getenv("XIAOHAO_SOAK") != "" {
		seeds = 8
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := newSite(t)
			l := newRandomLives(t, s, seed)
			l.play(130, 25)
			t.Logf("came to a state: %v", l.now)
			for _, st := range []string{"IN_PROGRESS", "RECTIFIED", "UNDER_VERIFICATION", "CLOSED"} {
				if s.total("clerk", "state="+st) == 0 {
					t.Errorf("no life is at %s: nothing is shown", st)
				}
			}
			if s.total("clerk", "queue=TODAY") == 0 {
				t.Error("nothing lies with the office that is due: its figure is not shown")
			}
			unit := l.units[0].ID
			board := []string{"/board", "/board?areas=1", "/board?preset=COUNTY_LEDGER", "/board?campaign=" + url.QueryEscape("边查边改"), "/board?leader=l-one", "/board?unit=" + url.QueryEscape(l.units[1].ID) + "&areas=1",
				"/board/wall", "/board/kpi", "/board/kpi?by=raised"}
			ledger := []string{"/items", "/items?group=OPEN", "/items?state=OVERDUE&mode=TIME_LIMITED", "/items?q=" + url.QueryEscape("河道"), "/items?q=" + url.QueryEscape("公交车 解决"), "/items?q=2026-00001",
				"/items?q=" + url.QueryEscape("路灯") + "&state=IN_PROGRESS", "/items?q=" + url.QueryEscape("垃圾") + "&area=" + url.QueryEscape("前黄镇"), "/items?category=" + url.QueryEscape("民生") + "&unit=" + url.QueryEscape(unit)}
			for as, pages := range map[string][]string{
				"clerk":                              append(append([]string{"/desk"}, board...), ledger...),
				"supervisor":                         append(append([]string{"/desk", "/supervision"}, board[:2]...), ledger...),
				staff(unit, "HANDLER"):               append(append([]string{"/unit"}, "/board", "/board/kpi"), ledger...),
				staff(unit, "UNIT_HEAD"):             {"/unit", "/board?areas=1", "/items"},
				staff(l.units[2].ID, "UNIT_LIAISON"): {"/unit", "/items?lead=1&unit=" + url.QueryEscape(l.units[2].ID)},
				"leader|l-one|区领导甲":                  append(append([]string{"/leader"}, "/board", "/board/wall"), ledger...),
				"leader|l-two|区领导乙":                  {"/leader", "/board?leader=l-two"},
				"publisher":                          {"/desk", "/items"},
			} {
				x := &ties{site: s, as: as, listed: map[string]int{}}
				for _, p := range pages {
					x.check(p)
				}
				if x.figures == 0 {
					t.Errorf("%s finds no figure", as)
				}
				t.Logf("%s: %d figures, %d lists", as, x.figures, len(x.listed))
			}
		})
	}
}
