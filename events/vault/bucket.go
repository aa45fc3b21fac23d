package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Bucket is the key-value bucket of wrapped data keys:
//
//	item.<uuid>   a wrapped data key, or the mark of an erased one
//	ahead.<n>     a wrapped seed that keys are made from; see [Config].Log
//	index         the wrapped key of the search index
//	check         by which the master key is known again, and whether it is being replaced
const Bucket = "RECT_KEYS"

const (
	streamName   = "KV_" + Bucket
	entrySubject = "$KV." + Bucket + "."
)

// Exists reports whether keys were ever made on this log. When they were, the master key
// that wrapped them must be found again and none may be made.
func Exists(ctx context.Context, nc *nats.Conn) (bool, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	js, err := jetstream.New(nc)
	if err != nil {
		return false, fmt.Errorf("look for bucket %s: %w", Bucket, err)
	}
	_, err = js.Stream(ctx, streamName)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for bucket %s: %w", Bucket, err)
	}
	return true, nil
}

// bucket returns the stream under the bucket. It is made here and not by the client
// library, which forbids deleting single messages for ever: a destroyed key has to be
// overwritten on disk, and only such a delete does that.
func bucket(ctx context.Context, js jetstream.JetStream, replicas int) (jetstream.Stream, error) {
	s, err := js.Stream(ctx, streamName)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = js.CreateStream(ctx, jetstream.StreamConfig{
			Name: streamName, Subjects: []string{entrySubject + ">"}, Description: "个人信息的密钥（已加密）",
			Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, Replicas: max(replicas, 1),
			MaxMsgsPerSubject: 1, MaxMsgs: -1, MaxBytes: -1, MaxMsgSize: 1 << 10,
			AllowRollup: true, AllowDirect: false, // reads from the leader: an erased key must not come from a replica
		})
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			s, err = js.Stream(ctx, streamName)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", Bucket, err)
	}
	switch c := s.CachedInfo().Config; {
	case c.Storage != jetstream.FileStorage, c.MaxAge != 0, c.Discard != jetstream.DiscardNew:
		return nil, fmt.Errorf("bucket %s would lose keys: storage %v, max age %v, discard %v", Bucket, c.Storage, c.MaxAge, c.Discard)
	case c.MaxMsgsPerSubject < 1, c.MaxMsgsPerSubject > 2, c.DenyDelete:
		return nil, fmt.Errorf("bucket %s cannot destroy keys: history %d, deny delete %v", Bucket, c.MaxMsgsPerSubject, c.DenyDelete)
	}
	return s, nil
}
