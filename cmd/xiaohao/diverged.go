package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal"
)

// divergedError says that log and read models do not belong together, what was lost, and
// what can be done, in words for whoever keeps the machine.
type divergedError struct {
	text string
	err  error
}

func (e *divergedError) Error() string { return e.text }
func (e *divergedError) Unwrap() error { return e.err }

// halt stops all writing, for good, and says why in the log of the program. Pages can
// still be read; /readyz and `xiaohao status` tell it.
func (s *stack) halt(ctx context.Context, cause error) {
	if s.log.Halted() != nil {
		return
	}
	e := &divergedError{s.explain(ctx, cause), cause}
	s.log.Halt(e)
	s.logger.Error(e.text, "error", cause)
}

func (s *stack) explain(ctx context.Context, cause error) string {
	var b strings.Builder
	b.WriteString("日志不是读模型读过的那一份，已停止办理，页面只能看。")
	last, err := s.log.Last(ctx)
	pos, posErr := s.reads.Position(ctx)
	var loss *journal.LossError
	switch {
	case errors.Join(err, posErr) != nil:
		fmt.Fprintf(&b, "（%v）", cause)
	case pos.Identity != "" && pos.Identity != s.log.Identity():
		fmt.Fprintf(&b, "读模型是按日志 %s 建的，现在的日志是 %s：接错了服务器，或者数据目录被换过。", pos.Identity, s.log.Identity())
	case last < pos.Sequence:
		fmt.Fprintf(&b, "读模型到第 %d 号，日志只到第 %d 号：日志的末尾丢了，或者恢复了一份旧的备份。%s", pos.Sequence, last, s.lost(ctx, last))
	case errors.As(cause, &loss):
		b.WriteString(lossText(loss))
	default:
		fmt.Fprintf(&b, "第 %d 号记录和读过的不一样：日志被换过，或者从旧的备份恢复以后又写过。", pos.Sequence)
	}
	b.WriteString("可以做的：一、接错了，改正后重新启动；二、有更新的备份，停下程序，把它恢复到空的数据目录（xiaohao restore）；" +
		"三、确认现在的日志就是对的，停下程序，运行 xiaohao rebuild 按日志重建读模型，再启动。")
	if s.log.Intact() != nil {
		b.WriteString("选三的，还要先删去数据目录里的 log/xiaohao.synced：它记着日志到过哪里。")
	}
	return b.String()
}

// lossText says what the log itself knows to have lost.
func lossText(l *journal.LossError) string {
	if l.Other != "" {
		return fmt.Sprintf("这个目录里以前是另一份日志 %s：数据目录被换过。", l.Other)
	}
	return fmt.Sprintf("日志到过第 %d 号，现在只到第 %d 号，少了 %d 条：日志文件坏了，或者恢复了一份旧的备份。", l.Reached, l.Last, l.Missing)
}

// lost names what the rows remember and the log has not.
func (s *stack) lost(ctx context.Context, last uint64) string {
	newest, n, err := s.reads.Beyond(ctx, last, 3)
	if err != nil || n == 0 {
		return ""
	}
	var words []string
	for _, e := range newest {
		words = append(words, fmt.Sprintf("%s %s（%s）", e.Number, e.Title, e.Recorded.In(events.Beijing).Format(time.DateTime)))
	}
	return fmt.Sprintf("读模型里还看得到、日志里已经没有的有 %d 条，最新的是：%s。", n, strings.Join(words, "、"))
}
