package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/events"
	files "xiaohao/events/evidence"
	"xiaohao/events/journal"
	vault "xiaohao/events/vault/memory"
	"xiaohao/projections"
)

// withFiles gives a site a real evidence store.
func withFiles(t *testing.T) (*site, *files.Store) {
	t.Helper()
	x := newSite(t)
	srv, err := journal.StartServer(journal.ServerConfig{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Stop)
	nc, err := srv.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	st, err := files.Open(t.Context(), nc, x.s.vault.(*vault.Vault), files.Config{})
	if err != nil {
		t.Fatal(err)
	}
	x.s.cfg.Files = st
	return x, st
}

const place = "GPS-118.9E-25.1N"

// snap is a photo that differs with n and tells where it was taken.
func snap(t *testing.T, n int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * (n + 3) / 7)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	told := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00" + place
	return []byte("\xff\xd8\xff\xe1" + string([]byte{0, byte(len(told) + 2)}) + told + b.String()[2:])
}

// form is a multipart body with fields and, unless its name is "", a file.
func form(t *testing.T, fields map[string]string, name string, data []byte) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

// hand records evidence with a file by the form.
func (x *site) hand(as, number string, fields map[string]string, name string, data []byte) (int, string) {
	x.t.Helper()
	all := map[string]string{"title": "清淤后的河道", "kind": "RESULT"}
	for k, v := range fields {
		all[k] = v
	}
	body, kind := form(x.t, all, name, data)
	status, page, _ := x.ask(as, "POST", "/items/"+number+"/record_evidence", body, "Content-Type", kind)
	return status, page
}

func (x *site) handed(as, number string, fields map[string]string, name string, data []byte) events.EvidenceRecorded {
	x.t.Helper()
	status, page := x.hand(as, number, fields, name, data)
	if status != http.StatusSeeOther {
		x.t.Fatalf("hand in %s: %d\n%s", name, status, page)
	}
	es := x.evidence(number)
	return es[len(es)-1]
}

func (x *site) evidence(number string) []events.EvidenceRecorded {
	x.t.Helper()
	it, err := x.s.reads.Item(x.t.Context(), number)
	if err != nil {
		x.t.Fatal(err)
	}
	return it.Detail.Evidence
}

const (
	cleaner = "增口乡"
	minimal = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

func TestHandInAPhoto(t *testing.T) {
	t.Parallel()
	x, st := withFiles(t)
	n := x.working("河道堵了", "河道淤积", "IMMEDIATE", cleaner, nil)
	handler := of(cleaner, events.Handler)
	if page := x.get(handler, "/items/"+n+"/record_evidence"); !strings.Contains(page, `enctype="multipart/form-data"`) || !strings.Contains(page, `type="file"`) || !strings.Contains(page, "最多 20 MB") {
		t.Error("the form has no field for a file")
	}
	data := snap(t, 1)
	e := x.handed(handler, n, map[string]string{"shows": "AFTER"}, "张三家门口.png", data)
	if e.File.Type != "image/jpeg" || !e.File.Cleaned || e.Shows != events.After || e.File.Original == e.File.Kept || len(e.File.Name.Box) == 0 {
		t.Errorf("the fact: %+v", e)
	}
	href := "/items/" + n + "/evidence/" + e.File.Object
	page := x.get(handler, "/items/"+n)
	for _, want := range []string{href + "/thumb", "整改后照片：清淤后的河道", "没有交整改前的照片。", "640 × 480"} {
		if !strings.Contains(page, want) {
			t.Errorf("the item page lacks %q", want)
		}
	}
	status, body, h := x.ask(handler, "GET", href, nil)
	if status != http.StatusOK || h.Get("Content-Type") != "image/jpeg" || strings.Contains(body, place) {
		t.Errorf("the photo: %d %s, tells the place: %v", status, h.Get("Content-Type"), strings.Contains(body, place))
	}
	how, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil || how != "inline" || params["filename"] != "张三家门口.jpg" {
		t.Errorf("disposition %q", h.Get("Content-Disposition"))
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox", "Cross-Origin-Resource-Policy": "same-origin"} {
		if h.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, h.Get(name), want)
		}
	}
	if status, _, _ := x.ask(handler, "GET", href, nil, "If-None-Match", h.Get("ETag")); status != http.StatusNotModified {
		t.Errorf("known already: %d", status)
	}
	if status, body, h := x.ask("clerk", "GET", href+"/thumb", nil); status != http.StatusOK || h.Get("Content-Type") != "image/jpeg" {
		t.Errorf("thumbnail: %d", status)
	} else if cfg, err := jpeg.DecodeConfig(strings.NewReader(body)); err != nil || cfg.Width > 480 || cfg.Width*3 != cfg.Height*4 {
		t.Errorf("thumbnail %+v, %v", cfg, err)
	}
	if _, api, _ := x.ask("clerk", "GET", "/api/v1/items/"+n, nil); strings.Contains(api, `"box"`) || !strings.Contains(api, e.File.Kept) {
		t.Error("the API shows a sealed field, or not the hash")
	}

	// Not for the public, not under another number, not what no fact names.
	other := x.working("路灯坏了", "路灯", "IMMEDIATE", cleaner, nil)
	it, err := x.s.reads.Item(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	orphan, err := st.Put(t.Context(), uuid.MustParse(it.ID), "a.jpg", bytes.NewReader(snap(t, 2)))
	if err != nil {
		t.Fatal(err)
	}
	for path, c := range map[string]struct {
		as   string
		want int
	}{
		href:            {"", http.StatusForbidden},
		href + "/thumb": {"public", http.StatusForbidden},
		"/items/" + other + "/evidence/" + e.File.Object:        {handler, http.StatusNotFound},
		"/items/" + n + "/evidence/" + orphan.Object:            {handler, http.StatusNotFound},
		"/items/" + n + "/evidence/" + orphan.Object + "/thumb": {handler, http.StatusNotFound},
		"/items/" + n + "/evidence/" + e.File.Object + "%2Ft":   {handler, http.StatusNotFound},
		"/items/QG-2026-999999/evidence/" + e.File.Object:       {handler, http.StatusNotFound},
	} {
		if status, _, _ := x.ask(c.as, "GET", path, nil); status != c.want {
			t.Errorf("GET %s as %q: %d, want %d", path, c.as, status, c.want)
		}
	}
	if err := x.s.vault.(*vault.Vault).Erase(context.Background(), uuid.MustParse(it.ID)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{href, href + "/thumb"} {
		if status, body, _ := x.ask("clerk", "GET", path, nil); status != http.StatusGone || !strings.Contains(body, "这份材料打不开了") {
			t.Errorf("GET %s of an erased item: %d", path, status)
		}
	}
}

// What a unit may not see is absent with its photos.
func TestHiddenPhotos(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	n := x.working("干部吃拿卡要", "作风", "IMMEDIATE", cleaner, js{"class": "CONDUCT", "complained_of": []string{"区民政局"}})
	e := x.handed(of(cleaner, events.Handler), n, nil, "a.jpg", snap(t, 1))
	href := "/items/" + n + "/evidence/" + e.File.Object
	for as, want := range map[string]int{of(cleaner, events.UnitHead): 200, "clerk": 200, of("区住建局", events.UnitHead): 404, of("区住建局", events.Handler): 404} {
		for _, path := range []string{href, href + "/thumb", "/items/" + n} {
			if status, _, _ := x.ask(as, "GET", path, nil); status != want {
				t.Errorf("GET %s as %s: %d, want %d", path, as, status, want)
			}
		}
	}
	// The same photo on an item that the other unit handles: flagged, and the hidden one not named.
	m := x.working("河道堵了", "河道淤积", "IMMEDIATE", "区住建局", nil)
	x.handed(of("区住建局", events.Handler), m, nil, "b.jpg", snap(t, 1))
	page := x.get(of("区住建局", events.Handler), "/items/"+m)
	if !strings.Contains(page, "已用在别的事项上。") || strings.Contains(page, n) {
		t.Errorf("named: %v", strings.Contains(page, n))
	}
	if page := x.get("clerk", "/items/"+m); !strings.Contains(page, ">"+n+"</a> 上，请核对。") {
		t.Error("the office is not told where")
	}
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	n := x.working("河道堵了", "河道淤积", "IMMEDIATE", cleaner, nil)
	photo := snap(t, 1)
	handler := of(cleaner, events.Handler)
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"page.jpg":   {[]byte("<html><script>alert(1)</script>"), "网页或矢量图"},
		"a.heic":     {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + strings.Repeat("\x00", 64)), "兼容性最佳"},
		"empty.jpg":  {nil, "是空的"},
		"large.jpg":  {append(bytes.Clone(photo), make([]byte, 21<<20)...), "最多 20 MB"},
		"locked.pdf": {[]byte(strings.Replace(minimal, "/Root", "/Encrypt 2 0 R/Root", 1)), "加了密码"},
		"broken.jpg": {photo[:len(photo)/2], "坏了或者不完整"},
		"huge.png":   {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00\x39\x67\x4e\x07\x00\x00\x00\x00IEND\xae\x42\x60\x82"), "5000 万像素"},
		"a.exe":      {[]byte("MZ" + strings.Repeat("\x00", 100)), "认不出来"},
	} {
		status, page := x.hand(handler, n, map[string]string{"title": "打好的<字>"}, name, c.data)
		if status != http.StatusUnprocessableEntity || !regexp.MustCompile(`<p class="err" id="[^"]*file[^"]*">文件：[^<]*`+c.says).MatchString(page) || !strings.Contains(page, "打好的&lt;字&gt;") {
			t.Errorf("%s: %d, says %q: %v", name, status, c.says, strings.Contains(page, c.says))
		}
	}
	if status, page := x.hand(handler, n, map[string]string{"title": ""}, "a.jpg", photo); status != 422 || !strings.Contains(page, "文件：还没有存，请再选一次。") {
		t.Errorf("another field is wrong: %d", status)
	}
	if status, page := x.hand(handler, n, map[string]string{"sha256": strings.Repeat("a", 64)}, "a.jpg", photo); status != 422 || !strings.Contains(page, "和交来的文件对不上") {
		t.Errorf("another checksum: %d", status)
	}
	if status, _ := x.hand("publisher", n, nil, "a.jpg", photo); status != 422 {
		t.Errorf("a role that may not: %d", status)
	}
	if es := x.evidence(n); len(es) != 0 {
		t.Errorf("%d facts of refused files", len(es))
	}
	if x.hand(handler, n, nil, "", nil); len(x.evidence(n)) != 1 || !x.evidence(n)[0].File.IsZero() {
		t.Error("evidence without a file is not taken any more")
	}
	body, kind := form(t, map[string]string{"note": strings.Repeat("长", 200<<10)}, "a.jpg", photo)
	if status, _, _ := x.ask(handler, "POST", "/items/"+n+"/report_progress", body, "Content-Type", kind); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body of another command: %d", status)
	}
	body, kind = form(t, map[string]string{"note": "好", "done": "1"}, "a.jpg", []byte("x"))
	if status, _, _ := x.ask(handler, "POST", "/items/"+n+"/report_progress", body, "Content-Type", kind); status != http.StatusBadRequest {
		t.Errorf("a file for a command that takes none: %d", status)
	}
}

func TestSamePhotoTwice(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	a := x.working("河道堵了", "河道淤积", "IMMEDIATE", cleaner, nil)
	b := x.working("渠道堵了", "渠道淤积", "IMMEDIATE", cleaner, nil)
	handler := of(cleaner, events.Handler)
	data := snap(t, 1)
	first := x.handed(handler, a, nil, "a.jpg", data)
	if len(first.Uses) != 0 {
		t.Errorf("used before: %+v", first.Uses)
	}
	second := x.handed(handler, b, nil, "b.jpg", data)
	if len(second.Uses) != 1 || second.Uses[0].Number != a || second.Uses[0].ID != first.ID || second.Uses[0].On.IsZero() {
		t.Errorf("the fact: %+v", second.Uses)
	}
	// The kept form, cleaned once already, is the same photo.
	_, kept, _ := x.ask(handler, "GET", "/items/"+a+"/evidence/"+first.File.Object, nil)
	third := x.handed(handler, a, nil, "c.jpg", []byte(kept))
	if len(third.Uses) != 2 {
		t.Errorf("the kept form: %+v", third.Uses)
	}
	if es := x.handed(handler, a, nil, "d.jpg", snap(t, 2)); len(es.Uses) != 0 {
		t.Errorf("another photo: %+v", es.Uses)
	}
	on := second.Uses[0].On.String()
	for number, wants := range map[string][]string{
		b: {"这张照片 " + on + " 已用在 <a href=\"/items/" + a + "\">" + a + "</a> 上，请核对。"},
		a: {"又用在 <a href=\"/items/" + b, "这一件里，交了不止一次。"},
	} {
		page := x.get(handler, "/items/"+number)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %q", number, want)
			}
		}
	}
}

func TestHandInByAPI(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	n := x.working("河道堵了", "河道淤积", "IMMEDIATE", cleaner, nil)
	handler, id := of(cleaner, events.Handler), uuid.NewString()
	send := func(name string, data []byte) (int, string) {
		t.Helper()
		body, kind := form(t, map[string]string{"title": "验收报告", "kind": "PAPER"}, name, data)
		status, answer, _ := x.ask(handler, "POST", "/api/v1/items/"+n+"/record_evidence", body, "Content-Type", kind, "Idempotency-Key", id)
		return status, answer
	}
	if status, answer := send("a.heic", []byte("<html>")); status != 422 || !strings.Contains(answer, `"rule":"record_evidence.file_page","field":"file"`) {
		t.Errorf("refused: %d %s", status, answer)
	}
	if status, answer := send("报告.pdf", []byte(minimal)); status != 200 || !strings.Contains(answer, `"repeated":false`) {
		t.Fatalf("%d %s", status, answer)
	}
	if status, answer := send("报告.pdf", []byte(minimal)); status != 200 || !strings.Contains(answer, `"repeated":true`) {
		t.Errorf("sent twice: %d %s", status, answer)
	}
	es := x.evidence(n)
	if len(es) != 1 || es[0].File.Cleaned || es[0].File.Type != "application/pdf" {
		t.Fatalf("facts: %+v", es)
	}
	status, body, h := x.ask("clerk", "GET", "/items/"+n+"/evidence/"+es[0].File.Object, nil)
	if how, params, err := mime.ParseMediaType(h.Get("Content-Disposition")); status != 200 || body != minimal || err != nil || how != "attachment" || params["filename"] != "报告.pdf" {
		t.Errorf("the paper: %d %q %v", status, h.Get("Content-Disposition"), err)
	}
	if status, _, _ := x.ask("clerk", "GET", "/items/"+n+"/evidence/"+es[0].File.Object+"/thumb", nil); status != 404 {
		t.Errorf("thumbnail of a paper: %d", status)
	}
	if page := x.get("clerk", "/items/"+n); !strings.Contains(page, "没有去掉作者等信息，只在内部看") {
		t.Error("the page does not say that the paper is internal")
	}
	if _, doc, _ := x.ask("", "GET", "/api/v1/openapi.json", nil); !strings.Contains(doc, `"multipart/form-data"`) {
		t.Error("the description knows of no file")
	}
}

// Whatever goes wrong with the store is the program's fault, and nothing is recorded.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	x, st := withFiles(t)
	n := x.working("河道堵了", "河道淤积", "IMMEDIATE", cleaner, nil)
	x.s.cfg.Files = brokenFiles{st}
	if status, _ := x.hand(of(cleaner, events.Handler), n, nil, "a.jpg", snap(t, 1)); status != http.StatusInternalServerError || len(x.evidence(n)) != 0 {
		t.Errorf("%d, %d facts", status, len(x.evidence(n)))
	}
}

type brokenFiles struct{ *files.Store }

func (brokenFiles) Put(context.Context, uuid.UUID, string, io.Reader) (events.EvidenceFile, error) {
	return events.EvidenceFile{}, errors.New("disk says no")
}

// From the request for erasure on the page offers no file of the item.
func TestErasedFiles(t *testing.T) {
	e := events.EvidenceRecorded{Name: "清淤后", Shows: events.After, File: events.EvidenceFile{Object: "o", Type: "image/jpeg", Size: 3 << 20, Width: 4000, Height: 3000, Cleaned: true}}
	if f := fileOf("QG-2026-000001", e, false); f.Href != "/items/QG-2026-000001/evidence/o" || f.Thumb != f.Href+"/thumb" || f.Says != "JPEG，3.0 MB，4000 × 3000" || f.Internal {
		t.Errorf("%+v", f)
	}
	if f := fileOf("QG-2026-000001", e, true); f.Href != "" || f.Thumb != "" || f.Says != "JPEG，已按申请抹除" {
		t.Errorf("erased: %+v", f)
	}
}

// Two facts of one photo in one item are told apart by their order.
func TestOtherUses(t *testing.T) {
	file := events.EvidenceFile{Object: "o", Original: "h", Kept: "k"}
	e := events.EvidenceRecorded{ID: "2", File: file}
	all := []projections.FileUse{}
	for i, item := range []string{"a", "b", "c"} {
		for _, hash := range []string{"h", "k"} {
			all = append(all, projections.FileUse{Hash: hash, EvidenceUse: events.EvidenceUse{Item: item, ID: fmt.Sprint(i + 1)}})
		}
	}
	all = append(all, projections.FileUse{Hash: "other", EvidenceUse: events.EvidenceUse{Item: "d", ID: "9"}})
	got := otherUses(projections.Item{ID: "b"}, e, all)
	if len(got) != 2 || got[0].Item != "a" || !got[0].earlier || got[1].Item != "c" || got[1].earlier {
		t.Errorf("%+v", got)
	}
}
