package web

import (
	"maps"
	"net/http"

	"xiaohao/domain"
	rules "xiaohao/domain/account"
	"xiaohao/domain/almanac"
	"xiaohao/domain/directory"
	"xiaohao/domain/rights"
	"xiaohao/domain/rulebook"
	"xiaohao/events"
)

// PermissionsPage shows the table of who may do and see what, as it is enforced.
type PermissionsPage struct {
	Page
	Mine  string // the reader's own role
	Does  []permission
	Looks []permission
}

// permission is one row: a command or a view.
type permission struct {
	Name, Who, Scope string
	Mine             bool // the reader's role is among them
}

func (s *Server) permissionsPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	p := PermissionsPage{Page: s.staffPage(r, "谁能做什么", "admin"), Mine: a.Role.Zh()}
	titles := map[string]string{}
	for _, sp := range domain.Specs() {
		titles[sp.Name] = sp.Title
	}
	for _, sp := range directory.Specs() {
		titles[sp.Name] = sp.Title
	}
	for _, sp := range rules.Specs() {
		titles[sp.Name] = sp.Title
	}
	maps.Copy(titles, almanac.Titles)
	maps.Copy(titles, rulebook.Titles)
	for _, x := range rights.Rules() {
		p.Does = append(p.Does, permission{titles[x.Command], zhJoin(x.Roles), x.Scope.Zh(), x.Allows(a.Role)})
	}
	for _, v := range rights.Views() {
		p.Looks = append(p.Looks, permission{v.Zh(), zhJoin(v.Roles()), v.Of(a.Role).Zh(), v.May(a.Role)})
	}
	return s.render(w, http.StatusOK, "permissions", p)
}
