package web

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/sieve"
)

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	bigText     = regexp.MustCompile(`<dd class="big">([^<]+)</dd>`)
)

// raiseWalk fills in the form as a browser without scripts does: what a page hides it sends again.
type raiseWalk struct {
	x      *site
	as     string
	hidden url.Values
}

func (x *site) raising(as string) *raiseWalk {
	w := &raiseWalk{x: x, as: as}
	w.read(x.get(as, "/raise"))
	return w
}

func (w *raiseWalk) read(page string) string {
	w.hidden = url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		w.hidden.Set(m[1], m[2])
	}
	return page
}

// step sends what is typed in this step.
func (w *raiseWalk) step(status int, typed url.Values) string {
	w.x.t.Helper()
	form := maps.Clone(w.hidden)
	maps.Copy(form, typed)
	got, page, _ := w.x.post(w.as, "/raise/step", form)
	if got != status {
		w.x.t.Fatalf("step %v: %d, want %d\n%s", typed, got, status, page)
	}
	return w.read(page)
}

// send sends the last step with photos and returns the page.
func (w *raiseWalk) send(more url.Values, photos ...[]byte) string {
	w.x.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	form := maps.Clone(w.hidden)
	maps.Copy(form, more)
	for k := range form {
		if err := m.WriteField(k, form.Get(k)); err != nil {
			w.x.t.Fatal(err)
		}
	}
	for i, p := range photos {
		f, err := m.CreateFormFile(photoField, fmt.Sprintf("%d.jpg", i))
		if err != nil {
			w.x.t.Fatal(err)
		}
		if _, err := f.Write(p); err != nil {
			w.x.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		w.x.t.Fatal(err)
	}
	status, page, _ := w.x.ask(w.as, "POST", "/raise", &b, "Content-Type", m.FormDataContentType())
	if status != http.StatusOK {
		w.x.t.Fatalf("send: %d\n%s", status, page)
	}
	return page
}

// item is the item of a receipt.
func (x *site) item(page string) projections.Item {
	x.t.Helper()
	m := bigText.FindStringSubmatch(page)
	if m == nil {
		x.t.Fatalf("no receipt:\n%s", page)
	}
	it, err := x.s.reads.Item(x.t.Context(), m[1])
	if err != nil {
		x.t.Fatal(err)
	}
	return it
}

// TestRaise goes through the steps without scripts.
func TestRaise(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	said := url.Values{"go": {"next"}, "text": {"晚上没有公交车，下班回不了家。打我电话 138 0013 8000"}, "behalf": {"SELF"}, "m": {"13"}, "happened": {"2"}}
	has := func(page string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("no %q in\n%s", w, page)
			}
		}
	}
	n := x.working("下班以后晚上没有公交车", "晚上没有公交车，下班回不了家", "IMMEDIATE", "区交通运输局", nil)
	x.do("publisher", n, "draft_public_text", js{"summary": "晚上没有公交车，正在加夜班车。"})
	x.do("publisher2", n, "release", js{})
	secret := x.working("下班以后晚上没有公交车", "晚上没有公交车，下班回不了家，有人举报", "IMMEDIATE", "区交通运输局", nil)

	w := x.raising("")
	has(w.step(http.StatusUnprocessableEntity, said), "没有 13 月", "晚上没有公交车", `value="13"`)
	said.Set("m", "6")
	has(w.step(http.StatusOK, said), "在哪里，哪一类")
	page := w.step(http.StatusOK, url.Values{"go": {"next"}, "area": {"增口乡"}, "place": {"曹氏服装厂"}, "category": {"民生"}})
	has(page, "是不是这件", "晚上没有公交车，正在加夜班车。", "就是这件", "/p/")
	if strings.Contains(page, secret) || strings.Contains(page, "有人举报") {
		t.Error("an item that is not released is offered")
	}
	has(w.step(http.StatusOK, url.Values{"go": {"next"}}), "怎么找您")
	has(w.step(http.StatusUnprocessableEntity, url.Values{"go": {"next"}, "name": {"林某"}, "phone": {"12"}}), "7 到 15 位数字", "林某")
	has(w.step(http.StatusOK, url.Values{"go": {"back"}, "name": {"林某"}, "phone": {"13900139000"}}), "在哪里，哪一类", "曹氏服装厂")
	w.step(http.StatusOK, url.Values{"go": {"next"}, "area": {"增口乡"}, "place": {"曹氏服装厂"}, "category": {"民生"}})
	w.step(http.StatusOK, url.Values{"go": {"next"}})
	page = w.step(http.StatusOK, url.Values{"go": {"next"}, "name": {"林某"}, "phone": {"13900139000"}, "confidential": {"1"}})
	has(page, "核对一下", "好像有手机号", "以后可能公开的", "您要保密", "13900139000", "2026年6月2日")
	if w.hidden.Get("proof") != "" {
		t.Error("the page comes with its proof")
	}

	x.clock = x.clock.Add(time.Minute)
	receipt := w.send(url.Values{"proof": {sieve.Pay(w.hidden.Get("id"))}}, snap(t, 1), []byte("<html>no photo</html>"))
	has(receipt, "收到了。请记下这两样", "第 2 张照片没有收", "接下来会怎样", "<path d=\"M", "7月6日 星期一")
	it := x.item(receipt)
	if it.Held || len(it.Detail.Evidence) != 1 || !it.Confidential || it.Detail.Evidence[0].Kind != events.OpinionEvidence {
		t.Errorf("held %v for %v, evidence %+v", it.Held, it.Detail.Doubts, it.Detail.Evidence)
	}
	again := w.send(url.Values{"proof": {"0"}}, snap(t, 1)) // the form sent twice
	if twice := x.item(again); twice.Number != it.Number || len(twice.Detail.Evidence) != 1 {
		t.Errorf("sent twice: %s with %d photos", twice.Number, len(twice.Detail.Evidence))
	}
	if strings.Contains(receipt, "q?no="+it.Number+"&") {
		t.Error("an address carries more than the number")
	}
}

var typedField = regexp.MustCompile(`<(?:input|textarea|select)\b[^>]*? name="(\w+)"`)

// TestProxyIsShort holds that a village cadre who writes for somebody has eight fields before
// him, and the rest folded.
func TestProxyIsShort(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	var names []string
	for _, m := range typedField.FindAllStringSubmatch(closed(x.get("intake", "/raise")), -1) {
		if !strings.Contains(m[0], `type="hidden"`) && !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	if want := []string{"text", "channel", "area", "place", "category", "name", "phone", "confidential"}; !slices.Equal(names, want) {
		t.Errorf("fields %q, want %q", names, want)
	}
}

// TestHeldOnes holds that what looks odd waits for a person, that nothing of it is lost, that
// the petitioner is told, and that a form filled in by a person with a script does not wait.
func TestHeldOnes(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	walk := func(text string) *raiseWalk {
		w := x.raising("")
		w.step(http.StatusOK, url.Values{"go": {"next"}, "text": {text}, "behalf": {"MANY"}})
		w.step(http.StatusOK, url.Values{"go": {"next"}, "area": {"菜堂"}})
		w.step(http.StatusOK, url.Values{"go": {"next"}})
		return w
	}
	quick := x.item(walk("一").send(url.Values{"site": {"http://a.example"}}))
	if want := []events.Doubt{events.NoProof, events.TooQuick, events.Trapped}; !quick.Held || !slices.Equal(quick.Detail.Doubts, want) {
		t.Errorf("held %v for %v, want %v", quick.Held, quick.Detail.Doubts, want)
	}
	w := walk("路灯不亮")
	x.clock = x.clock.Add(time.Minute)
	page := w.send(nil)
	old := x.item(page)
	code := strings.ReplaceAll(bigText.FindAllStringSubmatch(page, -1)[1][1], " ", "")
	if !old.Held {
		t.Error("without a proof it is not held")
	}
	asked := url.Values{"no": {old.Number}, "code": {code}}
	if _, page, _ := x.post("", "/q", asked); !strings.Contains(page, "先看一眼") || !strings.Contains(page, "路灯不亮") {
		t.Errorf("the petitioner is not told:\n%s", page)
	}
	if page := x.get("clerk", "/desk?queue=HELD"); !strings.Contains(page, old.Number) || !strings.Contains(page, quick.Number) {
		t.Errorf("not in the queue of what is looked at first:\n%s", page)
	}
	if page := x.get("clerk", "/desk?queue=REGISTERED"); strings.Contains(page, old.Number) {
		t.Error("it is queued before anybody looked")
	}
	if page := x.get("clerk", "/items/"+old.Number); !strings.Contains(page, events.NoProof.Zh()) || !strings.Contains(page, "放行") {
		t.Errorf("the office does not read why:\n%s", page)
	}
	x.do("intake", old.Number, "lift_hold", js{})
	if page := x.get("clerk", "/desk?queue=REGISTERED"); !strings.Contains(page, old.Number) {
		t.Error("let through, yet not queued")
	}
	x.do("clerk", quick.Number, "not_accept", js{"reason": "内容是广告", "route": "不是意见，不办理"})
	if page := x.get("clerk", "/desk?queue=HELD"); strings.Contains(page, quick.Number) {
		t.Error("refused, and still waiting")
	}
	if _, page, _ := x.post("", "/q", asked); strings.Contains(page, "先看一眼") {
		t.Error("let through, and the petitioner still reads that it waits")
	}
}

// TestRenewedCode holds that the office gives a lost code anew, once and on paper, and that
// the old one opens nothing.
func TestRenewedCode(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	_, out := x.api("", "/api/v1/items", js{"text": "路灯不亮", "name": "林某", "phone": "13800138000"})
	n, old := out["number"].(string), out["code"].(string)
	x.settle()
	form := url.Values{"ground": {"看了身份证，和登记的对得上"}, "id": {uuid.NewString()}}
	status, page, _ := x.post("intake", "/items/"+n+"/renew_code", form)
	m := bigText.FindAllStringSubmatch(page, -1)
	if status != http.StatusOK || len(m) != 2 || !strings.Contains(page, "新的查询码") {
		t.Fatalf("renew: %d\n%s", status, page)
	}
	if status, page, _ := x.post("", "/q", url.Values{"no": {n}, "code": {old}}); status != http.StatusNotFound || !strings.Contains(page, "没有查到") {
		t.Errorf("the old code: %d", status)
	}
	// As people copy it: with blanks, in small letters, O for 0 and I for 1, full width.
	typed := strings.ToLower(strings.NewReplacer("0", "O", "1", "I").Replace(m[1][1]))
	if status, page, _ := x.post("", "/q", url.Values{"no": {strings.ToLower(n)}, "code": {" " + typed + "　"}}); status != http.StatusOK || !strings.Contains(page, "重办过查询码") {
		t.Errorf("the new code typed as %q: %d\n%s", typed, status, page)
	}
	if _, page, _ := x.post("intake", "/items/"+n+"/renew_code", form); strings.Contains(page, m[1][1]) || !strings.Contains(page, "已经给过") {
		t.Errorf("sent twice:\n%s", page)
	}
	for _, as := range []string{"", "publisher", of("增口乡", events.UnitLiaison)} {
		if status, _, _ := x.post(as, "/items/"+n+"/renew_code", url.Values{"ground": {"认得"}}); status == http.StatusOK {
			t.Errorf("%q renews a code", as)
		}
	}
	if page := x.get("clerk", "/items/"+n); !strings.Contains(page, "看了身份证，和登记的对得上") {
		t.Error("the item does not say that a code was renewed")
	}
}

// TestHostilePhotos sends two hundred files through the form that are no harmless photos:
// each is refused, or kept as nothing but a picture; the opinion is there in any case.
func TestHostilePhotos(t *testing.T) {
	t.Parallel()
	x, store := withFiles(t)
	photo := snap(t, 2)
	var files [][]byte
	for i := range 80 { // cut off somewhere
		files = append(files, photo[:len(photo)*i/80])
	}
	for i := range 40 { // something behind it, or before it
		tail := []string{"<script>alert(1)</script>", "PK\x03\x04", "%PDF-1.7", "\x7fELF"}[i%4]
		files = append(files, append(bytes.Clone(photo), tail...), append([]byte(tail), photo...))
	}
	for i := range 40 { // a size that it does not have
		big := bytes.Clone(photo)
		if at := bytes.Index(big, []byte("\xff\xc0")); at > 0 {
			big[at+5], big[at+6], big[at+7], big[at+8] = 0xff, byte(i), 0xff, 0xff
		}
		files = append(files, big)
	}
	x.on("2026-07-03")
	kept := 0
	for batch := range slices.Chunk(files, photosAtOnce) {
		w := &raiseWalk{x: x, hidden: url.Values{"id": {uuid.NewString()}, "text": {"井盖响"}, "behalf": {"SELF"}}}
		it := x.item(w.send(nil, batch...))
		id := uuid.MustParse(it.ID)
		for _, e := range it.Detail.Evidence {
			kept++
			data, err := store.File(t.Context(), id, e.File.Object)
			if err != nil || !e.File.Cleaned || bytes.Contains(data, []byte(place)) || bytes.Contains(data, []byte("<script")) || bytes.Contains(data, []byte("PK\x03\x04")) {
				t.Fatalf("%s: kept %+v (%v)", it.Number, e.File, err)
			}
			if len(e.File.Object) < 26 {
				t.Errorf("object %q can be guessed", e.File.Object)
			}
			for _, at := range []string{"/items/" + it.Number + "/evidence/" + e.File.Object, "/p/" + it.PublicID + "/" + e.File.Object, "/evidence/" + e.File.Object} {
				if status, _, _ := x.ask("", "GET", at, nil); status == http.StatusOK {
					t.Errorf("%s is served to anybody", at)
				}
			}
		}
	}
	if len(files) < 200 || kept == 0 || kept > len(files)/2 {
		t.Errorf("%d of %d files kept", kept, len(files))
	}
}
