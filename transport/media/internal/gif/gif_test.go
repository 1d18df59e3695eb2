package gif_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	stdgif "image/gif"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/gif"
	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

var (
	red   = color.RGBA{255, 0, 0, 255}
	blue  = color.RGBA{0, 0, 255, 255}
	white = color.RGBA{255, 255, 255, 255}
)

// made is a picture that is red above and blue below, as a GIF file.
func made(t testing.TB, w, h int) []byte {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{red, blue, color.Transparent, color.Black})
	for y := h / 2; y < h; y++ {
		for x := range w {
			m.SetColorIndex(x, y, 1)
		}
	}
	m.SetColorIndex(0, 0, 2)
	var b bytes.Buffer
	if err := stdgif.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// canvas changes the size of the canvas.
func canvas(data []byte, w, h int) []byte {
	data = bytes.Clone(data)
	data[6], data[7], data[8], data[9] = byte(w), byte(w>>8), byte(h), byte(h>>8)
	return data
}

// frame changes where the frame is.
func frame(data []byte, x, y int) []byte {
	data = bytes.Clone(data)
	at := bytes.IndexByte(data[13+12:], ',') + 13 + 12
	data[at+1], data[at+2], data[at+3], data[at+4] = byte(x), byte(x>>8), byte(y), byte(y>>8)
	return data
}

func at(p raster.Picture, x, y int) color.RGBA {
	return color.RGBA{p.Planes[0].Row(y)[x], p.Planes[1].Row(y)[x], p.Planes[2].Row(y)[x], 255}
}

func TestDecode(t *testing.T) {
	data := made(t, 8, 6)
	for name, c := range map[string]struct {
		data   []byte
		size   image.Point
		colour map[image.Point]color.RGBA
	}{
		"plain":           {data, image.Pt(8, 6), map[image.Point]color.RGBA{{X: 1}: red, {Y: 5}: blue, {}: white}},
		"larger canvas":   {frame(canvas(data, 20, 10), 3, 1), image.Pt(20, 10), map[image.Point]color.RGBA{{X: 4, Y: 1}: red, {X: 10, Y: 6}: blue, {X: 11, Y: 6}: white, {X: 3, Y: 1}: white}},
		"smaller canvas":  {canvas(data, 5, 2), image.Pt(5, 2), map[image.Point]color.RGBA{{X: 4, Y: 1}: red}},
		"no canvas":       {canvas(data, 0, 0), image.Pt(8, 6), map[image.Point]color.RGBA{{X: 7, Y: 5}: blue}},
		"no canvas, away": {frame(canvas(data, 0, 0), 9, 9), image.Pt(8, 6), map[image.Point]color.RGBA{{X: 7, Y: 5}: blue}},
		"partly outside":  {frame(data, 6, 5), image.Pt(8, 6), map[image.Point]color.RGBA{{X: 7, Y: 5}: red, {X: 5, Y: 5}: white}},
		"wholly outside":  {frame(data, 60000, 60000), image.Pt(8, 6), map[image.Point]color.RGBA{{X: 7, Y: 5}: white}},
	} {
		p, err := gif.Decode(section.Memory(c.data))
		if err != nil || p.Planes[2].Size != c.size {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for pt, want := range c.colour {
			if got := at(p, pt.X, pt.Y); got != want {
				t.Errorf("%s at %v: %v, want %v", name, pt, got, want)
			}
		}
	}
}

// The rows of an interlaced file come in another order: every eighth first.
func TestInterlaced(t *testing.T) {
	data := made(t, 1, 4)
	data[bytes.IndexByte(data[25:], ',')+25+9] |= 0x40
	p, err := gif.Decode(section.Memory(data))
	if err != nil {
		t.Fatal(err)
	}
	// stored: transparent, red, blue, blue; which are rows 0, 2, 1, 3
	for y, want := range []color.RGBA{white, blue, red, blue} {
		if got := at(p, 0, y); got != want {
			t.Errorf("row %d: %v, want %v", y, got, want)
		}
	}
}

// What a cut file has is shown; one without any row is an error.
func TestCut(t *testing.T) {
	data := made(t, 300, 200)
	partial := false
	for n := range data {
		p, err := gif.Decode(section.Memory(data[:n]))
		var some *section.PartialError
		switch {
		case errors.As(err, &some):
			partial = true
			if got := at(p, 299, some.Rows-1); got != red && got != blue {
				t.Fatalf("cut at %d: row %d is %v", n, some.Rows-1, got)
			}
		case err == nil && n < len(data)-8: // the last bytes only end the file
			t.Errorf("cut at %d: no error", n)
		case err != nil && p.Planes != nil:
			t.Errorf("cut at %d: a picture and %v", n, err)
		}
	}
	if !partial {
		t.Error("no cut file was shown")
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		err  error
	}{
		"empty":             {"", gif.ErrFormat},
		"other":             {"\x89PNG\r\n\x1a\n123456", gif.ErrFormat},
		"header only":       {"GIF89a\x01\x00\x01\x00\x00\x00\x00", gif.ErrNoFrame},
		"trailer at once":   {"GIF89a\x01\x00\x01\x00\x00\x00\x00;", gif.ErrNoFrame},
		"no colours":        {"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02", gif.ErrNoFrame},
		"no pixels":         {"GIF89a\x01\x00\x01\x00\x80\x00\x00abcdef,\x00\x00\x00\x00\x00\x00\x01\x00\x00\x02", gif.ErrNoFrame},
		"codes of 12 bits":  {"GIF89a\x01\x00\x01\x00\x80\x00\x00abcdef,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x0c", gif.ErrNoFrame},
		"frame, no samples": {"GIF89a\x01\x00\x01\x00\x80\x00\x00abcdef,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;", gif.ErrNoFrame},
	} {
		if _, err := gif.Decode(section.Memory([]byte(c.data))); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(made(f, 8, 6))
	f.Add(frame(canvas(made(f, 8, 6), 0, 0), 5, 5))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := gif.ReadHeader(section.Memory(data))
		if err == nil && h.Cost > 64<<20 {
			return
		}
		p, _ := gif.Decode(section.Memory(data))
		if p.Planes != nil && p.Planes[0].Size != image.Pt(h.Width, h.Height) {
			t.Errorf("size %v, header %+v", p.Planes[0].Size, h)
		}
	})
}
