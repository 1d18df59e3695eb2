package icctest

import "math"

// Lab is a colour of CIE 1976 L*a*b*, relative to D50.
type Lab struct{ L, A, B float64 }

// Lab returns a colour of sRGB.
func (c RGB) Lab() Lab {
	for i := range c {
		c[i] = srgbCurve.Light(c[i])
	}
	xyz, white := srgb.mix(c), srgb.mix(RGB{1, 1, 1})
	var f XYZ
	for i := range f {
		f[i] = math.Cbrt(xyz[i] / white[i])
		if f[i] < 6./29 {
			f[i] = xyz[i]/white[i]*841/108 + 4./29
		}
	}
	return Lab{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

// Difference returns the colour difference CIEDE2000 (ISO/CIE 11664-6), of
// which people just see 1.
func Difference(a, b Lab) float64 {
	g := 0.5 * (1 - part((math.Hypot(a.A, a.B)+math.Hypot(b.A, b.B))/2))
	c1, h1 := polar(a.A*(1+g), a.B)
	c2, h2 := polar(b.A*(1+g), b.B)
	turn, middle := h2-h1, (h1+h2)/2
	switch {
	case c1*c2 == 0:
		turn, middle = 0, h1+h2
	case math.Abs(turn) > 180:
		turn -= math.Copysign(360, turn)
		middle = math.Mod(middle+180, 360)
	}
	l, c := (a.L+b.L)/2, (c1+c2)/2
	t := 1 - 0.17*cos(middle-30) + 0.24*cos(2*middle) + 0.32*cos(3*middle+6) - 0.20*cos(4*middle-63)
	dl := (b.L - a.L) / (1 + 0.015*(l-50)*(l-50)/math.Sqrt(20+(l-50)*(l-50)))
	dc := (c2 - c1) / (1 + 0.045*c)
	dh := 2 * math.Sqrt(c1*c2) * math.Sin(turn/2*math.Pi/180) / (1 + 0.015*c*t)
	around := (middle - 275) / 25
	rotation := -2 * part(c) * math.Sin(60*math.Exp(-around*around)*math.Pi/180)
	return math.Sqrt(dl*dl + dc*dc + dh*dh + rotation*dc*dh)
}

// part is the weight of a chroma: of vivid colours 1.
func part(c float64) float64 {
	c7 := math.Pow(c, 7)
	return math.Sqrt(c7 / (c7 + math.Pow(25, 7)))
}

func polar(a, b float64) (chroma, degrees float64) {
	return math.Hypot(a, b), math.Mod(math.Atan2(b, a)*180/math.Pi+360, 360)
}

func cos(degrees float64) float64 { return math.Cos(degrees * math.Pi / 180) }
