package icc

import "fmt"

// XY is a chromaticity (CIE 1931).
type XY struct{ X, Y float64 }

// d50 is the white of profiles (ICC.1:2022, section 7.2.16), d65 that of sRGB,
// Adobe RGB and Display P3.
var (
	d50 = [3]float64{0.9642, 1, 0.8249}
	d65 = XY{0.3127, 0.3290}
)

// sRGB returns the colorants of IEC 61966-2-1 (those of ITU-R BT.709).
func sRGB() matrix {
	m, _ := colorants(d65, XY{0.64, 0.33}, XY{0.30, 0.60}, XY{0.15, 0.06})
	return m
}

// AdobeRGB returns the profile of Adobe RGB (1998), sections 4.3.1 and 4.3.4:
// that of pictures without one whose EXIF interoperability index is "R03".
func AdobeRGB() *Profile {
	p, _ := FromChromaticities(d65, XY{0.64, 0.33}, XY{0.21, 0.71}, XY{0.15, 0.06}, 563./256)
	return p
}

// FromChromaticities returns the profile of three primaries and a white, of
// which light is sample^gamma. A PNG has them in its chunks cHRM and gAMA, as
// 100,000 x and y, and 100,000 / gamma (PNG third edition, sections 11.3.2.1 and
// 11.3.2.2). Errors wrap [ErrMalformed]: no such white can be mixed.
func FromChromaticities(white, r, g, b XY, exponent float64) (*Profile, error) {
	m, ok := colorants(white, r, g, b)
	if !ok || !(exponent > 0) {
		return nil, fmt.Errorf("%w: white %v of %v, %v and %v, exponent %g", ErrMalformed, white, r, g, b, exponent)
	}
	c := gamma(exponent)
	return &Profile{curves: [3]curve{c, c, c}, colorants: m}, nil
}

// colorants returns the matrix from light to XYZ relative to D50, and whether
// the primaries make the white and no colorant is out of range.
func colorants(white, r, g, b XY) (matrix, bool) {
	mix := columns(r.xyz(), g.xyz(), b.xyz())
	light := mix.inverse().times(white.xyz())
	m := adaptation(white.xyz()).product(mix.product(diagonal(light)))
	for _, row := range m {
		for _, v := range row {
			if !(v >= -maxColorant && v <= maxColorant) {
				return m, false
			}
		}
	}
	return m, true
}

// xyz returns the colour with Y = 1.
func (c XY) xyz() [3]float64 { return [3]float64{c.X / c.Y, 1, (1 - c.X - c.Y) / c.Y} }

// adaptation returns the linear Bradford transform from a white to D50
// (ICC.1:2022, annex E.3).
func adaptation(white [3]float64) matrix {
	cone := matrix{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}
	from, to := cone.times(white), cone.times(d50)
	gain := diagonal([3]float64{to[0] / from[0], to[1] / from[1], to[2] / from[2]})
	return cone.inverse().product(gain.product(cone))
}
