package evidence

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	mostPixels  = 50_000_000
	mostDecoded = 256 << 20 // bytes that one picture may take while it is looked at
	thumbSide   = 480       // longest side of a thumbnail, pixels
	thumbBytes  = 18 << 10  // and its size
)

// kept is a file as it is going to be kept.
type kept struct {
	format
	data          []byte
	width, height int
	cleaned       bool
	thumb         []byte // JPEG; nil for papers
}

// keepPicture cleans a picture, turns it upright and makes its thumbnail. The whole picture
// is decoded once, so one that is cut off or damaged is refused.
func keepPicture(c container, data []byte) (kept, *Refusal) {
	f, clean, config, decode := formatJPEG, cleanJPEG, jpeg.DecodeConfig, jpeg.Decode
	switch c {
	case asPNG:
		f, clean, config, decode = formatPNG, cleanPNG, png.DecodeConfig, png.Decode
	case asWebP:
		f, clean, config, decode = formatWebP, cleanWebP, webp.DecodeConfig, webp.Decode
	}
	data, sh, no := clean(data)
	if no != nil {
		return kept{}, no
	}
	cfg, err := config(bytes.NewReader(data))
	if err != nil || cfg.Width != sh.width || cfg.Height != sh.height {
		return kept{}, broken
	}
	if turned(sh.orientation) {
		sh.cost += 4 * sh.width * sh.height
	}
	if sh.width*sh.height > mostPixels || sh.cost > mostDecoded {
		return kept{}, tooMany
	}
	var img image.Image
	err = safely(func() (err error) { img, err = decode(bytes.NewReader(data)); return err })
	if err != nil {
		return kept{}, broken
	}
	k := kept{format: f, data: data, cleaned: true}
	if turned(sh.orientation) {
		img = upright(img, sh.orientation)
		if k.data, k.format, err = encode(img, f, sh.alpha); err != nil {
			return kept{}, broken
		}
	}
	k.width, k.height = img.Bounds().Dx(), img.Bounds().Dy()
	if k.thumb, err = thumbnail(img); err != nil {
		return kept{}, broken
	}
	return k, nil
}

func turned(orientation int) bool { return orientation != 1 }

// safely runs a decoder. One that panics was given a broken picture.
func safely(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("decoder panicked: %v", v)
		}
	}()
	return f()
}

// encode writes a picture that was turned: without loss where its format has none, else as a
// JPEG of high quality.
func encode(img image.Image, f format, alpha bool) ([]byte, format, error) {
	var b bytes.Buffer
	if f.media == formatPNG.media || alpha {
		err := png.Encode(&b, img)
		return b.Bytes(), formatPNG, err
	}
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95})
	return b.Bytes(), formatJPEG, err
}

const band = 64 // rows that are converted at once

// upright returns the picture as the EXIF orientation says it is to be seen.
func upright(img image.Image, orientation int) image.Image {
	in := img.Bounds()
	w, h := in.Dx(), in.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out, rows := image.NewRGBA(size), image.NewRGBA(image.Rect(0, 0, w, band))
	for top := 0; top < h; top += band {
		draw.Draw(rows, rows.Rect, img, in.Min.Add(image.Pt(0, top)), draw.Src)
		for y := top; y < min(top+band, h); y++ {
			for x := range w {
				to := out.PixOffset(turn(x, y, w, h, orientation))
				copy(out.Pix[to:to+4], rows.Pix[rows.PixOffset(x, y-top):])
			}
		}
	}
	return out
}

// turn says where a stored pixel is seen.
func turn(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

// thumbnail returns a small JPEG of at most thumbBytes, on white where the picture lets
// through: a public page with two of them is to be light. A picture full of leaves or gravel
// gets one that is coarser, and in the end smaller.
func thumbnail(img image.Image) (b []byte, err error) {
	for side := thumbSide; side > 0; side /= 2 {
		small := shrink(img, side)
		for _, quality := range []int{80, 60, 40, 25} {
			var out bytes.Buffer
			if err = jpeg.Encode(&out, small, &jpeg.Options{Quality: quality}); err != nil {
				return nil, err
			}
			if b = out.Bytes(); len(b) <= thumbBytes {
				return b, nil
			}
		}
	}
	return b, nil
}

// shrink is done in two steps: quickly to twice the size, then well.
func shrink(img image.Image, side int) image.Image {
	in := img.Bounds()
	small := fit(in.Dx(), in.Dy(), side)
	if twice := fit(in.Dx(), in.Dy(), 2*side); twice != in.Size() {
		mid := image.NewRGBA(image.Rectangle{Max: twice})
		draw.ApproxBiLinear.Scale(mid, mid.Rect, img, in, draw.Src, nil)
		img = mid
	}
	out := image.NewRGBA(image.Rectangle{Max: small})
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Rect, img, img.Bounds(), draw.Over, nil)
	return out
}

// fit is the size within a square of side pixels, never larger than the picture is.
func fit(w, h, side int) image.Point {
	if long := max(w, h); long > side {
		w, h = max(w*side/long, 1), max(h*side/long, 1)
	}
	return image.Pt(w, h)
}
