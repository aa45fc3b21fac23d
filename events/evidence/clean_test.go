package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// The coded picture is copied, not coded again.
func TestPixelsAreNotCodedAgain(t *testing.T) {
	photo := jpegOf(t, scene(64, 48))
	k, no := keep("a.jpg", after(2, photo, segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, 1))+segment(0xfe, secret)))
	if no != nil || !bytes.Equal(k.data, photo) {
		t.Errorf("%d bytes, was %d: %v", len(k.data), len(photo), no)
	}
	drawing := pngOf(t, scene(64, 48))
	if k, no = keep("a.png", append(bytes.Clone(drawing), trailer...)); no != nil || !bytes.Equal(k.data, drawing) {
		t.Errorf("%d bytes, was %d: %v", len(k.data), len(drawing), no)
	}
}

// Cleaning what is clean changes nothing.
func TestCleanTwice(t *testing.T) {
	for _, f := range hostile(t) {
		if f.code != "" || !strings.HasPrefix(f.media, "image/") {
			continue
		}
		once, no := keep(f.name, f.data)
		if no != nil {
			t.Fatal(no)
		}
		twice, no := keep(f.name, once.data)
		if no != nil || !bytes.Equal(once.data, twice.data) {
			t.Errorf("%s: %v", f.what, no)
		}
	}
}

// Each orientation puts the red corner where a person sees it.
func TestUpright(t *testing.T) {
	corner := image.NewRGBA(image.Rect(0, 0, 200, 100))
	for i := range corner.Pix {
		corner.Pix[i] = 255
	}
	for y := range 20 {
		for x := range 20 {
			corner.Set(x, y, color.RGBA{255, 0, 0, 255})
		}
	}
	stored := jpegOf(t, corner)
	for o, at := range map[int]image.Point{1: {5, 5}, 2: {195, 5}, 3: {195, 95}, 4: {5, 95}, 5: {5, 5}, 6: {95, 5}, 7: {95, 195}, 8: {5, 195}} {
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			k, no := keep("a.jpg", after(2, stored, segment(0xe1, "Exif\x00\x00"+exif(order, o))))
			if no != nil {
				t.Fatal(no)
			}
			m, err := jpeg.Decode(bytes.NewReader(k.data))
			if err != nil {
				t.Fatal(err)
			}
			if want := image.Pt(200, 100); o >= 5 && m.Bounds().Size() != image.Pt(100, 200) || o < 5 && m.Bounds().Size() != want {
				t.Errorf("orientation %d: size %v", o, m.Bounds().Size())
			}
			if r, g, _, _ := m.At(at.X, at.Y).RGBA(); r < 0xc000 || g > 0x4000 {
				t.Errorf("orientation %d: the corner is not at %v", o, at)
			}
			if k.width != m.Bounds().Dx() || k.height != m.Bounds().Dy() {
				t.Errorf("orientation %d: said to be %d × %d", o, k.width, k.height)
			}
		}
	}
}

func TestThumbnail(t *testing.T) {
	for _, c := range []struct{ w, h, tw, th int }{{1200, 900, 480, 360}, {300, 1200, 120, 480}, {100, 50, 100, 50}, {900, 600, 480, 320}, {1000, 1, 480, 1}} {
		k, no := keep("a.png", pngOf(t, scene(c.w, c.h)))
		if no != nil {
			t.Fatal(no)
		}
		m, err := jpeg.Decode(bytes.NewReader(k.thumb))
		if err != nil || m.Bounds().Size() != image.Pt(c.tw, c.th) {
			t.Errorf("%d × %d: thumbnail %v, %v", c.w, c.h, m.Bounds(), err)
		}
	}
	gravel := image.NewGray(image.Rect(0, 0, 1200, 900))
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range gravel.Pix {
		gravel.Pix[i] = uint8(rnd.Uint32())
	}
	coarse, err := thumbnail(gravel)
	if err != nil || len(coarse) > thumbBytes || len(coarse) < thumbBytes/4 {
		t.Errorf("of gravel: %d bytes, %v", len(coarse), err)
	}
	glass, no := keep("a.png", pngOf(t, image.NewNRGBA(image.Rect(0, 0, 600, 600))))
	if no != nil {
		t.Fatal(no)
	}
	m, err := jpeg.Decode(bytes.NewReader(glass.thumb))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := m.At(10, 10).RGBA(); r < 0xf000 {
		t.Error("what lets through is not shown on white")
	}
}

// A document keeps everything but its properties and what its pictures tell.
func TestDocument(t *testing.T) {
	photo := jpegOf(t, scene(64, 48))
	side := after(2, photo, segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, 6)))
	k, no := keep("a.docx", docx(t, part{"word/media/image1.jpeg", string(after(2, photo, segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, 1))))},
		part{"word/media/image2.png", string(after(33, pngOf(t, scene(8, 8)), chunk("tEXt", "a\x00"+secret)))},
		part{"word/media/image3.jpeg", string(side)}, part{"word/comments.xml", "<w:comment w:author='x'/>"}))
	if no != nil {
		t.Fatal(no)
	}
	got := partsOf(t, k.data)
	for name, want := range map[string]string{"word/document.xml": "<w:document/>", "[Content_Types].xml": "<Types/>",
		"word/comments.xml": "<w:comment w:author='x'/>", "word/media/image1.jpeg": string(photo)} {
		if got[name] != want {
			t.Errorf("%s is %.40q", name, got[name])
		}
	}
	for _, name := range []string{"docProps/core.xml", "word/media/image1.jpeg", "word/media/image2.png", "word/media/image3.jpeg"} {
		if body, there := got[name]; !there || strings.Contains(body, secret) {
			t.Errorf("%s: there %v, or the secret is still in it", name, there)
		}
	}
	if _, sh, no := cleanJPEG([]byte(got["word/media/image3.jpeg"])); no != nil || sh.orientation != 6 {
		t.Errorf("a photo in a document fell on its side: %d, %v", sh.orientation, no)
	}
	if k.cleaned {
		t.Error("a document is called clean")
	}
	signed := docx(t, part{"_xmlsignatures/sig1.xml", "<Signature/>"})
	if k, no = keep("a.docx", signed); no != nil || !bytes.Equal(k.data, signed) {
		t.Errorf("a signed document was changed: %v", no)
	}
}

func partsOf(t testing.TB, data []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range r.File {
		in, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out[p.Name] = string(body)
	}
	return out
}

func TestNameFor(t *testing.T) {
	for in, want := range map[string]string{
		"清淤后.JPG": "清淤后.jpg", "a.jpeg": "a.jpeg", "a.png": "a.jpg", "a": "a.jpg", "": "佐证.jpg", ".": "佐证.jpg", "..": "佐证.jpg", ".jpg": "佐证.jpg",
		`C:\Users\张三\照片.png`: "照片.jpg", "../../etc/passwd": "passwd.jpg", "a\x00\n\u202eb.exe": "ab.jpg", "a\"<>|?*:.jpg": "a.jpg",
		strings.Repeat("长", 300) + ".jpg": strings.Repeat("长", longestName) + ".jpg", "\xff\xfe.jpg": "佐证.jpg",
	} {
		if got := nameFor(in, formatJPEG); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzJPEG(f *testing.F) { fuzz(f, "image/jpeg", asJPEG, cleanJPEG) }
func FuzzPNG(f *testing.F)  { fuzz(f, "image/png", asPNG, cleanPNG) }
func FuzzWebP(f *testing.F) { fuzz(f, "image/webp", asWebP, cleanWebP) }

// Whatever the bytes are: nothing panics, the clean form is no longer and cleans to itself,
// and what is kept is only the picture.
func fuzz(f *testing.F, media string, c container, clean func([]byte) ([]byte, shape, *Refusal)) {
	for _, x := range hostile(f) {
		if len(x.data) < 1<<16 && (x.media == media || strings.HasSuffix(media, strings.TrimPrefix(x.name, "a."))) || strings.HasPrefix(x.name, "a.jp") && c == asJPEG && len(x.data) < 1<<16 {
			f.Add(x.data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, sh, no := clean(data)
		if no != nil {
			return
		}
		if again, _, no := clean(out); no != nil || !bytes.Equal(again, out) {
			t.Fatalf("cleaned twice: %v", no)
		}
		if sh.width*sh.height > 1<<20 { // keep the machine free for the next bytes
			return
		}
		if k, no := keepPicture(c, data); no == nil {
			onlyPicture(t, k)
		}
	})
}

func FuzzPapers(f *testing.F) {
	for _, x := range hostile(f) {
		if strings.HasPrefix(x.media, "application/") && len(x.data) < 1<<16 {
			f.Add(x.data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if k, no := keep("a.bin", data); no == nil && k.media == "" {
			t.Error("kept as nothing")
		}
	})
}

// Twelve megapixels, as telephones take them: clean, decode, thumbnail.
func BenchmarkKeep12MP(b *testing.B) {
	photo := after(2, jpegOf(b, scene(4000, 3000)), segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, 1)))
	sideways := after(2, jpegOf(b, scene(4000, 3000)), segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, 6)))
	for name, data := range map[string][]byte{"upright": photo, "sideways": sideways} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, no := keep("a.jpg", data); no != nil {
					b.Fatal(no)
				}
			}
		})
	}
	b.Run("only clean", func(b *testing.B) {
		b.SetBytes(int64(len(photo)))
		for b.Loop() {
			if _, _, no := cleanJPEG(photo); no != nil {
				b.Fatal(no)
			}
		}
	})
}
