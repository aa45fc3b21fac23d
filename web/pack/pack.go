// Package pack keeps a page packed for gzip, with places that are filled in anew for each
// answer. Whoever keeps such pages keeps nothing of what is filled in.
//
//	header | deflated | stored fill | deflated | … | end | CRC-32 | length
//
// Each piece between two places is deflated by itself and ends on a byte, so that the pieces
// need only be joined; what is filled in goes between them as it is, in stored blocks. The
// checksum of the whole follows from those of the parts, as zlib's crc32_combine does it.
package pack

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/flate"
)

// level is that of pages that are packed on the way out, too.
const level = 5

var writers = sync.Pool{New: func() any { w, _ := flate.NewWriter(nil, level); return w }} // fails for another level only

// Page is a packed page with places. It is safe for concurrent use.
type Page struct {
	parts []part
	size  int
}

// part is a piece, and what is filled in after it.
type part struct {
	packed []byte
	n      int    // bytes of the piece
	sum    uint32 // its CRC-32
	shift  uint32 // carries a checksum over it
	fill   int    // -1: nothing, it is the last
}

// New packs a page in which each mark stands for a place. A mark may stand in several places,
// or in none.
func New(page []byte, marks ...string) (*Page, error) {
	p := &Page{}
	var z bytes.Buffer
	w := writers.Get().(*flate.Writer)
	defer writers.Put(w)
	for fill := 0; fill >= 0; {
		at := -1
		fill = -1
		for i, m := range marks {
			if j := bytes.Index(page, []byte(m)); j >= 0 && (at < 0 || j < at) {
				at, fill = j, i
			}
		}
		piece := page
		if fill >= 0 {
			piece, page = page[:at], page[at+len(marks[fill]):]
		}
		z.Reset()
		w.Reset(&z)
		_, err := w.Write(piece)
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			return nil, fmt.Errorf("pack page: %w", err)
		}
		p.parts = append(p.parts, part{bytes.Clone(z.Bytes()), len(piece), crc32.ChecksumIEEE(piece), shiftOf(len(piece)), fill})
		p.size += z.Len()
	}
	return p, nil
}

// Size is how many bytes it takes to keep the page.
func (p *Page) Size() int { return p.size + 48*len(p.parts) }

// head is a gzip header without name and time (RFC 1952).
var head = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// end is an empty last block.
var end = []byte{3, 0}

// Fill returns the page as gzip, with fills[i] where mark i stood.
func (p *Page) Fill(fills ...[]byte) []byte {
	size := len(head) + p.size + len(end) + 8
	for _, x := range p.parts {
		if x.fill >= 0 {
			size += len(fills[x.fill]) + 5*(1+len(fills[x.fill])/maxStored)
		}
	}
	out := append(make([]byte, 0, size), head...)
	var sum uint32
	n := 0
	for _, x := range p.parts {
		out = append(out, x.packed...)
		sum, n = carry(x.shift, sum)^x.sum, n+x.n
		if x.fill < 0 {
			break
		}
		text := fills[x.fill]
		sum, n = crc32.Update(sum, crc32.IEEETable, text), n+len(text)
		for len(text) > 0 {
			k := min(len(text), maxStored)
			out = binary.LittleEndian.AppendUint16(append(out, 0), uint16(k))
			out = binary.LittleEndian.AppendUint16(out, ^uint16(k))
			out, text = append(out, text[:k]...), text[k:]
		}
	}
	out = binary.LittleEndian.AppendUint32(append(out, end...), sum)
	return binary.LittleEndian.AppendUint32(out, uint32(n))
}

// maxStored is how much a stored block holds (RFC 1951).
const maxStored = 1<<16 - 1

// A CRC is a remainder of polynomials over GF(2), the bits reflected: x⁰ is the highest. To
// append n bytes multiplies by x⁸ⁿ.
const (
	one = 1 << 31
	x1  = 1 << 30
)

// carry multiplies two remainders.
func carry(a, b uint32) (product uint32) {
	for bit := uint32(one); bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		if b&1 != 0 {
			b = b>>1 ^ crc32.IEEE
		} else {
			b >>= 1
		}
	}
	return product
}

// shiftOf is x⁸ⁿ.
func shiftOf(n int) uint32 {
	p, square := uint32(one), uint32(x1)
	for n *= 8; n > 0; n >>= 1 {
		if n&1 != 0 {
			p = carry(square, p)
		}
		square = carry(square, square)
	}
	return p
}
