package media_test

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

func TestIcon(t *testing.T) {
	var m media.Maker
	pdf := m.Icon("PDF", small)
	if pdf.Width != 160 || pdf.Height != 120 {
		t.Errorf("%d×%d", pdf.Width, pdf.Height)
	}
	shown(t, pdf)
	for _, same := range []string{".pdf", "pdf", "p.d.f"} {
		if !bytes.Equal(m.Icon(same, small).JPEG, pdf.JPEG) {
			t.Errorf("%q is drawn otherwise", same)
		}
	}
	for _, other := range []string{"DOC", "", "PDFX", "é"} {
		if bytes.Equal(m.Icon(other, small).JPEG, pdf.JPEG) {
			t.Errorf("%q is drawn as PDF", other)
		}
	}
	if !bytes.Equal(m.Icon("document", small).JPEG, m.Icon("docu", small).JPEG) {
		t.Error("more than four letters are drawn")
	}
}

// A page is light, on it a band of colour with white letters.
func TestIconCanBeRead(t *testing.T) {
	m := shown(t, new(media.Maker).Icon("PDF", media.Box{W: 320, H: 400}))
	if got := m.At(100, 120); !near(got, snow) {
		t.Errorf("page is %v", got)
	}
	white, ink := 0, 0
	for x := range 320 {
		if c := color.GrayModel.Convert(m.At(x, 250)).(color.Gray); c.Y > 230 {
			white++
		} else if c.Y < 150 {
			ink++
		}
	}
	if white < 20 || ink < 100 {
		t.Errorf("band has %d white and %d dark pixels", white, ink)
	}
}

func TestIconSizes(t *testing.T) {
	for box, want := range map[media.Box]image.Point{
		{}:               {X: 160, Y: 160},
		{W: 1, H: 5}:     {X: 16, Y: 16},
		{W: 9999, H: 32}: {X: 512, Y: 32},
	} {
		if p := new(media.Maker).Icon("ZIP", box); p.Width != want.X || p.Height != want.Y {
			t.Errorf("%v: %d×%d", box, p.Width, p.Height)
		}
	}
}
