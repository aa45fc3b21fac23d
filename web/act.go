package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"xiaohao/events"
	"xiaohao/projections"
)

// In the demonstration anybody says whom to act as. The choice is a key in a cookie:
//
//	public
//	clerk, clerk2, checker, closer, publisher, publisher2, supervisor, witness, intake,
//	auditor, sysadmin, secadmin, auditadmin
//	unit|<unit id>|<role>      leader|<leader id>|<post>

// office are the people of 领导小组办公室 and those who check it; each signs as one person.
var office = map[string]events.Actor{
	"intake":     {ID: "office.intake", Role: events.Intake, Post: "领导小组办公室 · 登记员"},
	"clerk":      {ID: "office.clerk", Role: events.Dispatcher, Post: "领导小组办公室 · 交办员"},
	"clerk2":     {ID: "office.clerk2", Role: events.Dispatcher, Post: "领导小组办公室 · 第二交办员"},
	"checker":    {ID: "office.checker", Role: events.Dispatcher, Post: "领导小组办公室 · 核查员"},
	"closer":     {ID: "office.closer", Role: events.Dispatcher, Post: "领导小组办公室 · 销号员"},
	"publisher":  {ID: "office.publisher", Role: events.Publisher, Post: "公开审核员（拟稿）"},
	"publisher2": {ID: "office.publisher2", Role: events.Publisher, Post: "公开审核员（核稿）"},
	"supervisor": {ID: "group.supervisor", Role: events.Supervisor, Post: "督导组"},
	"witness":    {ID: "group.witness", Role: events.Witness, Post: "群众代表"},
	"auditor":    {ID: "audit.auditor", Role: events.Auditor, Post: "审计员"},
	"sysadmin":   {ID: "admin.system", Role: events.SystemAdmin, Post: "系统管理员"},
	"secadmin":   {ID: "admin.security", Role: events.SecurityAdmin, Post: "安全管理员"},
	"auditadmin": {ID: "admin.audit", Role: events.AuditAdmin, Post: "审计管理员"},
}

// officeOrder is the order in which the page offers them.
var officeOrder = []string{"clerk", "clerk2", "checker", "closer", "intake", "publisher", "publisher2", "supervisor", "witness", "auditor", "sysadmin", "secadmin", "auditadmin"}

// unitRoles are those whom the page offers for every unit.
var unitRoles = []events.Role{events.UnitLiaison, events.Handler, events.UnitDeputy, events.UnitHead}

// public is anybody who has not said who they are.
var public = events.Actor{ID: "public", Role: events.Petitioner, Post: "群众"}

const (
	actCookie = "act"
	actHeader = "Xiaohao-Act" // the same for programs
	publicKey = "public"
	actFor    = 12 * time.Hour // how long a choice holds
)

// anybody is public, marked when this is the demonstration.
func (s *Server) anybody() events.Actor {
	a := public
	a.Demo = s.cfg.Demo
	return a
}

// actorOf returns the actor of a key; false for a key that names nobody.
func (s *Server) actorOf(key string) (events.Actor, bool) {
	if a, ok := office[key]; ok {
		a.Demo = s.cfg.Demo
		return a, true
	}
	parts := strings.Split(key, "|")
	if len(parts) != 3 || parts[1] == "" || parts[2] == "" || len(key) > 200 || !printable(key) {
		return s.anybody(), false
	}
	switch parts[0] {
	case "unit":
		role := events.Role(parts[2])
		switch role {
		case events.UnitLiaison, events.Handler, events.UnitDeputy, events.UnitHead, events.SectorAuthority:
			u := events.Unit{ID: parts[1], Name: s.units.of(parts[1])}
			return events.Actor{ID: "unit." + parts[1] + "." + strings.ToLower(parts[2]), Role: role, Unit: u,
				Post: u.Name + " · " + role.Zh(), Demo: s.cfg.Demo}, true
		}
	case "leader":
		return events.Actor{ID: parts[1], Role: events.LeaderRole, Post: parts[2], Demo: s.cfg.Demo}, true
	}
	return s.anybody(), false
}

// printable reports whether a key may become part of a fact.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// actKey returns whom a request of the demonstration wants to act as, false when it does not say.
func (s *Server) actKey(r *http.Request) (string, bool) {
	if !s.cfg.Demo {
		return "", false
	}
	if key := r.Header.Get(actHeader); key != "" {
		if u, err := url.PathUnescape(key); err == nil { // many programs send plain letters only in a header
			key = u
		}
		return key, true
	}
	c, err := r.Cookie(actCookie)
	if err != nil {
		return "", false
	}
	v, err := url.QueryUnescape(c.Value)
	return v, err == nil && v != ""
}

// requireStaff returns the actor, or an error that becomes a page which leads to /act.
func (s *Server) requireStaff(r *http.Request) (events.Actor, error) {
	a, ok := s.actor(r)
	if !ok {
		return a, errNotStaff
	}
	return a, nil
}

// startOf is the page on which a person of this role begins.
func startOf(a events.Actor) string {
	switch a.Role {
	case events.UnitLiaison, events.Handler, events.UnitDeputy, events.UnitHead:
		return "/unit"
	case events.LeaderRole:
		return "/leader"
	case events.Petitioner:
		return "/"
	case events.Auditor:
		return "/items"
	case events.AuditAdmin:
		return "/admin/audit"
	case events.SystemAdmin, events.SecurityAdmin:
		return "/admin/permissions"
	}
	return "/desk"
}

// choice is one person to act as.
type choice struct {
	Key, Text string
	Current   bool
}

// choiceGroup is a row of choices: one unit's people.
type choiceGroup struct {
	Name    string
	Choices []choice
}

// ActPage offers whom to act as.
type ActPage struct {
	Page
	WhoNow string
	Groups []choiceGroup // 群众 and 办公室
	Units  []choiceGroup
	Leader []choice
	Bad    string
	Back   string
}

func (s *Server) actPage(w http.ResponseWriter, r *http.Request) error {
	if !s.cfg.Demo {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return nil
	}
	return s.showAct(w, r, http.StatusOK, "")
}

func (s *Server) showAct(w http.ResponseWriter, r *http.Request, status int, bad string) error {
	p := ActPage{Page: s.page(r, "以什么身份来", ""), Bad: bad}
	current, _ := s.actKey(r)
	if p.WhoNow = p.Actor.Post; !p.SignedIn {
		p.WhoNow = public.Post
	}
	one := func(key, text string) choice { return choice{key, text, key == current} }
	people := choiceGroup{Name: "领导小组办公室和监督的人"}
	for _, k := range officeOrder {
		people.Choices = append(people.Choices, one(k, strings.TrimPrefix(office[k].Post, "领导小组办公室 · ")))
	}
	p.Groups = []choiceGroup{{"不是工作人员", []choice{one(publicKey, "群众")}}, people}
	units, err := s.reads.Units(r.Context())
	if err != nil {
		return err
	}
	for _, u := range units {
		g := choiceGroup{Name: u.Name}
		for _, role := range unitRoles {
			g.Choices = append(g.Choices, one("unit|"+u.Key+"|"+string(role), role.Zh()))
		}
		p.Units = append(p.Units, g)
	}
	leaders, err := s.reads.Leaders(r.Context())
	if err != nil {
		return err
	}
	for _, l := range leaders {
		p.Leader = append(p.Leader, one("leader|"+l.Key+"|"+l.Name, l.Name))
	}
	return s.render(w, status, "act", p)
}

// act takes the choice.
func (s *Server) act(w http.ResponseWriter, r *http.Request) error {
	if !s.cfg.Demo {
		return errNotStaff
	}
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	key := r.PostForm.Get("key")
	a, staff := s.actorOf(key)
	if key != publicKey && !staff {
		return s.showAct(w, r, http.StatusUnprocessableEntity, "请选一个身份。")
	}
	http.SetCookie(w, &http.Cookie{Name: actCookie, Value: url.QueryEscape(key), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: s.cfg.Proxies.Secure(r), MaxAge: int(actFor.Seconds())})
	to := "/"
	if staff {
		to = startOf(a)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// nameBook keeps what units are called, so that naming an actor asks the read models once
// a minute at most.
type nameBook struct {
	mu    sync.Mutex
	asked time.Time
	names map[string]string
	ask   func(context.Context) ([]projections.Option, error)
}

// of returns the name of a unit, its id when nobody knows a name.
func (b *nameBook) of(id string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n, ok := b.names[id]; ok || b.ask == nil {
		return cmp.Or(n, id)
	}
	if time.Since(b.asked) < time.Minute {
		return id
	}
	b.asked = time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	units, err := b.ask(ctx)
	if err != nil {
		return id
	}
	b.names = map[string]string{}
	for _, u := range units {
		b.names[u.Key] = u.Name
	}
	return cmp.Or(b.names[id], id)
}
