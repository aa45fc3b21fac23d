package evidence

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"

	"github.com/bep/imagemeta"
	"golang.org/x/image/webp"
)

// offered is a file that somebody hands in, and what becomes of it.
type offered struct {
	what, name string
	data       []byte
	code       string // of the refusal; "" = kept
	media      string // of what is kept
}

const office = "application/vnd.openxmlformats-officedocument."

var hostiles []offered // made once: some are large

func hostile(t testing.TB) []offered {
	t.Helper()
	if hostiles == nil {
		hostiles = makeHostile(t)
	}
	return hostiles
}

func makeHostile(t testing.TB) []offered {
	t.Helper()
	photo, drawing := jpegOf(t, scene(64, 48)), pngOf(t, scene(64, 48))
	app1 := segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, 1))
	var list []offered
	add := func(code, media, name, what string, data []byte) {
		list = append(list, offered{what, name, data, code, media})
	}
	no := func(code, name, what string, data []byte) { add(code, "", name, what, data) }
	jpg := func(what string, data []byte) { add("", "image/jpeg", "a.jpg", what, data) }
	pic := func(media, what string, data []byte) { add("", media, "a.bin", what, data) }

	// JPEG: what is written beside the picture.
	jpg("plain", photo)
	jpg("EXIF with GPS", after(2, photo, app1))
	jpg("EXIF little endian", after(2, photo, segment(0xe1, "Exif\x00\x00"+exif(binary.LittleEndian, 1))))
	jpg("EXIF twice", after(2, photo, app1+app1))
	jpg("EXIF broken", after(2, photo, segment(0xe1, "Exif\x00\x00MM\x00*\xff\xff\xff\xff"+secret)))
	jpg("EXIF whose directory never ends", after(2, photo, segment(0xe1, "Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff"+secret)))
	jpg("XMP with GPS", after(2, photo, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+xmp)))
	jpg("XMP extended", after(2, photo, segment(0xe1, "http://ns.adobe.com/xmp/extension/\x00"+secret)))
	jpg("IPTC", after(2, photo, segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00"+secret)))
	jpg("ICC profile", after(2, photo, segment(0xe2, "ICC_PROFILE\x00\x01\x01"+secret)))
	jpg("MPF", after(2, photo, segment(0xe2, "MPF\x00"+secret)))
	jpg("JFIF preview", after(2, photo, segment(0xe0, "JFXX\x00\x10"+secret)))
	jpg("JFIF with text behind it", after(2, photo, segment(0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"+secret)))
	jpg("comment", after(2, photo, segment(0xfe, secret)))
	jpg("maker's segments", after(2, photo, segment(0xe5, secret)+segment(0xea, secret)+segment(0xef, secret)))
	jpg("Adobe with text behind it", after(2, photo, segment(0xee, adobe[:11]+"\x01"+secret)))
	jpg("comment between scans", []byte(strings.Replace(string(flatJPEG(64, 64, 1, true, 2, 16, "")), "\xff\xda\x00\x08\x01\x01\x00\x01\x3f", segment(0xfe, secret)+"\xff\xda\x00\x08\x01\x01\x00\x01\x3f", 1)))
	jpg("fill bytes before a marker", after(2, photo, "\xff\xff\xff"+app1))
	jpg("ZIP behind it", append(bytes.Clone(photo), zipOf(t, part{"x.html", secret})...))
	jpg("HTML behind it", append(bytes.Clone(photo), []byte("<html>"+secret+trailer)...))
	jpg("second picture with GPS behind it", append(bytes.Clone(photo), after(2, photo, app1)...))
	jpg("film behind it", append(bytes.Clone(photo), []byte("\x00\x00\x00\x18ftypmp42"+secret)...))
	jpg("CMYK", flatJPEG(16, 16, 4, false, 1, 4, segment(0xee, adobe)))
	jpg("progressive", flatJPEG(64, 64, 1, true, 5, 16, ""))
	for o := 2; o <= 8; o++ {
		jpg("lying on its side "+string(rune('0'+o)), after(2, photo, segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, o))))
	}
	jpg("orientation 9", after(2, photo, segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, 9))))
	pic("image/jpeg", "JPEG called .bin", photo)
	add("", "image/jpeg", "a.png", "JPEG called PNG", photo)
	add("", "image/jpeg", "invoice.pdf.exe", "JPEG called a program", photo)
	add("", "image/jpeg", `..\..\etc/<b>"张三"\x00.jpg`, "JPEG with a hostile name", photo)

	// JPEG: broken, or more than it seems.
	no("broken", "a.jpg", "CMYK without Adobe", flatJPEG(16, 16, 4, false, 1, 4, ""))
	no("broken", "a.jpg", "cut off", photo[:len(photo)*2/3])
	no("broken", "a.jpg", "last two bytes missing", photo[:len(photo)-2])
	no("broken", "a.jpg", "header only", photo[:20])
	no("broken", "a.jpg", "three bytes", []byte("\xff\xd8\xff"))
	no("broken", "a.jpg", "segment longer than the file", []byte("\xff\xd8\xff\xe1\xff\xff"+secret))
	no("broken", "a.jpg", "segment of length 0", []byte("\xff\xd8\xff\xe1\x00\x00"+secret))
	no("broken", "a.jpg", "no picture in it", []byte("\xff\xd8"+app1+"\xff\xd9"))
	no("broken", "a.jpg", "arithmetic coding", []byte(strings.Replace(string(photo), "\xff\xc0", "\xff\xc9", 1)))
	no("broken", "a.jpg", "two frames", after(2, flatJPEG(64, 64, 1, false, 1, 16, ""), segment(0xc0, "\x08\x00\x08\x00\x08\x01\x01\x11\x00")))
	no("broken", "a.jpg", "no height", flatJPEG(64, 0, 1, false, 1, 16, ""))
	no("broken", "a.jpg", "a thousand scans", flatJPEG(640, 640, 1, true, 1000, 1000, ""))
	no("pixels", "a.jpg", "65535 × 65535", flatJPEG(65535, 65535, 3, false, 1, 100, ""))
	no("pixels", "a.jpg", "65535 × 65535 progressive", flatJPEG(65535, 65535, 3, true, 2, 100, ""))
	no("pixels", "a.jpg", "progressive that costs too much", flatJPEG(6500, 6500, 3, true, 2, 100, ""))
	no("broken", "a.jpg", "3000 × 3000 with no data", flatJPEG(3000, 3000, 1, false, 1, 10, ""))

	// PNG.
	const text = 33 // behind IHDR
	pic("image/png", "plain", drawing)
	pic("image/png", "tEXt", after(text, drawing, chunk("tEXt", "Comment\x00"+secret)))
	pic("image/png", "iTXt XMP", after(text, drawing, chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp)))
	pic("image/png", "zTXt", after(text, drawing, chunk("zTXt", "Comment\x00\x00"+secret)))
	pic("image/png", "eXIf with GPS", after(text, drawing, chunk("eXIf", exif(binary.BigEndian, 1))))
	pic("image/png", "eXIf lying on its side", after(text, drawing, chunk("eXIf", exif(binary.BigEndian, 6))))
	pic("image/png", "tIME and a private chunk", after(text, drawing, chunk("tIME", "\x07\xea\x0b\x18\x00\x00\x00")+chunk("prVt", secret)))
	pic("image/png", "iCCP that unpacks without end", after(text, drawing, chunk("iCCP", "p\x00\x00"+secret)))
	pic("image/png", "HTML behind it", append(bytes.Clone(drawing), []byte(trailer+secret)...))
	pic("image/png", "16 bit", pngOf(t, image.NewNRGBA64(image.Rect(0, 0, 40, 40))))
	pic("image/png", "palette", pngOf(t, image.NewPaletted(image.Rect(0, 0, 40, 40), color.Palette{color.Black, color.White})))
	no("animated", "a.png", "moving", after(text, drawing, chunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00")))
	no("broken", "a.png", "cut off", drawing[:len(drawing)/2])
	no("broken", "a.png", "no end", drawing[:len(drawing)-12])
	no("broken", "a.png", "wrong checksum", []byte(strings.Replace(string(drawing), "IEND\xae", "IEND\xaf", 1)))
	no("broken", "a.png", "unknown chunk that matters", after(text, drawing, chunk("ABCD", secret)))
	no("broken", "a.png", "chunk longer than the file", after(text, drawing, "\xff\xff\xff\xfftEXt"))
	no("broken", "a.png", "two headers", after(text, drawing, string(drawing[8:33])))
	no("broken", "a.png", "no rows", pngHeader(100, 100, 8, 2, 0, nil))
	no("broken", "a.png", "more rows than it says", pngHeader(1, 1, 8, 0, 0, make([]byte, 8<<20)))
	no("pixels", "a.png", "50000 × 50000", pngHeader(50000, 50000, 1, 0, 0, make([]byte, 1000)))
	no("pixels", "a.png", "16 bit that costs too much", pngHeader(6500, 6500, 16, 6, 0, make([]byte, 1000)))
	no("pixels", "a.png", "interlaced that costs too much", pngHeader(6000, 6000, 8, 6, 1, make([]byte, 1000)))
	no("broken", "a.png", "4 million pixels wide", pngHeader(1<<22, 1, 8, 0, 0, nil))

	// WebP.
	pic("image/webp", "lossy", webpLossy)
	pic("image/webp", "lossless", webpLossless)
	pic("image/webp", "alpha", webpAlpha)
	pic("image/webp", "EXIF with GPS", webpWith(webpLossy, 0x08, 1, 1, riffChunk("EXIF", exif(binary.LittleEndian, 1))))
	pic("image/webp", "EXIF and XMP, unannounced", webpWith(webpLossless, 0, 1, 1, riffChunk("EXIF", "Exif\x00\x00"+exif(binary.LittleEndian, 1))+riffChunk("XMP ", xmp)))
	pic("image/webp", "unknown chunk and profile", webpWith(webpLossy, 0x20, 1, 1, riffChunk("ICCP", secret)+riffChunk("ABCD", secret)))
	pic("image/webp", "ZIP behind it", append(bytes.Clone(webpLossy), zipOf(t, part{"x", secret})...))
	pic("image/jpeg", "WebP lying on its side", webpWith(webpLossy, 0x08, 1, 1, riffChunk("EXIF", exif(binary.LittleEndian, 6))))
	no("animated", "a.webp", "moving", webpMoving)
	no("broken", "a.webp", "cut off", webpLossy[:30])
	no("broken", "a.webp", "another size in the frame", webpWith(webpLossy, 0, 9, 9, ""))
	no("broken", "a.webp", "two pictures", webpWith(webpLossy, 0, 1, 1, string(webpLossy[12:])))
	no("pixels", "a.webp", "16384 × 16384 lossless", []byte(riffChunk("RIFF", "WEBP"+riffChunk("VP8L", "\x2f\xff\xff\xff\x0f"+strings.Repeat("\x00", 20)))))

	// Other pictures, pages and programs.
	no("heic", "a.heic", "HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1"+strings.Repeat("\x00", 64)))
	no("heic", "a.jpg", "HEIC called JPEG", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1"+strings.Repeat("\x00", 64)))
	no("heic", "a.avif", "AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1"+strings.Repeat("\x00", 64)))
	no("picture_type", "a.gif", "GIF", gifOf(t, scene(8, 8)))
	no("picture_type", "a.bmp", "BMP", []byte("BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"+strings.Repeat("\x00", 64)))
	no("picture_type", "a.tif", "TIFF", []byte("II*\x00\x08\x00\x00\x00"+strings.Repeat("\x00", 64)))
	no("page", "a.jpg", "SVG called JPEG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`))
	no("page", "a.png", "HTML called PNG", []byte("<!DOCTYPE html><html><script>alert(1)</script></html>"))
	no("page", "a.pdf", "XML", []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`))
	no("type", "a.jpg", "program", []byte("\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 64)))
	no("type", "a.pdf", "text", []byte("只是几个字"))
	no("type", "a.jpg", "film", []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"+strings.Repeat("\x00", 64)))
	no("archive", "a.zip", "ZIP", zipOf(t, part{"a.txt", "x"}))
	no("archive", "a.docx", "ZIP called docx", zipOf(t, part{"word/document.xml", "x"}))
	no("archive", "a.rar", "RAR", []byte("Rar!\x1a\x07\x00"+strings.Repeat("\x00", 64)))
	no("archive", "a.jpg", "gzip called JPEG", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"+strings.Repeat("\x00", 64)))

	// Papers.
	add("", "application/pdf", "a.pdf", "PDF", []byte(pdf))
	add("", "application/pdf", "a.docx", "PDF called docx", []byte(pdf))
	no("encrypted", "a.pdf", "PDF with a password", []byte(strings.Replace(pdf, "/Root", "/Encrypt 5 0 R/Root", 1)))
	no("encrypted", "a.pdf", "PDF with a password in place", []byte(strings.Replace(pdf, "/Root", "/Encrypt <</Filter/Standard>>/Root", 1)))
	no("broken", "a.pdf", "PDF cut off", []byte(pdf[:60]))
	no("broken", "a.pdf", "PDF with much behind it", []byte(pdf+strings.Repeat(trailer, 100)))
	add("", office+"wordprocessingml.document", "a.docx", "docx", docx(t))
	add("", office+"wordprocessingml.document", "a.xlsx", "docx called xlsx", docx(t))
	add("", office+"spreadsheetml.sheet", "a.xlsx", "xlsx", zipOf(t, part{"[Content_Types].xml", ""}, part{"xl/workbook.xml", ""}))
	add("", office+"presentationml.presentation", "a.pptx", "pptx", zipOf(t, part{"[Content_Types].xml", ""}, part{"ppt/presentation.xml", ""}))
	add("", office+"wordprocessingml.document", "a.docx", "docx with a photo", docx(t, part{"word/media/image1.jpeg", string(after(2, photo, app1))}))
	add("", office+"wordprocessingml.document", "a.docx", "docx with a broken photo", docx(t, part{"word/media/image1.jpeg", "\xff\xd8no"}))
	no("macros", "a.docm", "docx with macros", docx(t, part{"word/vbaProject.bin", "x"}))
	no("bomb", "a.docx", "docx with a bomb", docx(t, part{"word/media/a.xml", strings.Repeat("\x00", 8<<20)}))
	no("bomb", "a.docx", "docx with many parts", docx(t, many(mostParts)...))
	no("broken", "a.docx", "docx cut off", docx(t)[:300])
	no("broken", "a.docx", "docx with a part twice", docx(t, part{"word/document.xml", "x"}))
	no("encrypted", "a.docx", "docx with a password", ole("EncryptionInfo", "EncryptedPackage"))
	add("", "application/msword", "a.doc", "doc", ole("WordDocument", "1Table"))
	add("", "application/msword", "a.wps", "wps", ole("WordDocument"))
	add("", "application/vnd.ms-excel", "a.xls", "xls", ole("Workbook"))
	add("", "application/vnd.ms-powerpoint", "a.ppt", "ppt", ole("PowerPoint Document"))
	add("", "application/vnd.ms-excel", "a.xls", "xls with a Word document in it", ole("WordDocument", "Workbook"))
	no("macros", "a.doc", "doc with macros", ole("WordDocument", "_VBA_PROJECT"))
	no("type", "a.msg", "message", ole("__properties_version1.0"))
	return list
}

func many(n int) []part {
	out := make([]part, n)
	for i := range out {
		out[i].name = "word/" + strings.Repeat("a", i%200) + "/" + string(rune('a'+i/200))
	}
	return out
}

// Whatever is handed in is refused with a sentence or kept; a picture that is kept is only the
// picture. No file takes more memory than bounded pictures do.
func TestHostileFiles(t *testing.T) {
	files := hostile(t)
	if len(files) < 100 {
		t.Errorf("only %d files", len(files))
	}
	for _, f := range files {
		t.Run(f.what, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			k, no := keep(f.name, f.data)
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
				t.Errorf("took %d MB", got>>20)
			}
			if f.code != "" {
				if no == nil {
					t.Fatalf("kept as %s, want refused as %s", k.media, f.code)
				}
				if no.Code != f.code || !strings.HasPrefix(no.Message, "文件：") || !strings.HasSuffix(no.Message, "。") {
					t.Errorf("refused as %s %q, want %s", no.Code, no.Message, f.code)
				}
				return
			}
			if no != nil {
				t.Fatalf("refused: %s, want kept as %s", no.Code, f.media)
			}
			if k.media != f.media {
				t.Errorf("kept as %s, want %s", k.media, f.media)
			}
			if bytes.Contains(k.data, []byte(secret)) && !strings.HasPrefix(f.media, "application/") {
				t.Error("the secret is still in it")
			}
			if isPicture := strings.HasPrefix(f.media, "image/"); k.cleaned != isPicture {
				t.Errorf("cleaned = %v", k.cleaned)
			} else if isPicture {
				onlyPicture(t, k)
			}
		})
	}
}

// onlyPicture reads a kept picture with another program's eyes.
func onlyPicture(t testing.TB, k kept) {
	t.Helper()
	format := map[string]imagemeta.ImageFormat{"image/jpeg": imagemeta.JPEG, "image/png": imagemeta.PNG, "image/webp": imagemeta.WebP}[k.media]
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(k.data), ImageFormat: format, Sources: imagemeta.EXIF | imagemeta.IPTC | imagemeta.XMP,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag: func(tag imagemeta.TagInfo) error {
			t.Errorf("%s is still in it", tag.Tag)
			return nil
		},
	})
	if err != nil {
		t.Errorf("read metadata: %v", err)
	}
	var m image.Image
	switch k.media {
	case "image/jpeg":
		m, err = jpeg.Decode(bytes.NewReader(k.data))
	case "image/png":
		m, err = png.Decode(bytes.NewReader(k.data))
	case "image/webp":
		m, err = webp.Decode(bytes.NewReader(k.data))
	}
	if err != nil || m.Bounds().Dx() != k.width || m.Bounds().Dy() != k.height {
		t.Fatalf("decodes to %v, %v; said to be %d × %d", m, err, k.width, k.height)
	}
	thumb, err := jpeg.DecodeConfig(bytes.NewReader(k.thumb))
	if err != nil || max(thumb.Width, thumb.Height) > thumbSide {
		t.Errorf("thumbnail %+v, %v", thumb, err)
	}
}

// The reader of the other program does see what is in the files as they come.
func TestSecretsAreThere(t *testing.T) {
	photo := after(2, jpegOf(t, scene(8, 8)), segment(0xe1, "Exif\x00\x00"+exif(binary.BigEndian, 6)))
	seen := map[string]bool{}
	_, err := imagemeta.Decode(imagemeta.Options{R: bytes.NewReader(photo), ImageFormat: imagemeta.JPEG, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(tag imagemeta.TagInfo) error { seen[tag.Tag] = true; return nil }})
	if err != nil || !seen["GPSLatitudeRef"] || !seen["Make"] || !seen["Orientation"] {
		t.Errorf("sees %v, %v", seen, err)
	}
}
