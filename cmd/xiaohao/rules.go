package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/limit"
	"xiaohao/domain/rulebook"
	"xiaohao/events"
)

// rulesCmd keeps the table of time limits.
type rulesCmd struct {
	List     rulesListCmd     `cmd:"" help:"Say how long each step may take, and by which rows."`
	Set      rulesSetCmd      `cmd:"" help:"Enter a row or change its figure. Deadlines that stand keep theirs."`
	Withdraw rulesWithdrawCmd `cmd:"" help:"Take a row out: the next wider one holds."`
}

// rulesRow names a row on the command line, by code or in Chinese.
type rulesRow struct {
	Stage    string `arg:"" help:"accept, sign, return, plan, rectify, reply, verify, publicity, answer, evaluate, look_back, review or near (how many working days before a deadline an item is 临期)."`
	Category string `help:"Only of this category, first or second level."`
	Mode     string `help:"Only of this mode: immediate, time_limited, planned or standing."`
	Urgency  string `help:"Only urgent or ordinary."`
	Preset   string `help:"Only in ledgers of this kind: township_box, county_ledger or inspection."`
}

func (r rulesRow) key() (events.LimitKey, error) {
	k := events.LimitKey{Category: strings.TrimSpace(r.Category)}
	var err error
	k.Stage, err = termOf(r.Stage, events.Stages, "STAGE", err)
	k.Mode, err = termOf(r.Mode, events.Modes, "--mode", err)
	k.Urgency, err = termOf(r.Urgency, events.Urgencies, "--urgency", err)
	k.Preset, err = termOf(r.Preset, events.Presets, "--preset", err)
	return k, err
}

// termOf finds a term by its code, in whatever case, or its word; "" is none.
func termOf[T interface {
	~string
	Zh() string
}](s string, all []T, flag string, before error) (T, error) {
	if s == "" || before != nil {
		return "", before
	}
	var words []string
	for _, v := range all {
		if strings.EqualFold(string(v), s) || v.Zh() == s {
			return v, nil
		}
		words = append(words, strings.ToLower(string(v)))
	}
	return "", &exitError{2, fmt.Errorf("%s %q：没有这一项，可以写 %s。", flag, s, strings.Join(words, "、"))}
}

// rulesTable is the table as scripts read it.
type rulesTable struct {
	Version int         `json:"version"`
	Rows    []rulesLine `json:"rows"`
}

// rulesLine is one row.
type rulesLine struct {
	events.LimitKey
	Rules []string `json:"rules"`
}

func tableOf(t *limit.Table) rulesTable {
	out := rulesTable{Version: t.Version()}
	for _, r := range t.Rows() {
		out.Rows = append(out.Rows, rulesLine{r.LimitKey, limit.Texts(r.Rules)})
	}
	return out
}

// rulesChange is what is asked of the server; no rules means: withdraw.
type rulesChange struct {
	Row   events.LimitKey `json:"row"`
	Rules string          `json:"rules"`
}

// changeRules gives the command of a change.
func (s *stack) changeRules(ctx context.Context, in rulesChange) (rulebook.Receipt, error) {
	var rc rulebook.Receipt
	var err error
	if in.Rules == "" {
		rc, err = s.rules.Withdraw(ctx, uuid.New(), rulebook.Program, in.Row)
	} else {
		rc, err = s.rules.Set(ctx, uuid.New(), rulebook.Program, in.Row, in.Rules)
	}
	if rs := domain.RefusalsOf(err); len(rs) > 0 {
		return rc, errors.New(rs[0].Message)
	}
	return rc, err
}

// rulesListCmd lists the table.
type rulesListCmd struct {
	calendarStore
	JSON bool `name:"json" help:"One JSON object."`
}

func (c *rulesListCmd) Run(ctx context.Context) error {
	var t rulesTable
	err := c.ask(ctx, "/rules", struct{}{}, &t, func(s *stack) error {
		t = tableOf(s.rules.Now())
		return nil
	}, true)
	if errors.Is(err, errNoStore) {
		t, err = tableOf(limit.Shipped()), nil
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(t)
	}
	fmt.Printf("第 %d 版\n", t.Version)
	for _, r := range t.Rows {
		rules, err := limit.ReadRules(r.Stage, strings.Join(r.Rules, " "))
		if err != nil {
			return fmt.Errorf("read the row %s: %w", r.LimitKey.Zh(), err)
		}
		fmt.Printf("%s\t%s\t%s\n", r.LimitKey.Zh(), strings.Join(r.Rules, " "), limit.Row{Rules: rules}.Zh())
	}
	return nil
}

// rulesSetCmd changes a row.
type rulesSetCmd struct {
	calendarStore
	rulesRow
	Rules []string `arg:"" help:"3wd working days, 7d natural days, 24h hours; of look_back one or more: 30d 90d."`
}

func (c *rulesSetCmd) Run(ctx context.Context) error {
	return c.change(ctx, c.rulesRow, strings.Join(c.Rules, " "))
}

// rulesWithdrawCmd takes a row out.
type rulesWithdrawCmd struct {
	calendarStore
	rulesRow
}

func (c *rulesWithdrawCmd) Run(ctx context.Context) error { return c.change(ctx, c.rulesRow, "") }

func (c *calendarStore) change(ctx context.Context, row rulesRow, rules string) error {
	key, err := row.key()
	if err != nil {
		return err
	}
	var rc rulebook.Receipt
	in := rulesChange{key, rules}
	err = c.ask(ctx, "/rules/change", in, &rc, func(s *stack) (err error) {
		rc, err = s.changeRules(ctx, in)
		return err
	}, true)
	switch {
	case err != nil:
		return err
	case !rc.Changed:
		fmt.Printf("已经是这样，没有改动（第 %d 版）。\n", rc.Version)
	default:
		fmt.Printf("%s：%s，规则表现在是第 %d 版。已经定下的期限不变。\n", key.Zh(), cmp.Or(rules, "已撤销"), rc.Version)
	}
	return nil
}
