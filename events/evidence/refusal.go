package evidence

import "fmt"

// Refusal says why a file is not taken, for the person who offered it. Nothing of the file
// is kept.
type Refusal struct {
	Code    string // stable: too_large, type, heic …
	Message string // one Chinese sentence
}

func (r *Refusal) Error() string { return "evidence: file refused: " + r.Code }

// Refused returns the code and the sentence; package web knows refusals by this method.
func (r *Refusal) Refused() (code, message string) { return r.Code, r.Message }

func tooLarge(max int64) *Refusal {
	return &Refusal{"too_large", fmt.Sprintf("文件：太大了，最多 %d MB。照片请用手机自带的编辑缩小，文件请分开交。", max>>20)}
}

var (
	noBytes   = &Refusal{"empty", "文件：是空的，一个字节也没有，请重新选。"}
	noType    = &Refusal{"type", "文件：只收照片（JPEG、PNG、WebP）和文件（PDF、Word、Excel、PowerPoint、WPS），这个认不出来。"}
	noPage    = &Refusal{"page", "文件：这是网页或矢量图，里面可以带程序，不收。请截成图片再交。"}
	noHEIC    = &Refusal{"heic", "文件：这是苹果手机的 HEIC 格式，这里打不开。请在手机“设置—相机—格式”里选“兼容性最佳”再拍，或把照片用微信“原图”发给自己后保存，再交。"}
	noOther   = &Refusal{"picture_type", "文件：这种图片（GIF、BMP、TIFF 等）不收，请另存为 JPEG 或 PNG 再交。"}
	noMoving  = &Refusal{"animated", "文件：会动的图片不收，请截一张静止的再交。"}
	noArchive = &Refusal{"archive", "文件：压缩包不收，请解开后一个一个交。"}
	noMacros  = &Refusal{"macros", "文件：里面带宏（程序），不收。请另存为不带宏的文档，或导出成 PDF 再交。"}
	encrypted = &Refusal{"encrypted", "文件：加了密码，别人打不开。请去掉密码再交。"}
	tooMany   = &Refusal{"pixels", "文件：图片尺寸太大，最多 5000 万像素。请缩小再交。"}
	bomb      = &Refusal{"bomb", "文件：解开以后大得不正常，不收。请另存一份再交。"}
	broken    = &Refusal{"broken", "文件：坏了或者不完整，打不开。请重新拍、重新导出再交。"}
	noRoom    = &Refusal{"full", "文件：存放佐证的地方满了，没有存上。请告诉领导小组办公室。"}
)
