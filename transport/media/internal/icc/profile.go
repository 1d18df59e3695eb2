// Package icc turns colours into those of sRGB by the ICC profiles that photos
// carry: [Parse], then [Profile.ToSRGB], then [Transform.RGB].
//
// Profiles of three curves and three colorants are read, and gray ones of one
// curve, of version 2 (ICC.1:2001-04) and 4 (ICC.1:2022, whose sections are
// cited). They are what cameras, phones and editors write: sRGB, Display P3,
// Adobe RGB, ProPhoto RGB. Profiles that consist of tables only, those of
// printers and of some scanners, are refused with [ErrUnsupported].
package icc

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The kinds of refusal. Parse wraps them, and says what it met and where.
var (
	// ErrMalformed says that the bytes are not a whole ICC profile.
	ErrMalformed = errors.New("icc: malformed profile")
	// ErrUnsupported says that the profile is neither one of curves and
	// colorants nor gray. The picture is best taken as if it had none.
	ErrUnsupported = errors.New("icc: unsupported profile")
)

// Profile says how the samples of a picture become colours. It never changes.
type Profile struct {
	curves    [3]curve // light of each red, green and blue sample
	colorants matrix   // from that light to XYZ relative to D50
}

// Header and tag table (ICC.1:2022, sections 7.2 and 7.3).
const (
	spaceAt     = 16
	pcsAt       = 20
	signatureAt = 36
	countAt     = 128
	tableAt     = 132
	entrySize   = 12
)

// Parse reads a profile. Its time and memory are linear in the data, of which
// it keeps nothing. Errors wrap [ErrMalformed] or [ErrUnsupported].
func Parse(data []byte) (*Profile, error) {
	if len(data) < tableAt || string(data[signatureAt:][:4]) != "acsp" {
		return nil, fmt.Errorf("%w: no header", ErrMalformed)
	}
	f := file(data)
	if n := f.count(); n > int64(len(data)-tableAt)/entrySize {
		return nil, fmt.Errorf("%w: %d tags in %d bytes", ErrMalformed, n, len(data))
	}
	switch space := string(data[spaceAt:][:4]); space {
	case "RGB ":
		return f.colour()
	case "GRAY":
		return f.gray()
	default:
		return nil, fmt.Errorf("%w: colour space %q", ErrUnsupported, space)
	}
}

// file is a profile whose tag table is known to be inside.
type file []byte

func (f file) count() int64 { return int64(binary.BigEndian.Uint32(f[countAt:])) }

// tag returns the data of a tag (section 7.3.1).
func (f file) tag(signature string) ([]byte, error) {
	for i := range f.count() {
		entry := f[tableAt+i*entrySize:][:entrySize]
		if string(entry[:4]) != signature {
			continue
		}
		at, size := int64(binary.BigEndian.Uint32(entry[4:])), int64(binary.BigEndian.Uint32(entry[8:]))
		if at+size > int64(len(f)) || size < 8 {
			return nil, fmt.Errorf("%w: tag %s of %d bytes at %d, profile of %d", ErrMalformed, signature, size, at, len(f))
		}
		return f[at : at+size], nil
	}
	return nil, fmt.Errorf("%w: no tag %s", ErrUnsupported, signature)
}

// colour reads three curves and three colorants (sections 8.3.3 and 8.4.3).
// They are preferred to tables where a profile has both: they say the same of
// all colours that are in sRGB.
func (f file) colour() (*Profile, error) {
	p := new(Profile)
	for i, channel := range [3]string{"r", "g", "b"} {
		xyz, err := f.colorant(channel + "XYZ")
		if err != nil {
			return nil, err
		}
		for j, v := range xyz {
			p.colorants[j][i] = v
		}
		if p.curves[i], err = f.curve(channel + "TRC"); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// gray reads one curve (sections 8.3.4 and 8.4.4). Gray is taken as a colour
// whose three samples are the same.
func (f file) gray() (*Profile, error) {
	c, err := f.curve("kTRC")
	if err != nil {
		return nil, err
	}
	if string(f[pcsAt:][:4]) == "Lab " {
		for i, v := range c {
			c[i] = lightness(v)
		}
	}
	return &Profile{curves: [3]curve{c, c, c}, colorants: sRGB()}, nil
}

// lightness returns the light Y of a CIE 1976 lightness, both from 0 to 1.
func lightness(l float64) float64 {
	if l <= 0.08 {
		return l * 2700 / 24389
	}
	v := (l + 0.16) / 1.16
	return v * v * v
}

// maxColorant is far more than the light of white, of which the three colorants
// are parts.
const maxColorant = 4

// colorant reads an XYZType (section 10.31).
func (f file) colorant(signature string) (xyz [3]float64, err error) {
	tag, err := f.tag(signature)
	if err != nil {
		return xyz, err
	}
	if string(tag[:4]) != "XYZ " || len(tag) < 20 {
		return xyz, fmt.Errorf("%w: tag %s is no colour", ErrMalformed, signature)
	}
	for i := range xyz {
		xyz[i] = fixed(tag[8+4*i:])
		if xyz[i] < -maxColorant || xyz[i] > maxColorant {
			return xyz, fmt.Errorf("%w: tag %s: %g is no part of white", ErrMalformed, signature, xyz[i])
		}
	}
	return xyz, nil
}

// fixed reads an s15Fixed16Number (section 4.6).
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }
