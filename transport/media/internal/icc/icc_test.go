package icc_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc"
	"github.com/glimpse-go/glimpse/transport/media/internal/icc/icctest"
)

// justVisible is the difference that an eye just sees. Rounding to eight bits
// makes up to a half of it in the dark.
const justVisible = 1.0

func parse(t *testing.T, p icctest.Profile) *icc.Profile {
	t.Helper()
	profile, err := icc.Parse(p.Bytes())
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return profile
}

// patches returns samples under the profile of colours all over sRGB.
func patches(p icctest.Profile) (pix []uint8) {
	const step = 23
	for r := 0; r < 256; r += step {
		for g := 0; g < 256; g += step {
			for b := 0; b < 256; b += step {
				c := icctest.Of(uint8(r), uint8(g), uint8(b))
				if p.Gray {
					c = icctest.Of(uint8(r), uint8(r), uint8(r))
				}
				s := p.FromSRGB(c).Samples()
				pix = append(pix, s[:]...)
			}
		}
	}
	return pix
}

// worst returns the largest difference between what became of patches and what
// should have, of those inside sRGB.
func worst(p icctest.Profile, from, to []uint8) (difference float64) {
	for i := 0; i < len(from); i += 3 {
		want := p.ToSRGB(icctest.Of(from[i], from[i+1], from[i+2]))
		if got := icctest.Of(to[i], to[i+1], to[i+2]); want.Inside() {
			difference = max(difference, icctest.Difference(want.Lab(), got.Lab()))
		}
	}
	return difference
}

func TestColours(t *testing.T) {
	for _, p := range icctest.All() {
		from := patches(p)
		to := slices.Clone(from)
		parse(t, p).ToSRGB().RGB(to)
		if d := worst(p, from, to); d > justVisible {
			t.Errorf("%s: a colour inside sRGB is off by %.2f", p.Name, d)
		}
	}
}

// TestNothingToDo has the profiles of sRGB, which most photos are of: they cost
// nothing.
func TestNothingToDo(t *testing.T) {
	for _, p := range icctest.All() {
		if got := parse(t, p).ToSRGB() == nil; got != p.SRGB {
			t.Errorf("%s: nothing to do: %v", p.Name, got)
		}
	}
}

// TestGray has gray pictures under profiles of either kind.
func TestGray(t *testing.T) {
	for _, p := range icctest.All() {
		if p.Name == "swapped channels v2" || p.Name == "swapped channels v4" {
			continue // black, white, and in between the same curves
		}
		for v := range 256 {
			got, want := []uint8{uint8(v)}, p.ToSRGB(icctest.Of(uint8(v), uint8(v), uint8(v))).Samples()[1]
			parse(t, p).ToSRGB().Gray(got)
			if d := int(got[0]) - int(want); d < -1 || d > 1 {
				t.Errorf("%s: %d becomes %d, want %d", p.Name, v, got[0], want)
			}
		}
	}
}

// TestSwapped shows that channels are told apart: red means green.
func TestSwapped(t *testing.T) {
	for _, version := range []int{2, 4} {
		pix := []uint8{255, 0, 0, 0, 255, 0, 0, 0, 255}
		parse(t, icctest.Swapped(version)).ToSRGB().RGB(pix)
		for i, want := range []uint8{0, 255, 0, 0, 0, 255, 255, 0, 0} {
			if d := int(pix[i]) - int(want); d < -1 || d > 1 {
				t.Errorf("version %d: %v", version, pix)
			}
		}
	}
}

// TestOutside has colours that sRGB lacks: they become the most vivid it has,
// and stay what they are otherwise.
func TestOutside(t *testing.T) {
	pix := []uint8{255, 0, 0, 0, 255, 0, 255, 255, 255, 0, 0, 0}
	parse(t, icctest.DisplayP3(4)).ToSRGB().RGB(pix)
	if !slices.Equal(pix, []uint8{255, 0, 0, 0, 255, 0, 255, 255, 255, 0, 0, 0}) {
		t.Error(pix)
	}
}

// TestKnown compares what is built in with the profiles that say the same.
func TestKnown(t *testing.T) {
	type xy = icc.XY
	white := xy{0.3127, 0.3290}
	phone, err := icc.FromChromaticities(white, xy{0.680, 0.320}, xy{0.265, 0.690}, xy{0.150, 0.060}, 2.2)
	if err != nil {
		t.Fatal(err)
	}
	p3 := icctest.DisplayP3(4)
	p3.Curve = icctest.Function(0, 2.2)
	for _, c := range []struct {
		known *icc.Profile
		same  icctest.Profile
	}{{icc.AdobeRGB(), icctest.AdobeRGB(2)}, {phone, p3}} {
		from := patches(c.same)
		to := slices.Clone(from)
		c.known.ToSRGB().RGB(to)
		if d := worst(c.same, from, to); d > justVisible {
			t.Errorf("%s: %.2f", c.same.Name, d)
		}
	}
}

func TestImpossibleChromaticities(t *testing.T) {
	type xy = icc.XY
	for _, c := range []struct {
		name  string
		red   xy
		gamma float64
	}{
		{"no primary", xy{}, 2.2},
		{"on the line of the others", xy{0.15, 0.06}, 2.2},
		{"no exponent", xy{0.64, 0.33}, 0},
	} {
		_, err := icc.FromChromaticities(xy{0.3127, 0.3290}, c.red, xy{0.30, 0.60}, xy{0.15, 0.06}, c.gamma)
		if !errors.Is(err, icc.ErrMalformed) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestLabGray has a gray profile whose curve says lightness: 119 of 255 is the
// middle of it, L* = 46.7, which is 111 in sRGB.
func TestLabGray(t *testing.T) {
	data := icctest.Profile{Version: 2, Curve: icctest.Identity(), Gray: true}.Bytes()
	copy(data[20:], "Lab ")
	p, err := icc.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	pix := []uint8{0, 5, 119, 255}
	p.ToSRGB().Gray(pix)
	if want := []uint8{0, 7, 111, 255}; !slices.Equal(pix, want) {
		t.Errorf("%v, want %v", pix, want)
	}
}

func TestRefused(t *testing.T) {
	good := icctest.DisplayP3(2).Bytes()
	with := func(at int, v uint32) []byte {
		b := slices.Clone(good)
		binary.BigEndian.PutUint32(b[at:], v)
		return b
	}
	entry := func(signature string) int {
		for at := 132; ; at += 12 {
			if string(good[at:at+4]) == signature {
				return at
			}
		}
	}
	data := func(signature string) int { return int(binary.BigEndian.Uint32(good[entry(signature)+4:])) }
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"CMYK", icctest.TablesOnly()[0], icc.ErrUnsupported},
		{"tables only", icctest.TablesOnly()[1], icc.ErrUnsupported},
		{"no blue", with(entry("bXYZ"), 0), icc.ErrUnsupported},
		{"nothing", nil, icc.ErrMalformed},
		{"header alone", good[:128], icc.ErrMalformed},
		{"cut", good[:len(good)-2], icc.ErrMalformed},
		{"no signature", with(36, 0), icc.ErrMalformed},
		{"tags without end", with(128, 0xffffffff), icc.ErrMalformed},
		{"tag beyond the end", with(entry("gTRC")+4, 0xffffffff), icc.ErrMalformed},
		{"tag too small", with(entry("gXYZ")+8, 7), icc.ErrMalformed},
		{"curve without end", with(data("gTRC")+8, 0xffffffff), icc.ErrMalformed},
		{"curve of another type", with(data("gTRC"), 0), icc.ErrMalformed},
		{"blinding", with(data("rXYZ")+8, 0x7fffffff), icc.ErrMalformed},
	} {
		if _, err := icc.Parse(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}
