package main

import (
	"context"
	"errors"

	"xiaohao/domain/directory"
	"xiaohao/events"
)

// day is a flag that is a date.
type day struct{ events.Date }

// unitCmd keeps the units.
type unitCmd struct {
	Add    unitAddCmd    `cmd:"" help:"Add units or change them, from flags or a file."`
	Close  unitCloseCmd  `cmd:"" help:"Say that a unit takes nothing more."`
	Reopen unitReopenCmd `cmd:"" help:"Take a closing back."`
	List   unitListCmd   `cmd:"" help:"List the units as of today."`
}

type unitAddCmd struct {
	directoryFlags
	Name   string `arg:"" optional:"" help:"Name, as people call it."`
	ID     string `help:"Short id that never changes. Default: the name."`
	Level  string `help:"省级, 市级, 县级, 乡镇街道 or 村社区."`
	Type   string `help:"领导小组办公室, 职能部门, 属地, 督导 or 企事业单位."`
	Parent string `help:"Id of the unit above."`
	Area   string `help:"Area that it answers for."`
	From   day    `help:"From which day, 2026-11-30. Default: today."`
	File   string `type:"path" help:".xlsx or .csv with the columns 单位名称, 编号, 层级, 类型, 上级单位, 属地, 起始日期."`
}

var unitHeadings = []heading{{"name", []string{"单位名称", "名称", "单位"}}, {"id", []string{"编号", "单位编号"}}, {"level", []string{"层级"}},
	{"type", []string{"类型"}}, {"parent", []string{"上级单位", "上级", "上级单位编号"}}, {"area", []string{"属地"}}, {"from", []string{"起始日期"}}}

func (c *unitAddCmd) Run(ctx context.Context) error {
	if c.File != "" {
		return giveFile(ctx, c.directoryFlags, c.File, unitHeadings, func(l *line) []directory.Command {
			return []directory.Command{directory.PutUnit{ID: l.text("id"), Name: l.text("name"), Level: choice(l.text("level"), events.UnitLevels),
				Type: choice(l.text("type"), events.UnitTypes), Parent: l.text("parent"), Area: l.text("area"), From: l.day("from")}}
		})
	}
	return giveOne(ctx, c.directoryFlags, directory.PutUnit{ID: c.ID, Name: c.Name, Level: choice(c.Level, events.UnitLevels),
		Type: choice(c.Type, events.UnitTypes), Parent: c.Parent, Area: c.Area, From: c.From.Date})
}

type unitCloseCmd struct {
	directoryFlags
	ID        string `arg:"" help:"Id of the unit."`
	On        day    `help:"The first day without it. Default: today."`
	Successor string `help:"Id of the unit that takes over."`
}

func (c *unitCloseCmd) Run(ctx context.Context) error {
	return giveOne(ctx, c.directoryFlags, directory.CloseUnit{ID: c.ID, On: c.On.Date, Successor: c.Successor})
}

type unitReopenCmd struct {
	directoryFlags
	ID   string `arg:"" help:"Id of the unit."`
	From day    `help:"From which day. Default: today."`
}

func (c *unitReopenCmd) Run(ctx context.Context) error {
	return giveOne(ctx, c.directoryFlags, directory.ReopenUnit{ID: c.ID, From: c.From.Date})
}

type unitListCmd struct{ listCmd }

func (c *unitListCmd) Run(ctx context.Context) error { return c.run(ctx, "unit") }

// ledgerCmd keeps the ledgers.
type ledgerCmd struct {
	Add    ledgerAddCmd    `cmd:"" help:"Add ledgers or change them, from flags or a file."`
	Close  ledgerCloseCmd  `cmd:"" help:"Say that a ledger takes no new items."`
	Reopen ledgerReopenCmd `cmd:"" help:"Take a closing back."`
	List   ledgerListCmd   `cmd:"" help:"List the ledgers."`
}

type ledgerAddCmd struct {
	directoryFlags
	ID     string `arg:"" optional:"" help:"Short id that never changes: what import --ledger takes."`
	Name   string `help:"Name, as people call it."`
	Preset string `help:"镇级意见箱, 县级整改台账 or 督察销号."`
	Office string `help:"Id of the unit that keeps it."`
	File   string `type:"path" help:".xlsx or .csv with the columns 台账编号, 台账名称, 办理方式, 主管单位."`
}

var ledgerHeadings = []heading{{"id", []string{"台账编号", "编号"}}, {"name", []string{"台账名称", "名称"}}, {"preset", []string{"办理方式"}}, {"office", []string{"主管单位"}}}

func (c *ledgerAddCmd) Run(ctx context.Context) error {
	if c.File != "" {
		return giveFile(ctx, c.directoryFlags, c.File, ledgerHeadings, func(l *line) []directory.Command {
			return []directory.Command{directory.PutLedger{ID: l.text("id"), Name: l.text("name"), Preset: choice(l.text("preset"), events.Presets), Office: l.text("office")}}
		})
	}
	return giveOne(ctx, c.directoryFlags, directory.PutLedger{ID: c.ID, Name: c.Name, Preset: choice(c.Preset, events.Presets), Office: c.Office})
}

type ledgerCloseCmd struct {
	directoryFlags
	ID string `arg:"" help:"Id of the ledger."`
}

func (c *ledgerCloseCmd) Run(ctx context.Context) error {
	return giveOne(ctx, c.directoryFlags, directory.CloseLedger{ID: c.ID})
}

type ledgerReopenCmd struct {
	directoryFlags
	ID string `arg:"" help:"Id of the ledger."`
}

func (c *ledgerReopenCmd) Run(ctx context.Context) error {
	return giveOne(ctx, c.directoryFlags, directory.ReopenLedger{ID: c.ID})
}

type ledgerListCmd struct{ listCmd }

func (c *ledgerListCmd) Run(ctx context.Context) error { return c.run(ctx, "ledger") }

// dutyCmd keeps the responsibility catalogue (责任目录).
type dutyCmd struct {
	Add      dutyAddCmd      `cmd:"" help:"Say which unit answers for a category in an area, from flags or a file."`
	Withdraw dutyWithdrawCmd `cmd:"" help:"Say that nobody is named for it."`
	List     dutyListCmd     `cmd:"" help:"List the catalogue as of today."`
}

type dutyAddCmd struct {
	directoryFlags
	Category string `arg:"" optional:"" help:"First or second category."`
	Area     string `help:"Area. Default: everywhere."`
	Unit     string `help:"Id of the unit."`
	From     day    `help:"From which day. Default: today."`
	File     string `type:"path" help:".xlsx or .csv with the columns 类别, 属地, 责任单位, 起始日期."`
}

var dutyHeadings = []heading{{"category", []string{"类别"}}, {"area", []string{"属地"}}, {"unit", []string{"责任单位", "单位"}}, {"from", []string{"起始日期"}}}

func (c *dutyAddCmd) Run(ctx context.Context) error {
	if c.File != "" {
		return giveFile(ctx, c.directoryFlags, c.File, dutyHeadings, func(l *line) []directory.Command {
			return []directory.Command{directory.PutDuty{Category: l.text("category"), Area: l.text("area"), Unit: l.text("unit"), From: l.day("from")}}
		})
	}
	return giveOne(ctx, c.directoryFlags, directory.PutDuty{Category: c.Category, Area: c.Area, Unit: c.Unit, From: c.From.Date})
}

type dutyWithdrawCmd struct {
	directoryFlags
	Category string `arg:"" help:"Category."`
	Area     string `help:"Area."`
	From     day    `help:"From which day. Default: today."`
}

func (c *dutyWithdrawCmd) Run(ctx context.Context) error {
	return giveOne(ctx, c.directoryFlags, directory.WithdrawDuty{Category: c.Category, Area: c.Area, From: c.From.Date})
}

type dutyListCmd struct{ listCmd }

func (c *dutyListCmd) Run(ctx context.Context) error { return c.run(ctx, "duty") }

var errNoTerminal = errors.New("口令要在终端里输入，或者从标准输入给一行，不能写在命令行上")
