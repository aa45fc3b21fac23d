package evidence

import (
	"bytes"
	"encoding/binary"
)

// cleanWebP returns the picture's own chunks and nothing after its end.
func cleanWebP(in []byte) ([]byte, shape, *Refusal) {
	sh := shape{orientation: 1}
	if len(in) < 12 || string(in[:4]) != "RIFF" || string(in[8:12]) != "WEBP" {
		return nil, sh, broken
	}
	size := int64(binary.LittleEndian.Uint32(in[4:]))
	if size < 4 || size > int64(len(in))-8 {
		return nil, sh, broken
	}
	rest := in[12 : 8+size]
	var out bytes.Buffer
	out.Grow(len(in))
	out.Write(in[:12])
	pictures := 0
	for len(rest) > 0 {
		if len(rest) < 8 {
			return nil, sh, broken
		}
		n := int64(binary.LittleEndian.Uint32(rest[4:]))
		if n > int64(len(rest))-8 {
			return nil, sh, broken
		}
		kind, body := string(rest[:4]), rest[8:8+n]
		rest = rest[min(8+n+n&1, int64(len(rest))):]
		switch kind {
		case "VP8X":
			if len(body) != 10 {
				return nil, sh, broken
			}
			if body[0]&0x02 != 0 {
				return nil, sh, noMoving
			}
			sh.alpha = body[0]&0x10 != 0
			body = append([]byte{body[0] & 0x10, 0, 0, 0}, body[4:]...) // of all that may follow only alpha is left
		case "VP8 ":
			if len(body) < 10 || string(body[3:6]) != "\x9d\x01\x2a" {
				return nil, sh, broken
			}
			pictures++
			sh.sized(int(binary.LittleEndian.Uint16(body[6:])&0x3fff), int(binary.LittleEndian.Uint16(body[8:])&0x3fff), 2)
		case "VP8L":
			if len(body) < 5 || body[0] != 0x2f {
				return nil, sh, broken
			}
			pictures++
			bits := binary.LittleEndian.Uint32(body[1:])
			sh.alpha = sh.alpha || bits>>28&1 != 0
			sh.sized(int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1, 8)
		case "ALPH":
		case "ANIM", "ANMF":
			return nil, sh, noMoving
		case "EXIF":
			sh.orientation = orientationOf(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
			continue
		default:
			continue
		}
		out.WriteString(kind)
		_ = binary.Write(&out, binary.LittleEndian, uint32(len(body)))
		out.Write(body)
		if len(body)&1 == 1 {
			out.WriteByte(0)
		}
	}
	if pictures != 1 || sh.width == 0 || sh.height == 0 {
		return nil, sh, broken
	}
	b := out.Bytes()
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b, sh, nil
}

func (s *shape) sized(w, h, perPixel int) {
	if s.alpha {
		perPixel = 10 // alpha is a picture of its own beside the other
	}
	s.width, s.height, s.cost = w, h, w*h*perPixel
}
