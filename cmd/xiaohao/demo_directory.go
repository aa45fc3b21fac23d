package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain/directory"
	"xiaohao/events"
)

// demoOffice is the unit of the demonstration's office.
var demoOffice = directory.PutUnit{ID: "领导小组办公室", Name: "领导小组办公室", Level: events.CountyLevel, Type: events.OfficeUnit}

// demoPeople are the demonstration's officers who are of no handling unit: those whom the
// switch at /act offers, and the three administrators.
var demoPeople = []directory.TakePost{
	{Officer: "office.intake", Role: events.Intake, Title: "领导小组办公室 · 登记员"},
	{Officer: "office.clerk", Role: events.Dispatcher, Title: "领导小组办公室 · 交办员"},
	{Officer: "office.clerk2", Role: events.Dispatcher, Title: "领导小组办公室 · 第二交办员"},
	{Officer: "office.checker", Role: events.Dispatcher, Title: "领导小组办公室 · 核查员"},
	{Officer: "office.closer", Role: events.Dispatcher, Title: "领导小组办公室 · 销号员"},
	{Officer: "office.publisher", Role: events.Publisher, Title: "公开审核员（拟稿）"},
	{Officer: "office.publisher2", Role: events.Publisher, Title: "公开审核员（核稿）"},
	{Officer: "group.supervisor", Role: events.Supervisor, Title: "督导组"},
	{Officer: "group.witness", Role: events.Witness, Title: "群众代表"},
	{Officer: demoLeader.ID, Role: events.LeaderRole, Title: demoLeader.Post, Rank: demoLeader.Rank},
	{Officer: "admin.system", Role: events.SystemAdmin}, {Officer: "admin.security", Role: events.SecurityAdmin}, {Officer: "admin.audit", Role: events.AuditAdmin},
}

// playDirectory fills the directory with the units that the documents name and the
// demonstration's officers, by commands. It may be interrupted and played again.
func playDirectory(ctx context.Context, desk *directory.Desk) error {
	rows, err := readDemo(demoCSV)
	if err != nil {
		return err
	}
	commands := []directory.Command{demoOffice}
	for _, p := range demoPeople {
		p.Unit = demoOffice.ID
		commands = append(commands, directory.PutOfficer{ID: p.Officer, Name: "演示人员"}, p)
	}
	for _, name := range demoUnits(rows) {
		commands = append(commands, demoUnit(name))
		for _, role := range []events.Role{events.UnitLiaison, events.Handler, events.UnitDeputy, events.UnitHead} {
			a := demoStaff(named(name), role)
			commands = append(commands, directory.PutOfficer{ID: a.ID, Name: "演示人员"}, directory.TakePost{Officer: a.ID, Unit: name, Role: role, Title: a.Post})
		}
	}
	for _, p := range events.Presets {
		commands = append(commands, directory.PutLedger{ID: strings.ToLower(string(p)), Name: p.Zh(), Preset: p, Office: demoOffice.ID})
	}
	for i, c := range commands {
		order := directory.Order{ID: uuid.NewSHA1(demoSpace, fmt.Appendf(nil, "directory/%d", i)), Command: c, Actor: shell, Cause: "demo"}
		if _, err := desk.Do(ctx, order); err != nil {
			return fmt.Errorf("demonstration, directory: %s: %w", directory.Name(c), err)
		}
	}
	return nil
}

// demoUnits are the units that the documents name, in their order.
func demoUnits(rows []demoRow) []string {
	var out []string
	seen := map[string]bool{}
	add := func(u events.Unit) {
		if u.ID != "" && !seen[u.ID] {
			seen[u.ID] = true
			out = append(out, u.ID)
		}
	}
	for _, r := range rows {
		d := &demo{row: r}
		add(d.lead())
		if u, ok := d.coUnit(); ok {
			add(u)
		}
	}
	return out
}

// demoUnit says what sort of unit it is, which its name tells.
func demoUnit(name string) directory.PutUnit {
	u := directory.PutUnit{ID: name, Name: name, Level: events.CountyLevel, Type: events.DepartmentUnit}
	if strings.HasSuffix(name, "乡") || strings.HasSuffix(name, "镇") {
		u.Level, u.Type, u.Area = events.Township, events.TerritorialUnit, name
	}
	return u
}
