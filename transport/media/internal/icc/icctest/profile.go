// Package icctest makes ICC profiles as photos carry them, and knows by plain
// floating-point arithmetic what their colours are: a model that package icc is
// tested against, and pictures whose right colours are known. It shares no code
// with package icc, and takes the colorants that the makers of the profiles
// published.
package icctest

import "fmt"

// XYZ is a colour relative to D50, white with Y = 1.
type XYZ [3]float64

// Colorants are the colours of full red, green and blue, as the profiles of
// their makers have them.
type Colorants [3]XYZ

var (
	srgb     = Colorants{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}
	p3       = Colorants{{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}}
	adobe    = Colorants{{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}}
	prophoto = Colorants{{0.79767, 0.28804, 0}, {0.13519, 0.71188, 0}, {0.03134, 0.00009, 0.82491}}
)

// Profile is an ICC profile and what it means.
type Profile struct {
	Name      string
	Version   int // 2 or 4
	Colorants Colorants
	Curve     Curve // of all channels
	Gray      bool  // one channel, no colorants
	SRGB      bool  // the same as sRGB, within rounding
}

// SRGB returns a profile of version 2 with a table of 1,024 samples, or one of
// version 4 with a function.
func SRGB(version int) Profile {
	if version == 2 {
		return Profile{Name: "sRGB v2, table", Version: 2, Colorants: srgb, Curve: Table(1024, srgbCurve), SRGB: true}
	}
	return Profile{Name: "sRGB v4, function", Version: 4, Colorants: srgb, Curve: srgbCurve, SRGB: true}
}

// DisplayP3 returns a profile with a table of 4,096 samples, or as phones have
// it, with a function.
func DisplayP3(version int) Profile {
	if version == 2 {
		return Profile{Name: "Display P3 v2, table", Version: 2, Colorants: p3, Curve: Table(4096, srgbCurve)}
	}
	return Profile{Name: "Display P3 v4, function", Version: 4, Colorants: p3, Curve: srgbCurve}
}

// AdobeRGB returns a profile with one exponent, or with function 0.
func AdobeRGB(version int) Profile {
	if version == 2 {
		return Profile{Name: "Adobe RGB v2, exponent", Version: 2, Colorants: adobe, Curve: Exponent(563. / 256)}
	}
	return Profile{Name: "Adobe RGB v4, function", Version: 4, Colorants: adobe, Curve: Function(0, 563./256)}
}

// ProPhoto returns a profile with one exponent, or with a function that is
// straight in the dark (ISO 22028-2).
func ProPhoto(version int) Profile {
	if version == 2 {
		return Profile{Name: "ProPhoto RGB v2, exponent", Version: 2, Colorants: prophoto, Curve: Exponent(461. / 256)}
	}
	return Profile{Name: "ProPhoto RGB v4, function", Version: 4, Colorants: prophoto, Curve: Function(3, 1.8, 1, 0, 1./16, 1./32)}
}

// Swapped returns a profile in which red means green, green blue and blue red:
// without it a picture has unmistakably wrong colours.
func Swapped(version int) Profile {
	p := SRGB(version)
	p.Name, p.SRGB = fmt.Sprint("swapped channels v", version), false
	p.Colorants = Colorants{srgb[1], srgb[2], srgb[0]}
	return p
}

// GrayGamma returns a gray profile with the exponent 1.8, or with that as
// function 4.
func GrayGamma(version int) Profile {
	if version == 2 {
		return Profile{Name: "gray v2, exponent", Version: 2, Curve: Exponent(461. / 256), Gray: true}
	}
	return Profile{Name: "gray v4, function", Version: 4, Curve: Function(4, 1.8, 1, 0, 0, 0, 0, 0), Gray: true}
}

// All returns the profiles above in both versions, and linear ones and those of
// the other functions.
func All() []Profile {
	var all []Profile
	for _, of := range []func(int) Profile{SRGB, DisplayP3, AdobeRGB, ProPhoto, Swapped, GrayGamma} {
		all = append(all, of(2), of(4))
	}
	return append(all,
		Profile{Name: "identity", Version: 2, Colorants: srgb, Curve: Identity()},
		Profile{Name: "gray identity", Version: 4, Curve: Identity(), Gray: true},
		Profile{Name: "function 1", Version: 4, Colorants: p3, Curve: Function(1, 2.4, 1/1.055, 0.055/1.055)},
		Profile{Name: "function 2", Version: 4, Colorants: p3, Curve: Function(2, 2.2, 0.99, 0.01, 0.001)},
		Profile{Name: "function 4", Version: 4, Colorants: adobe, Curve: Function(4, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045, 0, 0)},
		Profile{Name: "gray sRGB", Version: 2, Curve: Table(1024, srgbCurve), Gray: true, SRGB: true},
	)
}
