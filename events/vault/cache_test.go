package vault

import (
	"fmt"
	"testing"
	"time"
)

func TestCacheForgets(t *testing.T) {
	c := newCache()
	now := time.Now()
	c.now = func() time.Time { return now }
	c.put("a", []byte("key"))
	now = now.Add(Remember)
	if k, ok := c.get("a"); !ok || string(k) != "key" {
		t.Error("forgotten too early")
	}
	now = now.Add(time.Second)
	if _, ok := c.get("a"); ok {
		t.Error("remembered too long")
	}
	c.bar("a")
	c.put("a", []byte("read before the erase"))
	if k, ok := c.get("a"); !ok || k != nil {
		t.Error("an erased key came back")
	}
	for i := range 2 * maxCached {
		c.put(fmt.Sprint(i), []byte("key"))
	}
	if len(c.m) > maxCached {
		t.Errorf("%d keys are kept", len(c.m))
	}
}
