package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"xiaohao/events"
	"xiaohao/projections"
)

// mix draws what pages ask: the parameters that boards and forms offer, in random
// combinations.
type mix struct {
	s     *projections.Store
	g     *grower
	today events.Date
	rand  *rand.Rand

	units, leaders, categories, areas, campaigns []projections.Option
	items                                        []projections.Item // from all over the ledger
	words                                        []string
}

func (m *mix) learn(ctx context.Context) (err error) {
	all := func(read func(context.Context, projections.Sight) ([]projections.Option, error)) func(context.Context) ([]projections.Option, error) {
		return func(ctx context.Context) ([]projections.Option, error) { return read(ctx, projections.Sight{}) }
	}
	for _, x := range []struct {
		into *[]projections.Option
		read func(context.Context) ([]projections.Option, error)
	}{{&m.units, m.s.Units}, {&m.leaders, m.s.Leaders}, {&m.categories, all(m.s.Categories)}, {&m.areas, all(m.s.Areas)}, {&m.campaigns, all(m.s.Campaigns)}} {
		if *x.into, err = x.read(ctx); err != nil {
			return err
		}
	}
	numbers, err := m.g.numbers(ctx, 400)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		it, err := m.s.Item(ctx, n)
		if err != nil {
			return fmt.Errorf("read item %s: %w", n, err)
		}
		m.items = append(m.items, it)
		if r := []rune(it.Title); len(r) > 4 {
			at := m.rand.IntN(len(r) - 4)
			m.words = append(m.words, string(r[at:at+1]), string(r[at:at+2]), string(r[at:at+3]), string(r[at:at+2])+" "+string(r[len(r)-2:]))
		}
	}
	rows, err := readDemo(demoCSV)
	if err != nil {
		return err
	}
	for _, row := range rows { // the ends of what people said stand in no title
		if r := []rune(row.text); len(r) > 60 {
			at := len(r) - 5 - m.rand.IntN(20)
			m.words = append(m.words, string(r[at:at+2]), string(r[at:at+4]))
		}
	}
	m.words = append(m.words, "责任单位", "第7责任单位", "没有这个词", "整改", "村")
	return nil
}

func (m *mix) key(os []projections.Option) string { return os[m.rand.IntN(len(os))].Key }

// noonMinute is when the pages are looked at: what ends by the hour is looked up, too.
const noonMinute = 12 * 60

func (m *mix) near() events.Date { return m.today.AddDays(5) }

// board is an overview of today: of everything, or of one of what it can be narrowed by.
func (m *mix) board(ctx context.Context) error {
	f := projections.BoardFilter{Today: m.today, Minute: noonMinute, Near: m.near()}
	switch m.rand.IntN(6) {
	case 0, 1:
		f.Unit = m.key(m.units)
	case 2:
		f.Leader = m.key(m.leaders)
	case 3:
		f.Preset = events.CountyLedger
	case 4:
		f.Campaign = m.key(m.campaigns)
	}
	_, err := m.s.Board(ctx, f)
	return err
}

// pastBoard is an overview as of a day of the last two years.
func (m *mix) pastBoard(ctx context.Context) error {
	day := m.today.AddDays(-m.rand.IntN(700))
	f := projections.BoardFilter{AsOf: day, Today: day, Near: day.AddDays(5)}
	if m.rand.IntN(3) == 0 {
		f.Preset = events.CountyLedger
	}
	_, err := m.s.Board(ctx, f)
	return err
}

// page is one page of the ledger: a random filter, and any depth.
func (m *mix) page(ctx context.Context) error {
	f := projections.Filter{Today: m.today, Minute: noonMinute, Near: m.near(), Limit: 50, Brief: true}
	it := m.items[m.rand.IntN(len(m.items))]
	switch m.rand.IntN(12) {
	case 0:
		f.Unit, f.LeadOnly = m.key(m.units), true
	case 1:
		f.Unit = m.key(m.units)
	case 2:
		f.Leader = m.key(m.leaders)
	case 3:
		f.Groups = []projections.Group{it.Group}
	case 4:
		f.States = []events.State{it.State}
	case 5:
		f.Lamp = projections.LampOverdue
	case 6:
		f.Category, f.Groups = m.key(m.categories), projections.Base
	case 7:
		f.Area = m.key(m.areas)
	case 8:
		f.Modes, f.Unit, f.LeadOnly = []events.Mode{it.Mode}, m.key(m.units), true
	case 9:
		f.Queue = projections.QueueVerify
	case 10:
		f.DueBy, f.Leader = m.today.AddDays(m.rand.IntN(30)), m.key(m.leaders)
	}
	if m.rand.IntN(3) > 0 {
		f.After = projections.CursorAfter(&it)
	}
	_, err := m.s.Items(ctx, f)
	return err
}

// search is a search over everything, or within a filter.
func (m *mix) search(ctx context.Context) error {
	f := projections.Filter{Q: m.words[m.rand.IntN(len(m.words))], Verbatim: true, Today: m.today, Minute: noonMinute, Near: m.near(), Limit: 50, Brief: true}
	switch m.rand.IntN(6) {
	case 0:
		f.Unit, f.LeadOnly = m.key(m.units), true
	case 1:
		f.Groups = []projections.Group{projections.GroupOpen}
	case 2:
		f.Q = m.items[m.rand.IntN(len(m.items))].Number
	}
	_, err := m.s.Items(ctx, f)
	return err
}

// similar looks for what an item may repeat.
func (m *mix) similar(ctx context.Context) error {
	_, err := m.s.Similar(ctx, projections.AlikeItem(&m.items[m.rand.IntN(len(m.items))]))
	return err
}
