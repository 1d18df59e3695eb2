//go:build vips && cgo

package vips_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	govips "github.com/davidbyttow/govips/v2/vips"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

var small = media.Box{W: 160, H: 120}

func TestString(t *testing.T) {
	if s := engine(t).String(); !strings.HasPrefix(s, "libvips 8.") {
		t.Errorf("String() = %q", s)
	}
}

// Sizes are those of Box.Fit in the order of the boxes, never enlarged.
func TestSizes(t *testing.T) {
	for _, size := range []image.Point{{803, 601}, {601, 803}, {3000, 20}, {1, 900}, {1, 1}} {
		boxes := []media.Box{{W: 160, H: 120}, {W: 640, H: 480}, {W: 2000, H: 2000}, {W: 639, H: 479}, {H: 33}, {W: 1, H: 1}, {}}
		for i, m := range mustMake(t, jobFor(scene(t, size.X, size.Y), "image/jpeg", size.X, size.Y, boxes...)) {
			if want := boxes[i].Fit(size); m.Bounds().Size() != want {
				t.Errorf("%v in %v is %v, want %v", size, boxes[i], m.Bounds().Size(), want)
			}
		}
	}
}

// What the job says is applied, whatever the file says.
func TestUpright(t *testing.T) {
	upright := mustMake(t, jobFor(scene(t, 800, 600), "image/jpeg", 800, 600, small))[0]
	for orientation := 1; orientation <= 8; orientation++ {
		for _, said := range []int{orientation, 0, 3} {
			t.Run(fmt.Sprint(orientation, said), func(t *testing.T) {
				job := jobFor(stored(t, orientation, said), "image/jpeg", 800, 600, small)
				job.Info.Orientation = orientation
				if d := difference(upright, mustMake(t, job)[0]); d > 2 {
					t.Errorf("differs by %d", d)
				}
			})
		}
	}
}

// stored returns a picture stored for one orientation, whose EXIF data say another.
func stored(t *testing.T, orientation, said int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := mediatest.Sample(&b, 3, 800, 600, mediatest.EXIF{Orientation: orientation}); err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	if said == 0 {
		return plain.Bytes()
	}
	return mediatest.EXIF{Orientation: said}.AddTo(plain.Bytes())
}

func TestFormats(t *testing.T) {
	want := mustMake(t, jobFor(scene(t, 800, 600), "image/jpeg", 800, 600, small))[0]
	for name, data := range variants(t) {

		t.Run(name, func(t *testing.T) {
			if d := difference(want, mustMake(t, jobFor(data, typeOf(name), 800, 600, small))[0]); d > 4 {
				t.Errorf("differs by %d", d)
			}
		})
	}
}

// Transparent parts are on white; 16 bits, gray and palettes come out as they are.
func TestColours(t *testing.T) {
	for name, c := range map[string]struct {
		m    image.Image
		want color.Color
	}{
		"transparent":    {of(color.NRGBA{255, 0, 0, 0}, 40, 30), color.White},
		"half red":       {of(color.NRGBA{255, 0, 0, 128}, 40, 30), color.RGBA{255, 127, 127, 255}},
		"16 bits":        {of(color.NRGBA64{0x4040, 0x8080, 0xc0c0, 0xffff}, 40, 30), color.RGBA{0x40, 0x80, 0xc0, 255}},
		"16 bits, clear": {of(color.NRGBA64{0, 0, 0, 0x8000}, 40, 30), color.Gray{127}},
		"gray":           {image.NewGray(image.Rect(0, 0, 40, 30)), color.Black},
		"16-bit gray":    {image.NewGray16(image.Rect(0, 0, 40, 30)), color.Black},
		"palette":        {image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.RGBA{0, 0, 255, 255}}), color.RGBA{0, 0, 255, 255}},
	} {
		got := mustMake(t, jobFor(asPNG(t, c.m), "image/png", 40, 30, media.Box{W: 20}))[0]
		if d := difference(got, of(c.want, 20, 15)); d > 2 {
			t.Errorf("%s: %v, want %v", name, got.At(5, 5), c.want)
		}
	}
}

// A picket fence, of pickets too fine to be seen, comes out even.
func TestNoMoire(t *testing.T) {
	fence := image.NewGray(image.Rect(0, 0, 3000, 600))
	for i := range fence.Pix {
		if i%3000%10 < 5 {
			fence.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, fence, nil); err != nil {
		t.Fatal(err)
	}
	for mediaType, file := range map[string][]byte{"image/jpeg": b.Bytes(), "image/png": asPNG(t, fence)} {
		m := mustMake(t, jobFor(file, mediaType, 3000, 600, media.Box{W: 160}))[0]
		if d := difference(m, of(color.Gray{127}, 160, 32)); d > 4 {
			t.Errorf("%s: differs from plain gray by %d", mediaType, d)
		}
	}
}

// A profile is honoured, be it in the file or only in the job; one that does not
// suit is not.
func TestProfile(t *testing.T) {
	red := of(color.RGBA{200, 60, 60, 255}, 80, 60)
	m := opened(t, asPNG(t, red))
	if err := m.TransformICCProfile("p3"); err != nil {
		t.Fatal(err)
	}
	profile := m.GetICCProfile()
	embedded := written(t)(m.ExportPng(&govips.PngExportParams{}))
	bare := written(t)(m.ExportPng(&govips.PngExportParams{StripMetadata: true}))
	gray := asPNG(t, image.NewGray(image.Rect(0, 0, 80, 60)))
	for name, c := range map[string]struct {
		file, profile []byte
		want          image.Image
		most, least   int
	}{
		"in the file":         {embedded, nil, red, 1, 0},
		"in both":             {embedded, profile, red, 1, 0},
		"in the job":          {bare, profile, red, 1, 0},
		"nowhere":             {bare, nil, red, 20, 4},
		"nonsense":            {bare, []byte("no profile"), red, 20, 4},
		"of another space":    {gray, profile, of(color.Black, 80, 60), 1, 0},
		"of the job prevails": {embedded, []byte("no profile"), red, 20, 4},
	} {
		job := jobFor(c.file, "image/png", 80, 60, media.Box{W: 40})
		job.Profile = c.profile
		if d := difference(mustMake(t, job)[0], c.want); d > c.most || d < c.least {
			t.Errorf("%s: differs by %d", name, d)
		}
	}
}

// A version is a baseline JPEG of 4:2:0 with a JFIF header and nothing else.
func TestNoMetadata(t *testing.T) {
	file := mediatest.EXIF{Orientation: 1, Thumbnail: mediatest.Thumbnail(3, 800, 600, 1)}.AddTo(scene(t, 800, 600))
	made, err := engine(t).Make(t.Context(), jobFor(file, "image/jpeg", 800, 600, small))
	if err != nil {
		t.Fatal(err)
	}
	data := made[0].JPEG
	for at := 2; data[at+1] != 0xda; at += 2 + int(data[at+2])<<8 + int(data[at+3]) {
		switch marker := data[at+1]; marker {
		case 0xe0, 0xdb, 0xc4: // JFIF and tables
		case 0xc0:
			if sampling := data[at+11]; sampling != 0x22 {
				t.Errorf("luma is sampled %#x", sampling)
			}
		default:
			t.Errorf("marker %#x", marker)
		}
	}
}
