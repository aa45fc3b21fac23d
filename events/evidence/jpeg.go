package evidence

import (
	"bytes"
	"encoding/binary"
)

// shape is what a picture's own headers say of it, read before anything is decoded.
type shape struct {
	width, height int
	cost          int // bytes that decoding takes
	orientation   int // 1 to 8 as in EXIF; 1 = as stored
	alpha         bool
}

// mostScans bounds how often a progressive picture may be gone over: each scan costs time
// for the whole picture, and a few bytes make one. Cameras and tools use about ten.
const mostScans = 64

// jpegCleaner copies a JPEG segment by segment. Only what the picture needs is copied, so
// that whatever a device invents to write beside it is left behind.
type jpegCleaner struct {
	in    []byte
	out   bytes.Buffer
	shape shape
	scans int
	sof   bool
}

// cleanJPEG returns the picture without EXIF, GPS, XMP, IPTC, profiles, previews, comments
// and without anything after its end. Pixels are not coded again.
func cleanJPEG(in []byte) ([]byte, shape, *Refusal) {
	c := &jpegCleaner{in: in, shape: shape{orientation: 1}}
	if len(in) < 4 || in[0] != 0xff || in[1] != 0xd8 {
		return nil, c.shape, broken
	}
	c.out.Grow(len(in))
	c.out.Write(in[:2])
	for at := 2; ; {
		marker, next, ok := c.marker(at)
		if !ok {
			return nil, c.shape, broken
		}
		if marker == 0xd9 { // end: what follows belongs to no picture
			if c.scans == 0 {
				return nil, c.shape, broken
			}
			c.out.Write([]byte{0xff, 0xd9})
			return c.out.Bytes(), c.shape, nil
		}
		if next+2 > len(in) {
			return nil, c.shape, broken
		}
		end := next + int(binary.BigEndian.Uint16(in[next:]))
		if end < next+2 || end > len(in) {
			return nil, c.shape, broken
		}
		if no := c.segment(marker, in[next+2:end]); no != nil {
			return nil, c.shape, no
		}
		at = end
		if marker == 0xda {
			if c.scans++; c.scans > mostScans || !c.sof {
				return nil, c.shape, broken
			}
			at = c.entropy(end)
		}
	}
}

// marker reads the marker at a place; any number of fill bytes may stand before it.
func (c *jpegCleaner) marker(at int) (marker byte, next int, ok bool) {
	if at >= len(c.in) || c.in[at] != 0xff {
		return 0, 0, false
	}
	for at < len(c.in) && c.in[at] == 0xff {
		at++
	}
	if at >= len(c.in) {
		return 0, 0, false
	}
	return c.in[at], at + 1, true
}

// segment copies one segment or leaves it out.
func (c *jpegCleaner) segment(marker byte, body []byte) *Refusal {
	switch {
	case marker == 0xc0 || marker == 0xc1 || marker == 0xc2: // baseline, extended, progressive
		if c.sof || !c.frame(marker == 0xc2, body) {
			return broken
		}
		c.sof = true
		c.write(marker, body)
	case marker == 0xc4 || marker == 0xdb || marker == 0xdd || marker == 0xda: // tables, restarts, scan
		c.write(marker, body)
	case marker == 0xe0:
		if bytes.HasPrefix(body, []byte("JFIF\x00")) { // says that colours are YCbCr
			c.write(marker, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
		}
	case marker == 0xe1:
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
			c.shape.orientation = orientationOf(tiff)
		}
	case marker == 0xee:
		if len(body) >= 12 && bytes.HasPrefix(body, []byte("Adobe")) { // says how CMYK is meant
			c.write(marker, body[:12])
		}
	case marker >= 0xe2 && marker <= 0xef, marker == 0xfe:
	default: // arithmetic, lossless, hierarchical, or no JPEG at all
		return broken
	}
	return nil
}

// frame reads size and sampling of the picture.
func (c *jpegCleaner) frame(progressive bool, body []byte) bool {
	if len(body) < 6 || body[0] != 8 {
		return false
	}
	n := int(body[5])
	if n < 1 || n > 4 || len(body) != 6+3*n {
		return false
	}
	c.shape.height, c.shape.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	most, all := 0, 0
	for i := range n {
		hv := body[7+3*i]
		h, v := int(hv>>4), int(hv&15)
		if h < 1 || h > 4 || v < 1 || v > 4 {
			return false
		}
		most, all = max(most, h*v), all+h*v
	}
	perPixel := 1 // a sample is one byte, and its coefficient four until the last scan
	if progressive {
		perPixel += 4
	}
	c.shape.cost = c.shape.width * c.shape.height / most * all * perPixel
	if n == 4 {
		c.shape.cost += c.shape.width * c.shape.height * 8 // put together as CMYK
	}
	return c.shape.width > 0 && c.shape.height > 0
}

// entropy copies the coded data of a scan and returns where it ends.
func (c *jpegCleaner) entropy(from int) int {
	at := from
	for at < len(c.in) {
		i := bytes.IndexByte(c.in[at:], 0xff)
		if i < 0 || at+i+1 >= len(c.in) {
			at = len(c.in)
			break
		}
		at += i
		if m := c.in[at+1]; m != 0 && (m < 0xd0 || m > 0xd7) {
			break
		}
		at += 2
	}
	c.out.Write(c.in[from:at])
	return at
}

func (c *jpegCleaner) write(marker byte, body []byte) {
	c.out.Write([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)})
	c.out.Write(body)
}
