package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"xiaohao/domain/detect"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/form"
)

// exportFormCmd writes a paper of an item.
type exportFormCmd struct {
	Kind   string `arg:"" enum:"receipt,assignment,supervision,extension,closure,publicity,reply" help:"receipt 回执, assignment 交办单, supervision 督办单, extension 延期申请表, closure 销号审批表, publicity 公示, reply 答复意见书."`
	Number string `arg:"" help:"Number of the item."`
	Office string `default:"整改工作领导小组办公室" env:"XIAOHAO_OFFICE" help:"Stands on it."`
	Phone  string `default:"12345" env:"XIAOHAO_PHONE" help:"Stands on it."`
	paperFlags
}

// formRequest asks a running server for a paper.
type formRequest struct {
	Kind   form.Kind `json:"kind"`
	Number string    `json:"number"`
	Office string    `json:"office"`
	Phone  string    `json:"phone"`
}

func (c *exportFormCmd) Run(ctx context.Context) error {
	in := formRequest{form.Kind(c.Kind), c.Number, c.Office, c.Phone}
	if filepath.Ext(c.Out) != ".docx" {
		return &exitError{2, fmt.Errorf("--out %s：文件名要以 .docx 结尾。", c.Out)}
	}
	var title string
	err := c.make(ctx, "/form", in, &title, func(s *stack, w io.Writer) (err error) {
		title, err = s.form(ctx, in, w)
		return err
	})
	if err == nil {
		fmt.Fprintf(os.Stderr, "已写 %s：%s %s。\n", c.Out, title, c.Number)
	}
	return err
}

// form answers a formRequest.
func (s *stack) form(ctx context.Context, in formRequest, w io.Writer) (string, error) {
	it, err := s.reads.Item(ctx, in.Number)
	if errors.Is(err, projections.ErrNotFound) {
		return "", noSuch(in.Number)
	}
	if err != nil {
		return "", err
	}
	os, err := s.reads.Opinions(ctx, it.ID)
	if err != nil {
		return "", err
	}
	c := form.Case{Item: it, Owner: in.Office, Phone: in.Phone, Today: events.DateOf(s.now())}
	for _, o := range os {
		text, err := s.vault.Open(ctx, o.Text)
		if errors.Is(err, events.ErrErased) {
			c.Said = append(c.Said, "（个人信息已按申请抹除）")
			continue
		}
		name := ""
		if err == nil && !o.Name.IsZero() {
			name, err = s.vault.Open(ctx, o.Name)
		}
		if err != nil {
			return "", err
		}
		c.Said = append(c.Said, detect.Mask(text, name))
	}
	f, err := form.Make(in.Kind, c)
	if no, is := errors.AsType[*form.NotYet](err); is {
		return "", errors.New(no.Why)
	}
	if err != nil {
		return "", err
	}
	if s.files == nil {
		if err := s.openFiles(ctx); err != nil {
			return "", err
		}
	}
	template, err := s.own().File(ctx, in.Kind)
	if err != nil {
		return "", err
	}
	err = f.WriteWord(w, template)
	if bad, is := errors.AsType[*form.BadTemplate](err); is {
		return "", errors.New(bad.Says())
	}
	if err != nil {
		return "", err
	}
	return f.Title, exported(ctx, s.trail, events.ExportMade{What: events.PaperExport, Name: in.Kind.Zh(), Format: "docx", Item: it.ID})
}

// exportTemplateCmd writes the program's own template of a paper, for an office to change.
type exportTemplateCmd struct {
	Kind string `arg:"" enum:"receipt,assignment,supervision,extension,closure,publicity,reply" help:"Kind of paper."`
	Out  string `required:"" type:"path" placeholder:"FILE" help:"Where to write it. Changed, it is handed in at /admin/templates."`
}

func (c *exportTemplateCmd) Run() error {
	k := form.Kind(c.Kind)
	t, err := form.Template(k)
	if err == nil {
		err = os.WriteFile(c.Out, t, 0o644)
	}
	if err != nil {
		return fmt.Errorf("export template: %w", err)
	}
	fmt.Fprintf(os.Stderr, "已写 %s。改好后在“管理—表单模板”交上来。\n", c.Out)
	return nil
}
