package web

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// qrCode is a QR code as one SVG path over a square of Size modules.
type qrCode struct {
	Size int
	Path string
}

// qrQuiet is the empty border that readers need, in modules.
const qrQuiet = 4

// qrOf draws a text, which must be short enough for the largest code.
func qrOf(text string) (qrCode, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return qrCode{}, fmt.Errorf("draw a QR code: %w", err)
	}
	n := code.Bounds().Dx()
	var b strings.Builder
	for y := range n {
		for x := 0; x < n; {
			run := 0
			for x+run < n && code.At(x+run, y) == color.Black {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+qrQuiet, y+qrQuiet, run, run)
			}
			x += max(run, 1)
		}
	}
	return qrCode{n + 2*qrQuiet, b.String()}, nil
}
