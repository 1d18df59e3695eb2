package bmff

import (
	"encoding/binary"
	"image"
	"math"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// maxProfile bounds an ICC profile.
const maxProfile = 4 << 20

// properties are those of one item (ISO/IEC 23008-12, section 6.5).
type properties struct {
	size        image.Point
	aperture    []byte // contents of the "clap" box
	orientation int
	bits        int
	chroma      int // chroma_format_idc and 1, zero if unknown
	profile     section.Part
	nclx        *NCLX
}

// properties reads the properties of an item in the order in which the file
// names them, which is that in which they apply.
func (m *meta) properties(item uint32) properties {
	p := properties{orientation: 1}
	for _, i := range m.links[item] {
		if i < len(m.props) {
			m.property(m.props[i], &p)
		}
	}
	return p
}

func (m *meta) property(b Box, p *properties) {
	const most = 64 // bytes that are looked at
	body, _ := m.Upto(section.Part{Off: b.Off, Len: min(b.Len, most)})
	switch {
	case b.Type == "ispe" && len(body) >= 12:
		p.size = image.Pt(side(body[4:]), side(body[8:]))
	case b.Type == "pixi" && len(body) >= 6:
		p.bits = max(p.bits, int(body[5]))
	case b.Type == "hvcC" && len(body) >= 18:
		p.bits = max(p.bits, int(body[17]&7)+8)
		p.chroma = int(body[16]&3) + 1
	case b.Type == "av1C" && len(body) >= 3:
		p.bits = max(p.bits, av1Bits(body[2]))
	case b.Type == "clap" && len(body) >= 32:
		p.aperture = body[:32]
	case b.Type == "irot" && len(body) >= 1:
		p.orientation = then(p.orientation, [4]int{1, 8, 3, 6}[body[0]&3])
	case b.Type == "imir" && len(body) >= 1:
		p.orientation = then(p.orientation, [2]int{4, 2}[body[0]&1])
	case b.Type == "colr" && len(body) >= 4:
		p.colour(b, body)
	}
}

// side returns a width or height that fits an int32, or zero.
func side(b []byte) int {
	if v := binary.BigEndian.Uint32(b); v <= math.MaxInt32 {
		return int(v)
	}
	return 0
}

// av1Bits reads the third byte of an "av1C" box (AV1 Codec ISO Media File
// Format Binding, section 2.3).
func av1Bits(b byte) int {
	switch b & 0x60 {
	case 0x60:
		return 12
	case 0x40:
		return 10
	}
	return 8
}

// colour reads a "colr" box (ISO/IEC 14496-12, section 12.1.5).
func (p *properties) colour(b Box, body []byte) {
	switch string(body[:4]) {
	case "prof", "rICC":
		if n := b.Len - 4; n > 0 && n <= maxProfile {
			p.profile = section.Part{Off: b.Off + 4, Len: n}
		}
	case "nclx":
		if len(body) >= 11 {
			p.nclx = &NCLX{
				Primaries: binary.BigEndian.Uint16(body[4:]),
				Transfer:  binary.BigEndian.Uint16(body[6:]),
				Matrix:    binary.BigEndian.Uint16(body[8:]),
				Full:      body[10]&0x80 != 0,
			}
		}
	}
}

// crop returns the clean aperture in a picture of the given size (ISO/IEC
// 14496-12, section 12.1.4.1), or all of it if there is none that makes sense.
func (p *properties) crop(size image.Point) image.Rectangle {
	whole := image.Rectangle{Max: size}
	if p.aperture == nil {
		return whole
	}
	w, okW := fraction(p.aperture)
	h, okH := fraction(p.aperture[8:])
	dx, okX := fraction(p.aperture[16:])
	dy, okY := fraction(p.aperture[24:])
	if !okW || !okH || !okX || !okY || w < 1 || h < 1 || w > float64(size.X) || h > float64(size.Y) {
		return whole
	}
	left := math.Floor(dx + (float64(size.X)-w)/2)
	top := math.Floor(dy + (float64(size.Y)-h)/2)
	if left < 0 || top < 0 || left+w > float64(size.X) || top+h > float64(size.Y) {
		return whole
	}
	return image.Rect(int(left), int(top), int(left)+int(w), int(top)+int(h))
}

// fraction reads a signed numerator and an unsigned denominator.
func fraction(b []byte) (float64, bool) {
	n, d := int32(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:])
	return float64(n) / float64(d), d != 0
}
