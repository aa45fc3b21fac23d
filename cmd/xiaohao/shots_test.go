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
	size := decoded.Bounds()
	m := image.NewRGBA(size)
	draw.Draw(m, size, decoded, size.Min, draw.Src)
	coarse := func(c color.RGBA) [3]uint8 { return [3]uint8{c.R >> 3, c.G >> 3, c.B >> 3} }
	exact, often := map[[3]uint8]map[color.RGBA]int{}, map[[3]uint8]int{}
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			c := m.RGBAAt(x, y)
			k := coarse(c)
			if exact[k] == nil {
				exact[k] = map[color.RGBA]int{}
			}
			exact[k][c]++
			often[k]++
		}
	}
	kinds := slices.SortedFunc(maps.Keys(often), func(a, b [3]uint8) int { return cmp.Or(often[b]-often[a], slices.Compare(a[:], b[:])) })
	var few color.Palette
	for _, k := range kinds {
		most := slices.MaxFunc(slices.Collect(maps.Keys(exact[k])), func(a, b color.RGBA) int {
			return cmp.Or(exact[k][a]-exact[k][b], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
		})
		if len(few) < 128 && !slices.ContainsFunc(few, func(c color.Color) bool { return near(c.(color.RGBA), most) }) {
			few = append(few, most)
		}
	}
	out, nearest := image.NewPaletted(size, few), map[color.RGBA]uint8{}
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			c := m.RGBAAt(x, y)
			i, known := nearest[c]
			if !known {
				i = uint8(few.Index(c))
				nearest[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out)
	return b.Bytes(), err
}

// near reports whether two colours look the same on a page.
func near(a, b color.RGBA) bool {
	off := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return off(a.R, b.R)+off(a.G, b.G)+off(a.B, b.B) < 20
}
