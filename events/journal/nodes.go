package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// oldest is the first server version whose guards, batches and syncs are what the log
// relies on.
var oldest = [2]int{2, 15}

// WeakError says that servers do not promise what the log needs of them.
type WeakError struct {
	Why []string // each names the server
}

func (e *WeakError) Error() string { return "journal: " + strings.Join(e.Why, "; ") }

// CheckServers asks the servers themselves, over a connection of the system account
// (permission to publish to $SYS.REQ.SERVER.PING.VARZ is enough), whether each one that
// holds a replica of the log syncs every write. It returns a [*WeakError] when one does
// not, is too old, or did not answer. After it returned nil, Status says that it was checked.
func (j *Journal) CheckServers(ctx context.Context, sys *nats.Conn) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	holders, err := j.holders(ctx)
	if err != nil {
		return fmt.Errorf("check servers of the log: %w", err)
	}
	settings, err := askServers(ctx, sys, holders)
	if err != nil {
		return fmt.Errorf("check servers of the log: %w", err)
	}
	var why []string
	for _, name := range holders {
		s, ok := settings[name]
		switch {
		case !ok:
			why = append(why, name+" did not say how it is set up")
		case tooOld(s.version):
			why = append(why, fmt.Sprintf("%s is version %s, must be %d.%d or newer", name, s.version, oldest[0], oldest[1]))
		case !s.syncAlways:
			why = append(why, fmt.Sprintf("%s syncs every %v, must be sync_interval: always", name, s.interval))
		}
	}
	if len(why) > 0 {
		return &WeakError{why}
	}
	j.checked.Store(true)
	return nil
}

// holders are the names of the servers that have a replica of the log.
func (j *Journal) holders(ctx context.Context) ([]string, error) {
	s, err := j.js.Stream(ctx, StreamName)
	if err != nil {
		return nil, err
	}
	group := s.CachedInfo().Cluster
	if group == nil || group.Leader == "" {
		return []string{j.nc.ConnectedServerName()}, nil
	}
	names := []string{group.Leader}
	for _, r := range group.Replicas {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	return names, nil
}

type serverSettings struct {
	version    string
	syncAlways bool
	interval   time.Duration
}

// askServers collects what the named servers say, as far as they do within two seconds.
func askServers(ctx context.Context, sys *nats.Conn, names []string) (map[string]serverSettings, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	inbox := sys.NewInbox()
	sub, err := sys.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection ends with the check
	if err := sys.PublishRequest("$SYS.REQ.SERVER.PING.VARZ", inbox, nil); err != nil {
		return nil, err
	}
	said := make(map[string]serverSettings)
	for missing := len(names); missing > 0; {
		m, err := sub.NextMsgWithContext(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			return said, nil
		}
		if err != nil {
			return nil, err
		}
		var a struct {
			Server struct {
				Name    string `json:"name"`
				Version string `json:"ver"`
			} `json:"server"`
			Data struct {
				JetStream struct {
					Config struct {
						SyncAlways   bool          `json:"sync_always"`
						SyncInterval time.Duration `json:"sync_interval"`
					} `json:"config"`
				} `json:"jetstream"`
			} `json:"data"`
		}
		if err := json.Unmarshal(m.Data, &a); err != nil {
			return nil, fmt.Errorf("read answer: %w", err)
		}
		if _, before := said[a.Server.Name]; !before && slices.Contains(names, a.Server.Name) {
			missing--
		}
		said[a.Server.Name] = serverSettings{a.Server.Version, a.Data.JetStream.Config.SyncAlways, a.Data.JetStream.Config.SyncInterval}
	}
	return said, nil
}

// tooOld reports whether a version such as "2.14.3" is before the oldest that will do. One
// that cannot be read is taken for new.
func tooOld(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	if err1 != nil || err2 != nil {
		return false
	}
	return major < oldest[0] || major == oldest[0] && minor < oldest[1]
}
