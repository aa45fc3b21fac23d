package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/account"
	"xiaohao/domain/directory"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// posting is one way to write: an address, what is sent there, and who may.
type posting struct {
	path string
	form url.Values
	may  []events.Role // of the roles: these have the right and are not tried here
}

// entry is what is tried of a route, or why nothing is.
type entry struct {
	try []posting
	why string
}

// Reasons why nothing is tried of a route by itself.
var (
	anybodyMay = entry{why: "anybody may: number and code, a password or a state prove the rest"}
	onesOwn    = entry{why: "of one's own account: nobody without a session"}
	everyItem  = entry{why: "every command of an item, tried one by one"}
)

// postings has an entry for each POST route: the postings that people without the right try, or
// why there are none.
func postings(number string) map[string]entry {
	rule := func(command string) []events.Role {
		r, _ := rights.Of(command)
		return r.Roles
	}
	accept := rule("accept")
	out := map[string]entry{
		"POST /raise": anybodyMay, "POST /q": anybodyMay, "POST /q/evaluate": anybodyMay, "POST /q/supply": anybodyMay, "POST /q/withdraw": anybodyMay, "POST /q/object": anybodyMay,
		"POST /q/photo": anybodyMay, "POST /raise/step": anybodyMay, "POST /p/{id}/object": anybodyMay, "POST /p/{id}/follow": anybodyMay, "POST /follow/{id}": anybodyMay, "POST /act": anybodyMay, "POST /signin": anybodyMay, "POST /signin/code": anybodyMay, "POST /signout": anybodyMay, "POST /signin/sso": anybodyMay,
		"POST /signin/sso/back": anybodyMay, "POST /api/v1/items": anybodyMay, "POST /api/v1/query": anybodyMay,
		"POST /account/hat": onesOwn, "POST /account/password": onesOwn, "POST /account/second": onesOwn, "POST /account/sessions": onesOwn, "POST /account/tokens": onesOwn,
		"POST /account/tokens/revoke": onesOwn, "POST /account/delegations": onesOwn, "POST /account/delegations/withdraw": onesOwn,
		"POST /items/{number}/{command}": everyItem, "POST /api/v1/items/{number}/{command}": everyItem,
		"POST /items/{number}/unsplit":           {try: []posting{{"/items/" + number + "/unsplit", nil, rule("merge")}}},
		"POST /items/{number}/photos/{evidence}": {try: []posting{{"/items/" + number + "/photos/1", nil, rule("redact_photo")}}},
		"POST /raise/batch":                      {try: []posting{{"/raise/batch", nil, []events.Role{events.Intake, events.Dispatcher}}}},
		"POST /items/bulk":                       {try: []posting{{"/items/bulk", nil, rights.Ledger.Roles()}}}, "POST /items/columns": {try: []posting{{"/items/columns", nil, rights.Ledger.Roles()}}},
		"POST /items/views": {try: []posting{{"/items/views", nil, rights.Ledger.Roles()}}}, "POST /items/export": {try: []posting{{"/items/export", nil, rights.Ledger.Roles()}}},
		"POST /items/{number}/print/{form}": {try: []posting{{"/items/" + number + "/print/assignment", nil, rights.Ledger.Roles()}}},
		"POST /reports/{kind}":              {try: []posting{{"/reports/week", nil, rights.Ledger.Roles()}}},
		"POST /admin/audit/export":          {try: []posting{{"/admin/audit/export", nil, rights.Audit.Roles()}}},
		"POST /items/{number}/workbook":     {try: []posting{{"/items/" + number + "/workbook", nil, accept}}},
		"POST /api/v1/items/{number}/case":  {try: []posting{{"/api/v1/items/" + number + "/case", nil, rights.Case.Roles()}}},
		"POST /api/v1/import":               {try: []posting{{"/api/v1/import", nil, accept}}}, "POST /import": {try: []posting{{"/import", nil, accept}}}, "POST /import/{id}/map": {try: []posting{{"/import/1/map", nil, accept}}},
		"POST /import/{id}/take": {try: []posting{{"/import/1/take", nil, accept}}}, "POST /import/{id}/cancel": {try: []posting{{"/import/1/cancel", nil, accept}}},
		"POST /api/v1/imports": {try: []posting{{"/api/v1/imports", nil, accept}}}, "POST /api/v1/imports/{id}/take": {try: []posting{{"/api/v1/imports/1/take", nil, accept}}},
		"POST /api/v1/imports/{id}/cancel": {try: []posting{{"/api/v1/imports/1/cancel", nil, accept}}},
		"POST /admin/ladders":              {try: []posting{{"/admin/ladders", url.Values{"preset": {"COUNTY_LEDGER"}, "watch": {"ITEM"}, "rungs": {"催办 1"}}, rights.Ladders.Roles()}}},
		"POST /admin/templates":            {try: []posting{{"/admin/templates", url.Values{"paper": {"reply"}, "do": {"withdraw"}}, rights.Templates.Roles()}}},
		"POST /inbox":                      {try: []posting{{"/inbox", nil, rights.Ledger.Roles()}}}, "POST /inbox/preferences": {try: []posting{{"/inbox/preferences", nil, rights.Ledger.Roles()}}},
		"POST /admin/notices": {try: []posting{{"/admin/notices", url.Values{"notice": {"x"}}, []events.Role{events.SystemAdmin, events.Dispatcher}}}},
		"POST /admin/rules": {try: []posting{{"/admin/rules", url.Values{"command": {"set_limit"}, "stage": {"SIGN"}, "rules": {"3 个工作日"}}, rule("set_limit")},
			{"/admin/rules", url.Values{"command": {"withdraw_limit"}, "stage": {"SIGN"}}, rule("withdraw_limit")}}},
		"POST /admin/calendar": {try: []posting{{"/admin/calendar", url.Values{"command": {"recompute"}}, rule("publish_calendar")},
			{"/admin/calendar", url.Values{"command": {"publish_calendar"}}, rule("publish_calendar")}, {"/admin/calendar", url.Values{"command": {"set_working_hours"}}, rule("set_working_hours")}}},
	}
	var officers []posting
	for _, sp := range account.Specs() {
		if sp.Name != account.Erase && sp.Name != account.LinkLogin { // only xiaohao officer erase does the one; nobody else signs people in here
			officers = append(officers, posting{"/admin/officers/office.clerk/" + sp.Name, url.Values{"reason": {"换手机"}, "subject": {"x"}}, rule(sp.Name)})
		}
	}
	for _, name := range []string{"leave_post", "return_officer"} {
		officers = append(officers, posting{"/admin/officers/office.clerk/" + name, url.Values{"post": {"x"}}, rule(name)})
	}
	out["POST /admin/officers/{officer}/{act}"] = entry{try: officers}
	kinds := map[string][]posting{}
	for _, sp := range directory.Specs() {
		kind := map[string]string{"unit": "units", "officer": "officers", "post": "officers", "ledger": "ledgers", "duty": "catalogue"}[sp.Name[strings.LastIndex(sp.Name, "_")+1:]]
		if kind != "" && sp.Name != "leave_post" {
			kinds[kind] = append(kinds[kind], posting{"/admin/" + kind, url.Values{"command": {sp.Name}, "id": {"x"}, "name": {"甲"}, "officer": {"office.clerk"}, "category": {"民生"}}, rule(sp.Name)})
		}
	}
	for kind, of := range kinds {
		out["POST /admin/"+kind] = entry{try: of}
	}
	return out
}

// everyRole is somebody of each role; those of units are of one that works on the item.
func everyRole(unit string) map[events.Role]string {
	out := map[events.Role]string{events.Petitioner: "", events.Dispatcher: "clerk", events.Intake: "intake", events.Publisher: "publisher", events.Supervisor: "supervisor",
		events.Witness: "witness", events.Auditor: "auditor", events.SystemAdmin: "sysadmin", events.SecurityAdmin: "secadmin", events.AuditAdmin: "auditadmin",
		events.LeaderRole: "leader|l1|区领导", events.SectorAuthority: staff("区走访标丙局", "SECTOR_AUTHORITY")}
	for _, r := range rights.UnitStaff {
		out[r] = staff(unit, string(r))
	}
	return out
}

// TestPostsWithoutRights tries every POST route as every role that has no right to it: each is
// refused with the sentence that says who does it, and nothing is written. A route without an entry
// fails, and so does a role that nobody has here.
func TestPostsWithoutRights(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit := "区走访标甲局"
	n := s.raise(fields{"text": "晚上没有公交车", "category": "民生"}).Number
	s.do("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD"}}})
	for _, c := range []directory.Command{directory.PutUnit{ID: "office", Name: "办公室", Level: events.CountyLevel, Type: events.OfficeUnit}, directory.PutOfficer{ID: "office.clerk", Name: "甲"}} {
		if _, err := s.stack.directory.Do(t.Context(), directory.Order{ID: uuid.New(), Command: c, Actor: shell}); err != nil {
			t.Fatal(err)
		}
	}
	s.settled()
	people := everyRole(unit)
	for _, r := range events.Roles {
		if _, ok := people[r]; !ok && r != events.System {
			t.Errorf("nobody of the role %s tries", r)
		}
	}
	before := s.last()
	form := func(as string, p posting) {
		t.Helper()
		a := s.call(as, "POST", p.path, p.form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		body := text(a.Body)
		switch {
		case a.Status == http.StatusForbidden && as == "" && strings.Contains(body, "这一页是工作人员用的"):
		case (a.Status == http.StatusForbidden || a.Status == http.StatusUnprocessableEntity) && as != "" && strings.Contains(body, "您现在是"):
		default:
			t.Errorf("%s %v as %q: %d %.300s", p.path, p.form, as, a.Status, body)
		}
	}
	table := postings(n)
	for _, pattern := range s.web.Routes() {
		if !strings.HasPrefix(pattern, "POST ") {
			continue
		}
		e := table[pattern]
		if len(e.try) == 0 && e.why == "" {
			t.Errorf("%s has no entry in the table: say who may", pattern)
		}
		for _, p := range e.try {
			for role, as := range people {
				if !slices.Contains(p.may, role) {
					form(as, p)
				}
			}
		}
		if e.why == onesOwn.why {
			for _, as := range people {
				if a := s.call(as, "POST", strings.TrimPrefix(pattern, "POST "), "", "Content-Type", "application/x-www-form-urlencoded"); a.Status != http.StatusForbidden {
					t.Errorf("%s as %q: %d", pattern, as, a.Status)
				}
			}
		}
	}
	for _, sp := range domain.Specs() {
		if sp.Starts {
			continue
		}
		for role, as := range people {
			if slices.Contains(sp.Roles, role) {
				continue
			}
			form(as, posting{"/items/" + n + "/" + sp.Name, nil, nil})
			a := s.call(as, "POST", "/api/v1/items/"+n+"/"+sp.Name, fields{})
			if ok := a.Status == http.StatusForbidden || a.Status == http.StatusUnprocessableEntity && a.rules() == ":"+sp.Name+".role"; !ok {
				t.Errorf("%s by the API as %q: %d %s", sp.Name, as, a.Status, a.rules())
			}
		}
	}
	if wrote := s.written(before); len(wrote) > 0 {
		t.Errorf("somebody without the right wrote %v", wrote)
	}
}
