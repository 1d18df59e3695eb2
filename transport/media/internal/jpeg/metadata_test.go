package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// with returns a JPEG with segments behind its start marker, each a marker and
// contents.
func with(t *testing.T, segments ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	gray := raster.Picture{Space: raster.Gray, Planes: []raster.Plane{raster.NewPlane(image.Pt(8, 8))}}
	if err := Encode(&b, gray, 80); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, s := range segments {
		n := len(s) + 1
		all = append(append(all, 0xff, s[0], byte(n>>8), byte(n)), s[1:]...)
	}
	return slices.Insert(b.Bytes(), 2, all...)
}

func piece(number, of int, data string) string {
	return fmt.Sprintf("\xe2ICC_PROFILE\x00%c%c%s", rune(number), rune(of), data)
}

func TestMetadata(t *testing.T) {
	exif := "\xe1Exif\x00\x00"
	for name, c := range map[string]struct {
		segments      []string
		exif, profile string
	}{
		"none":               {},
		"EXIF":               {[]string{exif + "one"}, "one", ""},
		"the first counts":   {[]string{"\xe1http://ns.adobe.com/xap/1.0/\x00", exif + "one", exif + "two"}, "one", ""},
		"profile":            {[]string{piece(1, 1, "p")}, "", "p"},
		"in pieces":          {[]string{piece(1, 3, "p"), exif + "one", piece(2, 3, "q"), piece(3, 3, "r")}, "one", "pqr"},
		"a piece is missing": {[]string{piece(1, 3, "p"), piece(3, 3, "r")}, "", ""},
		"the last is":        {[]string{piece(1, 2, "p")}, "", ""},
		"no numbers":         {[]string{"\xe2ICC_PROFILE\x00"}, "", ""},
		"another APP2":       {[]string{"\xe2MPF\x00and so on"}, "", ""},
	} {
		h, err := ReadHeader(bytes.NewReader(with(t, c.segments...)))
		if err != nil || string(h.EXIF) != c.exif || string(h.Profile) != c.profile {
			t.Errorf("%s: EXIF %q, profile %q, %v", name, h.EXIF, h.Profile, err)
		}
	}
}
