// Package png reads the chunks of PNG pictures (PNG, third edition) and has
// package image/png decode them without what that refuses and no one needs:
// damaged or unknown ancillary chunks, bad checksums, and data that ends too
// early. Of an animation it is the default picture.
package png

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

const (
	magic = "\x89PNG\r\n\x1a\n"
	// maxChunks bounds the chunks that are looked at for what they say.
	maxChunks = 1 << 14
	// maxProfile bounds an ICC profile, packed or not.
	maxProfile = 4 << 20
)

var (
	// ErrFormat says that this is not a PNG file.
	ErrFormat = errors.New("not a PNG file")
	// ErrApple says that this is a file that Apple's tools made for iPhones only,
	// of which the samples are not those of PNG.
	ErrApple = errors.New("PNG file in Apple's own form (CgBI)")
	// ErrHeader says that the header makes no sense.
	ErrHeader = errors.New("bad PNG header")
	// ErrNoRows says that not one row of the picture is there.
	ErrNoRows = errors.New("no rows in the PNG file")
)

// Header is what the chunks of a file say of its picture.
type Header struct {
	Width, Height int
	Depth         int // bits of a sample
	Interlaced    bool
	// Cost is an upper bound of the bytes that Decode holds, the picture included.
	Cost int64
	// SRGB says that the colours are those of sRGB. It overrules Gamma and Chroma;
	// a profile overrules all of them (section 4.3).
	SRGB   bool
	Gamma  uint32    // of the file, times 100,000; zero if absent
	Chroma [8]uint32 // x and y of white, red, green and blue, times 100,000
	EXIF   section.Part

	kind    byte   // colour type
	ihdr    []byte // contents of the chunks that are needed to decode
	palette []byte
	alpha   []byte
	iccp    section.Part // packed, behind its name
	idat    int64        // offset of the first IDAT chunk
}

// ReadHeader walks over the chunks of a file. The error is [ErrFormat],
// [ErrApple], [ErrHeader], [section.ErrShort], or that of the reader.
func ReadHeader(f section.File) (Header, error) {
	head, err := f.Upto(section.Part{Len: int64(len(magic))})
	if err != nil || string(head) != magic {
		return Header{}, section.Because(ErrFormat, err)
	}
	h := Header{}
	at := int64(len(magic))
	for range maxChunks {
		head, err := f.Upto(section.Part{Off: at, Len: 8})
		if err != nil {
			return h, err
		}
		if len(head) < 8 || string(head[4:]) == "IEND" {
			break
		}
		n := int64(binary.BigEndian.Uint32(head))
		if err := h.chunk(f, string(head[4:]), section.Part{Off: at + 8, Len: n}); err != nil {
			return h, err
		}
		at += 12 + n
	}
	return h, h.check()
}

// chunk keeps what a chunk says. Those needed to decode precede the first IDAT.
func (h *Header) chunk(f section.File, kind string, p section.Part) (err error) {
	switch {
	case kind == "CgBI":
		return ErrApple
	case h.ihdr == nil && kind != "IHDR":
		return fmt.Errorf("%w: %q before IHDR", ErrHeader, kind)
	case kind == "IHDR" && p.Len == 13:
		h.ihdr, err = f.Bytes(p)
	case kind == "IDAT" && h.idat == 0:
		h.idat = p.Off - 8
	case kind == "PLTE" && h.idat == 0 && p.Len <= 768:
		h.palette, err = f.Bytes(p)
	case kind == "tRNS" && h.idat == 0 && p.Len <= 256:
		h.alpha, err = f.Bytes(p)
	case kind == "eXIf" && f.Has(p):
		h.EXIF = p
	case h.idat == 0:
		return h.colour(f, kind, p)
	}
	return err
}

// colour keeps what a chunk says of colours (section 11.3.2). One that is cut or
// too long says nothing.
func (h *Header) colour(f section.File, kind string, p section.Part) error {
	const longestName = 79
	if p.Len > maxProfile || !f.Has(p) {
		return nil
	}
	b, err := f.Upto(section.Part{Off: p.Off, Len: min(p.Len, longestName+2)})
	switch {
	case kind == "sRGB":
		h.SRGB = true
	case kind == "gAMA" && len(b) >= 4:
		h.Gamma = binary.BigEndian.Uint32(b)
	case kind == "cHRM" && len(b) >= 32:
		for i := range h.Chroma {
			h.Chroma[i] = binary.BigEndian.Uint32(b[4*i:])
		}
	case kind == "iCCP":
		if name := int64(bytes.IndexByte(b, 0)); name >= 0 && name+2 < p.Len {
			h.iccp = section.Part{Off: p.Off + name + 2, Len: p.Len - name - 2}
		}
	}
	return err
}

// check reads the IHDR chunk (section 11.2.1).
func (h *Header) check() error {
	if h.ihdr == nil {
		return fmt.Errorf("%w: no IHDR: %w", ErrHeader, section.ErrShort)
	}
	w, height := binary.BigEndian.Uint32(h.ihdr), binary.BigEndian.Uint32(h.ihdr[4:])
	h.Depth, h.kind, h.Interlaced = int(h.ihdr[8]), h.ihdr[9], h.ihdr[12] != 0
	if w == 0 || height == 0 || w > math.MaxInt32 || height > math.MaxInt32 || h.samples() == 0 {
		return fmt.Errorf("%w: %d × %d pixels of kind %d", ErrHeader, w, height, h.kind)
	}
	h.Width, h.Height = int(w), int(height)
	h.cost()
	return nil
}

// samples returns how many samples a pixel has, zero for unknown kinds.
func (h *Header) samples() int64 {
	switch h.kind {
	case 0, 3:
		return 1
	case 2:
		return 3
	case 4:
		return 2
	case 6:
		return 4
	}
	return 0
}

// cost counts the picture as image/png holds it, twice if the passes of an
// interlaced one are held beside the whole, and what inflating takes.
func (h *Header) cost() {
	pixel := int64(4)
	switch {
	case h.kind == 3:
		pixel = 1
	case h.Depth == 16:
		pixel = 8
	}
	if h.Interlaced {
		pixel *= 2
	}
	const most, inflating = math.MaxInt64 / 64, 1 << 20
	w, height := int64(h.Width), int64(h.Height)+16 // and a few rows
	if w > most/height/pixel {
		h.Cost = most
		return
	}
	h.Cost = w*height*pixel + inflating
}
