package vault

import (
	"fmt"
	"testing"
	"time"

	"xiaohao/events/vault/seal"
)

func TestCacheForgets(t *testing.T) {
	c, key := newCache(), seal.NewKey(seal.AES)
	now := time.Now()
	c.now = func() time.Time { return now }
	c.put("a", key)
	now = now.Add(Remember)
	if k, ok := c.get("a"); !ok || k.IsZero() {
		t.Error("forgotten too early")
	}
	now = now.Add(time.Second)
	if _, ok := c.get("a"); ok {
		t.Error("remembered too long")
	}
	c.bar("a")
	c.put("a", key)
	if k, ok := c.get("a"); !ok || !k.IsZero() {
		t.Error("an erased key came back")
	}
	for i := range 2 * maxCached {
		c.put(fmt.Sprint(i), key)
	}
	if len(c.m) > maxCached {
		t.Errorf("%d keys are kept", len(c.m))
	}
}
