package sheet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xiaohao/domain/detect"
	"xiaohao/events"
	"xiaohao/projections"
)

// erased stands where a text stood that was erased on application.
const erased = "（个人信息已按申请抹除）"

// rower turns rows of the read model into rows of a ledger.
type rower struct {
	ctx  context.Context
	open Opener
	o    Order
	n    int // 序号
	err  error
}

// no counts the rows of the ledger.
func (r *rower) no() Cell {
	r.n++
	return Count(r.n)
}

// opened is a sealed text. One that cannot be opened ends the export: a ledger with holes
// must not look whole.
func (r *rower) opened(s events.Sealed) string {
	if s.IsZero() || r.err != nil {
		return ""
	}
	text, err := r.open(r.ctx, s)
	if errors.Is(err, events.ErrErased) {
		return erased
	}
	r.err = err
	return text
}

// who is name and telephone number as far as the order may show them.
func (r *rower) who(o events.Opinion) (name, phone string) {
	if !r.o.Personal {
		return "", ""
	}
	if o.Anonymous {
		return "匿名", ""
	}
	name, phone = r.opened(o.Name), r.opened(o.Phone)
	if r.o.Whole {
		return name, phone
	}
	return detect.MaskName(name), detect.MaskPhone(phone)
}

// words are what somebody said, with what is in it that points at those who asked masked.
func (r *rower) words(s events.Sealed, os []projections.Opinion) string {
	text := r.opened(s)
	if r.o.Whole || text == "" {
		return text
	}
	var names []string
	for _, o := range os {
		names = append(names, r.opened(o.Name))
	}
	return detect.Mask(text, names...)
}

// main is the row of L1.
func (r *rower) main(it projections.Entered) []Cell {
	d := it.Detail
	var names, said []string
	for _, o := range it.Opinions {
		if name, _ := r.who(o.Opinion); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if text := r.words(o.Text, it.Opinions); !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	goal, person, measures := it.Goal, "", []string(nil)
	if p := d.Plan; p != nil {
		goal, person, measures = cmp.Or(goal, p.Goal), p.Person, p.Measures
	}
	progress := it.Progress
	if c := d.Claim; c != nil { // nobody has said it here yet
		if len(measures) == 0 {
			measures = []string{r.words(c.Measures, it.Opinions)}
		}
		progress = cmp.Or(progress, r.words(c.Note, it.Opinions))
	}
	truth := ""
	if d.Report != nil {
		truth = d.Report.Truth.Zh()
	}
	due := On(it.Due)
	if it.Due.IsZero() && it.Mode == events.StandingMode {
		due = Words("长期坚持")
	}
	return []Cell{r.no(), Words(it.Number), Words(it.Source.Zh()), On(it.RaisedOn), Words(strings.Join(names, "、")), Words(kindOf(it.Item)), Words(strings.Join(said, "\n")),
		Words(truth), Words(it.Mode.Zh()), Words(goal), Words(strings.Join(measures, "\n")), Words(it.Lead.Name), Words(coUnits(d.Assignments)), Words(it.Leader.Post), Words(person), due,
		Words(progress), Words(amounts(d.Quantities)), Words(statusOf(it.Item)), On(it.ClosedOn), Words(signer(d.Chain, events.StepClose)), Words(satisfaction(d.Evaluations)),
		Words(pick(it.Released, "已公开", "没有公开")), Words(evidence(d.Evidence)), Words(remark(it.Item))}
}

// public is the row of L2: nothing that the public may not read (domain.md §7.1).
func (r *rower) public(it projections.Entered) []Cell {
	d := it.Detail
	text, found, truth, handled := "", "", "", ""
	if it.Released && !it.Confidential && (it.Class == events.Ordinary || it.Class == "") {
		text, handled = d.Released, d.Reply
		if d.Report != nil {
			found, truth = d.Report.Result, d.Report.Truth.Zh()
		}
	} else {
		text = "（没有公开）"
	}
	end := "未办结"
	switch it.Group {
	case projections.GroupClosed, projections.GroupAnswered:
		end = "已办结"
	case projections.GroupStanding:
		end = "阶段性办结"
	}
	return []Cell{r.no(), Words(it.Number), Words(text), Words(it.Area), Words(kindOf(it.Item)), Words(found), Words(truth), Words(handled), Words(end), {}}
}

// said are the rows of L3, one an opinion.
func (r *rower) said(it projections.Entered) [][]Cell {
	var out [][]Cell
	for _, o := range it.Opinions {
		name, phone := r.who(o.Opinion)
		place := ""
		if r.o.Personal {
			place = r.words(o.Place, it.Opinions)
		}
		result := it.Detail.Reply
		if result == "" && it.Detail.Report != nil {
			result = it.Detail.Report.Result
		}
		out = append(out, []Cell{r.no(), Words(it.Number), Words(o.Channel.Zh()), At(o.Raised), On(o.RaisedOn), Words(name), Words(phone), Words(r.words(o.Text, it.Opinions)),
			Words(o.Area), Words(place), Words(strings.Trim(it.State.Zh()+"，"+it.Lead.Name, "，")), Words(result)})
	}
	return out
}

// redone is the row of L5, false for an item that belongs to no such list.
func (r *rower) redone(it projections.Entered) ([]Cell, bool) {
	var worst *projections.Evaluation
	for i := range it.Detail.Evaluations {
		if e := &it.Detail.Evaluations[i]; e.Satisfied == events.Dissatisfied || e.Solved == events.SolvedNo {
			worst = e
		}
	}
	if worst == nil && it.Reopened == 0 && it.Round < 2 {
		return nil, false
	}
	on, rated, why := Cell{}, "", ""
	if worst != nil {
		on, rated = On(worst.On), worst.Solved.Zh()+"，"+worst.Satisfied.Zh()
		var whys []string
		if !worst.Contacted {
			whys = append(whys, "承办单位未联系当事人")
		}
		if words := r.words(worst.Words, it.Opinions); words != "" {
			whys = append(whys, words)
		}
		why = strings.Join(whys, "；")
	}
	return []Cell{r.no(), Words(it.Lead.Name), Words(titleOf(it.Item)), Words(it.Number), on, Words(rated), Words(why), Count(it.Round - 1), Words(it.State.Zh())}, true
}

// titleOf is what an item is called; one that was not accepted has no title yet.
func titleOf(it projections.Item) string {
	return cmp.Or(it.Title, strings.TrimSpace(it.Category+" "+it.Area))
}

func kindOf(it projections.Item) string { return strings.Trim(it.Category+"/"+it.Category2, "/") }

// statusOf says where the item stands in the words of ledgers. The unit's own word is never
// called 销号.
func statusOf(it projections.Item) string {
	switch it.Group {
	case projections.GroupClosed:
		return "已销号"
	case projections.GroupDone:
		return "整改完成"
	case projections.GroupStanding:
		return "常态整改"
	}
	return it.State.Zh()
}

func coUnits(as []projections.Assignment) string {
	var out []string
	for _, a := range as {
		if a.Live() && a.Part == events.Co {
			out = append(out, a.Unit.Name)
		}
	}
	return strings.Join(out, "、")
}

func amounts(qs []projections.PlaceQuantity) string {
	out := make([]string, len(qs))
	for i, q := range qs {
		out[i] = strings.TrimLeft(q.Place+" ", " ") + number(q.Done)
		if q.Total != 0 {
			out[i] += "/" + number(q.Total)
		}
		out[i] += q.Unit
	}
	return strings.Join(out, "；")
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func signer(chain []projections.ChainStep, step events.Step) string {
	for _, c := range chain {
		if c.Step == step && !c.On.IsZero() {
			return c.Post
		}
	}
	return ""
}

func satisfaction(es []projections.Evaluation) string {
	if len(es) == 0 {
		return ""
	}
	e := es[len(es)-1]
	return e.Satisfied.Zh() + "，" + e.Solved.Zh()
}

func evidence(es []events.EvidenceRecorded) string {
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = e.Name
	}
	return strings.Join(out, "；")
}

func remark(it projections.Item) string {
	var out []string
	if it.MergedInto != "" {
		out = append(out, "并入 "+it.MergedInto)
	}
	if it.Blocked != "" {
		out = append(out, it.Blocked.Zh())
	}
	if c := it.Detail.Claim; c != nil && c.Says != it.State && it.Group == projections.GroupOpen && c.Says != events.InProgress {
		out = append(out, "原台账称"+c.Says.Zh())
	}
	if it.Reopened > 0 {
		out = append(out, fmt.Sprintf("复号 %d 次", it.Reopened))
	}
	if it.Late {
		out = append(out, "逾期完成")
	}
	if it.Demo {
		out = append(out, "演示")
	}
	return strings.Join(out, "；")
}

func pick(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}
