package evidence

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"unicode/utf16"
)

// What must never be found in a file that is called clean.
const (
	secret  = "SECRET-118.9E-25.1N"
	trailer = "PK\x03\x04 <script>alert('trailer')</script>"
)

func scene(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x ^ y) & 255), 255})
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// segment is one JPEG segment.
func segment(marker byte, body string) string {
	n := len(body) + 2
	return string([]byte{0xff, marker, byte(n >> 8), byte(n)}) + body
}

// after puts bytes behind the first at bytes of a file.
func after(at int, file []byte, more string) []byte {
	return []byte(string(file[:at]) + more + string(file[at:]))
}

// exif is a TIFF block with an orientation, a maker and a place.
func exif(order binary.ByteOrder, orientation int) string {
	var b bytes.Buffer
	put := func(vs ...any) {
		for _, v := range vs {
			_ = binary.Write(&b, order, v)
		}
	}
	if order == binary.LittleEndian {
		b.WriteString("II*\x00")
	} else {
		b.WriteString("MM\x00*")
	}
	const gps, maker, degrees = 8 + 2 + 3*12 + 4, 8 + 2 + 3*12 + 4 + 2 + 2*12 + 4, 8 + 2 + 3*12 + 4 + 2 + 2*12 + 4 + 20
	put(uint32(8), uint16(3))
	put(uint16(0x010f), uint16(2), uint32(20), uint32(maker))
	put(uint16(0x0112), uint16(3), uint32(1), uint16(orientation), uint16(0))
	put(uint16(0x8825), uint16(4), uint32(1), uint32(gps))
	put(uint32(0))
	put(uint16(2), uint16(1), uint16(2), uint32(2), []byte("N\x00\x00\x00"), uint16(2), uint16(5), uint32(3), uint32(degrees), uint32(0))
	b.WriteString(secret + "\x00")
	put(uint32(25), uint32(1), uint32(6), uint32(1), uint32(0), uint32(1))
	return b.String()
}

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="` + secret + `"/></rdf:RDF></x:xmpmeta>`

func chunk(kind, body string) string {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.BigEndian, uint32(len(body)))
	b.WriteString(kind + body)
	_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE([]byte(kind+body)))
	return b.String()
}

// pngHeader is a PNG that says it has w × h pixels of a depth and colour and has data.
func pngHeader(w, h uint32, depth, colour, interlace byte, raw []byte) []byte {
	var head, z bytes.Buffer
	_ = binary.Write(&head, binary.BigEndian, []uint32{w, h})
	head.Write([]byte{depth, colour, 0, 0, interlace})
	zw := zlib.NewWriter(&z)
	_, _ = zw.Write(raw)
	_ = zw.Close()
	return []byte(string(pngHead) + chunk("IHDR", head.String()) + chunk("IDAT", z.String()) + chunk("IEND", ""))
}

// flatJPEG is a grey picture written by hand, with any number of components, of a size that
// may be a lie, coded so that each block takes a bit or two.
func flatJPEG(w, h, components int, progressive bool, scans, dataBytes int, more string) []byte {
	var b strings.Builder
	b.WriteString("\xff\xd8" + more)
	b.WriteString(segment(0xdb, "\x00"+strings.Repeat("\x01", 64)))
	table := func(class string) string { return segment(0xc4, class+"\x01"+strings.Repeat("\x00", 15)+"\x00") }
	b.WriteString(table("\x00") + table("\x10"))
	sof, which := byte(0xc0), ""
	if progressive {
		sof = 0xc2
	}
	frame := string([]byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(components)})
	for i := range components {
		frame += string([]byte{byte(i + 1), 0x11, 0})
		which += string([]byte{byte(i + 1), 0})
	}
	b.WriteString(segment(sof, frame))
	data := strings.Repeat("\x00", dataBytes)
	for i := range scans {
		switch {
		case !progressive:
			b.WriteString(segment(0xda, string([]byte{byte(components)})+which+"\x00\x3f\x00") + data)
		case i == 0:
			b.WriteString(segment(0xda, string([]byte{byte(components)})+which+"\x00\x00\x00") + data)
		default:
			b.WriteString(segment(0xda, "\x01\x01\x00\x01\x3f\x00") + data)
		}
	}
	return []byte(b.String() + "\xff\xd9")
}

const adobe = "Adobe\x00\x64\x00\x00\x00\x00\x00"

func decode64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// Pictures of one pixel, in each of WebP's codings.
var (
	webpLossy    = decode64("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	webpLossless = decode64("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	webpAlpha    = decode64("UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==")
	webpMoving   = decode64("UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA")
)

func riffChunk(kind, body string) string {
	var b bytes.Buffer
	b.WriteString(kind)
	_ = binary.Write(&b, binary.LittleEndian, uint32(len(body)))
	b.WriteString(body)
	if len(body)%2 == 1 {
		b.WriteByte(0)
	}
	return b.String()
}

// webpWith is a WebP of the extended form: the chunks of a simple one, and more.
func webpWith(simple []byte, flags byte, w, h int, more string) []byte {
	head := string([]byte{flags, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), 0, byte(h - 1), byte((h - 1) >> 8), 0})
	return []byte(riffChunk("RIFF", "WEBP"+riffChunk("VP8X", head)+string(simple[12:])+more))
}

// part is a file in an archive.
type part struct{ name, body string }

func zipOf(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := w.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(p.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func docx(t testing.TB, more ...part) []byte {
	t.Helper()
	return zipOf(t, append([]part{{"[Content_Types].xml", "<Types/>"}, {"_rels/.rels", "<Relationships/>"}, {"word/document.xml", "<w:document/>"},
		{"docProps/core.xml", "<dc:creator>" + secret + "</dc:creator>"}}, more...)...)
}

// ole is a compound file with nothing but a directory of the given streams.
func ole(names ...string) []byte {
	b := make([]byte, 512+128*(len(names)+1))
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	b[24], b[26], b[28], b[30], b[32] = 0x3e, 3, 0xfe, 9, 6
	b[29] = 0xff
	for i, n := range append([]string{"Root Entry"}, names...) {
		e := b[512+128*i:]
		u := utf16.Encode([]rune(n))
		for j, c := range u {
			binary.LittleEndian.PutUint16(e[2*j:], c)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(u)+2))
		e[66] = 2
		if i == 0 {
			e[66] = 5
		}
	}
	return append(b, make([]byte, 2048)...)
}

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
