package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// Files keeps what is handed in with a piece of evidence; events/evidence is one. An error of
// Put that has the method Refused says in one sentence why a file is not taken.
type Files interface {
	MaxSize() int64 // of one file in bytes
	Put(ctx context.Context, item uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error)
	File(ctx context.Context, item uuid.UUID, id string) ([]byte, error)
	Thumb(ctx context.Context, item uuid.UUID, id string) ([]byte, error)
	PutWorkbook(ctx context.Context, item uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error)
	Workbook(ctx context.Context, original, id string) ([]byte, error)
	// Redact makes a picture for the public of a kept one, with areas covered, and says of
	// which bytes it made it.
	Redact(ctx context.Context, item uuid.UUID, id string, areas []events.Area) (file events.PublicFile, source string, err error)
}

// fileField is the name under which staff send a file.
const fileField = "file"

// takesFile are the commands of staff that a file comes with.
var takesFile = map[string]bool{"record_evidence": true, "add_photo": true}

const (
	uploadsAtOnce = 4               // requests whose files are in memory at the same time
	uploadTime    = 3 * time.Minute // to send one over a slow line
	drained       = 128 << 20       // of a file that is too large: a browser reads no answer before it has sent all
)

// handedIn is a file as it came.
type handedIn struct {
	name string
	data []byte // at most one byte more than may be: then it is too large
}

func isMultipart(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// bodyLimit is how much of a request is read at most.
func (s *Server) bodyLimit(r *http.Request) int64 {
	if s.cfg.Files != nil && r.Method == http.MethodPost && isMultipart(r) && takesFiles(r.URL.Path) {
		return s.cfg.Files.MaxSize() + drained
	}
	return maxBody
}

func takesFiles(path string) bool {
	return path == "/raise" || path == "/q/photo" || path == "/admin/templates" || path == "/api/v1/imports" || takesFile[path[strings.LastIndexByte(path, '/')+1:]] || strings.HasSuffix(path, "/import")
}

// uploading lets few requests with files through at a time, and gives each the time to send
// its file.
func (s *Server) uploading(h staffHandler) staffHandler {
	return func(w http.ResponseWriter, r *http.Request, a events.Actor) error {
		done, err := s.takeSlot(w, r)
		if err != nil {
			return err
		}
		defer done()
		return h(w, r, a)
	}
}

// readForm reads a form, and the file that came with it if there is one.
func (s *Server) readForm(r *http.Request) (url.Values, *handedIn, error) {
	form, files, err := s.readParts(r, fileField, 1)
	if len(files) == 0 {
		return form, nil, err
	}
	return form, &files[0], err
}

// readParts reads a form, and the first files that came with it under a name.
func (s *Server) readParts(r *http.Request, field string, most int) (url.Values, []handedIn, error) {
	if !isMultipart(r) {
		if err := r.ParseForm(); err != nil {
			return nil, nil, badForm(err)
		}
		return r.PostForm, nil, nil
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, badForm(err)
	}
	form, left := url.Values{}, int64(maxBody)
	var files []handedIn
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, files, nil
		}
		if err != nil {
			return nil, nil, badForm(err)
		}
		if p.FormName() == field && p.FileName() != "" && len(files) < most && s.cfg.Files != nil {
			file, err := s.readFile(p.FileName(), p)
			if err != nil {
				return nil, nil, badForm(err)
			}
			files = append(files, file)
			continue
		}
		text, err := io.ReadAll(io.LimitReader(p, left+1))
		if err != nil {
			return nil, nil, badForm(err)
		}
		if left -= int64(len(text)); left < 0 {
			return nil, nil, &http.MaxBytesError{Limit: maxBody}
		}
		if p.FileName() == "" && p.FormName() != field { // a browser sends an empty file when none was chosen
			form.Add(p.FormName(), string(text))
		}
	}
}

// readFile reads a file into memory and lets go of what is too much of it.
func (s *Server) readFile(name string, r io.Reader) (handedIn, error) {
	data, err := io.ReadAll(io.LimitReader(r, s.cfg.Files.MaxSize()+1))
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	return handedIn{name, data}, err
}

// attach keeps the file and adds it to the command. What is not allowed is refused before
// anything is kept, and a command that was carried out already gets no second file.
func (s *Server) attach(ctx context.Context, a events.Actor, it projections.Item, spec domain.Spec, b bound, id uuid.UUID) error {
	c, ok := b.command.(interface {
		Attach(events.EvidenceFile, []events.EvidenceUse)
	})
	if !ok {
		return fmt.Errorf("%w: %s takes no file", errBadRequest, spec.Name)
	}
	folded, err := s.fold(ctx, it)
	if err != nil {
		return err
	}
	if _, done := folded.Commands[id]; done {
		return nil
	}
	if no := spec.Allows(folded, s.desk.Situation(a)); no != nil {
		return no
	}
	if rs := b.all(); len(rs) > 0 {
		return rs
	}
	file, err := s.keepFile(ctx, folded.ID, spec.Name, fileField, b.file)
	if err != nil {
		return err
	}
	uses, err := s.usesElsewhere(ctx, file)
	if err != nil {
		return err
	}
	c.Attach(file, uses)
	return nil
}

// usesElsewhere are the facts that entered the same file before.
func (s *Server) usesElsewhere(ctx context.Context, file events.EvidenceFile) ([]events.EvidenceUse, error) {
	found, err := s.reads.FileUses(ctx, []string{file.Original, file.Kept})
	if err != nil {
		return nil, err
	}
	var uses []events.EvidenceUse
	for _, u := range distinctUses(found) {
		uses = append(uses, u.EvidenceUse)
	}
	return uses, nil
}

// keepFile turns the store's refusal into one at the file's field.
func (s *Server) keepFile(ctx context.Context, item uuid.UUID, command, field string, f *handedIn) (events.EvidenceFile, error) {
	file, err := s.cfg.Files.Put(ctx, item, f.name, bytes.NewReader(f.data))
	var no interface{ Refused() (code, message string) }
	if errors.As(err, &no) {
		code, message := no.Refused()
		return file, &domain.Refusal{Rule: command + ".file_" + code, Field: field, Message: message}
	}
	return file, err
}

// reselect adds that a browser does not remember the file, unless the reason is the file's.
func reselect(command string, rs domain.Refusals) domain.Refusals {
	if errAt(rs, fileField) != "" {
		return rs
	}
	return append(rs, &domain.Refusal{Rule: command + ".file_again", Field: fileField, Message: "文件：还没有存，请再选一次。"})
}

// fileControl is the control for a file.
func fileControl(most int64, errs domain.Refusals) control {
	return control{Input: Input{Name: fileField, Label: "照片或文件", Kind: "file", Err: errAt(errs, fileField),
		Hint: fmt.Sprintf("一次一份，最多 %d MB。照片里的拍摄地点、时间、机型会自动去掉；PDF、Word 等去不干净，只在内部看。", most>>20)}}
}
