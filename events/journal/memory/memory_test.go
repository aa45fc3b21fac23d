package memory_test

import (
	"testing"

	"xiaohao/events/journal/journaltest"
	"xiaohao/events/journal/memory"
)

func TestConformance(t *testing.T) {
	journaltest.Run(t, func(*testing.T) journaltest.Log { return memory.New() })
}
