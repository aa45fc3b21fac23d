package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// Errors that a handler may return besides those of domain and projections.
var (
	errNotStaff   = errors.New("web: only staff may see this")
	errNoWriting  = errors.New("web: writing is not open to this request")
	errForeign    = errors.New("web: form was sent from another site")
	errBadRequest = errors.New("web: request cannot be read")
	errTooOften   = errors.New("web: too many tries")
	errTooFast    = errors.New("web: too many requests from one address")
	errBadMethod  = errors.New("web: method not allowed")
)

// denied says in one sentence why a signed-in person may not see or do something: 403.
type denied struct{ why string }

func (d *denied) Error() string { return "web: denied: " + d.why }

// link is an address with its words.
type link struct{ Href, Text string }

// trouble is an error as a person reads it.
type trouble struct {
	Status int
	Kind   string // stable word for programs
	Title  string
	Text   string
	Next   []link
}

// troubleOf is the one table from error to status and words.
func troubleOf(err error) trouble {
	var d *denied
	var big *http.MaxBytesError
	var late *domain.Overtaken
	home := []link{{"/", "回首页"}}
	if t, is := paperTrouble(err); is {
		return t
	}
	switch {
	case domain.RefusalsOf(err) != nil:
		return trouble{422, "refused", "这一步不能做", "您填的没有丢，退回上一页还在。", nil}
	case errors.As(err, &late):
		return trouble{409, "overtaken", "别人先改了", "您打开以后，这一件有了新的变化。您写的没有丢：退回上一页，重新打开看过，再交。", nil}
	case errors.Is(err, events.ErrHalted), errors.Is(err, events.ErrSync):
		return trouble{503, "halted", "现在只能看，不能办", "记录出了问题，为了不出错，已停止收办。您写的没有存。工作人员请管理员看 xiaohao status；群众请打服务电话。", home}
	case errors.Is(err, events.ErrFull):
		return trouble{507, "full", "存不下了", "放记录的磁盘满了。您写的没有存，以前的都在。请管理员腾出空间，再退回上一页交一次。", nil}
	case errors.Is(err, events.ErrOutcomeUnknown):
		return trouble{503, "unknown", "存上没有还不知道", "记录没有及时回话。过一会儿退回上一页再交一次：已经存上的不会存成两次。", nil}
	case errors.Is(err, domain.ErrConflict):
		return trouble{409, "conflict", "同时改的人太多", "您交的没有存上。过几秒退回上一页，再交一次。", nil}
	case errors.Is(err, projections.ErrNotFound), errors.Is(err, domain.ErrNotFound):
		return trouble{404, "not-found", "没有这一页", "地址可能抄错了，或者这件事已到期撤下。并到别的事里的，会自动带您过去。", home}
	case errors.Is(err, projections.ErrBadCursor), errors.Is(err, errBadRequest):
		return trouble{400, "bad-request", "这个地址读不懂", "地址可能少抄了一段。从首页进去再找一次。", home}
	case errors.Is(err, projections.ErrBehind):
		return trouble{503, "behind", "正在更新", "您交的已经存好，页面还没跟上。过几秒再打开就能看到。", nil}
	case errors.Is(err, projections.ErrLoading):
		return trouble{503, "loading", "正在整理，请稍等", "系统正从全部记录里重新整理出页面，整理好以前不给看不全的数字。已经交的都在。过几分钟再打开。", nil}
	case errors.Is(err, errNotStaff):
		return trouble{403, "staff-only", "这一页是工作人员用的", "请先登录，再打开这一页。", []link{{"/signin", "登录"}, {"/", "回首页"}}}
	case errors.Is(err, errNoWriting):
		return trouble{403, "no-writing", "现在还不能从这里交", "您写的没有存。这个接口令牌只能读，不能办理。", home}
	case errors.Is(err, errForeign):
		return trouble{403, "foreign", "没有收下", "这张表是从别的网站交来的，为了安全没有收。请从本网站重新填。", home}
	case errors.As(err, &d):
		return trouble{403, "denied", "您看不了", d.why, []link{{"/account", "换个职务"}, {"/", "回首页"}}}
	case errors.As(err, &big) && big.Limit > maxBody:
		return trouble{413, "too-large", "文件太大了", "没有存。照片请用手机自带的编辑缩小，文件请分开，退回上一页再交。", nil}
	case errors.As(err, &big):
		return trouble{413, "too-large", "写得太长了", "这一次交的超过 256 KB，没有存。请删短一些，退回上一页再交。", nil}
	case errors.Is(err, events.ErrNoFile):
		return trouble{410, "no-file", "这份材料打不开了", "这一件的个人信息按规定抹去以后，照片和文件也打不开；交过什么，经过里还有。", home}
	case errors.Is(err, errBadMethod):
		return trouble{405, "method", "不能这样打开", "这个地址只收交上来的表，不能直接打开。", home}
	case errors.Is(err, errTooOften):
		return trouble{429, "too-often", "试得太多了", "连错 5 次，要等 10 分钟。编号和查询码请照回执再核一遍。", home}
	case errors.Is(err, errTooFast):
		return trouble{429, "too-fast", "来得太快了", "同一个地方交得太密，这一次没有收。歇一会儿再来，您写的退回上一页还在。", home}
	}
	return trouble{500, "failed", "没有办成，是我们这边的问题", "您刚才交的可能没有存上。过几分钟再试；一直这样，请打服务电话。", home}
}

// ErrorPage is every page that says no.
type ErrorPage struct {
	Page
	Trouble trouble
	Request string // id: what to tell on the telephone, and what the log of the program calls it
}

// fail answers an error: a page in the look of the site, or a problem object (RFC 9457)
// under /api/.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // nobody is listening any more
	}
	t := troubleOf(err)
	if t.Status >= 500 {
		s.cfg.Log.Error("request failed", "request", requestID(r), "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if errors.Is(err, errNotStaff) && s.mustSignIn(w, r) {
		return
	}
	if s.cfg.Demo { // where nobody signs in, a choice takes its place
		for i, l := range t.Next {
			switch l.Href {
			case "/signin":
				t.Next[i] = link{"/act", "选身份"}
			case "/account":
				t.Next[i] = link{"/act", "换个身份"}
			}
		}
	}
	if t.Status == 503 {
		w.Header().Set("Retry-After", "3")
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		problem(w, r, t, err)
		return
	}
	if _, in := s.actor(r); !in && errors.Is(err, errTooFast) {
		if err := s.turnAway(w, r, t); err != nil {
			s.cfg.Log.Error("error page failed", "request", requestID(r), "error", err)
		}
		return
	}
	p := ErrorPage{Page: s.page(r, t.Title, ""), Trouble: t}
	p.Errors = domain.RefusalsOf(err)
	p.Status, p.Staff = t.Status, p.SignedIn
	p.Request = requestID(r)
	if err := s.render(w, t.Status, "error", p); err != nil {
		s.cfg.Log.Error("error page failed", "request", requestID(r), "error", err)
		http.Error(w, t.Title+"。"+t.Text, t.Status)
	}
}

// problem writes an application/problem+json object.
func problem(w http.ResponseWriter, r *http.Request, t trouble, err error) {
	body := struct {
		Type     string          `json:"type"`
		Title    string          `json:"title"`
		Status   int             `json:"status"`
		Detail   string          `json:"detail,omitzero"`
		Instance string          `json:"instance"` // id of the request
		Errors   domain.Refusals `json:"errors,omitempty"`
	}{"urn:xiaohao:problem:" + t.Kind, t.Title, t.Status, t.Text, "urn:xiaohao:request:" + requestID(r), domain.RefusalsOf(err)}
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(t.Status)
	_ = json.NewEncoder(w).Encode(body)
}
