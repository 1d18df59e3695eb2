package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/gif"
	"math"

	"golang.org/x/image/webp"
)

// maxChunks bounds the chunks that are walked over in search of EXIF data.
const maxChunks = 64

var (
	errShort    = errors.New("header cut short")
	errMoving   = errors.New("animated WebP")
	errNoHeader = errors.New("no IHDR chunk")
)

// inspectPNG reads the IHDR chunk (PNG, third edition, section 11.2.1).
func inspectPNG(src *source, h *header) error {
	b := src.bytes(0, 29)
	if len(b) < 29 {
		return because(ErrCorrupt, errShort)
	}
	if string(b[12:16]) != "IHDR" {
		return because(ErrCorrupt, errNoHeader)
	}
	w, ht := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	if w == 0 || ht == 0 || w > math.MaxInt32 || ht > math.MaxInt32 {
		return because(ErrCorrupt, errNoSize)
	}
	h.w, h.h = int(w), int(ht)
	pixel := int64(4)
	switch depth, kind := b[24], b[25]; {
	case kind == 3: // palette
		pixel = 1
	case depth == 16: // with alpha, which a later chunk may add
		pixel = 8
	}
	if b[28] != 0 { // interlaced: the passes are held beside the whole
		pixel *= 2
	}
	h.cost = bytesFor(int64(h.w), int64(h.h)+2, pixel)
	h.exif = parseEXIF(pngEXIF(src))
	return nil
}

// pngEXIF gives the eXIf chunk (section 11.3.4.5) if it precedes the picture.
func pngEXIF(src *source) []byte {
	at := int64(8)
	for range maxChunks {
		b := src.bytes(at, 8)
		if len(b) < 8 || string(b[4:]) == "IDAT" {
			return nil
		}
		n := int64(binary.BigEndian.Uint32(b))
		if string(b[4:]) == "eXIf" {
			return src.bytes(at+8, int(min(n, maxEXIF)))
		}
		at += 12 + n
	}
	return nil
}

// inspectGIF counts the first frame, its copy without interlacing, and the
// whole canvas that it may have to be put on.
func inspectGIF(src *source, h *header) error {
	c, err := gif.DecodeConfig(src.from(0))
	if err != nil {
		return because(ErrCorrupt, err)
	}
	if c.Width == 0 || c.Height == 0 {
		return because(ErrCorrupt, errNoSize)
	}
	h.w, h.h = c.Width, c.Height
	h.cost = bytesFor(int64(h.w), int64(h.h), 6)
	return nil
}

// inspectWebP reads the first chunk (RFC 9649, section 2). The decoder reads
// lossy and alpha data as a whole, as long as its header says, so the length of
// the file is checked and counted too.
func inspectWebP(src *source, h *header) error {
	b := src.bytes(0, 21)
	if len(b) < 21 || int64(binary.LittleEndian.Uint32(b[4:]))+8 > src.size {
		return because(ErrCorrupt, errShort)
	}
	kind := string(b[12:16])
	if kind == "VP8X" && b[20]&2 != 0 {
		return because(ErrFormat, errMoving)
	}
	c, err := webp.DecodeConfig(src.from(0))
	if err != nil {
		return because(ErrCorrupt, err)
	}
	h.w, h.h = c.Width, c.Height
	pixel := map[string]int64{"VP8 ": 2, "VP8L": 8}[kind]
	if pixel == 0 {
		pixel = 11 // colour and alpha: decoded one after the other
	}
	h.cost = bytesFor(int64(h.w), int64(h.h), pixel) + 2*src.size
	if kind == "VP8X" {
		h.exif = parseEXIF(webpEXIF(src))
	}
	return nil
}

// webpEXIF gives the EXIF chunk (RFC 9649, section 2.7.1.5).
func webpEXIF(src *source) []byte {
	at := int64(12)
	for range maxChunks {
		b := src.bytes(at, 8)
		if len(b) < 8 {
			return nil
		}
		n := int64(binary.LittleEndian.Uint32(b[4:]))
		if string(b[:4]) == "EXIF" {
			data := src.bytes(at+8, int(min(n, maxEXIF)))
			return bytes.TrimPrefix(data, exifPrefix)
		}
		at += 8 + n + n&1
	}
	return nil
}

// bytesFor multiplies, with a result that exceeds every budget instead of an
// overflow.
func bytesFor(w, h, pixel int64) int64 {
	const most = math.MaxInt64 / 64
	if w <= 0 || h <= 0 {
		return 0
	}
	if w > most/h/pixel {
		return most
	}
	return w * h * pixel
}
