package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/events/evidence"
	"xiaohao/events/vault/memory"
)

// TestRedact covers a red plate on a grey photo: no pixel of the picture for the public, nor
// of its thumbnail, is reddish any more, its hash is right, and the kept one is as it was.
func TestRedact(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	st := open(t, start(t, t.TempDir()).nc, memory.New(), evidence.Config{})
	m := image.NewRGBA(image.Rect(0, 0, 2000, 1000))
	for y := range 1000 {
		for x := range 2000 {
			m.SetRGBA(x, y, color.RGBA{120, 120, 120, 255})
			if x >= 1000 && x < 1400 && y >= 300 && y < 500 {
				m.SetRGBA(x, y, color.RGBA{230, 10, 10, 255})
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	item := uuid.New()
	kept, err := st.Put(ctx, item, "车牌.jpg", &b)
	if err != nil {
		t.Fatal(err)
	}
	file, source, err := st.Redact(ctx, item, kept.Object, []events.Area{{X: 500, Y: 300, W: 200, H: 200}})
	if err != nil {
		t.Fatal(err)
	}
	if source != kept.Kept || file.Object == kept.Object || file.Width != 1280 || file.Height != 640 {
		t.Errorf("%+v of %s", file, source)
	}
	public, err := st.File(ctx, item, file.Object)
	if err != nil {
		t.Fatal(err)
	}
	thumb, err := st.Thumb(ctx, item, file.Object)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(public); hex.EncodeToString(sum[:]) != file.SHA256 || len(public) != file.Size {
		t.Error("the hash or the size is not that of the picture")
	}
	for name, data := range map[string][]byte{"picture": public, "thumbnail": thumb} {
		if n := reddish(t, data); n > 0 {
			t.Errorf("%d pixels of the %s are still reddish", n, name)
		}
	}
	if again, err := st.File(ctx, item, kept.Object); err != nil || reddish(t, again) == 0 {
		t.Errorf("the kept photo was changed: %v", err)
	}
	if _, _, err := st.Redact(ctx, uuid.New(), kept.Object, nil); err == nil {
		t.Error("the photo of another item was opened")
	}
	paper, err := st.Put(ctx, item, "a.csv", strings.NewReader("a,b\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := st.Redact(ctx, item, paper.Object, nil); !errors.Is(err, events.ErrNoFile) {
		t.Errorf("a paper: %v", err)
	}
}

// reddish counts the pixels in which there is something of the plate.
func reddish(t *testing.T, data []byte) (n int) {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if r, g, _, _ := m.At(x, y).RGBA(); r>>8 > g>>8+24 {
				n++
			}
		}
	}
	return n
}
