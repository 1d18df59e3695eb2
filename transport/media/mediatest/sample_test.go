package mediatest_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

func ExampleSample() {
	var photo bytes.Buffer
	x := mediatest.EXIF{Orientation: 6, Thumbnail: mediatest.Thumbnail(3, 800, 600, 6)}
	if err := mediatest.Sample(&photo, 3, 800, 600, x); err != nil {
		panic(err)
	}
	c, kind, err := image.DecodeConfig(&photo)
	fmt.Println(kind, c.Width, "×", c.Height, err)
	// Output: jpeg 600 × 800 <nil>
}

func decode(t *testing.T, n, w, h int, x mediatest.EXIF) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := mediatest.Sample(&b, n, w, h, x); err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// difference is the mean difference of the two pictures' bytes, of 255.
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

func TestSamplesDiffer(t *testing.T) {
	var all []image.Image
	for n := range 12 {
		m := decode(t, n, 80, 60, mediatest.EXIF{})
		for k, other := range all {
			if d := difference(m, other); d < 5 {
				t.Errorf("samples %d and %d differ by %d only", k, n, d)
			}
		}
		all = append(all, m)
	}
}

// Stored turned and turned back by the viewer, it is the same picture.
func TestOrientation(t *testing.T) {
	const w, h = 82, 61
	plain := decode(t, 2, w, h, mediatest.EXIF{})
	stored := map[int]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, w - 1 - x },
		7: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x },
		8: func(x, y int) (int, int) { return h - 1 - y, x },
	}
	for orientation, place := range stored {
		m := decode(t, 2, w, h, mediatest.EXIF{Orientation: orientation})
		back := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				back.Set(x, y, m.At(place(x, y)))
			}
		}
		if d := difference(plain, back); d > 4 {
			t.Errorf("orientation %d: differs by %d", orientation, d)
		}
	}
}
