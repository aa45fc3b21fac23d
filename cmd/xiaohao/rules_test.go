package main

import (
	"strings"
	"testing"

	"xiaohao/domain/limit"
	"xiaohao/events"
)

// A row is set, changed and withdrawn on the command line, by code or in Chinese; what nobody
// knows is wrong usage.
func TestRulesCommand(t *testing.T) {
	dir := t.TempDir()
	open := func() *stack {
		st, err := openWriting(t.Context(), stackConfig{dir: dir, prefix: "QG", logger: discard()})
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	st := open()
	if _, err := st.rules.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	st.close()
	store := calendarStore{Data: dir}
	row := rulesRow{Stage: "rectify", Category: "路灯", Mode: "限期改"}
	set := func(rules ...string) error {
		return (&rulesSetCmd{calendarStore: store, rulesRow: row, Rules: rules}).Run(t.Context())
	}
	for _, rules := range []string{"3wd", "24h", "24h"} {
		if err := set(rules); err != nil {
			t.Fatal(err)
		}
	}
	if err := set("soon"); err == nil || !strings.Contains(err.Error(), "写成 3wd") {
		t.Errorf("a limit that cannot be read: %v", err)
	}
	wrong := rulesRow{Stage: "rectify", Mode: "later"}
	if _, err := wrong.key(); err == nil || !strings.Contains(err.Error(), "immediate") {
		t.Errorf("a mode that nobody knows: %v", err)
	}
	near := &rulesSetCmd{calendarStore: store, rulesRow: rulesRow{Stage: "near"}, Rules: []string{"5d"}}
	if err := near.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "几个工作日算临期") {
		t.Errorf("near in natural days: %v", err)
	}
	near.Rules, near.Category = []string{"5wd"}, "路灯"
	if err := near.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "全站一个数") {
		t.Errorf("near of one category: %v", err)
	}
	near.Category = ""
	if err := near.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	st = open()
	if got := st.rules.Now().Rule(limit.Matter{Stage: events.StageNear}).N; got != 5 {
		t.Errorf("near is %d working days", got)
	}
	m := limit.Matter{Stage: events.StageRectify, Category: "路灯", Mode: events.TimeLimited}
	if got := st.rules.Now().Resolve(m).Text(); got != "24h" || st.rules.Now().Version() != 4 {
		t.Errorf("%s at version %d", got, st.rules.Now().Version())
	}
	st.close()
	if err := (&rulesWithdrawCmd{store, row}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := (&rulesWithdrawCmd{store, rulesRow{Stage: "签收"}}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "底数") {
		t.Errorf("a preset is withdrawn: %v", err)
	}
	if err := (&rulesListCmd{calendarStore: store}).Run(t.Context()); err != nil {
		t.Error(err)
	}
}
