package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"xiaohao/domain/directory"
	"xiaohao/events"
)

// officerCmd keeps the people who work here, and their accounts.
type officerCmd struct {
	Add      officerAddCmd      `cmd:"" help:"Add people and posts or change them, from flags or a file."`
	Leave    officerLeaveCmd    `cmd:"" help:"Say that somebody works here no more."`
	Return   officerReturnCmd   `cmd:"" help:"Take somebody in again."`
	Password officerPasswordCmd `cmd:"" help:"Give somebody a temporary password, read from the terminal or standard input."`
	Unlock   officerUnlockCmd   `cmd:"" help:"Open an account that was locked."`
	Erase    officerEraseCmd    `cmd:"" help:"Erase somebody's credentials for good."`
	List     officerListCmd     `cmd:"" help:"List the people and their posts as of today."`
}

type officerAddCmd struct {
	directoryFlags
	ID    string `arg:"" optional:"" help:"Short id that never changes; what the person signs in with."`
	Name  string `help:"Name. Kept sealed."`
	Phone string `help:"Telephone. Kept sealed."`
	Unit  string `help:"Id of the unit of the post."`
	Role  string `help:"What the person does: 登记员, 交办员, 联络员, 承办人, 分管领导, 主要负责人, 行业主管部门, 督导, 挂钩领导, 群众代表, 公开审核员, 审计员, 系统管理员, 安全管理员, 审计管理员."`
	Title string `help:"Title of the post. Default: unit and role."`
	Rank  string `help:"Rank, of leaders."`
	From  day    `help:"First day in the post. Default: today."`
	Until day    `help:"Last day in the post. Default: open."`
	Admin bool   `help:"Make the first administrator: 系统管理员, with a password that is asked for."`
	File  string `type:"path" help:".xlsx or .csv with the columns 人员编号, 姓名, 电话, 单位, 角色, 职务, 职级, 任职日期, 任职截止."`
}

var officerHeadings = []heading{{"id", []string{"人员编号", "编号"}}, {"name", []string{"姓名"}}, {"phone", []string{"电话", "手机"}}, {"unit", []string{"单位", "单位编号"}},
	{"role", []string{"角色"}}, {"title", []string{"职务"}}, {"rank", []string{"职级"}}, {"from", []string{"任职日期"}}, {"until", []string{"任职截止"}}}

func (c *officerAddCmd) Run(ctx context.Context) error {
	if c.File != "" {
		return giveFile(ctx, c.directoryFlags, c.File, officerHeadings, func(l *line) []directory.Command {
			out := []directory.Command{directory.PutOfficer{ID: l.text("id"), Name: l.text("name"), Phone: l.text("phone")}}
			if l.text("role") != "" {
				out = append(out, directory.TakePost{Officer: l.text("id"), Unit: l.text("unit"), Role: choice(l.text("role"), directory.Posts),
					Title: l.text("title"), Rank: l.text("rank"), From: l.day("from"), Until: l.day("until")})
			}
			return out
		})
	}
	if c.Admin {
		return c.admin(ctx)
	}
	commands := []directory.Command{directory.PutOfficer{ID: c.ID, Name: c.Name, Phone: c.Phone}}
	if c.Role != "" {
		commands = append(commands, c.post(choice(c.Role, directory.Posts)))
	}
	return giveOne(ctx, c.directoryFlags, commands...)
}

func (c *officerAddCmd) post(role events.Role) directory.TakePost {
	return directory.TakePost{Officer: c.ID, Unit: c.Unit, Role: role, Title: c.Title, Rank: c.Rank, From: c.From.Date, Until: c.Until.Date}
}

// adminOffice is the unit of the first administrator, when none is named.
var adminOffice = directory.PutUnit{ID: "office", Name: "领导小组办公室", Level: events.CountyLevel, Type: events.OfficeUnit}

// admin makes an administrator who can sign in. The password is asked for before anything is
// written.
func (c *officerAddCmd) admin(ctx context.Context) error {
	password, err := askPassword("口令")
	if err != nil {
		return err
	}
	var commands []directory.Command
	if c.Unit == "" {
		c.Unit, commands = adminOffice.ID, append(commands, adminOffice)
	}
	if c.Name == "" {
		c.Name = c.ID
	}
	commands = append(commands, directory.PutOfficer{ID: c.ID, Name: c.Name, Phone: c.Phone}, c.post(events.SystemAdmin))
	if err := giveOne(ctx, c.directoryFlags, commands...); err != nil {
		return err
	}
	_, err = ask(ctx, c.directoryFlags, "/account", accountOrder{Officer: c.ID, Password: password, Do: setPassword}, (*stack).account)
	if err == nil {
		fmt.Println("口令已设。第一次登录要开通动态口令。")
	}
	return err
}

// askPassword asks for a password twice on the terminal, without showing it; when standard
// input is no terminal it is the first line of it.
func askPassword(what string) (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, 1<<10)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", &exitError{2, errNoTerminal}
		}
		return line, nil
	}
	read := func(prompt string) (string, error) {
		fmt.Fprint(os.Stderr, prompt+"：")
		b, err := term.ReadPassword(in)
		fmt.Fprintln(os.Stderr)
		return string(b), err
	}
	first, err := read(what)
	if err != nil {
		return "", err
	}
	second, err := read("再输一遍")
	if err == nil && first != second {
		err = errors.New("两次不一样，没有改。")
	}
	return first, err
}

// accountOrder is something to be done to an account.
type accountOrder struct {
	Do       string `json:"do"`
	Officer  string `json:"officer"`
	Password string `json:"password,omitzero"`
}

const (
	setPassword      = "set"
	setFirstPassword = "set_temporary"
	unlockAccount    = "unlock"
	eraseAccount     = "erase"
)

// account carries it out. Passwords travel over the control socket only, which nobody else
// on the machine can open.
func (s *stack) account(ctx context.Context, o accountOrder) (out struct{}, err error) {
	switch o.Do {
	case setPassword, setFirstPassword:
		err = s.accounts.SetPassword(ctx, shell, o.Officer, o.Password, o.Do == setFirstPassword)
	case unlockAccount:
		err = s.accounts.Unlock(ctx, shell, o.Officer)
	case eraseAccount:
		err = s.accounts.Erase(ctx, shell, o.Officer)
	default:
		err = fmt.Errorf("nothing to do with an account is called %q", o.Do)
	}
	return out, plain(err)
}

type officerLeaveCmd struct {
	directoryFlags
	ID string `arg:"" help:"Id of the person."`
	On day    `help:"The first day without. Default: today."`
}

func (c *officerLeaveCmd) Run(ctx context.Context) error {
	return giveOne(ctx, c.directoryFlags, directory.DismissOfficer{ID: c.ID, On: c.On.Date})
}

type officerReturnCmd struct {
	directoryFlags
	ID string `arg:"" help:"Id of the person."`
}

func (c *officerReturnCmd) Run(ctx context.Context) error {
	return giveOne(ctx, c.directoryFlags, directory.ReturnOfficer{ID: c.ID})
}

type accountCmd struct {
	directoryFlags
	ID string `arg:"" help:"Id of the person."`
}

func (c *accountCmd) run(ctx context.Context, do, password, said string) error {
	_, err := ask(ctx, c.directoryFlags, "/account", accountOrder{Do: do, Officer: c.ID, Password: password}, (*stack).account)
	if err == nil {
		fmt.Println(said)
	}
	return err
}

type officerPasswordCmd struct{ accountCmd }

func (c *officerPasswordCmd) Run(ctx context.Context) error {
	password, err := askPassword("临时口令")
	if err != nil {
		return err
	}
	return c.run(ctx, setFirstPassword, password, "临时口令已设，第一次登录要换成自己的。")
}

type officerUnlockCmd struct{ accountCmd }

func (c *officerUnlockCmd) Run(ctx context.Context) error {
	return c.run(ctx, unlockAccount, "", "已解锁。")
}

type officerEraseCmd struct{ accountCmd }

func (c *officerEraseCmd) Run(ctx context.Context) error {
	return c.run(ctx, eraseAccount, "", "登录凭据已抹除，不能恢复。")
}

type officerListCmd struct{ listCmd }

func (c *officerListCmd) Run(ctx context.Context) error { return c.run(ctx, "officer") }
