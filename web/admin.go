package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/directory"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/events/roster"
)

// adminRoutes are the pages of the directory: units, officers, ledgers, and who answers for what.
func (s *Server) adminRoutes() []route {
	if s.cfg.Directory == nil {
		return nil
	}
	var out []route
	for kind := range adminKinds {
		out = append(out, route{"GET /admin/" + kind, s.sees(rights.Directory, s.adminPage(kind))},
			route{"POST /admin/" + kind, s.sees(rights.Directory, s.adminDo(kind))})
	}
	out = append(out, s.officerRoutes()...)
	return append(out, route{"GET /admin", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/admin/units", http.StatusSeeOther)
		return nil
	}})
}

// AdminTabs lists the pages of administration that this person may open; none when only the
// table of permissions is left, which everybody sees.
func (p Page) AdminTabs() []entry {
	if !rights.Directory.May(p.Actor.Role) {
		return nil
	}
	path, _, _ := strings.Cut(p.Here, "?")
	var out []entry
	for _, t := range []string{"units", "officers", "ledgers", "catalogue"} {
		out = append(out, entry{"/admin/" + t, adminKinds[t].title, path == "/admin/"+t || strings.HasPrefix(path, "/admin/"+t+"/")})
	}
	if rights.Timing.May(p.Actor.Role) {
		out = append(out, entry{"/admin/rules", "时限规则", path == "/admin/rules"}, entry{"/admin/calendar", "工作日历", path == "/admin/calendar"})
	}
	if rights.Notices.May(p.Actor.Role) {
		out = append(out, entry{"/admin/notices", "通知发送", path == "/admin/notices"})
	}
	if rights.Audit.May(p.Actor.Role) {
		out = append(out, entry{"/admin/audit", "审计记录", path == "/admin/audit"})
	}
	if rights.Ladders.May(p.Actor.Role) {
		out = append(out, entry{"/admin/ladders", "督办阶梯", path == "/admin/ladders"})
	}
	if rights.Templates.May(p.Actor.Role) {
		out = append(out, entry{"/admin/templates", "表单模板", path == "/admin/templates"})
	}
	return append(out, entry{"/admin/permissions", "权限", path == "/admin/permissions"})
}

// AdminPage is one list of the directory with the forms that change it.
type AdminPage struct {
	Page
	Kind  string
	Says  string
	Head  []string
	Rows  []adminRow
	Again bool // some row has a button
	Forms []adminForm
}

// Steps ranges over the levels that a row stands below the first.
func (AdminPage) Steps(n int) []struct{} { return make([]struct{}, n) }

type adminRow struct {
	Indent int
	Cells  []string
	Over   bool   // closed, left
	Href   string // page of its own
	Again  *again // takes it back
}

// again is the button of a row that is closed: it opens it once more.
type again struct{ Command, ID, Button string }

// adminForm gives one command.
type adminForm struct {
	Command, Title, Button string
	Inputs                 []Input
	No                     string // why this person may not give it
}

// adminKind is what one of the pages shows and takes.
type adminKind struct {
	title, says string
	list        func(r *roster.Roster, names func(events.Sealed) string, today events.Date) ([]string, []adminRow)
	forms       []adminForm
	again       string // the command that takes a closing back
}

var adminKinds = map[string]adminKind{
	"units": {"单位", "编号一次给定，不再改；更名、调整隶属、撤销都从某一天起，以前的记录还叫以前的名字。", adminUnits, []adminForm{
		{Command: "put_unit", Title: "添加或更改单位", Button: "存", Inputs: []Input{text("name", "单位名称", true), hinted(text("id", "编号", false), "不填就用名称。更改时填原来的编号。"),
			enum("level", "层级", events.UnitLevels), enum("type", "类型", events.UnitTypes), hinted(text("parent", "上级单位", false), "上级单位的编号"), text("area", "属地", false), date("from", "从哪一天起")}},
		{Command: "close_unit", Title: "撤销单位", Button: "撤销", Inputs: []Input{text("id", "编号", true), date("on", "从哪一天起"), hinted(text("successor", "承接单位", false), "接着办的单位的编号")}},
	}, "reopen_unit"},
	"officers": {"人员", "一人一号。姓名、电话密封保存。系统、安全、审计管理员不能由同一个人担任。", adminOfficers, []adminForm{
		{Command: "put_officer", Title: "添加或更改人员", Button: "存", Inputs: []Input{text("id", "人员编号", true), text("name", "姓名", true), text("phone", "电话", false)}},
		{Command: "take_post", Title: "任职", Button: "任职", Inputs: []Input{text("officer", "人员编号", true), hinted(text("unit", "单位", true), "单位的编号"), enum("role", "角色", directory.Posts),
			text("title", "职务", false), hinted(text("rank", "职级", false), "挂钩领导要填"), date("from", "任职日期"), hinted(date("until", "任职截止"), "不填就是没有期限")}},
		{Command: "dismiss_officer", Title: "离任", Button: "办理离任", Inputs: []Input{text("id", "人员编号", true), date("on", "从哪一天起")}},
	}, "return_officer"},
	"ledgers": {"台账", "办理方式建账时定，不再改。", adminLedgers, []adminForm{
		{Command: "put_ledger", Title: "新建或更改台账", Button: "存", Inputs: []Input{text("id", "台账编号", true), text("name", "台账名称", true), enum("preset", "办理方式", events.Presets), hinted(text("office", "主管单位", false), "单位的编号")}},
		{Command: "close_ledger", Title: "停用台账", Button: "停用", Inputs: []Input{text("id", "台账编号", true)}},
	}, "reopen_ledger"},
	"catalogue": {"责任目录", "哪一类事、哪个属地，归哪个单位管。交办时照它建议，由人来定。属地写得窄的先用。", adminDuties, []adminForm{
		{Command: "put_duty", Title: "定责", Button: "存", Inputs: []Input{hinted(text("category", "类别", true), "一级或二级类别"), hinted(text("area", "属地", false), "不填就是到处都归它"), hinted(text("unit", "责任单位", true), "单位的编号"), date("from", "从哪一天起")}},
		{Command: "withdraw_duty", Title: "撤销", Button: "撤销", Inputs: []Input{text("category", "类别", true), text("area", "属地", false), date("from", "从哪一天起")}},
	}, ""},
}

func text(name, label string, need bool) Input {
	return Input{Name: name, Label: label, Kind: domain.Text, Need: need, Auto: "off"}
}

func date(name, label string) Input {
	return Input{Name: name, Label: label, Kind: domain.Day, Hint: "不填就是今天"}
}

func hinted(in Input, hint string) Input {
	in.Hint = hint
	return in
}

func enum[T interface {
	~string
	Zh() string
}](name, label string, all []T) Input {
	in := Input{Name: name, Label: label, Kind: domain.Enum, Blank: "请选", Need: true}
	for _, v := range all {
		in.Options = append(in.Options, domain.Choice{Value: string(v), Label: v.Zh()})
	}
	return in
}

func (s *Server) adminPage(kind string) staffHandler {
	return func(w http.ResponseWriter, r *http.Request, a events.Actor) error {
		return s.showAdmin(w, r, a, kind, http.StatusOK, "", nil)
	}
}

// showAdmin shows a page of the directory; after a refusal the form of that command keeps
// what was typed.
func (s *Server) showAdmin(w http.ResponseWriter, r *http.Request, a events.Actor, kind string, status int, command string, rs domain.Refusals) error {
	k := adminKinds[kind]
	p := AdminPage{Page: s.staffPage(r, k.title, "admin"), Kind: kind, Says: k.says}
	p.Errors = rs
	if r.URL.Query().Get("n") != "" {
		p.Notice = "已记下。"
	}
	ros, err := s.reads.Roster(r.Context())
	if err != nil {
		return err
	}
	p.Head, p.Rows = k.list(ros, func(f events.Sealed) string { return s.plain(r.Context(), f) }, s.today())
	p.rowButtons(k, a)
	for _, f := range k.forms {
		c, err := directory.Decode(f.Command, []byte("{}"))
		if err != nil {
			return err
		}
		if no := directory.SpecOf(c).Allows(a, ""); no != nil {
			f.No = no.Message
		}
		inputs := make([]Input, len(f.Inputs))
		for i, in := range f.Inputs {
			if f.Command == command {
				in.Value, in.Err = r.PostForm.Get(in.Name), errAt(rs, in.Name)
			} else {
				in.Name = f.Command + "." + in.Name // every id once on a page
			}
			inputs[i] = in
		}
		f.Inputs = inputs
		p.Forms = append(p.Forms, f)
	}
	return s.render(w, status, "admin", p)
}

// rowButtons leaves the buttons of rows to those who may press them, and the links to those who
// may follow them.
func (p *AdminPage) rowButtons(k adminKind, a events.Actor) {
	may := false
	for _, sp := range directory.Specs() {
		may = may || sp.Name == k.again && sp.Allows(a, "") == nil
	}
	for i, row := range p.Rows {
		if row.Again != nil && may {
			p.Rows[i].Again.Command, p.Again = k.again, true
		} else {
			p.Rows[i].Again = nil
		}
		if !rights.Accounts.May(a.Role) {
			p.Rows[i].Href = ""
		}
	}
}

// plain opens a name for a person who keeps the directory; one that was erased is said to be.
func (s *Server) plain(ctx context.Context, f events.Sealed) string {
	v, err := s.vault.Open(ctx, f)
	if err != nil {
		return "（已抹除）"
	}
	return v
}

// adminDo takes the command of a form.
func (s *Server) adminDo(kind string) staffHandler {
	return func(w http.ResponseWriter, r *http.Request, a events.Actor) error {
		if err := r.ParseForm(); err != nil {
			return badForm(err)
		}
		name := r.PostForm.Get("command")
		given := map[string]string{}
		known := name == adminKinds[kind].again
		if known {
			given["id"] = r.PostForm.Get("id")
		}
		for _, f := range adminKinds[kind].forms {
			if f.Command != name {
				continue
			}
			known = true
			for _, in := range f.Inputs {
				v := r.PostForm.Get(name + "." + in.Name)
				if v == "" {
					v = r.PostForm.Get(in.Name)
				}
				v = strings.TrimSpace(v)
				r.PostForm.Set(in.Name, v)
				if v != "" {
					given[in.Name] = v
				}
			}
		}
		if !known || name == "" {
			return errBadRequest
		}
		c, err := directory.DecodeFields(name, given)
		if err == nil {
			err = s.enterDirectory(r, a, c)
		}
		if rs := domain.RefusalsOf(err); rs != nil {
			return s.showAdmin(w, r, a, kind, http.StatusUnprocessableEntity, name, rs)
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, "/admin/"+kind+"?"+url.Values{"n": {"1"}}.Encode(), http.StatusSeeOther)
		return nil
	}
}

func adminUnits(r *roster.Roster, _ func(events.Sealed) string, today events.Date) ([]string, []adminRow) {
	var rows []adminRow
	for _, u := range r.Units(today) {
		state := "在用"
		if !u.Open {
			state = "已撤销 " + u.Closed.String()
		}
		row := adminRow{Indent: min(r.Depth(u.ID, today), 5), Cells: []string{u.Name, u.ID, u.Level.Zh(), u.Type.Zh(), u.Area, state}, Over: !u.Open}
		if !u.Open {
			row.Again = &again{ID: u.ID, Button: "恢复"}
		}
		rows = append(rows, row)
	}
	return []string{"单位名称", "编号", "层级", "类型", "属地", "状态"}, rows
}

func adminOfficers(r *roster.Roster, open func(events.Sealed) string, today events.Date) ([]string, []adminRow) {
	var rows []adminRow
	for _, o := range r.Officers() {
		var posts []string
		for _, p := range o.PostsOn(today) {
			posts = append(posts, postWords(r, p, today))
		}
		state := "在岗"
		if !o.Here(today) {
			state = "已离任 " + o.Left.String()
		}
		row := adminRow{Cells: []string{o.ID, open(o.Name), strings.Join(posts, "；"), state}, Over: !o.Here(today), Href: "/admin/officers/" + url.PathEscape(o.ID)}
		if row.Over {
			row.Again = &again{ID: o.ID, Button: "返岗"}
		}
		rows = append(rows, row)
	}
	return []string{"人员编号", "姓名", "职务", "状态"}, rows
}

func adminLedgers(r *roster.Roster, _ func(events.Sealed) string, today events.Date) ([]string, []adminRow) {
	var rows []adminRow
	for _, l := range r.Ledgers() {
		state, office := "在用", ""
		if l.Closed {
			state = "停用"
		}
		if l.Office != "" {
			office = r.Ref(l.Office, today).Name
		}
		row := adminRow{Cells: []string{l.Name, l.ID, l.Preset.Zh(), office, state}, Over: l.Closed}
		if l.Closed {
			row.Again = &again{ID: l.ID, Button: "启用"}
		}
		rows = append(rows, row)
	}
	return []string{"台账名称", "编号", "办理方式", "主管单位", "状态"}, rows
}

func adminDuties(r *roster.Roster, _ func(events.Sealed) string, today events.Date) ([]string, []adminRow) {
	var rows []adminRow
	for _, d := range r.Duties(today) {
		unit, area := "（没有）", d.Area
		if id := d.Unit(today); id != "" {
			unit = r.Ref(id, today).Name
		}
		if area == "" {
			area = "到处"
		}
		rows = append(rows, adminRow{Cells: []string{d.Category, area, unit, d.From(today).String()}, Over: d.Unit(today) == ""})
	}
	return []string{"类别", "属地", "责任单位", "起始日期"}, rows
}
