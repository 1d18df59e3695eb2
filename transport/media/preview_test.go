package media_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// plain is a picture of two colours, the second one below the first.
func plain(t testing.TB, w, h int, above, below color.Color) media.Picture {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, above)
			if 2*y >= h {
				m.Set(x, y, below)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return media.Picture{JPEG: b.Bytes(), Width: w, Height: h}
}

// TestPreview: a preview has the shape of the picture, and its colours where they are.
func TestPreview(t *testing.T) {
	sky, grass := color.RGBA{90, 150, 220, 255}, color.RGBA{60, 120, 40, 255}
	for _, size := range []image.Point{{160, 120}, {90, 120}, {120, 120}, {640, 480}, {2, 1}, {1, 2000}, {2000, 1}} {
		preview, err := plain(t, size.X, size.Y, sky, grass).Preview()
		if err != nil || len(preview) > 32 {
			t.Fatalf("%v: %d bytes, %v", size, len(preview), err)
		}
		m, err := media.DecodePreview(preview)
		if err != nil {
			t.Fatal(err)
		}
		b := m.Bounds()
		if got := b.Size(); (got.X > got.Y) != (size.X > size.Y) || max(got.X, got.Y) != 32 {
			t.Errorf("%v: decoded as %v", size, got)
		}
		if min(size.X, size.Y) < 90 {
			continue // no room for colours
		}
		above, below := m.At(b.Dx()/2, b.Dy()/8), m.At(b.Dx()/2, b.Dy()*7/8)
		if !near(above, sky) || !near(below, grass) {
			t.Errorf("%v: %v above %v", size, above, below)
		}
	}
}

// TestPreviewOfAll: whatever the Maker makes has a preview, the same one each time.
func TestPreviewOfAll(t *testing.T) {
	var maker media.Maker
	box := media.Box{W: 160, H: 120}
	file := sample(t, 2, 900, 1200, mediatest.EXIF{Orientation: 6})
	_, pictures, err := maker.Make(t.Context(), bytes.NewReader(file), int64(len(file)), box, media.Box{W: 640, H: 480})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(pictures, maker.Icon("pdf", box), maker.Generic("image/heic", "", box)) {
		one, err := p.Preview()
		if other, _ := p.Preview(); err != nil || len(one) == 0 || len(one) > 32 || !bytes.Equal(one, other) {
			t.Errorf("%x and %x, %v", one, other, err)
		}
	}
}

func TestPreviewOfNone(t *testing.T) {
	good := plain(t, 160, 120, color.White, color.Black).JPEG
	huge := bytes.Clone(good)
	at := bytes.Index(huge, []byte{0xff, 0xc0}) // the frame: length, precision, height, width
	copy(huge[at+5:], []byte{0xff, 0xff, 0xff, 0xff})
	for what, c := range map[string]struct {
		jpeg []byte
		want error
	}{
		"nothing": {nil, media.ErrCorrupt}, "a text": {[]byte("no picture"), media.ErrCorrupt},
		"the beginning": {good[:len(good)/2], media.ErrCorrupt}, "65,535 by 65,535 pixels": {huge, media.ErrTooLarge},
	} {
		if preview, err := (media.Picture{JPEG: c.jpeg}).Preview(); preview != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %x, %v", what, preview, err)
		}
	}
}

// FuzzDecodePreview: whatever the bytes, there is a small picture or ErrCorrupt.
func FuzzDecodePreview(f *testing.F) {
	preview, err := plain(f, 16, 12, color.White, color.Black).Preview()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{nil, preview, preview[:5], bytes.Repeat([]byte{0xff}, 32), make([]byte, 32)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, preview []byte) {
		m, err := media.DecodePreview(preview)
		if err != nil {
			if m != nil || !errors.Is(err, media.ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		if size := m.Bounds().Size(); size.X < 1 || size.Y < 1 || max(size.X, size.Y) != 32 {
			t.Fatalf("a picture of %v", size)
		}
	})
}

func BenchmarkPreview(b *testing.B) {
	var maker media.Maker
	file := sample(b, 1, 1600, 1200, mediatest.EXIF{})
	_, pictures, err := maker.Make(context.Background(), bytes.NewReader(file), int64(len(file)), media.Box{W: 160, H: 120})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pictures[0].Preview(); err != nil {
			b.Fatal(err)
		}
	}
}
