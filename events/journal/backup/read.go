package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// Backup is a backup directory opened for reading. Its manifest is whole; its files are
// checked while they are read.
type Backup struct {
	Manifest
	dir string
}

// Open reads the manifest of a backup. It returns ErrNoBackup, ErrFormat or a [*Fault].
func Open(dir string) (*Backup, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return &Backup{*m, dir}, nil
}

// check makes sure that the manifest agrees with itself: known streams, each once, the log
// among them, and files that follow one another without a gap.
func (m *Manifest) check() error {
	wrong := func(format string, a ...any) error {
		return &Fault{File: manifestFile, Reason: fmt.Sprintf(format, a...)}
	}
	seen := map[string]bool{}
	for _, s := range m.Streams {
		sp, ok := specOf(s.Name)
		if !ok || sp.keys != m.Keys || seen[s.Name] || s.Config.Name != s.Name {
			return wrong("清单里的流 %q 不该在这里", s.Name)
		}
		seen[s.Name] = true
		next, messages := s.First, uint64(0)
		for _, f := range s.Files {
			if path.Dir(f.Name) != sp.dir || !filepath.IsLocal(filepath.FromSlash(f.Name)) || strings.Contains(f.Name, "\\") {
				return wrong("清单里的文件 %q 不在该在的地方", f.Name)
			}
			if f.First != next || f.Last < f.First || f.Last == math.MaxUint64 {
				return wrong("清单里 %s 的号段不连续：第 %d 号处是第 %d 至 %d 号", s.Name, next, f.First, f.Last)
			}
			next, messages = f.Last+1, messages+f.Messages
		}
		if next != s.Last+1 || messages != s.Messages {
			return wrong("清单里 %s 的号段到第 %d 号，应到第 %d 号", s.Name, next-1, s.Last)
		}
	}
	if !m.Keys && (len(m.Streams) == 0 || m.Streams[0].Name != specs[0].name) {
		return wrong("清单里没有日志")
	}
	return nil
}

// Messages hands over all messages of a stream in order, file by file, and checks each file
// against the manifest. A message is good only until f returns. The error is f's, or a
// [*Fault] that names the file and, where it can be told, the first message that is wrong.
func (b *Backup) Messages(stream string, f func(m Message, line []byte) error) error {
	s := b.stream(stream)
	if s == nil {
		return nil
	}
	for _, file := range s.Files {
		if err := readFile(b.dir, file, f); err != nil {
			return err
		}
	}
	return nil
}

// readFile hands over the messages of one file.
func readFile(root string, want File, f func(m Message, line []byte) error) error {
	file, err := os.Open(filepath.Join(root, filepath.FromSlash(want.Name)))
	if errors.Is(err, fs.ErrNotExist) {
		return &Fault{File: want.Name, Reason: "文件不见了"}
	}
	if err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	defer file.Close()
	r := &fileReader{want: want, sum: sha256.New(), content: sha256.New()}
	r.raw = bufio.NewReaderSize(io.TeeReader(file, io.MultiWriter(r.sum, &r.size)), 64<<10)
	if err := r.lines(f); err != nil {
		return err
	}
	return r.end()
}

// checkFile makes sure that a file is the one of the manifest, without unpacking it.
func checkFile(root string, want File) error {
	file, err := os.Open(filepath.Join(root, filepath.FromSlash(want.Name)))
	if errors.Is(err, fs.ErrNotExist) {
		return &Fault{File: want.Name, Reason: "文件不见了"}
	}
	if err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	if n != want.Size || hex.EncodeToString(sum.Sum(nil)) != want.SHA256 {
		return &Fault{File: want.Name, Reason: "文件与清单的校验值不符"}
	}
	return nil
}

// fileReader reads one file and compares it with what the manifest says of it.
type fileReader struct {
	want         File
	raw          *bufio.Reader // of the file's bytes
	sum, content interface {
		io.Writer
		Sum([]byte) []byte
	}
	size     counter
	last     uint64 // sequence of the last good message
	messages uint64
}

// wrong reports something found at the message after the last good one.
func (r *fileReader) wrong(m Message, reason string) error {
	f := &Fault{File: r.want.Name, Sequence: m.Seq, Subject: m.Subject, Reason: reason}
	if m.Seq == 0 {
		f.Sequence = max(r.last+1, r.want.First)
	}
	return f
}

func (r *fileReader) lines(f func(Message, []byte) error) error {
	z, err := gzip.NewReader(r.raw)
	if err != nil {
		return &Fault{File: r.want.Name, Reason: "解不开压缩"}
	}
	z.Multistream(false)
	in := bufio.NewReaderSize(z, 64<<10)
	var long []byte
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long[:0], line...)
			for errors.Is(err, bufio.ErrBufferFull) && len(long) <= maxLine {
				line, err = in.ReadSlice('\n')
				long = append(long, line...)
			}
			line = long
		}
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil {
			return r.wrong(Message{}, "从这里起读不出来")
		}
		r.content.Write(line)
		m, err := parseLine(line)
		if err != nil {
			return r.wrong(Message{}, "这一行不是备份写的样子")
		}
		if m.Seq < r.want.First || m.Seq > r.want.Last {
			return r.wrong(m, fmt.Sprintf("不在这个文件的号段（第 %d 至 %d 号）里", r.want.First, r.want.Last))
		}
		if m.Seq <= r.last {
			return r.wrong(m, fmt.Sprintf("顺序不对：前一条是第 %d 号", r.last))
		}
		if err := f(m, line); err != nil {
			return err
		}
		r.last = m.Seq
		r.messages++
	}
}

// maxLine is more than any line: a message is at most 1 MiB, a third more in base64.
const maxLine = 4 << 20

// end checks what only the whole file tells. Whatever follows the packed lines is read as
// well, for it belongs to the file.
func (r *fileReader) end() error {
	if _, err := io.Copy(io.Discard, r.raw); err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	got := func(h interface{ Sum([]byte) []byte }) string { return hex.EncodeToString(h.Sum(nil)) }
	switch {
	case got(r.sum) != r.want.SHA256, int64(r.size) != r.want.Size:
		return &Fault{File: r.want.Name, Reason: "文件与清单的校验值不符"}
	case got(r.content) != r.want.Content, r.messages != r.want.Messages:
		return &Fault{File: r.want.Name, Reason: "文件内容与清单的校验值不符"}
	}
	return nil
}
