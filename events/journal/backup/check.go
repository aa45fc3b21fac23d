package backup

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"

	"xiaohao/events"
	"xiaohao/events/proof"
)

// Check reads a whole backup: every file against the manifest, and the log with a
// [proof.Checker], whose report it returns. The error is the first [*Fault].
//
// Checksums find what happened by accident. Who can rewrite them can rewrite the manifest
// too: then the chains find a commit that was changed, dropped or moved inside its item,
// and the signed roots whatever else was done to the part that they cover.
func (b *Backup) Check(ctx context.Context, trusted ...ed25519.PublicKey) (report proof.Report, err error) {
	for _, s := range b.Streams {
		if s.Name == specs[0].name {
			report, err = b.checkLog(ctx, s, trusted)
		} else {
			err = b.Messages(s.Name, func(Message, []byte) error { return ctx.Err() })
		}
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

func (b *Backup) checkLog(ctx context.Context, s Stream, trusted []ed25519.PublicKey) (proof.Report, error) {
	var checker *proof.Checker
	hash := "" // of the last commit
	err := b.Messages(s.Name, func(m Message, _ []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if checker == nil {
			checker = proof.NewChecker(b.Identity, tenantOf(m.Subject), trusted...)
		}
		if err := checker.Add(events.Message{Sequence: m.Seq, Subject: m.Subject, Time: m.Time, Data: m.Data}); err != nil {
			return &Fault{File: s.fileOf(m.Seq), Sequence: m.Seq, Subject: m.Subject, Err: err}
		}
		hash = commitHash(m.Data)
		return nil
	})
	if checker == nil {
		checker = proof.NewChecker(b.Identity, "main", trusted...)
	}
	if err == nil {
		if e := checker.Finish(); e != nil {
			err = &Fault{Err: e}
		}
	}
	report := checker.Report()
	if err == nil && (report.Messages != s.Last || s.Last != b.Last || hash != b.LastHash) {
		err = &Fault{File: manifestFile, Reason: fmt.Sprintf("清单说日志到第 %d 号，读到的是第 %d 号", b.Last, report.Messages)}
	}
	return report, err
}

// tenantOf is the tenant that a subject of the log names.
func tenantOf(subject string) string {
	parts := strings.Split(subject, ".")
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}

// fileOf names the file that should hold a sequence.
func (s *Stream) fileOf(seq uint64) string {
	for _, f := range s.Files {
		if f.First <= seq && seq <= f.Last {
			return f.Name
		}
	}
	return ""
}
