package main

import (
	"errors"
	"syscall"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/vault"
)

// sentences are what the program says to people when it cannot go on, the first that
// fits; the technical reason follows it.
var sentences = []struct {
	err  error
	text string
}{
	{events.ErrDiverged, "日志不是读模型读过的那一份，或者末尾少了一截：已停下，什么都没有改。请核对备份，不要继续写入。"},
	{journal.ErrRestoring, "这里有一次没有完成的恢复：没有启动。请重新执行同一条 xiaohao restore 命令。"},
	{journal.ErrDamaged, "日志文件坏了，已记下的有一部分读不出来：没有启动，什么都没有改。请先把数据目录整个另存一份，再从备份恢复。"},
	{journal.ErrLocked, "数据目录正被另一个进程使用：同一个目录只能运行一个。"},
	{events.ErrFull, "日志满了，或者磁盘满了：新的办理没有记下，已记下的都在。请扩容后重试。"},
	{syscall.ENOSPC, "磁盘满了：新的办理没有记下，已记下的都在。请腾出空间后重新启动。"},
	{syscall.EROFS, "数据目录只读，不能写入。"},
	{syscall.EACCES, "数据目录没有写入权限。"},
	{syscall.EPERM, "数据目录没有写入权限。"},
	{vault.ErrWrongMaster, "主密钥不对：个人信息是用另一把主密钥封存的。没有启动，什么都没有改；请放回原来的主密钥。"},
	{vault.ErrRotating, "主密钥正在更换，新旧两把都要在：请把 master.key 和 master.key.next 都放回原处，再运行 xiaohao key rotate 接着换完。"},
	{vault.ErrOtherRotation, "主密钥正在换成另一把新的：请先放回那一把 master.key.next，换完再换这一把。"},
	{errNoMaster, "主密钥不见了，而个人信息是用它封存的：没有启动，也没有另造一把（新的什么都打不开）。请把另存的 master.key 放回原处，权限 0600；或用 XIAOHAO_MASTER_KEY_FILE、XIAOHAO_MASTER_KEY 给出。"},
	{vault.ErrBadMaster, "给出的主密钥不能用：要 32 个字节，或它的十六进制、base64；文件只许本人读写（0600）。"},
	{errTwoMasters, "主密钥给了两次：XIAOHAO_MASTER_KEY 和 XIAOHAO_MASTER_KEY_FILE 只能用一个。"},
	{journal.ErrCertificate, "与日志服务器之间的证书不被接受：请核对 --nats-ca、--nats-cert，以及证书是否过期。"},
	{journal.ErrCredentials, "日志服务器不认这个用户或口令：请核对 --nats-creds 的文件。"},
	{journal.ErrAccess, "连接日志服务器所需的文件不能用。"},
	{journal.ErrNotPermitted, "日志还没有建立，而这个用户无权建立：请先用管理员的凭据运行一次 xiaohao init。"},
	{journal.ErrUnreachable, "日志服务器连不上。"},
}

// sentence is what to print of an error that ends the program: one line.
func sentence(err error) string {
	for _, s := range sentences {
		if errors.Is(err, s.err) {
			return s.text + "（" + err.Error() + "）"
		}
	}
	var weak *journal.WeakError
	var config *journal.ConfigError
	switch {
	case errors.As(err, &weak):
		return "日志服务器达不到要求，不保证写入不丢：没有启动。（" + err.Error() + "）"
	case errors.As(err, &config):
		return "日志的流设置不对，会丢历史：没有启动，也没有改它。（" + err.Error() + "）"
	}
	return err.Error()
}
