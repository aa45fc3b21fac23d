package proof_test

import (
	"testing"

	"xiaohao/events/proof"
)

// One operation is one message through the whole check; the log has 5,000 messages of about
// 1,700 items and a root after each 500.
func BenchmarkChecker(b *testing.B) {
	s := newStory(b)
	c := proof.NewChecker(stream.String(), tenant)
	for range 10 {
		from := len(s.log)
		s.work(500)
		feed(b, c, s.log[from:])
		s.day = s.day.AddDays(1)
		r, err := c.Root(s.day)
		if err != nil {
			b.Fatal(err)
		}
		if err := proof.Sign(&r, key); err != nil {
			b.Fatal(err)
		}
		s.commit(stream, r)
		feed(b, c, s.log[len(s.log)-1:])
	}
	for b.Loop() {
		c := proof.NewChecker(stream.String(), tenant, public(key))
		feed(b, c, s.log)
	}
	b.ReportMetric(float64(len(s.log)*b.N)/b.Elapsed().Seconds(), "messages/s")
}
