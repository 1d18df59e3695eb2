package icctest

import (
	"encoding/binary"
	"math"
)

// Curve is the light of samples, both from 0 to 1, and how a profile says so.
type Curve struct {
	Light func(sample float64) float64
	tag   []byte
}

var srgbCurve = Function(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)

// Identity returns the curve whose light is the sample.
func Identity() Curve { return Curve{func(x float64) float64 { return x }, curv()} }

// Exponent returns the curve sample^g, of which profiles keep 1/256.
func Exponent(g float64) Curve {
	return Curve{func(x float64) float64 { return math.Pow(x, g) }, curv(uint16(math.Round(g * 256)))}
}

// Table returns a curve kept as n samples.
func Table(n int, c Curve) Curve {
	samples := make([]uint16, n)
	for i := range samples {
		samples[i] = uint16(math.Round(c.Light(float64(i)/float64(n-1)) * 65535))
	}
	return Curve{c.Light, curv(samples...)}
}

func curv(values ...uint16) []byte {
	tag := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(len(values)))
	for _, v := range values {
		tag = binary.BigEndian.AppendUint16(tag, v)
	}
	return tag
}

// Function returns a parametric curve of a kind from 0 to 4, with its parameters
// in the order of ICC.1:2022, table 68.
func Function(kind uint16, v ...float64) Curve {
	tag := binary.BigEndian.AppendUint16([]byte("para\x00\x00\x00\x00"), kind)
	tag = append(tag, 0, 0)
	for _, x := range v {
		tag = binary.BigEndian.AppendUint32(tag, fixed(x))
	}
	power := func(x float64) float64 { return math.Pow(x, v[0]) }
	light := [...]func(x float64) float64{
		func(x float64) float64 { return power(x) },
		func(x float64) float64 { return choose(x >= -v[2]/v[1], power(v[1]*x+v[2]), 0) },
		func(x float64) float64 { return choose(x >= -v[2]/v[1], power(v[1]*x+v[2])+v[3], v[3]) },
		func(x float64) float64 { return choose(x >= v[4], power(v[1]*x+v[2]), v[3]*x) },
		func(x float64) float64 { return choose(x >= v[4], power(v[1]*x+v[2])+v[5], v[3]*x+v[6]) },
	}[kind]
	return Curve{light, tag}
}

func choose(first bool, a, b float64) float64 {
	if first {
		return a
	}
	return b
}

// fixed returns an s15Fixed16Number.
func fixed(v float64) uint32 { return uint32(int32(math.Round(v * 65536))) }
