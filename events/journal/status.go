package journal

import (
	"context"
	"fmt"
)

// Status is what a page of health shows of the log.
type Status struct {
	Stream        string
	Identity      string
	Messages      uint64
	Bytes         uint64
	MaxBytes      int64 // -1 without limit; warn from 70 % on
	FirstSeq      uint64
	LastSeq       uint64
	Replicas      int
	Durability    string // a sentence for people
	ServerVersion string
}

// Status asks the server how the log stands. It covers all tenants.
func (j *Journal) Status(ctx context.Context) (Status, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	s, err := j.js.Stream(ctx, StreamName)
	if err != nil {
		return Status{}, fmt.Errorf("read status of the log: %w", err)
	}
	i := s.CachedInfo()
	return Status{
		Stream: StreamName, Identity: i.Config.Metadata[metaIdentity],
		Messages: i.State.Msgs, Bytes: i.State.Bytes, MaxBytes: i.Config.MaxBytes,
		FirstSeq: i.State.FirstSeq, LastSeq: i.State.LastSeq, Replicas: i.Config.Replicas,
		Durability: j.durability(i.Config.Replicas), ServerVersion: j.nc.ConnectedServerVersion(),
	}, nil
}

// durability says what is known of when a write is safe. A client cannot ask a server
// elsewhere for its sync_interval; only a connection of the system account can.
func (j *Journal) durability(replicas int) string {
	if j.server != nil {
		return "每次写入都落盘"
	}
	switch checked := j.checked.Load(); {
	case checked && replicas > 2:
		return fmt.Sprintf("外部服务器，%d 份副本，每台每次写入都落盘（启动时查过）", replicas)
	case checked:
		return fmt.Sprintf("外部服务器，每次写入都落盘（启动时查过），但只有 %d 份副本：那台磁盘坏了就全丢", replicas)
	case replicas > 2:
		return fmt.Sprintf("外部服务器，%d 份副本：少数节点故障不丢数据；全部断电时是否丢失最近的写入，"+
			"取决于服务器的 sync_interval（应设为 always），没有系统账号查不到", replicas)
	}
	return fmt.Sprintf("外部服务器，只有 %d 份副本：磁盘坏了就全丢；断电可能丢失最近的写入，"+
		"除非服务器的 sync_interval 设为 always，没有系统账号查不到", replicas)
}
