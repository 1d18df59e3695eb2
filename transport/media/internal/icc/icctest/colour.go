package icctest

import "math"

// RGB is a colour as samples from 0 to 1, or outside of that where the space
// that they are in does not have the colour.
type RGB [3]float64

// Of returns the colour of three samples.
func Of(r, g, b uint8) RGB { return RGB{float64(r) / 255, float64(g) / 255, float64(b) / 255} }

// Inside says whether the space has the colour.
func (c RGB) Inside() bool { return min(c[0], c[1], c[2]) >= 0 && max(c[0], c[1], c[2]) <= 1 }

// Samples returns the nearest samples, clipped.
func (c RGB) Samples() (v [3]uint8) {
	for i := range v {
		v[i] = uint8(math.Round(255 * max(0, min(c[i], 1))))
	}
	return v
}

// ToSRGB returns the colour in sRGB of samples under the profile.
func (p Profile) ToSRGB(c RGB) RGB {
	for i := range c {
		c[i] = p.Curve.Light(c[i])
	}
	if !p.Gray {
		c = srgb.mixOf(p.Colorants.mix(c))
	}
	for i := range c {
		c[i] = srgbCurve.sample(c[i])
	}
	return c
}

// FromSRGB returns the samples under the profile that show a colour of sRGB.
func (p Profile) FromSRGB(c RGB) RGB {
	for i := range c {
		c[i] = srgbCurve.Light(c[i])
	}
	if !p.Gray {
		c = p.Colorants.mixOf(srgb.mix(c))
	}
	for i := range c {
		c[i] = p.Curve.sample(c[i])
	}
	return c
}

// sample finds what has a light: by halving, and beyond 0 and 1 only that it is
// there.
func (c Curve) sample(light float64) float64 {
	low, high := -0.1, 1.1
	for range 32 {
		if mid := (low + high) / 2; c.Light(max(0, min(mid, 1)))+min(mid, 0)+max(mid-1, 0) < light {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// mix returns the colour of light through the colorants.
func (c Colorants) mix(light RGB) (sum XYZ) {
	for i, colorant := range c {
		for j := range sum {
			sum[j] += light[i] * colorant[j]
		}
	}
	return sum
}

// mixOf returns the light that makes a colour, by Cramer's rule.
func (c Colorants) mixOf(colour XYZ) (light RGB) {
	whole := volume(c)
	for i := range light {
		other := c
		other[i] = colour
		light[i] = volume(other) / whole
	}
	return light
}

// volume is the determinant.
func volume(c Colorants) float64 {
	a, b, d := c[0], c[1], c[2]
	return a[0]*(b[1]*d[2]-b[2]*d[1]) - a[1]*(b[0]*d[2]-b[2]*d[0]) + a[2]*(b[0]*d[1]-b[1]*d[0])
}
