package evidence

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go/jetstream"
)

// Bucket is the object store bucket. Each file has two objects, both sealed: the file under
// its random id, and the thumbnail of a picture under that id with "/t" behind it.
const Bucket = "RECT_EVIDENCE"

// StreamName is the stream under the bucket, for those who sync, back up or give rights.
const StreamName = "OBJ_" + Bucket

const (
	chunkSubjects = "$O." + Bucket + ".C."
	metaSubjects  = "$O." + Bucket + ".M."
)

const (
	mostBytes   = 64 << 30 // of the bucket when it is made
	leastBytes  = 64 << 20
	noStorage   = 10047 // the server has no room for a stream of that size
	noPeers     = 10005 // the same, of a cluster
	streamFull  = 10077
	quotaFull   = 10002
	storageFull = 10023
)

// bucket opens the stream under the bucket, making it when it is absent. Its size is bounded
// so that pictures can never fill the disk of the log: by cfg, or by the largest of 64, 32,
// 16 … GiB that the server has room for.
func bucket(ctx context.Context, js jetstream.JetStream, cfg Config) (jetstream.Stream, error) {
	s, err := js.Stream(ctx, StreamName)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = makeBucket(ctx, js, cfg)
	}
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", Bucket, err)
	}
	switch c := s.CachedInfo().Config; {
	case c.Storage != jetstream.FileStorage, c.MaxAge != 0, c.Discard != jetstream.DiscardNew, c.MaxMsgsPerSubject > 0:
		return nil, fmt.Errorf("bucket %s would lose files: storage %v, max age %v, discard %v, messages per subject %d",
			Bucket, c.Storage, c.MaxAge, c.Discard, c.MaxMsgsPerSubject)
	case c.MaxBytes <= 0:
		return nil, fmt.Errorf("bucket %s has no size limit: it could fill the disk of the log", Bucket)
	case c.DenyPurge:
		return nil, fmt.Errorf("bucket %s cannot be swept: it denies purging", Bucket)
	}
	return s, nil
}

func makeBucket(ctx context.Context, js jetstream.JetStream, cfg Config) (jetstream.Stream, error) {
	size := cfg.MaxBytes
	if size == 0 {
		size = mostBytes
	}
	for {
		s, err := js.CreateStream(ctx, jetstream.StreamConfig{
			Name: StreamName, Subjects: []string{chunkSubjects + ">", metaSubjects + ">"}, Description: "佐证材料（已加密）",
			Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, Replicas: max(cfg.Replicas, 1),
			MaxMsgs: -1, MaxMsgsPerSubject: -1, MaxBytes: size, AllowRollup: true,
			AllowDirect: false, // reads from the leader: a replica may not have a file yet that was just kept
		})
		var api *jetstream.APIError
		switch {
		case errors.Is(err, jetstream.ErrStreamNameAlreadyInUse):
			return js.Stream(ctx, StreamName)
		case cfg.MaxBytes == 0 && size > leastBytes && errors.As(err, &api) && slices.Contains(noSpace, api.ErrorCode):
			size /= 2
			continue
		}
		return s, err
	}
}

var noSpace = []jetstream.ErrorCode{noStorage, noPeers, storageFull, quotaFull}

func isFull(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == streamFull || slices.Contains(noSpace, api.ErrorCode))
}

// metaSubject is where the object store keeps what it knows of an object.
func metaSubject(object string) string {
	return metaSubjects + base64.URLEncoding.EncodeToString([]byte(object))
}
