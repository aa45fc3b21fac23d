package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/events/journal/natstest"
	"xiaohao/projections"
)

// TestErasureTakesTheWorkbook: the file of an import says something of every row's item. When
// one of them is erased it cannot be opened any more, and what is known of the others can; one
// that comes in later stays, after a new start too.
func TestErasureTakesTheWorkbook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	stop := s.stack.startEraser(logger)
	take := func(rows int) *projections.Page {
		at := s.stageImport(largeLedger(t, rows))
		s.imports("POST", at+"/take")
		if end := s.importEnds(at); end.Result == nil || end.Result.Refused != 0 {
			t.Fatalf("taken in: %+v", end)
		}
		s.settled()
		p, err := s.stack.reads.Items(t.Context(), projections.Filter{})
		if err != nil || len(p.Items) != rows {
			t.Fatalf("%d items, %v", len(p.Items), err)
		}
		return &p
	}
	workbook := func(number string) answer { return s.call("clerk", "POST", "/items/"+number+"/workbook", nil) }
	items := take(3).Items
	first, err := s.stack.desk.Look(t.Context(), uuid.MustParse(items[0].ID))
	if err != nil {
		t.Fatal(err)
	}
	file := first.Claim.File
	uses, err := s.stack.reads.FileUses(t.Context(), []string{file})
	if err != nil || len(uses) != 1 {
		t.Fatalf("%+v, %v", uses, err)
	}
	bears := uses[0].Item // the item whose fact names the file
	object := strings.TrimPrefix(uses[0].ID, projections.Workbook)
	if _, err := s.stack.files.Workbook(t.Context(), file, object); err != nil {
		t.Fatal(err)
	}
	i := 0
	for items[i].ID == bears {
		i++
	}
	gone := uuid.MustParse(items[i].ID)
	if a := workbook(items[i].Number); a.Status != http.StatusOK {
		t.Fatalf("before it: %d %.300s", a.Status, a.Body)
	}

	it, err := s.stack.desk.Look(t.Context(), gone)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.stack.log.Append(t.Context(), events.Write{Expected: it.Sequence, Commit: events.Commit{Item: gone, Rev: it.Rev + 1, Prev: it.Hash,
		CommandID: uuid.New(), Command: "request_erasure", Actor: events.Actor{ID: "office.clerk", Role: events.Dispatcher, Post: "交办员"}, At: time.Now(),
		Events: []events.Event{events.ItemArchived{File: "2026-7"}, events.ErasureRequested{Reason: events.PersonWishes}}}})
	if err != nil {
		t.Fatal(err)
	}
	erased(t, s.stack, gone)
	s.settled()
	if _, err := s.stack.files.Workbook(t.Context(), file, object); !errors.Is(err, events.ErrNoFile) {
		t.Errorf("the workbook opens: %v", err)
	}
	for _, x := range items {
		if a := workbook(x.Number); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "原文件跟着销毁") {
			t.Errorf("%s: %d %.300s", x.Number, a.Status, a.Body)
		}
	}
	other, err := s.stack.desk.Look(t.Context(), uuid.MustParse(bears))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := s.stack.vault.Open(t.Context(), other.Claim.Measures); err != nil || text == "" {
		t.Errorf("of another item: %q, %v", text, err)
	}

	later := take(4).Items
	stop()
	broughtBack(t, s.stack, events.WorkbookKey(file), func() { t.Cleanup(s.stack.startEraser(logger)) }) // it looks after everything again
	for _, x := range later {
		if x.ID != items[0].ID && x.ID != items[1].ID && x.ID != items[2].ID {
			if a := workbook(x.Number); a.Status != http.StatusOK {
				t.Errorf("the later workbook: %d %.300s", a.Status, a.Body)
			}
		}
	}
}

// broughtBack puts a key in the place of a mark of erasure, as an older backup does, starts an
// eraser and waits until it has destroyed it again.
func broughtBack(t *testing.T, s *stack, id uuid.UUID, start func()) {
	t.Helper()
	js, name := keyBucket(t, s), "item."+id.String()
	if _, err := js.Put(t.Context(), name, []byte("a key that a backup brought back")); err != nil {
		t.Fatal(err)
	}
	start()
	natstest.Eventually(t, time.Minute, "an eraser looks", func() error {
		if e, err := js.Get(t.Context(), name); err != nil || string(e.Value()) != "erased" {
			return fmt.Errorf("the key is there, %v", err)
		}
		return nil
	})
}
