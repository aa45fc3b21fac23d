package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// Photos of the public come under photoField, at most photosAtOnce a time.
const (
	photoField   = "photo"
	photosAtOnce = 3
)

func photoInput() Input {
	return Input{Name: photoField, Label: "照片（可以不放）", Kind: "photo",
		Hint: "最多 " + strconv.Itoa(photosAtOnce) + " 张。拍摄地点、时间、机型会自动去掉。不要拍到人脸、车牌、门牌。"}
}

// takeSlot lets few requests with files through at a time, and gives each the time to send
// them. The function that it returns lets the next one in.
func (s *Server) takeSlot(w http.ResponseWriter, r *http.Request) (func(), error) {
	if !isMultipart(r) {
		return func() {}, nil
	}
	select {
	case s.uploads <- struct{}{}:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	// Where it cannot be set (a test's recorder) there is no deadline either.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
	return func() { <-s.uploads }, nil
}

// addPhotos keeps the photos that came with a new opinion, each by a command of its own whose
// id follows from the opinion's, so that a form that is sent twice adds none. It says in one
// sentence each which were not taken.
func (s *Server) addPhotos(ctx context.Context, a events.Actor, id uuid.UUID, rc *domain.Receipt, photos []handedIn) ([]string, error) {
	var lost []string
	for i, f := range photos {
		done, err := s.addPhoto(ctx, domain.Order{ID: uuid.NewSHA1(id, fmt.Appendf(nil, "photo %d", i)), Item: rc.Item, Actor: a}, rc.Code, f)
		if rs := domain.RefusalsOf(err); rs != nil {
			lost = append(lost, fmt.Sprintf("第 %d 张照片没有收。%s", i+1, rs[0].Message))
			continue
		}
		if err != nil {
			return lost, err
		}
		rc.Sequence = max(rc.Sequence, done.Sequence)
	}
	return lost, nil
}

// addPhoto keeps one photo and gives the command that names it, unless that was done.
func (s *Server) addPhoto(ctx context.Context, o domain.Order, code string, f handedIn) (domain.Receipt, error) {
	c := &domain.AddPhoto{Code: code}
	o.Command = c
	it, err := s.desk.Look(ctx, o.Item)
	if err != nil {
		return domain.Receipt{}, err
	}
	if _, done := it.Commands[o.ID]; done {
		return s.desk.Do(ctx, o)
	}
	if s.cfg.Files == nil {
		return domain.Receipt{}, errors.New("no store for files")
	}
	spec, _ := domain.SpecOf(domain.Name(c))
	if no := spec.Allows(it, s.desk.Situation(o.Actor)); no != nil {
		return domain.Receipt{}, no
	}
	file, err := s.keepFile(ctx, o.Item, domain.Name(c), photoField, &f)
	if err != nil {
		return domain.Receipt{}, err
	}
	uses, err := s.usesElsewhere(ctx, file)
	if err != nil {
		return domain.Receipt{}, err
	}
	c.Attach(file, uses)
	return s.desk.Do(ctx, o)
}

// queryPhoto adds photos to an opinion that was registered before.
func (s *Server) queryPhoto(w http.ResponseWriter, r *http.Request) error {
	done, err := s.takeSlot(w, r)
	if err != nil {
		return err
	}
	defer done()
	v, photos, err := s.readParts(r, photoField, photosAtOnce)
	if err != nil {
		return err
	}
	r.PostForm = v // which prove reads
	f, ok, err := s.prove(w, r)
	if err != nil || !ok {
		return err
	}
	form := answerForm{command: "add_photo", values: v}
	if len(photos) == 0 {
		form.refused = domain.Refusals{{Rule: "add_photo.missing", Field: photoField, Message: "照片：还没有选。"}}
		return s.showAnswer(w, r, http.StatusUnprocessableEntity, f, form)
	}
	item, err := uuid.Parse(f.asked.ID)
	if err != nil {
		return fmt.Errorf("item id %q: %w", f.asked.ID, err)
	}
	rc := domain.Receipt{Item: item, Code: f.code}
	lost, err := s.addPhotos(r.Context(), s.anybody(), formID(r), &rc, photos)
	if err != nil {
		return err
	}
	for _, why := range lost {
		form.refused = append(form.refused, &domain.Refusal{Rule: "add_photo.lost", Field: photoField, Message: why})
	}
	status := http.StatusOK
	if len(lost) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if n := len(photos) - len(lost); n > 0 {
		form.notice = fmt.Sprintf("收到 %d 张照片。", n)
		if _, err := s.settle(r.Context(), rc.Sequence); err != nil {
			return err
		}
	}
	return s.showAnswer(w, r, status, f, form)
}
