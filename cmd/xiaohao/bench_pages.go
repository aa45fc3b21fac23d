package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web"
)

// pageFigure is what the server needs for one page of the staff, rendered in full.
type pageFigure struct {
	Page string  `json:"page"`
	P95  float64 `json:"p95_ms"`
}

// measurePages asks the pages of the staff n times each, as the office, as random units and
// as random leaders. The desk and an item's page ask the log and open what was said, too; an
// item's page is that of one that was made by commands, which has its timeline.
func measurePages(ctx context.Context, s *projections.Store, g *grower, made *madeItems, n int) ([]pageFigure, error) {
	now := func() time.Time { return made.today.Time().Add(10 * time.Hour) }
	log, err := g.copied(ctx, made.log)
	if err != nil {
		return nil, err
	}
	desk := &domain.Desk{Journal: log, Vault: made.vault, Calendars: calendar.Official(), Now: now}
	h, err := web.New(web.Config{Site: "整改销号", Demo: true, Now: now}, desk, s, made.vault)
	if err != nil {
		return nil, err
	}
	units, err := s.Units(ctx)
	if err != nil {
		return nil, err
	}
	leaders, err := s.Leaders(ctx)
	if err != nil {
		return nil, err
	}
	numbers, err := g.logged(ctx)
	if err != nil {
		return nil, err
	}
	clerk := func(int) string { return "clerk" }
	unit := func(i int) string { return "unit|" + units[i%len(units)].Key + "|" + string(events.UnitLiaison) }
	leader := func(i int) string { return "leader|" + leaders[i%len(leaders)].Key + "|领导" }
	var out []pageFigure
	for _, p := range []struct {
		path string
		at   []string // what is put behind the path, in turn
		as   func(i int) string
	}{{"/items", nil, clerk}, {"/board", nil, clerk}, {"/board?as_of=" + made.today.AddDays(-40).String(), nil, clerk}, {"/board/wall", nil, clerk},
		{"/unit", nil, unit}, {"/leader", nil, leader}, {"/desk", nil, clerk}, {"/desk?queue=TODAY", nil, clerk}, {"/items/", numbers, clerk},
		{"/supervision", nil, clerk}, {"/board/kpi", nil, clerk}} {
		var took latencies
		for i := range n + n/5 {
			if i == n/5 {
				took = nil // what came before only warmed up
			}
			path := p.path
			if len(p.at) > 0 {
				path += p.at[i%len(p.at)]
			}
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
			r.AddCookie(&http.Cookie{Name: "act", Value: url.QueryEscape(p.as(i))})
			w := httptest.NewRecorder()
			begun := time.Now()
			h.ServeHTTP(w, r)
			took = append(took, time.Since(begun))
			if w.Code != http.StatusOK {
				return nil, fmt.Errorf("%s as %s: %d", path, p.as(i), w.Code)
			}
		}
		out = append(out, pageFigure{p.path, took.ms(0.95)})
	}
	return out, nil
}
