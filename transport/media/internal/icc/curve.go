package icc

import (
	"encoding/binary"
	"fmt"
	"math"
)

// curve is the light of every sample of eight bits, from 0 to 1.
type curve [256]float64

// tabulate keeps what a function says of the 256 samples. Light outside of 0 to
// 1 is clipped (ICC.1:2022, section 10.18).
func tabulate(light func(x float64) float64) (c curve) {
	for i := range c {
		if y := light(float64(i) / 255); y > 0 { // NaN is not
			c[i] = min(y, 1)
		}
	}
	return c
}

func gamma(g float64) curve {
	return tabulate(func(x float64) float64 { return math.Pow(x, g) })
}

// curve reads a curveType or a parametricCurveType.
func (f file) curve(signature string) (c curve, err error) {
	tag, err := f.tag(signature)
	if err != nil {
		return c, err
	}
	switch kind := string(tag[:4]); {
	case kind == "curv" && len(tag) >= 12:
		c, err = sampled(tag)
	case kind == "para" && len(tag) >= 12:
		c, err = parametric(tag)
	default:
		err = fmt.Errorf("type %q of %d bytes", kind, len(tag))
	}
	if err != nil {
		err = fmt.Errorf("%w: tag %s: %w", ErrMalformed, signature, err)
	}
	return c, err
}

// sampled reads a curveType (section 10.6): nothing, one exponent, or samples
// between which it is straight.
func sampled(tag []byte) (curve, error) {
	n, samples := int64(binary.BigEndian.Uint32(tag[8:])), tag[12:]
	if 2*n > int64(len(samples)) {
		return curve{}, fmt.Errorf("%d samples in %d bytes", n, len(samples))
	}
	at := func(i int) float64 { return float64(binary.BigEndian.Uint16(samples[2*i:])) }
	switch n {
	case 0:
		return gamma(1), nil
	case 1:
		return gamma(at(0) / 256), nil // u8Fixed8Number
	}
	last := int(n) - 1
	return tabulate(func(x float64) float64 {
		i := min(int(x*float64(last)), last-1)
		part := x*float64(last) - float64(i)
		return (at(i)*(1-part) + at(i+1)*part) / 65535
	}), nil
}

// parametric reads a parametricCurveType (section 10.18, table 68). All five
// are (aX+b)^g+e from d on, and cX+f below.
func parametric(tag []byte) (curve, error) {
	kind := int(binary.BigEndian.Uint16(tag[8:]))
	counts := [...]int{1, 3, 4, 5, 7}
	if kind >= len(counts) || len(tag) < 12+4*counts[kind] {
		return curve{}, fmt.Errorf("function %d in %d bytes", kind, len(tag))
	}
	var v [7]float64
	for i := range counts[kind] {
		v[i] = fixed(tag[12+4*i:])
	}
	g, a, b, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch kind {
	case 0:
		a = 1
	case 1, 2:
		e, f, c, d = c, c, 0, -b/a
	}
	return tabulate(func(x float64) float64 {
		if x < d {
			return c*x + f
		}
		return math.Pow(a*x+b, g) + e
	}), nil
}
