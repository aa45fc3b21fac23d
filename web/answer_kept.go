package web

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"sync"

	"github.com/google/uuid"

	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/web/pack"
)

// keptAnswers keeps the last answer pages packed, for the many who look again and find nothing
// new. What is the petitioner's own is not in them: his words, the reply for him alone and
// his code are opened and filled in for each answer, so that nothing of them outlasts an
// erasure. A page is sent only while the item's rows are those that it was made from; nothing
// is sent to whoever does not know the code, as the rows are asked with it first.
type keptAnswers struct {
	marks [4]string // where the own things stand: nobody can type them
	mu    sync.Mutex
	made  madeWith
	known map[askedAs]keptAnswer
	size  int
}

// keptSize bounds what is kept, in bytes.
const keptSize = 64 << 20

// askedAs is who asks for what, and how he wants to see it.
type askedAs struct {
	no, hash       string
	size, contrast string
}

// keptAnswer is one page, and what is to be filled in, still sealed.
type keptAnswer struct {
	page          *pack.Page
	version       string
	words, secret events.Sealed
}

// bytes is what it takes to keep a page.
func (k keptAnswer) bytes() int { return k.page.Size() + 1<<10 }

// madeWith is what all pages depend on beside their items.
type madeWith struct {
	day   events.Date
	shut  bool // the day is over for deadlines: business has closed
	cal   *calendar.Calendar
	table *limit.Table
}

func (s *Server) madeWith() madeWith {
	now := s.calendar().Moment(s.cfg.Now())
	return madeWith{now.Day, now.Minute >= events.Shut, s.calendar(), s.desk.Table()}
}

func newKeptAnswers() *keptAnswers {
	a := &keptAnswers{}
	for i := range a.marks {
		var b [16]byte
		_, _ = rand.Read(b[:]) // never fails
		a.marks[i] = "mark" + hex.EncodeToString(b[:])
	}
	return a
}

func (a *keptAnswers) get(at askedAs, now madeWith) (keptAnswer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now != a.made {
		return keptAnswer{}, false
	}
	k, ok := a.known[at]
	return k, ok
}

// put keeps a page. When there is no more room, any go.
func (a *keptAnswers) put(at askedAs, k keptAnswer, made, now madeWith) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if made != now {
		return // another day began meanwhile
	}
	if a.known == nil || now != a.made {
		a.known, a.size, a.made = map[askedAs]keptAnswer{}, 0, now
	}
	a.dropLocked(at)
	a.known[at], a.size = k, a.size+k.bytes()
	for x := range a.known {
		if a.size <= keptSize {
			return
		}
		a.dropLocked(x)
	}
}

func (a *keptAnswers) drop(at askedAs) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dropLocked(at)
}

func (a *keptAnswers) dropLocked(at askedAs) {
	if old, ok := a.known[at]; ok {
		a.size -= old.bytes()
		delete(a.known, at)
	}
}

// mayKeep reports whether the page is the same for whoever has the code.
func (s *Server) mayKeep(r *http.Request, f found) bool {
	if r.URL.Path != "/q" || r.URL.RawQuery != "" || !takesGzip(r) || f.merged() {
		return false
	}
	_, person := s.person(r)
	_, acts := s.actor(r)
	return !person && !acts
}

func wantedBy(r *http.Request, f found) askedAs {
	at := askedAs{no: f.no, hash: f.hash}
	at.size, at.contrast = display(r)
	return at
}

// sendKept answers with a page that was made before, if its item is still the same.
func (s *Server) sendKept(w http.ResponseWriter, r *http.Request, f found) (bool, error) {
	at := wantedBy(r, f)
	k, ok := s.answers.get(at, s.madeWith())
	if !ok || !s.mayKeep(r, f) {
		return false, nil
	}
	if v, err := s.reads.PublicVersion(r.Context(), f.no, f.hash); err != nil || v != k.version {
		s.answers.drop(at)
		return false, nil // which says why
	}
	said, err := s.vault.Open(r.Context(), k.words)
	if err != nil {
		return false, nil
	}
	secret, err := s.vault.Open(r.Context(), k.secret)
	if err != nil {
		return false, nil
	}
	return true, s.sendAnswer(w, k.page, said, secret, f.code)
}

// keepAnswer packs a page without what is the petitioner's own, keeps it and sends it with that.
func (s *Server) keepAnswer(w http.ResponseWriter, f found, p AnswerPage, made madeWith) error {
	said, secret := p.Said, p.Secret
	m := s.answers.marks
	if said != "" {
		p.Said = m[0]
	}
	if secret != "" {
		p.Secret = m[1]
	}
	p.Code, p.ID = m[2], m[3]
	var b bytes.Buffer
	if err := s.pages["answer"].Execute(&b, p); err != nil {
		return fmt.Errorf("render answer: %w", err)
	}
	page, err := pack.New(b.Bytes(), m[:]...)
	if err != nil {
		return err
	}
	k := keptAnswer{page: page, version: f.item.Version}
	if said != "" {
		k.words = f.item.Words
	}
	if secret != "" {
		k.secret = f.item.ReplyPrivate
	}
	if f.item.DueTime == "" || f.item.Due != made.day { // else the page is another one within the day
		s.answers.put(askedAs{f.no, f.hash, p.Size, p.Contrast}, k, made, s.madeWith())
	}
	return s.sendAnswer(w, page, said, secret, f.code)
}

// sendAnswer fills a page in and sends it.
func (s *Server) sendAnswer(w http.ResponseWriter, page *pack.Page, said, secret, code string) error {
	esc := func(text string) []byte { return []byte(template.HTMLEscapeString(text)) }
	body := page.Fill(esc(said), esc(secret), esc(code), []byte(uuid.NewString()))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(body)
	return err
}
