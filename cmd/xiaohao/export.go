package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"

	"xiaohao/domain/trail"
	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/proof"
	"xiaohao/projections"
)

// exportCmd hands things out.
type exportCmd struct {
	Case     exportCaseCmd     `cmd:"" help:"All that the log has of one item, with proof, as one file."`
	Ledger   exportLedgerCmd   `cmd:"" help:"A ledger as offices keep it, .xlsx or .csv: the rows that a filter of /items shows."`
	Form     exportFormCmd     `cmd:"" help:"A paper of one item as .docx: 交办单, 销号审批表 and so on, from the office's template when it has one."`
	Audit    exportAuditCmd    `cmd:"" help:"The audit trail, .xlsx or .csv: who did what, when and from where."`
	Template exportTemplateCmd `cmd:"" help:"The program's own template of a paper, for an office to change."`
}

// exportCaseCmd writes the case file of an item.
type exportCaseCmd struct {
	Number string `arg:"" help:"Number of the item, ZG-2026-000012."`
	Out    string `type:"path" placeholder:"FILE" help:"Default: standard output."`
	Data   string `type:"path" env:"XIAOHAO_DATA" help:"Data directory. A running server exports from its own log."`
	Demo   bool   `help:"The demonstration's data."`
	remoteFlags
}

func (c *exportCaseCmd) Run(ctx context.Context) error {
	k, err := c.find(ctx)
	if err != nil {
		return err
	}
	file, err := k.Encode()
	if err != nil {
		return err
	}
	if k.Root == nil {
		fmt.Fprintln(os.Stderr, "还没有日根管到这一件：这份卷宗只有哈希链，不能凭签名核验。")
	}
	if c.Out == "" {
		_, err = os.Stdout.Write(file)
		return err
	}
	if err := os.WriteFile(c.Out, file, 0o600); err != nil {
		return fmt.Errorf("export case: %w", err)
	}
	fmt.Fprintf(os.Stderr, "已导出 %s：%d 版。\n", c.Out, len(k.Commits))
	return nil
}

// caseRequest asks a running server for a case.
type caseRequest struct {
	Number string `json:"number"`
}

func (c *exportCaseCmd) find(ctx context.Context) (k proof.Case, err error) {
	own := func(log *journal.Journal) error {
		k, err = exportCase(ctx, log, c.Number)
		return err
	}
	if c.Nats != "" {
		return k, withRemoteLog(ctx, c.remoteFlags, own)
	}
	dir, err := findData(c.Data, c.Demo)
	if err != nil {
		return k, err
	}
	err = callControl(ctx, dir, "/case", caseRequest{c.Number}, &k)
	if errors.Is(err, errNotRunning) {
		err = withOwnLog(ctx, dir, own)
	}
	return k, err
}

// exportCase answers a caseRequest; the read models know the number.
func (s *stack) exportCase(ctx context.Context, in caseRequest) (proof.Case, error) {
	it, err := s.reads.Item(ctx, in.Number)
	if errors.Is(err, projections.ErrNotFound) {
		return proof.Case{}, noSuch(in.Number)
	}
	if err != nil {
		return proof.Case{}, err
	}
	id, err := uuid.Parse(it.ID)
	if err != nil {
		return proof.Case{}, err
	}
	k, err := s.prover.Case(ctx, id)
	if err != nil {
		return k, err
	}
	return k, exported(ctx, s.trail, caseExport(id))
}

func caseExport(item uuid.UUID) events.ExportMade {
	return events.ExportMade{What: events.CaseExport, Format: "json", Item: item.String()}
}

// caseFile is the case of an item as the pages hand it out.
func (s *stack) caseFile(ctx context.Context, item uuid.UUID) ([]byte, error) {
	k, err := s.prover.Case(ctx, item)
	if err != nil {
		return nil, err
	}
	return k.Encode()
}

// exportCase reads the whole log: to find the number, and to prove.
func exportCase(ctx context.Context, log *journal.Journal, number string) (proof.Case, error) {
	last, err := log.Last(ctx)
	if err != nil {
		return proof.Case{}, notToBeHad(err)
	}
	found := uuid.Nil
	err = log.Scan(ctx, 1, last, func(m events.Message) error {
		if found == uuid.Nil && bytes.Contains(m.Data, []byte(`"`+number+`"`)) {
			found = itemNamed(m.Data, number)
		}
		return nil
	})
	if err != nil {
		return proof.Case{}, notToBeHad(err)
	}
	if found == uuid.Nil {
		return proof.Case{}, noSuch(number)
	}
	k, err := (&proof.Prover{Log: log, Tenant: tenant}).Case(ctx, found)
	if err != nil {
		return k, err
	}
	return k, exported(ctx, &trail.Keeper{Log: log}, caseExport(found))
}

// itemNamed returns the item of a commit if the commit gives it that number.
func itemNamed(data []byte, number string) uuid.UUID {
	c, _, err := events.Decode(data)
	if err != nil {
		return uuid.Nil // the proof will tell
	}
	for _, e := range c.Events {
		switch e := e.(type) {
		case events.ItemRaised:
			if e.Number == number {
				return c.Item
			}
		case events.ItemSplitOff:
			if e.Number == number {
				return c.Item
			}
		}
	}
	return uuid.Nil
}

func noSuch(number string) error {
	quoted, _ := json.Marshal(number)
	return fmt.Errorf("没有编号 %s 这一件。", quoted)
}
