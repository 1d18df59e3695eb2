package webp_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/webp"
)

func shipped(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// at returns the colour of a pixel, as package image has it.
func at(p raster.Picture, x, y int) color.RGBA {
	a := p.Planes[0].Row(y)[x]
	if p.Space == raster.RGB {
		return color.RGBA{a, p.Planes[1].Row(y)[x], p.Planes[2].Row(y)[x], 255}
	}
	r, g, b := color.YCbCrToRGB(a, p.Planes[1].Row(y / 2)[x/2], p.Planes[2].Row(y / 2)[x/2])
	return color.RGBA{r, g, b, 255}
}

func near(a, b color.RGBA, most int) bool {
	for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
		if d < -most || d > most {
			return false
		}
	}
	return true
}

var (
	black = color.RGBA{0, 0, 0, 255}
	white = color.RGBA{255, 255, 255, 255}
	red   = color.RGBA{255, 0, 0, 255}
	blue  = color.RGBA{10, 80, 200, 255}
)

// change returns data in which the last of old is new.
func change(data []byte, old, new string) []byte {
	data = bytes.Clone(data)
	copy(data[bytes.LastIndex(data, []byte(old)):], new)
	return data
}

func TestDecode(t *testing.T) {
	four := map[image.Point]color.RGBA{{X: 10, Y: 10}: black, {X: 45, Y: 10}: white, {X: 80, Y: 10}: red, {X: 110, Y: 10}: blue}
	anim := shipped(t, "anim.webp")
	canvas, frame := bytes.Index(anim, []byte("VP8X"))+8, bytes.Index(anim, []byte("ANMF"))+8
	patched := func(at int, b byte) []byte {
		data := bytes.Clone(anim)
		data[at] = b
		return data
	}
	for name, c := range map[string]struct {
		data   []byte
		size   image.Point
		colour map[image.Point]color.RGBA
	}{
		"lossy":          {shipped(t, "lossy.webp"), image.Pt(132, 21), four},
		"lossless":       {shipped(t, "lossless.webp"), image.Pt(132, 21), four},
		"alpha":          {shipped(t, "alpha.webp"), image.Pt(66, 42), map[image.Point]color.RGBA{{X: 30}: red, {X: 30, Y: 41}: white, {X: 30, Y: 20}: {255, 125, 125, 255}}},
		"animation":      {anim, image.Pt(53, 25), map[image.Point]color.RGBA{{}: white, {X: 40, Y: 10}: red, {X: 19, Y: 10}: white, {X: 40, Y: 3}: white}},
		"frame outside":  {patched(frame, 200), image.Pt(53, 25), map[image.Point]color.RGBA{{X: 52, Y: 24}: white}},
		"frame too wide": {patched(canvas+4, 21), image.Pt(22, 25), map[image.Point]color.RGBA{{X: 19, Y: 10}: white, {X: 21, Y: 10}: red}},
		"frame too high": {patched(canvas+7, 6), image.Pt(53, 7), map[image.Point]color.RGBA{{X: 40, Y: 6}: red}},
	} {
		p, err := webp.Decode(section.Memory(c.data))
		if err != nil || p.Planes[0].Size != c.size {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for pt, want := range c.colour {
			if got := at(p, pt.X, pt.Y); !near(got, want, 4) {
				t.Errorf("%s at %v: %v, want %v", name, pt, got, want)
			}
		}
	}
}

// Lossy black is 0 and white 255: the limited range is stretched.
func TestRange(t *testing.T) {
	p, err := webp.Decode(section.Memory(shipped(t, "lossy.webp")))
	if err != nil {
		t.Fatal(err)
	}
	if b, w := at(p, 10, 10), at(p, 45, 10); b != black || w != white {
		t.Errorf("black %v, white %v", b, w)
	}
	if e := p.Planes[1].Extent; e != (raster.Extent{X: 66, Y: 10.5}) {
		t.Errorf("extent of chroma %v", e)
	}
}

func TestHeader(t *testing.T) {
	chunk := func(kind, body string) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	}
	picture := shipped(t, "lossless.webp")[12:]
	data := slices.Concat([]byte("RIFF\x00\x00\x00\x00WEBP"), chunk("VP8X", "\x28\x00\x00\x00\x83\x00\x00\x14\x00\x00"),
		chunk("ICCP", "profile!"), picture, chunk("EXIF", "II*\x00"))
	h, err := webp.ReadHeader(section.Memory(data))
	if err != nil || h.Width != 132 || h.Height != 21 || h.Animated || h.Cost < 132*21*3 {
		t.Errorf("%+v, %v", h, err)
	}
	for p, want := range map[section.Part]string{h.Profile: "profile!", h.EXIF: "II*\x00"} {
		if got := string(data[p.Off:][:p.Len]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A cut lossy picture is shown with what is there, a lossless one is an error.
func TestCut(t *testing.T) {
	data := shipped(t, "lossy.webp")
	shown := 0
	for n := range data {
		p, err := webp.Decode(section.Memory(data[:n]))
		var some *section.PartialError
		if errors.As(err, &some) {
			shown++
			if got := at(p, 10, 3); n > len(data)-8 && !near(got, black, 4) {
				t.Errorf("cut at %d: %v", n, got)
			}
		} else if err == nil || p.Planes != nil {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	if shown < 10 {
		t.Errorf("shown %d times", shown)
	}
	data = shipped(t, "lossless.webp")
	if _, err := webp.Decode(section.Memory(data[:len(data)-3])); !errors.Is(err, section.ErrShort) {
		t.Errorf("lossless: %v", err)
	}
}

func TestRefused(t *testing.T) {
	lossy := shipped(t, "lossy.webp")
	for name, c := range map[string]struct {
		data []byte
		err  error
	}{
		"empty":         {nil, webp.ErrFormat},
		"a sound":       {[]byte("RIFF\x00\x00\x00\x00WAVE"), webp.ErrFormat},
		"no frame":      {[]byte("RIFF\x00\x00\x00\x00WEBP"), webp.ErrNoFrame},
		"no key frame":  {change(lossy, "\x9d\x01\x2a", "\x9d\x01\x2b"), webp.ErrNoFrame},
		"4 GB of lossy": {slices.Concat(lossy[:16], []byte("\xff\xff\xff\xff"), lossy[20:]), webp.ErrNoFrame},
	} {
		if _, err := webp.Decode(section.Memory(c.data)); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"lossy.webp", "lossless.webp", "alpha.webp", "anim.webp"} {
		f.Add(shipped(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := webp.ReadHeader(section.Memory(data))
		if err != nil || h.Cost > 64<<20 {
			return
		}
		p, _ := webp.Decode(section.Memory(data))
		if p.Planes != nil && p.Planes[0].Size != image.Pt(h.Width, h.Height) {
			t.Errorf("size %v, header %+v", p.Planes[0].Size, h)
		}
	})
}
