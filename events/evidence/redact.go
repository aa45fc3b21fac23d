package evidence

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // what is kept may be one

	"github.com/google/uuid"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"xiaohao/events"
)

const (
	publicSide    = 1280 // longest side of a picture for the public, pixels
	publicQuality = 80
	margin        = 2 // pixels around an area that are covered too
)

// cover is painted over what must not be seen: neither black nor white, so that it is not
// taken for a part of the picture.
var cover = color.RGBA{0x6b, 0x72, 0x80, 0xff}

// Redact makes a picture for the public of a kept one and keeps it beside it: areas are
// painted over, the longest side is at most 1280 pixels, and the pixels are coded anew. It
// also returns the hash of the bytes that it was made from. Errors are those of File and Put;
// a paper gives ErrNotFound.
func (s *Store) Redact(ctx context.Context, item uuid.UUID, id string, areas []events.Area) (file events.PublicFile, source string, err error) {
	data, err := s.File(ctx, item, id)
	if err != nil {
		return file, "", err
	}
	public, err := s.redact(ctx, data, areas)
	if err != nil {
		return file, "", err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	file = events.PublicFile{Object: rand.Text(), SHA256: hashOf(public.data), Size: len(public.data), Width: public.width, Height: public.height}
	if err = s.put(ctx, item, item, thumbOf(file.Object), public.thumb); err == nil {
		err = s.put(ctx, item, item, file.Object, public.data)
	}
	if isFull(err) {
		return file, "", noRoom
	}
	if err == nil && s.cfg.Sync != nil {
		err = s.cfg.Sync(ctx)
	}
	if err != nil {
		return file, "", fmt.Errorf("keep picture for the public: %w", err)
	}
	return file, hashOf(data), nil
}

// redact waits for a free hand and makes the picture.
func (s *Store) redact(ctx context.Context, data []byte, areas []events.Area) (kept, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return kept{}, fmt.Errorf("wait for a free hand: %w", ctx.Err())
	}
	if _, _, err := image.DecodeConfig(bytes.NewReader(data)); err != nil {
		return kept{}, ErrNotFound
	}
	k, err := redacted(data, areas)
	if err != nil {
		return kept{}, fmt.Errorf("cover parts of a picture: %w", err)
	}
	return k, nil
}

// redacted makes the picture smaller and covers the areas in it, with a margin: a pixel of
// the smaller picture is mixed of those beside each other, so one next to an area may hold
// something of what was in it.
func redacted(data []byte, areas []events.Area) (kept, error) {
	var img image.Image
	err := safely(func() (err error) { img, _, err = image.Decode(bytes.NewReader(data)); return err })
	if err != nil {
		return kept{}, err
	}
	in := img.Bounds()
	size := fit(in.Dx(), in.Dy(), publicSide)
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Rect, img, in, draw.Over, nil)
	for _, a := range areas {
		draw.Draw(out, pixels(a, size).Inset(-margin), image.NewUniform(cover), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: publicQuality}); err != nil {
		return kept{}, err
	}
	k := kept{format: formatJPEG, data: b.Bytes(), width: size.X, height: size.Y, cleaned: true}
	k.thumb, err = thumbnail(out)
	return k, err
}

// pixels are all that an area touches in a picture of that size.
func pixels(a events.Area, size image.Point) image.Rectangle {
	up := func(n, of int) int { return (n*of + events.Thousandths - 1) / events.Thousandths }
	return image.Rect(a.X*size.X/events.Thousandths, a.Y*size.Y/events.Thousandths, up(a.X+a.W, size.X), up(a.Y+a.H, size.Y))
}
