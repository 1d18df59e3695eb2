package icc

import "math"

// Transform turns samples into those of sRGB. It never changes, so that any
// number of goroutines may use it at once. A nil Transform changes nothing.
type Transform struct {
	// part is what a sample of each channel adds to the red, green and blue
	// light of sRGB, of which white has 1 << lightBits.
	part [3][256][3]int32
	// code is the sample of each light, in steps that are a quarter of a sample
	// where they are widest, in the dark.
	code [1<<codeBits + 1]uint8
}

const (
	lightBits = 20
	codeBits  = 14
)

// ToSRGB returns the transform to sRGB, relative colorimetric: white stays
// white, and what is outside of sRGB is clipped, each channel by itself. It is
// nil if no sample changes by more than one, as with the many profiles that are
// one of sRGB.
func (p *Profile) ToSRGB() *Transform {
	t := &Transform{code: codes()}
	m := sRGB().inverse().product(p.colorants)
	for in := range 3 {
		for v, light := range p.curves[in] {
			for out := range 3 {
				t.part[in][v][out] = int32(math.Round(m[out][in] * light * (1 << lightBits)))
			}
		}
	}
	if t.identity() {
		return nil
	}
	return t
}

// codes returns the samples of sRGB by their light (IEC 61966-2-1, section 5.2).
func codes() (table [1<<codeBits + 1]uint8) {
	at := 0
	for v := range 256 {
		for next := decoded((float64(v) + 0.5) / 255); at < len(table) && float64(at) < next*(1<<codeBits); at++ {
			table[at] = uint8(v)
		}
	}
	return table
}

// decoded returns the light of a sample of sRGB, both from 0 to 1.
func decoded(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// RGB turns interleaved red, green and blue samples, in place. By a gray profile
// each channel is turned as if it were gray.
func (t *Transform) RGB(pix []uint8) {
	if t == nil {
		return
	}
	for ; len(pix) >= 3; pix = pix[3:] {
		pix[0], pix[1], pix[2] = t.pixel(pix[0], pix[1], pix[2])
	}
}

// Gray turns gray samples, in place. By a colour profile they are those of its
// neutral colours.
func (t *Transform) Gray(pix []uint8) {
	if t == nil {
		return
	}
	var table [256]uint8
	for v := range table {
		r, g, b := t.pixel(uint8(v), uint8(v), uint8(v))
		table[v] = uint8((299*int(r) + 587*int(g) + 114*int(b) + 500) / 1000)
	}
	for i, v := range pix {
		pix[i] = table[v]
	}
}

func (t *Transform) pixel(r, g, b uint8) (uint8, uint8, uint8) {
	x, y, z := &t.part[0][r], &t.part[1][g], &t.part[2][b]
	return t.encoded(x[0] + y[0] + z[0]), t.encoded(x[1] + y[1] + z[1]), t.encoded(x[2] + y[2] + z[2])
}

func (t *Transform) encoded(light int32) uint8 {
	const shift = lightBits - codeBits
	return t.code[max(0, min((light+1<<(shift-1))>>shift, 1<<codeBits))]
}

// identity says whether a grid of colours and all neutral ones stay the same
// within rounding.
func (t *Transform) identity() bool {
	const step = 17
	for v := range 256 {
		if !t.keeps(v, v, v) {
			return false
		}
		for g := 0; v%step == 0 && g < 256; g += step {
			for b := 0; b < 256; b += step {
				if !t.keeps(v, g, b) {
					return false
				}
			}
		}
	}
	return true
}

func (t *Transform) keeps(r, g, b int) bool {
	x, y, z := t.pixel(uint8(r), uint8(g), uint8(b))
	near := func(v uint8, w int) bool { return -1 <= int(v)-w && int(v)-w <= 1 }
	return near(x, r) && near(y, g) && near(z, b)
}
