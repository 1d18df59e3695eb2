//go:build vips && cgo

package vips_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	govips "github.com/davidbyttow/govips/v2/vips"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
	"github.com/glimpse-go/glimpse/transport/media/vips"
)

func engine(t testing.TB) media.Engine {
	t.Helper()
	e, err := vips.New()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// scene returns a landscape as an upright JPEG.
func scene(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := mediatest.Sample(&b, 3, w, h, mediatest.EXIF{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asPNG returns a picture that Go's own encoder writes.
func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// of returns a picture of one colour.
func of(c color.Color, w, h int) image.Image {
	m := image.NewNRGBA64(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, c)
		}
	}
	return m
}

// opened returns a picture for govips, which writes the formats that Go does not.
func opened(t testing.TB, data []byte) *govips.ImageRef {
	t.Helper()
	engine(t)
	m, err := govips.NewImageFromBuffer(data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// written returns what an encoder of govips has written.
func written(t testing.TB) func([]byte, *govips.ImageMetadata, error) []byte {
	return func(data []byte, _ *govips.ImageMetadata, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
}

// jobFor returns the job for an upright picture of w by h pixels.
func jobFor(data []byte, mediaType string, w, h int, boxes ...media.Box) media.Job {
	return media.Job{
		Source: bytes.NewReader(data), Size: int64(len(data)),
		Info:  media.Info{MediaType: mediaType, Width: w, Height: h, Orientation: 1},
		Boxes: boxes, Quality: 80, Budget: 192 << 20,
	}
}

func mustMake(t testing.TB, job media.Job) []image.Image {
	t.Helper()
	made, err := engine(t).Make(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	var pictures []image.Image
	for _, p := range made {
		m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil || m.Bounds().Size() != image.Pt(p.Width, p.Height) {
			t.Fatalf("%d × %d: is %v, %v", p.Width, p.Height, m.Bounds(), err)
		}
		pictures = append(pictures, m)
	}
	return pictures
}

// difference returns the mean difference of the samples of two pictures, of 255.
func difference(a, b image.Image) int {
	sum, n := 0, 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			R, G, B, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r) - int(R), int(g) - int(G), int(bl) - int(B)} {
				sum += max(d, -d) >> 8
				n++
			}
		}
	}
	return sum / n
}
