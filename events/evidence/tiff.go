package evidence

import "encoding/binary"

// orientationOf reads the one thing of EXIF that belongs to the picture: which side is up,
// 1 to 8. It is 1 when nothing, or nothing that can be read, is said.
func orientationOf(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(tiff[:4]) {
	case "MM\x00*":
		order = binary.BigEndian
	case "II*\x00":
	default:
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	n := int64(order.Uint16(tiff[at:]))
	for e := at + 2; n > 0 && e+12 <= int64(len(tiff)); e, n = e+12, n-1 {
		if order.Uint16(tiff[e:]) == 0x0112 && order.Uint16(tiff[e+2:]) == 3 {
			if o := int(order.Uint16(tiff[e+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
	}
	return 1
}

// exifOf is a JPEG segment that says which side is up, and nothing else.
func exifOf(orientation int) []byte {
	return []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string([]byte{byte(orientation)}) + "\x00\x00\x00\x00\x00\x00")
}
