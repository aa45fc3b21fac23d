package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

var (
	someone    = regexp.MustCompile(`张三丰|13812345678|李四|13900001111|王五|059512345678`)
	hiddenID   = regexp.MustCompile(`name="id" value="([^"]+)"`)
	hiddenSeen = regexp.MustCompile(`name="seen" value="([^"]+)"`)
	hrefs      = regexp.MustCompile(`<a href="(/items\?[^"]*)"[^>]*>(?:<span>[^<]*</span><b>)?(\d+)`)
	totals     = regexp.MustCompile(`<caption>(\d+) 件`)
)

func unescape(s string) string {
	return strings.NewReplacer("&amp;", "&", "&#43;", "+", "&#39;", "'", "&quot;", `"`).Replace(s)
}

// TestStaffPages opens every staff page over a town with an item in every state.
func TestStaffPages(t *testing.T) {
	x := newSite(t)
	n := x.town()
	leader := "leader|l1|区分管领导（农业农村）"

	t.Run("every page for everybody", func(t *testing.T) {
		people := []string{leader, of("区民政局", events.UnitHead), of("区交通运输局", events.UnitLiaison)}
		people = append(people, officeOrder[:slices.Index(officeOrder, "auditor")]...)
		for _, as := range people {
			for _, path := range []string{"/items", "/board", "/items?queue=OPEN&unit=*", "/items?group=BASE&new_in=2026-10-05"} {
				balanced(t, as+path, x.get(as, path))
			}
			for key, number := range n {
				status, page, _ := x.ask(as, "GET", "/items/"+number, nil)
				all := slices.Contains([]string{"clerk", "clerk2", "checker", "closer", "supervisor"}, as)
				if status == 404 && (strings.HasPrefix(as, "unit|") || key == "conduct" && !all) { // does not exist for them
					continue
				}
				if status != 200 {
					t.Fatalf("%s for %s: %d", key, as, status)
				}
				balanced(t, as+key, page)
				if m := someone.FindString(page); m != "" {
					t.Errorf("item page %s for %s shows %q in full", key, as, m)
				}
			}
		}
		for as, path := range map[string]string{"clerk": "/desk", leader: "/leader", of("区交通运输局", events.UnitLiaison): "/unit"} {
			balanced(t, path, x.get(as, path))
		}
	})
	t.Run("every form", func(t *testing.T) {
		for _, sp := range domain.Specs() {
			if sp.Starts {
				continue
			}
			if strings.HasSuffix(sp.Name, "_photo") {
				continue // each photo has a page of its own
			}
			page := x.get("clerk", "/items/"+n["river"]+"/"+sp.Name)
			balanced(t, sp.Name, page)
		}
	})
	t.Run("every number of the board opens its rows", func(t *testing.T) {
		for as, least := range map[string]int{"clerk": 40, of("区交通运输局", events.UnitLiaison): 5, leader: 40} {
			links := hrefs.FindAllStringSubmatch(x.get(as, "/board"), -1)
			if len(links) < least {
				t.Fatalf("board of %s has only %d linked numbers", as, len(links))
			}
			seen := map[string]bool{}
			for _, m := range links {
				if seen[m[0]] {
					continue
				}
				seen[m[0]] = true
				list := x.get(as, unescape(m[1]))
				got := "0"
				if c := totals.FindStringSubmatch(list); c != nil {
					got = c[1]
				}
				if strings.Contains(list, "没有用上") {
					t.Errorf("%s: the ledger does not know all of it", m[1])
				}
				if got != m[2] {
					t.Errorf("board of %s says %s, %s lists %s", as, m[2], unescape(m[1]), got)
				}
			}
		}
	})
	t.Run("views count what they list", func(t *testing.T) {
		view := regexp.MustCompile(`<a href="(/items[^"]*)"[^>]*>[^<]* <span class="sub">(\d+)`)
		for _, as := range []string{"clerk", of("区交通运输局", events.UnitLiaison)} {
			for _, m := range view.FindAllStringSubmatch(x.get(as, "/items"), -1) {
				got := "0"
				if c := totals.FindStringSubmatch(x.get(as, unescape(m[1]))); c != nil {
					got = c[1]
				}
				if got != m[2] {
					t.Errorf("view %s says %s and lists %s", m[1], m[2], got)
				}
			}
		}
	})
	t.Run("the unit complained of sees nothing, nor does one that does not handle it", func(t *testing.T) {
		for _, as := range []string{of("区民政局", events.UnitHead), of("区交通运输局", events.UnitLiaison)} {
			for _, path := range []string{"/items/" + n["conduct"], "/items/" + n["conduct"] + "/report_progress", "/api/v1/items/" + n["conduct"], "/api/v1/items/" + n["conduct"] + "/timeline"} {
				if status, _, _ := x.ask(as, "GET", path, nil); status != http.StatusNotFound {
					t.Errorf("GET %s: %d", path, status)
				}
			}
			if strings.Contains(x.get(as, "/items"), n["conduct"]) || strings.Contains(x.get(as, "/api/v1/items"), n["conduct"]) {
				t.Error("the list names it")
			}
		}
	})
	t.Run("a confidential person is not shown to units", func(t *testing.T) {
		unit, clerk := x.get(of("区农林水局", events.Handler), "/items/"+n["river"]), x.get("clerk", "/items/"+n["river"])
		if strings.Contains(unit, "139****1111") || strings.Contains(unit, "李某") || !strings.Contains(unit, "138****5678") {
			t.Error("unit staff see the wrong contacts")
		}
		if !strings.Contains(clerk, "李某 139****1111") || !strings.Contains(clerk, "并入 2 条意见") {
			t.Error("the office does not see the masked contact")
		}
	})
	t.Run("seal only when struck off", func(t *testing.T) {
		for key, number := range n {
			page := x.get("clerk", "/items/"+number)
			if got, want := strings.Contains(page, `class="stamp"`), key == "late"; got != want {
				t.Errorf("%s: stamp is %v", key, got)
			}
		}
		if !strings.Contains(x.get("clerk", "/items/"+n["late"]), "晚 5 天") {
			t.Error("late is not said")
		}
	})
	t.Run("unknown filters are said", func(t *testing.T) {
		page := x.get("clerk", "/items?state=FOO&mode=BAR&due=2026-02-30&lamp=X&queue=Y&after=%21&size=9999")
		for _, w := range []string{"“FOO”", "“BAR”", "“2026-02-30”", "“X”", "“Y”", "翻页的位置", "“9999”"} {
			if !strings.Contains(page, w) {
				t.Errorf("page does not say %s", w)
			}
		}
	})
	t.Run("timeline by kind", func(t *testing.T) {
		page := x.get("clerk", "/items/"+n["river"]+"?k=pub")
		if strings.Contains(page, `<li class="int"`) || !strings.Contains(page, `<li class="pub"`) {
			t.Error("k=pub shows others")
		}
	})
	t.Run("strangers", func(t *testing.T) {
		for _, path := range []string{"/items", "/items/" + n["river"], "/desk", "/board", "/api/v1/items", "/api/v1/board"} {
			if status, _, _ := x.ask("", "GET", path, nil); status != http.StatusForbidden {
				t.Errorf("GET %s without staff: %d", path, status)
			}
		}
	})
	t.Run("forms", func(t *testing.T) { testForms(t, x, n) })
	t.Run("api", func(t *testing.T) { testAPI(t, x, n) })
}

// hidden reads command id and revision off a form.
func hidden(t *testing.T, page string) url.Values {
	t.Helper()
	id, seen := hiddenID.FindStringSubmatch(page), hiddenSeen.FindStringSubmatch(page)
	if id == nil || seen == nil {
		t.Fatal("form has no id or revision")
	}
	return url.Values{"id": {id[1]}, "seen": {seen[1]}}
}

func testForms(t *testing.T, x *site, n map[string]string) {
	path := "/items/" + n["waiting"] + "/assign"
	form := hidden(t, x.get("clerk", path))
	form.Set("units.0.part", "LEAD")
	form.Set("units.0.unit", "区委办公室")
	form.Set("units.0.due", "2026-02-30")
	form.Set("units.1.part", "CO")
	form.Set("units.1.task", "帮着看")
	form.Set("back", "/desk")

	status, page, _ := x.post("clerk", path, with(form, "add", "units"))
	if status != http.StatusOK || !strings.Contains(page, `name="units.2.unit"`) || !strings.Contains(page, "区委办公室") {
		t.Errorf("one more row: %d", status)
	}
	status, page, _ = x.post("clerk", path, form)
	for _, w := range []string{"日历上没有 2026-02-30 这一天", `href="#f-units-0-due"`, `id="f-units-0-due"`, `href="#f-units-1-unit"`, "帮着看", `value="2026-02-30"`, `aria-invalid="true"`} {
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, w) {
			t.Errorf("refusal (%d) does not have %s", status, w)
		}
	}
	balanced(t, "refused", page)

	form.Set("units.0.due", "")
	form.Del("units.1.task")
	x.do("clerk", n["waiting"], "link_leader", js{"leader": "县长"})
	status, page, _ = x.post("clerk", path, form)
	if status != http.StatusConflict || !strings.Contains(page, "仍然交上去") || !strings.Contains(page, "区委办公室") || !strings.Contains(page, "现在的情况") {
		t.Fatalf("overtaken: %d", status)
	}
	balanced(t, "overtaken", page)
	form.Set("seen", hidden(t, page).Get("seen"))
	for range 2 { // sent twice, done once
		status, _, h := x.post("clerk", path, form)
		if status != http.StatusSeeOther || !strings.HasPrefix(h.Get("Location"), "/desk?done=assign") {
			t.Fatalf("assign: %d to %s", status, h.Get("Location"))
		}
	}
	if page := x.get("clerk", "/desk?done=assign&n="+n["waiting"]); !strings.Contains(page, "已交办："+n["waiting"]) {
		t.Error("the desk does not say what was done")
	}
	status, page, _ = x.post("clerk", path, form)
	if status != http.StatusSeeOther {
		t.Errorf("third time: %d %s", status, page)
	}
	status, page, _ = x.post("clerk", path, with(form, "id", uuid.NewString(), "seen", "0"))
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "不能交办") {
		t.Errorf("assigned twice: %d", status)
	}
	if status, _, h := x.post("clerk", "/items/"+n["waiting"]+"/link_leader", url.Values{"leader": {"书记"}, "back": {"//evil.example/"}}); status != 303 || strings.Contains(h.Get("Location"), "evil") {
		t.Errorf("leads away: %d %s", status, h.Get("Location"))
	}
	if status, _, _ := x.post("clerk", "/items/"+n["waiting"]+"/link_leader", url.Values{"leader": {"x"}, "id": {"no uuid"}}); status != http.StatusBadRequest {
		t.Errorf("bad command id: %d", status)
	}
	// A merged number goes nowhere, but back.
	a, b := x.raise("", js{"text": "路灯不亮"}), x.raise("", js{"text": "路灯又不亮"})
	if status, page, _ := x.post("clerk", "/items/"+a+"/merge", url.Values{"into": {"QG-2026-999999"}, "basis": {"同一处"}}); status != 422 || !strings.Contains(page, `href="#f-into"`) {
		t.Errorf("merge into nothing: %d", status)
	}
	if status, _, _ := x.post("clerk", "/items/"+a+"/merge", url.Values{"into": {strings.ToLower(b)}, "basis": {"同一处"}}); status != 303 {
		t.Errorf("merge: %d", status)
	}
	if status, page, _ := x.post("clerk", "/items/"+a+"/accept", url.Values{}); status != http.StatusConflict || !strings.Contains(page, "/items/"+b) {
		t.Errorf("command on a merged number: %d", status)
	}
	if page := x.get("clerk", "/items/"+a); !strings.Contains(page, "已并入 "+b) {
		t.Error("merged item does not lead on")
	}
	if status, _, _ := x.post("clerk", "/items/"+a+"/unmerge", url.Values{}); status != 303 || !strings.Contains(x.get("clerk", "/items/"+a), "待受理") {
		t.Errorf("merge taken back: %d", status)
	}
}

func testAPI(t *testing.T, x *site, n map[string]string) {
	for _, path := range []string{"/api/v1/items", "/api/v1/items?lamp=OVERDUE", "/api/v1/items/" + n["publicity"], "/api/v1/items/" + n["river"], "/api/v1/items/" + n["river"] + "/timeline", "/api/v1/board",
		"/api/v1/commands", "/api/v1/status", "/api/v1/openapi.json"} {
		body := x.get("clerk", path)
		if !json.Valid([]byte(body)) {
			t.Errorf("%s is not JSON", path)
		}
		if m := someone.FindString(body); m != "" || strings.Contains(body, `"box"`) {
			t.Errorf("%s has personal data: %q", path, m)
		}
	}
	if body := x.get("clerk", "/api/v1/items/"+n["river"]); !strings.Contains(body, "坝头溪流域河道淤积造成水流堵塞") {
		t.Error("staff do not get the words")
	}
	key := uuid.NewString()
	status, first := x.api("", "/api/v1/items", js{"text": "没有水"}, "Idempotency-Key", key)
	if status != http.StatusCreated || first["code"] == "" || first["number"] == "" {
		t.Fatalf("raise: %d %v", status, first)
	}
	status, again := x.api("", "/api/v1/items", js{"text": "没有水"}, "Idempotency-Key", key)
	if status != http.StatusOK || again["number"] != first["number"] || again["repeated"] != true || again["code"] != "" {
		t.Errorf("raised again: %d %v", status, again)
	}
	x.settle()
	status, out := x.api("", "/api/v1/query", js{"number": first["number"], "code": first["code"]})
	if status != http.StatusOK || out["state"] != "REGISTERED" {
		t.Errorf("query: %d %v", status, out)
	}
	if status, _ := x.api("", "/api/v1/query", js{"number": first["number"], "code": "0000000000000"}); status != http.StatusNotFound {
		t.Errorf("wrong code: %d", status)
	}
	number := first["number"].(string)
	status, out = x.api("clerk", "/api/v1/items/"+number+"/accept", js{"title": "供水", "kategory": "x", "due": 5})
	got := fmt.Sprint(out["errors"])
	if status != 422 || !strings.Contains(got, "accept.unknown") || !strings.Contains(got, "accept.type") || !strings.Contains(got, "accept.missing") {
		t.Errorf("refused: %d %v", status, out)
	}
	status, out = x.api("clerk", "/api/v1/items/"+number+"/accept", js{"title": "供水", "category": "民生", "mode": "IMMEDIATE"}, "If-Match", `"7"`)
	if status != http.StatusConflict {
		t.Errorf("If-Match: %d %v", status, out)
	}
	status, out = x.api("clerk", "/api/v1/items/"+number+"/accept", js{"title": "供水", "category": "民生", "mode": "IMMEDIATE"}, "If-Match", `"1"`)
	if status != http.StatusOK || out["rev"] != 2.0 {
		t.Errorf("accept: %d %v", status, out)
	}
	if status, _, _ := x.ask("clerk", "POST", "/api/v1/items/"+number+"/link_leader", strings.NewReader(`{"a":`)); status != http.StatusBadRequest {
		t.Errorf("broken JSON: %d", status)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		x.get("", path)
	}
	// Every page of the ledger, by its cursor.
	seen, after := map[string]bool{}, ""
	for range 100 {
		var list itemList
		if err := json.Unmarshal([]byte(x.get("clerk", "/api/v1/items?size=3&after="+after)), &list); err != nil {
			t.Fatal(err)
		}
		for _, it := range list.Items {
			seen[it.Number] = true
		}
		if after = list.Next; after == "" {
			if len(seen) != list.Total {
				t.Errorf("walked over %d of %d", len(seen), list.Total)
			}
			break
		}
	}
}

func TestOpenAPI(t *testing.T) {
	data, err := json.Marshal(describe())
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		OpenAPI    string
		Paths      map[string]map[string]struct{ OperationID string }
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for path, ops := range d.Paths {
		for method, op := range ops {
			if ids[op.OperationID] || op.OperationID == "" {
				t.Errorf("%s %s: operation id %q", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	for _, sp := range domain.Specs() {
		if d.Paths[apiPath(sp)]["post"].OperationID != sp.Name || d.Components.Schemas[sp.Name] == nil {
			t.Errorf("command %s is not described", sp.Name)
		}
	}
	for _, m := range regexp.MustCompile(`"#/components/schemas/(\w+)"`).FindAllStringSubmatch(string(data), -1) {
		if d.Components.Schemas[m[1]] == nil {
			t.Errorf("no schema %s", m[1])
		}
	}
	// Every API route is described and every described path is a route.
	s := &Server{}
	var routes []string
	for _, r := range s.apiRoutes() {
		if method, path, _ := strings.Cut(r.pattern, " "); strings.HasPrefix(path, "/api/") && path != "/api/v1/openapi.json" {
			routes = append(routes, strings.ToLower(method)+" "+path)
		}
	}
	for path, ops := range d.Paths {
		for method := range ops {
			generic := method + " " + path
			if rest, ok := strings.CutPrefix(path, "/api/v1/items/{number}/"); ok && method == "post" && rest != "" {
				generic = "post /api/v1/items/{number}/{command}"
			}
			if !slices.Contains(routes, generic) {
				t.Errorf("%s %s is no route", method, path)
			}
		}
	}
	for _, r := range routes {
		method, path, _ := strings.Cut(r, " ")
		if path != "/api/v1/items/{number}/{command}" && d.Paths[path][method].OperationID == "" {
			t.Errorf("%s is not described", r)
		}
	}
}

func TestBackTo(t *testing.T) {
	for in, want := range map[string]string{"": "/x", "/desk": "/desk", "/desk?queue=A": "/desk?queue=A", "//evil": "/x", "https://evil": "/x", "/\\evil": "/x", "desk": "/x", "/a\nb": "/x"} {
		if got := backTo(in, "/x"); got != want {
			t.Errorf("backTo(%q) = %q, want %q", in, got, want)
		}
	}
	if got := withQuery("/desk?queue=A&done=x", url.Values{"done": {"sign"}}); got != "/desk?done=sign&queue=A" {
		t.Error(got)
	}
}
