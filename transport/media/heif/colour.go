package heif

import (
	"image"

	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
)

// toJFIF turns samples into those of [image.YCbCr], ITU-T T.871: of full range,
// with the weights of ITU-R BT.601. That is what MIAF (ISO/IEC 23000-22, section
// 7.3.6.4) says of pictures that do not say anything themselves.
//
// Chroma stays chroma under other weights, and luma changes by a multiple of
// chroma, so that no sample needs to be made or moved.
func toJFIF(m *image.YCbCr, c *bmff.NCLX) {
	if c == nil {
		return
	}
	kr, kb := weights(c.Matrix)
	if c.Full && kr == jfifRed {
		return
	}
	t := newTables(kr, kb, c.Full)
	for y := range m.Rect.Dy() {
		row := m.Y[y*m.YStride:][:m.Rect.Dx()]
		for x, v := range row {
			at := m.COffset(x, y)
			row[x] = clamp(t.luma[v] + t.lumaCb[m.Cb[at]] + t.lumaCr[m.Cr[at]])
		}
	}
	for i, cb := range m.Cb {
		cr := m.Cr[i]
		m.Cb[i] = clamp(t.cbCb[cb] + t.cbCr[cr])
		m.Cr[i] = clamp(t.crCb[cb] + t.crCr[cr])
	}
}

// The weights of red and blue in luma.
const (
	jfifRed  = 0.299
	jfifBlue = 0.114
)

// weights returns the weights for a matrix of ITU-T H.273, section 8.3. Those of
// matrices that are not weights of luma are taken as BT.601.
func weights(matrix uint16) (red, blue float64) {
	switch matrix {
	case 1: // BT.709
		return 0.2126, 0.0722
	case 4: // FCC
		return 0.30, 0.11
	case 7: // SMPTE 240M
		return 0.212, 0.087
	case 9: // BT.2020
		return 0.2627, 0.0593
	}
	return jfifRed, jfifBlue
}

// tables have what a sample adds to another, in 1/65536.
type tables struct {
	luma, lumaCb, lumaCr   [256]int32
	cbCb, cbCr, crCb, crCr [256]int32
}

// newTables works out how R = Y + 2(1-kr)Cr, B = Y + 2(1-kb)Cb and G = (Y - kr·R -
// kb·B)/kg (H.273, section 8.3, equations 38 to 40) become Y, Cb and Cr of JFIF.
func newTables(kr, kb float64, full bool) *tables {
	const jfifGreen = 1 - jfifRed - jfifBlue
	red, blue, kg := 2*(1-kr), 2*(1-kb), 1-kr-kb
	yCr := jfifRed*red - jfifGreen*kr*red/kg // luma that Cr and Cb add
	yCb := jfifBlue*blue - jfifGreen*kb*blue/kg
	t := &tables{}
	for v := range 256 {
		y, c := float64(v), float64(v)-128
		if !full {
			y, c = (y-16)*255/219, c*255/224
		}
		t.luma[v] = fixed(y)
		t.lumaCb[v], t.lumaCr[v] = fixed(c*yCb), fixed(c*yCr)
		t.cbCb[v] = fixed(128 + c*(blue-yCb)/(2*(1-jfifBlue)))
		t.cbCr[v] = fixed(-c * yCr / (2 * (1 - jfifBlue)))
		t.crCb[v] = fixed(-c * yCb / (2 * (1 - jfifRed)))
		t.crCr[v] = fixed(128 + c*(red-yCr)/(2*(1-jfifRed)))
	}
	return t
}

func fixed(v float64) int32 { return int32(v * 65536) }

func clamp(v int32) uint8 { return uint8(max(0, min(255, (v+1<<15)>>16))) }
