package mediatest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

var white = color.RGBA{0xff, 0xff, 0xff, 0xff}

// Colours are those of [Corners]: top left, top right, bottom left, bottom right.
var Colours = [4]color.RGBA{{0xe0, 0x10, 0x10, 0xff}, {0x10, 0xc0, 0x10, 0xff}, {0x10, 0x10, 0xe0, 0xff}, {0x80, 0x80, 0x80, 0xff}}

// File is a picture file whose pixels are known.
type File struct {
	Name      string      // says what is special about it
	MediaType string      // what it is
	Data      []byte      // not to be changed
	Size      image.Point // once it is upright
	// Want are the colours, in sRGB, in the middle of the four quarters of the
	// upright picture, in the order of [Colours].
	Want [4]color.RGBA
}

// compare checks the four colours of a version made.
func (f File) compare(t *testing.T, p media.Picture) {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if m.Bounds().Size() != image.Pt(p.Width, p.Height) {
		t.Errorf("it is %v and is said to be %d × %d", m.Bounds().Size(), p.Width, p.Height)
	}
	for i, want := range f.Want {
		x, y := p.Width*(1+i%2*2)/4, p.Height*(1+i/2*2)/4
		if got := m.At(x, y); !near(got, want) {
			t.Errorf("%d × %d: quarter %d is %v instead of %v", p.Width, p.Height, i, color.RGBAModel.Convert(got), want)
		}
	}
}

// near allows what JPEG and the rounding of colours may change.
func near(got color.Color, want color.RGBA) bool {
	const most = 10
	r, g, b, _ := got.RGBA()
	for _, d := range [3]int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
		if max(d, -d) > most {
			return false
		}
	}
	return true
}

// Corners draws a picture with a colour of its own in each quarter.
func Corners(w, h int, c [4]color.RGBA) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, c[y*2/h*2+x*2/w])
		}
	}
	return m
}
