package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"slices"
)

// fewColours writes a picture of a page anew with the 128 colours that it has most of and that
// one can tell apart: a page is paper, ink and few more, and the pictures of docs/ are a third
// as large.
func fewColours(page []byte) ([]byte, error) {
	decoded, err := png.Decode(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	m := image.NewRGBA(decoded.Bounds())
	draw.Draw(m, m.Rect, decoded, m.Rect.Min, draw.Src)
	often := map[color.RGBA]int{}
	runs(m, func(c color.RGBA, from, to int) { often[c] += to - from })
	order := func(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
	few := color.Palette{}
	for _, c := range slices.SortedFunc(maps.Keys(often), func(a, b color.RGBA) int { return cmp.Or(often[b]-often[a], order(a)-order(b)) }) {
		if len(few) < 128 && !slices.ContainsFunc(few, func(x color.Color) bool { return alike(x.(color.RGBA), c) }) {
			few = append(few, c)
		}
	}
	out, nearest := image.NewPaletted(m.Rect, few), map[color.RGBA]uint8{}
	runs(m, func(c color.RGBA, from, to int) {
		i, known := nearest[c]
		if !known {
			i = uint8(few.Index(c))
			nearest[c] = i
		}
		for at := from; at < to; at++ {
			out.Pix[at] = i
		}
	})
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out)
	return b.Bytes(), err
}

// runs calls f for every run of pixels of one colour.
func runs(m *image.RGBA, f func(c color.RGBA, from, to int)) {
	at := func(i int) color.RGBA { return color.RGBA{m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3]} }
	for from, all := 0, len(m.Pix)/4; from < all; {
		c, to := at(from), from+1
		for to < all && at(to) == c {
			to++
		}
		f(c, from, to)
		from = to
	}
}

// alike reports whether two colours look the same on a page.
func alike(a, b color.RGBA) bool {
	off := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return off(a.R, b.R)+off(a.G, b.G)+off(a.B, b.B) < 20
}
