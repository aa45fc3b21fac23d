package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	metaIdentity = "stream_identity"
	metaSchema   = "schema"
	schema       = "1"
)

// MarkRestoring is in a stream's metadata while a restore fills it. [Open] refuses such a
// log with ErrRestoring.
const MarkRestoring = "restoring"

// ErrRestoring says that a restore into this store was begun and not finished.
var ErrRestoring = errors.New("journal: a restore is not finished")

// CheckStream returns the [*ConfigError] with which Open would refuse a stream of this
// configuration, so that it can be known before a restore makes one. It knows the streams
// of this package and passes all others.
func CheckStream(got jetstream.StreamConfig) error {
	for _, want := range []jetstream.StreamConfig{logStream(Config{}), numberStream(Config{})} {
		if off := differences(got, want, Config{}); got.Name == want.Name && len(off) > 0 {
			return &ConfigError{Stream: got.Name, Off: off}
		}
	}
	return nil
}

// ConfigError says that a stream exists but is not what the log must be. It is never
// changed by this program: a person has to look at how it came to be.
type ConfigError struct {
	Stream string
	Off    []string // each "setting is X, must be Y"
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("journal: stream %s: %s", e.Stream, strings.Join(e.Off, "; "))
}

// logStream is what the stream of commits must be: nothing is ever taken out of it, and
// when it is full it refuses what is new rather than forget what is old.
func logStream(cfg Config) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: StreamName, Subjects: []string{"rect.>"}, Description: "整改事项的全部事实",
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		Replicas: max(cfg.Replicas, 1), MaxMsgs: -1, MaxMsgsPerSubject: -1, MaxConsumers: -1,
		MaxBytes: orUnlimited(cfg.MaxBytes), MaxMsgSize: maxMessage, Duplicates: 10 * time.Minute,
		DenyDelete: true, DenyPurge: true, AllowDirect: true, AllowAtomicPublish: true,
		Compression: jetstream.S2Compression,
		Metadata:    map[string]string{metaIdentity: uuid.NewString(), metaSchema: schema},
	}
}

// numberStream is what the stream of running numbers must be. Only the last message of a
// counter matters; a counter stream cannot discard new messages, so it has no size limit.
func numberStream(cfg Config) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: NumbersStream, Subjects: []string{"rectno.>"}, Description: "流水号",
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardOld,
		Replicas: max(cfg.Replicas, 1), MaxMsgs: -1, MaxMsgsPerSubject: 1, MaxConsumers: -1,
		MaxBytes: -1, MaxMsgSize: -1, Duplicates: 2 * time.Minute,
		DenyDelete: true, DenyPurge: true, AllowDirect: true, AllowMsgCounter: true,
		Metadata: map[string]string{metaIdentity: uuid.NewString(), metaSchema: schema},
	}
}

func orUnlimited(n int64) int64 {
	if n <= 0 {
		return -1
	}
	return n
}

// ensure returns the stream as it is, creating it when it is absent. When two processes
// create it at once, the one that loses looks again and takes the other's.
func ensure(ctx context.Context, js jetstream.JetStream, want jetstream.StreamConfig, cfg Config) (*jetstream.StreamInfo, error) {
	s, err := js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = js.CreateStream(ctx, want)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			s, err = js.Stream(ctx, want.Name)
		}
		// A request that is not permitted gets no answer; the connection is told beside it.
		if err != nil && errors.Is(js.Conn().LastError(), nats.ErrPermissionViolation) {
			err = fmt.Errorf("%w: %w", ErrNotPermitted, js.Conn().LastError())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open stream %s: %w", want.Name, err)
	}
	info := s.CachedInfo()
	if info.Config.Metadata[MarkRestoring] != "" {
		return nil, fmt.Errorf("open stream %s: %w", want.Name, ErrRestoring)
	}
	if off := differences(info.Config, want, cfg); len(off) > 0 {
		return nil, &ConfigError{Stream: want.Name, Off: off}
	}
	return info, nil
}

// differences names every setting of got that matters and is not as wanted. Replicas and
// size are the operator's and compared only when asked for.
func differences(got, want jetstream.StreamConfig, cfg Config) []string {
	var off []string
	check := func(ok bool, setting string, is, must any) {
		if !ok {
			off = append(off, fmt.Sprintf("%s is %v, must be %v", setting, is, must))
		}
	}
	check(slices.Equal(got.Subjects, want.Subjects), "subjects", got.Subjects, want.Subjects)
	check(got.Storage == want.Storage, "storage", got.Storage, want.Storage)
	check(got.Retention == want.Retention, "retention", got.Retention, want.Retention)
	check(got.Discard == want.Discard, "discard", got.Discard, want.Discard)
	check(got.MaxAge == 0, "max age", got.MaxAge, "unlimited")
	check(got.MaxMsgs <= 0, "max messages", got.MaxMsgs, "unlimited")
	if want.MaxMsgsPerSubject > 0 {
		check(got.MaxMsgsPerSubject == want.MaxMsgsPerSubject, "max messages per subject", got.MaxMsgsPerSubject, want.MaxMsgsPerSubject)
	} else {
		check(got.MaxMsgsPerSubject <= 0, "max messages per subject", got.MaxMsgsPerSubject, "unlimited")
	}
	check(got.MaxMsgSize == want.MaxMsgSize || (want.MaxMsgSize <= 0 && got.MaxMsgSize <= 0), "max message size", got.MaxMsgSize, want.MaxMsgSize)
	check(got.Duplicates >= want.Duplicates, "duplicate window", got.Duplicates, want.Duplicates)
	check(got.DenyDelete, "deny delete", got.DenyDelete, true)
	check(got.DenyPurge, "deny purge", got.DenyPurge, true)
	check(!got.AllowRollup, "allow rollup", got.AllowRollup, false)
	check(!got.AllowMsgTTL, "allow message ttl", got.AllowMsgTTL, false)
	check(!got.AllowMsgSchedules, "allow schedules", got.AllowMsgSchedules, false)
	check(!got.AllowBatchPublish, "allow fast batches", got.AllowBatchPublish, false)
	check(got.AllowMsgCounter == want.AllowMsgCounter, "allow counters", got.AllowMsgCounter, want.AllowMsgCounter)
	check(got.AllowAtomicPublish == want.AllowAtomicPublish, "allow atomic publish", got.AllowAtomicPublish, want.AllowAtomicPublish)
	check(got.AllowDirect, "allow direct", got.AllowDirect, true)
	check(got.Compression == want.Compression, "compression", got.Compression, want.Compression)
	check(!got.NoAck, "no ack", got.NoAck, false)
	check(!got.Sealed, "sealed", got.Sealed, false)
	check(got.Mirror == nil && len(got.Sources) == 0, "copied from elsewhere", true, false)
	check(got.SubjectTransform == nil, "subject transform", "set", "none")
	_, err := uuid.Parse(got.Metadata[metaIdentity])
	check(err == nil, "metadata "+metaIdentity, fmt.Sprintf("%q", got.Metadata[metaIdentity]), "a uuid")
	check(got.Metadata[metaSchema] == schema, "metadata "+metaSchema, fmt.Sprintf("%q", got.Metadata[metaSchema]), schema)
	if cfg.Replicas > 0 {
		check(got.Replicas == cfg.Replicas, "replicas", got.Replicas, cfg.Replicas)
	}
	if cfg.MaxBytes > 0 && want.MaxBytes > 0 {
		check(got.MaxBytes == cfg.MaxBytes, "max bytes", got.MaxBytes, cfg.MaxBytes)
	}
	return off
}
