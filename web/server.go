package web

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/directory"
	"xiaohao/domain/follow"
	"xiaohao/domain/trail"
	"xiaohao/domain/view"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/account"
	"xiaohao/web/paper/intake"
	"xiaohao/web/paper/own"
	"xiaohao/web/shield"
	"xiaohao/web/sieve"
	"xiaohao/web/sso"
)

// Opener opens sealed personal fields; events/vault is one.
type Opener interface {
	Open(ctx context.Context, s events.Sealed) (string, error)
}

// Config is what the program tells its pages.
type Config struct {
	Site  string // 泉港区整改销号
	Owner string // 主办：区整改工作领导小组办公室
	Phone string // 12345
	Demo  bool   // offers "act as" and says on every page that it is demonstration data
	Log   *slog.Logger
	Now   func() time.Time // nil = time.Now

	Proxies shield.Proxies // in front of it: whose word is taken on addresses and TLS

	Accounts  *account.Service // nil: nobody signs in
	SSO       *sso.Provider    // nil: by password only
	Directory *directory.Desk  // takes commands on units, officers and the like
	Rules     Rulebook         // nil: the table of time limits is not shown
	Calendars Calendars        // nil: the calendars are not shown
	Views     *view.Desk       // keeps views of the ledger; nil: none are saved

	Notices Notices // nil: there is no inbox

	Follow *follow.Desk // takes addresses for letters to the public; nil: none go out

	Trail *trail.Keeper // records what is taken out and who was refused; nil: nothing is handed out

	Files  Files      // nil: no files are taken or shown
	Status StatusFunc // nil: GET /api/v1/status says that there is none

	Ladders Ladders    // of supervision; nil: the presets' hold
	Papers  Papers     // what makes PDFs
	Own     *own.Shelf // what the office has set for its papers; nil: nothing can be set

	PublicKey string                                                    // that will sign the first daily root
	Case      func(ctx context.Context, item uuid.UUID) ([]byte, error) // the case file of an item; nil: none is handed out
}

// Server answers every request. Make it with New.
type Server struct {
	cfg     Config
	desk    *domain.Desk
	reads   *projections.Store
	vault   Opener
	pages   pages
	mux     *http.ServeMux
	chain   http.Handler // mux with everything around it
	guesses *limiter     // wrong query codes
	days    dayTables    // accounts of deadlines
	answers *keptAnswers // pages by number and code
	letters *limiter     // letters that were asked for, by address
	units   *nameBook
	uploads chan struct{} // requests with a file
	reading *shield.Rates // of those who have not signed in
	writing *shield.Rates
	tooFast tooFast
	raises  *shield.Rates // opinions of an address beyond which a person looks first
	papers  chan struct{} // files that are being made
	stage   *intake.Stage // ledgers handed in and not imported yet
	items   turns         // of open pages of items
	lists   turns         // of all other open pages
}

// New parses all templates and makes the server.
func New(cfg Config, desk *domain.Desk, reads *projections.Store, vault Opener) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	p, err := parsePages(cfg.Now)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, desk: desk, reads: reads, vault: vault, pages: p, mux: http.NewServeMux(), guesses: newLimiter(5, 10*time.Minute), answers: newKeptAnswers(), letters: newLimiter(lettersADay, 24*time.Hour), units: &nameBook{ask: reads.Units},
		uploads: make(chan struct{}, uploadsAtOnce), reading: shield.NewRates(readRate), writing: shield.NewRates(writeRate), raises: shield.NewRates(sieve.Rate),
		papers: make(chan struct{}, papersAtOnce), stage: intake.NewStage(), items: turns{every: liveItems}, lists: turns{every: liveLists}}
	for _, rt := range s.routes() {
		s.mux.Handle(rt.pattern, s.handle(rt.h))
	}
	s.mux.Handle("GET /static/", staticFiles())
	s.chain = s.around(http.HandlerFunc(s.dispatch))
	return s, nil
}

// routes are all of them.
func (s *Server) routes() []route {
	return slices.Concat(s.publicRoutes(), s.openRoutes(), s.staffRoutes(), s.noticeRoutes(), s.apiRoutes(), s.signInRoutes(), s.elsewhereRoutes(), s.meRoutes(), s.adminRoutes(), s.auditRoutes(), s.timingRoutes(), s.importRoutes(), s.templateRoutes(), s.ladderRoutes())
}

// Routes lists the pattern of every route, "GET /items/{number}", so that a test can walk them.
func (s *Server) Routes() []string {
	var out []string
	for _, rt := range s.routes() {
		out = append(out, rt.pattern)
	}
	return out
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.chain.ServeHTTP(w, r) }

// handler answers one request or returns why it cannot; handle turns the error into a page.
type handler func(w http.ResponseWriter, r *http.Request) error

type route struct {
	pattern string // "GET /items/{number}"
	h       handler
}

// handle wraps a handler: errors become a page (or a problem object under /api/).
func (s *Server) handle(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// dispatch sends a request to its handler; what no route answers gets a page of the site.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	if err := s.ready(r); err != nil {
		s.fail(w, r, err)
		return
	}
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	var no refusalOnly
	h.ServeHTTP(&no, r)
	if no.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", no.Header().Get("Allow"))
		s.fail(w, r, errBadMethod)
		return
	}
	s.fail(w, r, projections.ErrNotFound)
}

// refusalOnly takes the status of the mux's own refusals and drops their text.
type refusalOnly struct {
	header http.Header
	status int
}

func (n *refusalOnly) Header() http.Header {
	if n.header == nil {
		n.header = http.Header{}
	}
	return n.header
}
func (n *refusalOnly) Write(b []byte) (int, error) { return len(b), nil }
func (n *refusalOnly) WriteHeader(status int)      { n.status = status }

// today is the Beijing day now.
func (s *Server) today() events.Date { return events.DateOf(s.cfg.Now()) }

// calendar is the office's own, which lists and boards go by.
func (s *Server) calendar() *calendar.Calendar { return s.desk.Calendars.Of("") }

// looked is what lamps are judged against now.
func (s *Server) looked() events.Bounds {
	return domain.Looked(s.calendar(), s.desk.Table(), s.cfg.Now())
}

// lookedBack is what they are judged against at the end of a past day.
func (s *Server) lookedBack(day events.Date) events.Bounds {
	return domain.LookedBack(s.calendar(), s.desk.Table(), day)
}
