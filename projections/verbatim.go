package projections

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// Verbatim opens what people said, and has the key under which its pieces are hashed.
// events/vault is one.
type Verbatim interface {
	Texts(ctx context.Context, fields []events.Sealed) ([]string, error) // "" for what was erased
	IndexKey() []byte                                                    // 32 bytes, the same for ever
}

// SearchVerbatim lets searches with [Filter].Verbatim look through what people said and
// where; mask covers the numbers in it, and the names that it is given. It is called before
// the store is used.
func (s *Store) SearchVerbatim(v Verbatim, mask func(text string, names ...string) string) error {
	block, err := aes.NewCipher(v.IndexKey())
	if err != nil {
		return fmt.Errorf("take the index key: %w", err)
	}
	s.verbatim = &verbatim{v, block, mask}
	return nil
}

// verbatim hashes the pieces of what people said. The projector adds a row for every opinion;
// the text is opened and read apart from it ([Store.KeepVerbatim]), because that asks another
// service and must not hold up the rest. An erased item's rows go with the fact that asks
// for it. Who has the database but not the key learns which opinions of a month share
// pieces, and nothing of what they say.
type verbatim struct {
	Verbatim
	block cipher.Block
	mask  func(text string, names ...string) string
}

// gram is the keyed hash of a gram: the first half of one AES block.
func (v *verbatim) gram(month int, a, b rune) int64 {
	var in, out [aes.BlockSize]byte
	binary.BigEndian.PutUint32(in[0:], uint32(month))
	binary.BigEndian.PutUint32(in[4:], uint32(a))
	binary.BigEndian.PutUint32(in[8:], uint32(b))
	v.block.Encrypt(out[:], in[:])
	return int64(binary.BigEndian.Uint64(out[:]))
}

// grams are the grams of what somebody said, as an array in Postgres's text form.
func (v *verbatim) grams(month int, text string) string {
	var gs []int64
	eachGram(text, func(a, b rune) { gs = append(gs, v.gram(month, a, b)) })
	slices.Sort(gs)
	b := []byte{'{'}
	for i, g := range slices.Compact(gs) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, g, 10)
	}
	return string(append(b, '}'))
}

type verbatimRow struct {
	opinion string
	item    uuid.UUID
	month   int
}

var verbatimTable = table[verbatimRow]{name: "verbatim", mass: true, key: []string{"opinion"}, then: keepRow, cols: []col[verbatimRow]{
	textCol("opinion", func(r *verbatimRow) string { return r.opinion }),
	uuidCol("item", func(r *verbatimRow) uuid.UUID { return r.item }),
	intCol("month", func(r *verbatimRow) int { return r.month }),
}}

// utterance is an opinion with the text that is searched: the words and the place.
type utterance struct {
	opinion string
	month   int
	stored  []int64
	text    string
}

// open opens the texts of the rows: opinion, month, grams, doc.
func (v *verbatim) open(ctx context.Context, rows pgx.Rows) ([]utterance, error) {
	var fields []events.Sealed
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (x utterance, err error) {
		var doc []byte
		var o events.Opinion
		if err := r.Scan(&x.opinion, &x.month, &x.stored, (*pgtype.DriverBytes)(&doc)); err != nil {
			return x, err
		}
		err = json.Unmarshal(doc, &o)
		fields = append(fields, o.Text, o.Place)
		return x, err
	})
	if err != nil {
		return nil, err
	}
	texts, err := v.Texts(ctx, fields)
	if err != nil {
		return nil, fmt.Errorf("open what people said: %w", err)
	}
	for i := range out {
		out[i].text = saidText(texts[2*i], texts[2*i+1])
	}
	return out, nil
}

func saidText(text, place string) string { return strings.TrimSpace(clean(text + "\n" + place)) }

// verbatimAgain is after how long a failure is tried again.
const verbatimAgain = 2 * time.Second

// verbatimBatch is how many opinions are opened at once.
const verbatimBatch = 200

// index reads some opinions that nobody read yet, and returns how many.
func (v *verbatim) index(ctx context.Context, s *Store) (int, error) {
	rows, err := s.pool.Query(ctx, `
		select v.opinion, v.month, v.grams, o.doc from verbatim v join opinion o on o.id = v.opinion
		where v.grams is null order by v.month desc limit $1`, verbatimBatch)
	if err != nil {
		return 0, err
	}
	said, err := v.open(ctx, rows)
	if err != nil || len(said) == 0 {
		return 0, err
	}
	ids, grams := make([]string, len(said)), make([]string, len(said))
	for i, x := range said {
		ids[i], grams[i] = x.opinion, v.grams(x.month, strings.ToLower(x.text))
	}
	_, err = s.pool.Exec(ctx, `
		update verbatim v set grams = u.grams::bigint[] from unnest($1::text[], $2::text[]) u (opinion, grams)
		where v.opinion = u.opinion and v.grams is null`, ids, grams)
	return len(said), err
}

// indexAll reads every opinion that nobody read yet.
func (v *verbatim) indexAll(ctx context.Context, s *Store) error {
	for {
		n, err := v.index(ctx, s)
		if err != nil {
			return fmt.Errorf("index what people said: %w", err)
		}
		if n < verbatimBatch {
			return nil
		}
	}
}

// KeepVerbatim reads what people said as it comes, until ctx ends, and tells failed what went
// wrong; then it tries again. Several processes may do so at once. Rows that are being built
// are left alone until they are there.
func (s *Store) KeepVerbatim(ctx context.Context, failed func(error)) {
	changes, cancel := s.Watch()
	defer cancel()
	for {
		var again <-chan time.Time
		err := s.Ready(ctx)
		if err == nil {
			err = s.verbatim.indexAll(ctx, s)
		}
		if err != nil {
			again = time.After(verbatimAgain)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrLoading) {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-again:
		case <-changes:
		}
	}
}

// takeOver copies what was read into a generation that is being built.
func takeOver(ctx context.Context, c *pgx.Conn, old, gen generation) error {
	_, err := c.Exec(ctx, `
		update `+gen.schema()+`.verbatim n set grams = o.grams from `+old.schema()+`.verbatim o
		where o.opinion = n.opinion and o.month = n.month and o.grams is not null and n.grams is null`)
	if err != nil {
		return fmt.Errorf("take over the index of what people said: %w", err)
	}
	return nil
}

// checkVerbatim reads everything that people said and compares it with the index.
func (s *Store) checkVerbatim(ctx context.Context) (difference string, err error) {
	if err := s.verbatim.indexAll(ctx, s); err != nil {
		return "", err
	}
	for after := ""; ; {
		rows, err := s.pool.Query(ctx, `
			select v.opinion, v.month, v.grams, o.doc from verbatim v join opinion o on o.id = v.opinion
			where v.opinion > $1 and v.grams is not null order by v.opinion limit $2`, after, verbatimBatch)
		if err != nil {
			return "", err
		}
		said, err := s.verbatim.open(ctx, rows)
		if err != nil {
			return "", err
		}
		for _, x := range said {
			var is []string
			for _, g := range x.stored {
				is = append(is, strconv.FormatInt(g, 10))
			}
			if want := s.verbatim.grams(x.month, strings.ToLower(x.text)); want != "{"+strings.Join(is, ",")+"}" && x.text != "" { // erased meanwhile
				return fmt.Sprintf("table verbatim: the index of opinion %s is not that of its text", x.opinion), nil
			}
			after = x.opinion
		}
		if len(said) < verbatimBatch {
			return "", nil
		}
	}
}

// searchVerbatim adds the items of which some words stand in what somebody said, and all
// others there too or in the body.
func (s *Store) searchVerbatim(ctx context.Context, tx pgx.Tx, h *hits, conds *where, ws []string) error {
	months, err := readMonths(ctx, tx, "verbatim")
	if err != nil {
		return err
	}
	for i := range ws {
		left := h.named
		for rest := months; len(rest) > 0; {
			if h.full() || left == 0 {
				h.more = true
				break
			}
			n := len(rest)
			if n > monthsTogether && n == len(months) {
				n = 2
			}
			named, err := s.verbatim.search(ctx, tx, h, conds, ws, i, rest[:n], left)
			if err != nil {
				return err
			}
			left, rest = left-named, rest[n:]
		}
	}
	return nil
}

// search adds items by opinions of some months that have word i, and returns how many
// opinions the index named. A part of a number finds nothing, or the number could be had
// figure by figure.
func (v *verbatim) search(ctx context.Context, tx pgx.Tx, h *hits, conds *where, ws []string, i int, months []int, limit int) (int, error) {
	w := &where{args: slices.Clone(conds.args), conds: slices.Clone(conds.conds)}
	has := func(word string) string {
		var any []string
		for _, m := range months {
			var gs []int64
			eachWanted(word, func(a, b rune) { gs = append(gs, v.gram(m, a, b)) })
			any = append(any, "v.grams @> "+w.arg(gs))
		}
		return "(" + strings.Join(any, " or ") + ")"
	}
	named, others := has(ws[i]), ""
	for j, word := range ws {
		if j != i {
			column := "has_" + strconv.Itoa(j)
			others += ", " + has(word) + " as " + column
			w.conds = append(w.conds, "(v."+column+" or s.body like "+w.arg(like(word))+")")
		}
	}
	rows, err := tx.Query(ctx, `
		with v as materialized (select v.opinion`+others+` from verbatim v where `+named+` limit `+w.arg(limit)+`)
		select (select count(*)::int from v), i.id, s.body, o.doc from v
			join opinion_item l on l.opinion = v.opinion join item i on i.id = l.item
			join item_search s on s.item = i.id join opinion o on o.id = v.opinion
		where i.grp <> 'MERGED' and `+w.String()+` limit `+w.arg(h.opened), w.args...)
	if err != nil {
		return 0, err
	}
	count := 0
	type row struct {
		id   uuid.UUID
		body string
		events.Opinion
	}
	var fields []events.Sealed
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (x row, err error) {
		var doc []byte
		if err := r.Scan(&count, &x.id, &x.body, (*pgtype.DriverBytes)(&doc)); err != nil {
			return x, err
		}
		err = json.Unmarshal(doc, &x.Opinion)
		fields = append(fields, x.Text, x.Place, x.Name)
		return x, err
	})
	if err != nil {
		return 0, err
	}
	texts, err := v.Texts(ctx, fields)
	if err != nil {
		return 0, fmt.Errorf("open what people said: %w", err)
	}
	for k, x := range found {
		text, name := saidText(texts[3*k], texts[3*k+1]), texts[3*k+2]
		masked := v.mask(text, name)
		low, shown := strings.ToLower(text), strings.ToLower(masked)
		missing := func(word string) bool {
			in := shown
			if v.mask(word, name) != word { // a whole number, or the name: who asks has it already
				in = low
			}
			return !strings.Contains(in, word) && !strings.Contains(x.body, word)
		}
		if !slices.ContainsFunc(ws, missing) {
			number, _, _ := strings.Cut(x.body, "\n")
			h.add(hit{id: x.id, number: number, score: 1, said: excerpt(masked, ws)})
		}
	}
	h.more = h.more || len(found) == h.opened
	return count, nil
}

// around is how many characters of a text are shown on either side of a word.
const around = 24

// excerpt is the piece of a text around the first word that stands in it.
func excerpt(text string, ws []string) string {
	low := strings.ToLower(text)
	at := len(low)
	for _, word := range ws {
		if i := strings.Index(low, word); i >= 0 {
			at = min(at, i)
		}
	}
	if at == len(low) || len(low) != len(text) {
		at = 0
	}
	before, after := []rune(text[:at]), []rune(text[at:])
	out := string(before[max(0, len(before)-around):]) + string(after[:min(len(after), 2*around)])
	if len(before) > around {
		out = "…" + out
	}
	if len(after) > 2*around {
		out += "…"
	}
	return strings.Join(strings.Fields(out), " ")
}
