package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/png"

	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaohao/domain/rights"
	"xiaohao/events"
)

// The units of the walk: handling works on all three items, blamed is whom the 举报 is about,
// and other has nothing to do with any of them.
const (
	handling = "区走访标甲局"
	blamed   = "区走访标乙局"
	other    = "区走访标丙局"
)

// walkers are the people who walk: every role, and those about whom the 举报 is.
func walkers() map[string]events.Role {
	out := map[string]events.Role{"": events.Petitioner, "clerk": events.Dispatcher, "clerk2": events.Dispatcher, "intake": events.Intake, "publisher": events.Publisher,
		"supervisor": events.Supervisor, "witness": events.Witness, "auditor": events.Auditor, "sysadmin": events.SystemAdmin, "secadmin": events.SecurityAdmin,
		"auditadmin": events.AuditAdmin, "leader|l-linked|区领导甲": events.LeaderRole, "leader|l-other|区领导乙": events.LeaderRole, staff(other, "SECTOR_AUTHORITY"): events.SectorAuthority}
	for _, u := range []string{handling, blamed, other} {
		roles := []events.Role{events.Handler, events.UnitHead}
		if u == blamed {
			roles = rights.UnitStaff
		}
		for _, r := range roles {
			out[staff(u, string(r))] = r
		}
	}
	return out
}

// walked is an item of the walk and the words that give it away.
type walked struct {
	number, public, object string
	traces                 []string // of the case
	person                 []string // of who asked
}

// walk is one town and the three items in it that are kept from some eyes.
type walk struct {
	*site
	hidden, confidential, conduct walked
}

func newWalk(t *testing.T) *walk {
	w := &walk{site: newSite(t)}
	w.hidden = w.item("幽径灯坏了", "幽径路灯修复", "幽径村", fields{}, fields{})
	w.confidential = w.item("暗渠井盖丢了", "暗渠井盖补齐", "暗渠村", fields{"confidential": true, "name": "欧阳秘之", "phone": "13912345678", "place": "密巷七号"}, fields{})
	return w
}

// item raises one, accepts it, links a leader, gives it to the handling unit and hands in a
// photo.
func (w *walk) item(text, title, area string, raise, accept fields) walked {
	w.t.Helper()
	f := fields{"text": text, "area": area, "name": "司马名之", "phone": "13700001111"}
	maps.Copy(f, raise)
	a := w.raise(f)
	g := fields{"title": title, "category": "民生", "mode": "IMMEDIATE"}
	maps.Copy(g, accept)
	w.do("clerk", a.Number, "accept", g)
	w.do("clerk", a.Number, "link_leader", fields{"leader": fields{"id": "l-linked", "post": "区领导甲"}})
	w.do("clerk", a.Number, "assign", fields{"units": []fields{{"unit": handling, "part": "LEAD", "task": title + "的活"}}})
	w.do(staff(handling, "HANDLER"), a.Number, "sign", nil)
	w.photo(a.Number, title+"照片", title+"照片.png")
	return walked{a.Number, a.PublicID, w.objectOf(a.Number), []string{text, title, area}, []string{f["name"].(string), f["phone"].(string)}}
}

// objectOf names the file of the first evidence of an item.
func (w *walk) objectOf(number string) string {
	w.t.Helper()
	var out struct {
		Detail struct {
			Evidence []struct {
				File struct{ Object string } `json:"file"`
			} `json:"evidence"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(w.call("clerk", "GET", "/api/v1/items/"+number, nil).Body), &out); err != nil || len(out.Detail.Evidence) == 0 || out.Detail.Evidence[0].File.Object == "" {
		w.t.Fatalf("no photo of %s: %v", number, err)
	}
	return out.Detail.Evidence[0].File.Object
}

// photo hands in a picture of one pixel.
func (w *walk) photo(number, title, file string) {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range map[string]string{"title": title, "kind": "RESULT"} {
		if err := m.WriteField(k, v); err != nil {
			w.t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile("file", file)
	if err == nil {
		_, err = part.Write(pixel(title))
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	a := w.call(staff(handling, "HANDLER"), "POST", "/api/v1/items/"+number+"/record_evidence", b.String(), "Content-Type", m.FormDataContentType())
	if a.Status != http.StatusOK {
		w.t.Fatalf("photo of %s: %d %s", number, a.Status, a.Body)
	}
	w.settled()
}

// pixel is a small picture, another one for each title.
func pixel(title string) []byte {
	sum := sha256.Sum256([]byte(title))
	p := image.NewRGBA(image.Rect(0, 0, 4, 2))
	copy(p.Pix, sum[:])
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// addresses fills the pattern of every GET with what leads to the items.
func (w *walk) addresses(xs ...walked) []string {
	var out []string
	fill := map[string][]string{"number": nil, "object": nil, "id": nil, "name": {"all.xml", "民生.xml"}, "file": {"2026.csv", "2026.json"}, "command": {"assign", "report_progress", "close", "reveal"}}
	for _, x := range xs {
		fill["number"], fill["object"], fill["id"] = append(fill["number"], x.number), append(fill["object"], x.object), append(fill["id"], x.public)
	}
	name := regexp.MustCompile(`\{(\w+)(\.\.\.)?\}`)
	for _, pattern := range w.web.Routes() {
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodGet || path == "/live" {
			continue
		}
		paths := []string{strings.ReplaceAll(path, "{$}", "")}
		for strings.Contains(paths[0], "{") {
			m := name.FindStringSubmatch(paths[0])
			values, ok := fill[m[1]]
			if !ok {
				values = []string{"1"} // of something else than items
			}
			var next []string
			for _, p := range paths {
				for _, v := range values {
					next = append(next, strings.Replace(p, m[0], url.PathEscape(v), 1))
				}
			}
			paths = next
		}
		out = append(out, paths...)
	}
	out = append(out, "/reports/month?as_of="+w.today(), "/reports/units?as_of="+w.today())
	for _, q := range []string{"q=%E6%A0%87%E8%AE%B0", "unit=" + url.QueryEscape(handling), "class=CONDUCT", "group=OPEN", "lead=1&unit=*", "size=100", "queue=OPEN", "lamp=CALM"} {
		out = append(out, "/items?"+q, "/api/v1/items?"+q)
	}
	return append(out, "/board?unit="+url.QueryEscape(handling), "/board?leader=l-linked", "/api/v1/board?leader=l-linked", "/admin/audit?who=office.clerk", "/admin/audit?kind=PERSONAL", "/admin/audit?item="+xs[len(xs)-1].number, "/admin/audit?unit="+url.QueryEscape(handling),
		"/items/QG-2026-999999",
		"/echo?q="+url.QueryEscape("举报"), "/no/such/page", "/api/v1/no/such")
}

// changing is what of an answer changes by itself: ids of requests and commands, sequences,
// times.
var changing = regexp.MustCompile(`urn:xiaohao:request:\w+|这一次的编号：<b>\w+</b>|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|data-live="\d+"|"as_of":\d+|第 \d+ 号记录，校验 \w+|第 \d+ 号记录|\d\d:\d\d(:\d\d)?|name="seen" value="\d+"|name="draw" value="\w+"|name="opened" value="\d+"|第 \d+ 条`)

func steady(body string) string { return changing.ReplaceAllString(body, "~") }

// files asks for every file as every role: what is not on the page is not in the file.
func (w *walk) files(t *testing.T, people map[string]events.Role, blind func(string) bool) {
	for as := range people {
		never := []string{w.hidden.person[1], w.confidential.person[1], w.conduct.person[1]}
		if blind(as) {
			never = append(never, append(w.conduct.traces, w.conduct.number, "作风暗号")...)
		}
		files := map[string]string{"/admin/audit/export": "format=csv", "/reports/month": "as_of=" + w.today() + "&format=html"}
		for _, l := range []string{"L1", "L2", "L3", "L4", "L5"} {
			files["/items/export?"+l] = "format=csv&ledger=" + l
		}
		for _, x := range []walked{w.hidden, w.confidential, w.conduct} {
			files["/items/"+x.number+"/print/assignment"] = "format=docx"
			files["/api/v1/items/"+x.number+"/case"] = ""
		}
		for path, form := range files {
			a := w.call(as, "POST", path, form, "Content-Type", "application/x-www-form-urlencoded")
			for _, trace := range never {
				if strings.Contains(a.Body, trace) && !strings.Contains(path, trace) {
					t.Errorf("%s as %q: %d has %q", path, as, a.Status, trace)
				}
			}
			if a.Status >= 500 {
				t.Errorf("%s as %q: %d %s", path, as, a.Status, a.Body)
			}
		}
	}
}

// same holds that an address with one number answers as with the other.
func same(t *testing.T, s *site, as, method, path, number, absent string, body any) {
	t.Helper()
	a := s.call(as, method, strings.Replace(path, "/N", "/"+number, 1), body)
	b := s.call(as, method, strings.Replace(path, "/N", "/"+absent, 1), body)
	x, y := strings.ReplaceAll(steady(a.Body), number, "N"), strings.ReplaceAll(steady(b.Body), absent, "N")
	if a.Status != b.Status || x != y {
		t.Errorf("%s %s as %q: %d and %d:\n%s", method, path, as, a.Status, b.Status, firstDifference(x, y))
	}
}

func (w *walk) median(as, path string) time.Duration {
	var took []time.Duration
	for range 15 {
		began := time.Now()
		w.call(as, "GET", path, nil)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// firstDifference shows where two texts part.
func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	around := func(s string) string {
		return strings.ToValidUTF8(s[max(0, min(i, len(s))-80):min(len(s), i+160)], "")
	}
	return fmt.Sprintf("was %s\nis  %s", around(a), around(b))
}

// TestLiveTellsNoItem listens to what live pages hear: how far the rows are, and no item. A
// unit cannot listen to an item that it does not see.
func TestLiveTellsNoItem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "晚上没有公交车", "category": "民生"})
	s.settled()
	as := staff(handling, "HANDLER")
	if a := s.call(as, "GET", "/live?from=0&item="+n.Number, nil); a.Status != http.StatusNotFound {
		t.Errorf("an item that the unit does not see: %d", a.Status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/live?from=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "act", Value: url.QueryEscape(as)})
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	s.do("clerk", n.Number, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if !regexp.MustCompile(`^\{"sequence":\d+\}$`).MatchString(data) {
			t.Errorf("it tells %s", data)
		}
		return
	}
	t.Error("it tells nothing")
}
