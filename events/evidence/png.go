package evidence

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

var pngHead = []byte("\x89PNG\r\n\x1a\n")

// pngKeeps are the chunks that the picture needs. Texts, EXIF, times, profiles and whatever
// is unknown are not among them.
var pngKeeps = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "sBIT": true, "bKGD": true, "pHYs": true}

// cleanPNG returns the picture's own chunks, and nothing after its end.
func cleanPNG(in []byte) ([]byte, shape, *Refusal) {
	sh := shape{orientation: 1}
	rest, ok := bytes.CutPrefix(in, pngHead)
	if !ok {
		return nil, sh, broken
	}
	out := make([]byte, 0, len(in))
	out = append(out, pngHead...)
	for first := true; ; first = false {
		if len(rest) < 12 {
			return nil, sh, broken
		}
		size := int64(binary.BigEndian.Uint32(rest))
		if size > int64(len(rest))-12 {
			return nil, sh, broken
		}
		kind, body, chunk := string(rest[4:8]), rest[8:8+size], rest[:12+size]
		rest = rest[12+size:]
		switch {
		case first != (kind == "IHDR"), first && !sh.header(body):
			return nil, sh, broken
		case kind == "acTL":
			return nil, sh, noMoving
		case kind == "eXIf":
			sh.orientation = orientationOf(body)
		case !pngKeeps[kind]:
			if kind[0]&0x20 == 0 { // says of itself that the picture cannot be shown without it
				return nil, sh, broken
			}
		default:
			if binary.BigEndian.Uint32(chunk[8+size:]) != crc32.ChecksumIEEE(chunk[4:8+size]) {
				return nil, sh, broken
			}
			out = append(out, chunk...)
		}
		if kind == "IEND" {
			return out, sh, nil
		}
	}
}

// header reads size and depth of the picture.
func (s *shape) header(body []byte) bool {
	if len(body) != 13 {
		return false
	}
	w, h := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	if w == 0 || h == 0 || w > 1<<20 || h > 1<<20 {
		return false
	}
	s.width, s.height = int(w), int(h)
	depth, colour := body[8], body[9]
	perPixel := map[byte]int{0: 1, 2: 4, 3: 1, 4: 4, 6: 4}[colour]
	if depth == 16 {
		perPixel *= 2
	}
	if body[12] != 0 { // interlaced: each pass is a picture of its own
		perPixel *= 2
	}
	s.cost, s.alpha = s.width*s.height*perPixel, colour == 4 || colour == 6
	return perPixel > 0
}
