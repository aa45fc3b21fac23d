package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/notice"
)

// Notices is what the pages need of package notice.
type Notices interface {
	Inbox(ctx context.Context, person string, boxes []notice.Box, self []string, now time.Time, limit int) ([]notice.Entry, error)
	Unread(ctx context.Context, person string, boxes []notice.Box, self []string, now time.Time) (int, error)
	Looked(ctx context.Context, person string, boxes []notice.Box, until time.Time) error
	Deliveries(ctx context.Context, dead bool, limit int) ([]notice.Delivered, error)
	Aside(ctx context.Context) (dead, unsure int, err error)
	Again(ctx context.Context, id, channel, address string, now time.Time) (bool, error)
	Arrived(ctx context.Context, id, channel, address string, now time.Time) (bool, error)
	Preference(ctx context.Context, person string) (events.NoticePreferred, error)
	Prefer(ctx context.Context, id uuid.UUID, a events.Actor, p events.NoticePreferred) error
}

// noticeRoutes are the inbox, and what was sent.
func (s *Server) noticeRoutes() []route {
	if s.cfg.Notices == nil {
		return nil
	}
	return []route{
		{"GET /inbox", s.staff(s.inboxPage)},
		{"POST /inbox", s.staff(s.inboxLooked)},
		{"POST /inbox/preferences", s.staff(s.prefer)},
		{"GET /admin/notices", s.sees(rights.Notices, s.noticesPage)},
		{"POST /admin/notices", s.sees(rights.Notices, s.sendAgain)},
	}
}

// InboxPage is what came up for somebody.
type InboxPage struct {
	Page
	Entries []inboxEntry
	New     int
	Until   string // of the newest entry shown: what "都看过了" means
	Pref    events.NoticePreferred
	ID      string // of the command that changes the preferences
}

type inboxEntry struct {
	Href, Says, At string
	New            bool
}

// inboxRows is how many notices the page shows; older ones are in the items' timelines.
const inboxRows = 100

func (s *Server) inboxPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	p := InboxPage{Page: s.staffPage(r, "收件箱", "inbox"), ID: uuid.NewString()}
	p.Live = p.Sequence
	if r.URL.Query().Get("done") == "prefer" {
		p.Notice = "已记下怎么通知您"
	}
	es, err := s.cfg.Notices.Inbox(r.Context(), a.ID, notice.BoxesOf(a), rights.SightOf(a, nil).Self, s.cfg.Now(), inboxRows)
	if err != nil {
		return err
	}
	for _, e := range es {
		p.Entries = append(p.Entries, inboxEntry{"/items/" + url.PathEscape(e.Number), e.Says, zhTime(e.At), e.New})
		if e.New {
			p.New++
		}
	}
	if len(es) > 0 {
		p.Until = strconv.FormatInt(es[0].At.UnixMicro(), 10)
	}
	if p.Pref, err = s.cfg.Notices.Preference(r.Context(), a.ID); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "inbox", p)
}

// inboxLooked marks what was on the page as seen, and nothing that came since.
func (s *Server) inboxLooked(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	until, err := strconv.ParseInt(r.PostForm.Get("until"), 10, 64)
	if err != nil {
		return badForm(err)
	}
	if err := s.cfg.Notices.Looked(r.Context(), a.ID, notice.BoxesOf(a), time.UnixMicro(until)); err != nil {
		return err
	}
	http.Redirect(w, r, "/inbox", http.StatusSeeOther)
	return nil
}

func (s *Server) prefer(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	id, err := commandID(r.PostForm.Get("id"))
	if err != nil {
		return err
	}
	has := func(name string) bool { return r.PostForm.Get(name) != "" }
	p := events.NoticePreferred{Mail: has("mail"), Digest: has("digest"), Always: has("always")}
	if err := s.cfg.Notices.Prefer(r.Context(), id, a, p); err != nil {
		return err
	}
	http.Redirect(w, r, "/inbox?done=prefer", http.StatusSeeOther)
	return nil
}

// NoticesPage shows what was sent to whom, and what failed.
type NoticesPage struct {
	Page
	Failed bool
	Aside  string // what waits for somebody to look at it, "" = nothing
	Rows   []deliveryRow
}

type deliveryRow struct {
	notice.Delivered
	When, State string
	Dead        bool
	With        int // others that go with it
}

const deliveryRows = 200

func (s *Server) noticesPage(w http.ResponseWriter, r *http.Request, _ events.Actor) error {
	p := NoticesPage{Page: s.staffPage(r, "通知发送", "admin"), Failed: r.URL.Query().Get("failed") != ""}
	p.Notice = map[string]string{"again": "已排队重发", "arrived": "已记下：送到了"}[r.URL.Query().Get("done")]
	dead, unsure, err := s.cfg.Notices.Aside(r.Context())
	if err != nil {
		return err
	}
	if dead > 0 {
		p.Aside = fmt.Sprintf("有 %d 条没有发出去，其中 %d 条可能已送达：先到群里、信箱里看一眼，没有再发。收件箱里都有，不影响办理。", dead, unsure)
	}
	ds, err := s.cfg.Notices.Deliveries(r.Context(), p.Failed, deliveryRows)
	if err != nil {
		return err
	}
	for _, d := range ds {
		x := deliveryRow{Delivered: d, When: zhTime(d.At), Dead: d.State == "DEAD", With: max(d.Together-1, 0)}
		switch {
		case d.Unsure:
			x.State = "可能已送达，请核对后再发"
		case x.Dead:
			x.State = "没有发出去，不再试"
		case d.State == "SENT":
			x.State = "发出去了"
		case d.Attempts > 0:
			x.State = "没有发出去，等着再试"
		default:
			x.State = "等着发"
		}
		p.Rows = append(p.Rows, x)
	}
	return s.render(w, http.StatusOK, "notices", p)
}

// senders may send a notice again that did not go out. Who audits sees it and does nothing.
var senders = []events.Role{events.SystemAdmin, events.Dispatcher}

func (s *Server) sendAgain(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if !slices.Contains(senders, a.Role) {
		return &denied{fmt.Sprintf("重发通知由%s来做，您现在是%s。", zhJoin(senders), a.Role.Zh())}
	}
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	f, do, done := r.PostForm, s.cfg.Notices.Again, "again"
	if f.Get("do") == "arrived" {
		do, done = s.cfg.Notices.Arrived, "arrived"
	}
	ok, err := do(r.Context(), f.Get("notice"), f.Get("channel"), f.Get("address"), s.cfg.Now())
	if err != nil {
		return err
	}
	if !ok {
		return projections.ErrNotFound
	}
	http.Redirect(w, r, "/admin/notices?done="+done, http.StatusSeeOther)
	return nil
}

// unread is how many notices wait for the person, 0 when that cannot be said.
func (s *Server) unread(r *http.Request, a events.Actor) int {
	boxes := notice.BoxesOf(a)
	if s.cfg.Notices == nil || len(boxes) == 0 {
		return 0
	}
	n, err := s.cfg.Notices.Unread(r.Context(), a.ID, boxes, rights.SightOf(a, nil).Self, s.cfg.Now())
	if err != nil && r.Context().Err() == nil {
		s.cfg.Log.Warn("inbox not counted", "error", err)
	}
	return n
}
