package jpeg

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"math/rand/v2"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// picture returns a picture of waves.
func picture(width, height int, factors [][2]int) raster.Picture {
	p := raster.Picture{Space: raster.Gray, Planes: made{width: width, height: height, factors: factors}.planes()}
	if len(factors) == 3 {
		p.Space = raster.YCbCr
	}
	return p
}

func encode(t testing.TB, p raster.Picture, quality int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Encode(&out, p, quality); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What is encoded is decoded again, here and by the standard library.
func TestEncode(t *testing.T) {
	for _, name := range []string{"gray", "4:4:4", "4:2:0"} {
		for _, size := range []image.Point{{1, 1}, {1, 9}, {9, 1}, {8, 8}, {17, 16}, {75, 53}} {
			for quality, most := range map[int]int{1: 140, 30: 75, 90: 18, 100: 3} {
				t.Run(fmt.Sprint(name, size, quality), func(t *testing.T) {
					p := picture(size.X, size.Y, samplings[name])
					file := encode(t, p, quality)
					got := decode(t, file, 1)
					if got.Space != p.Space {
						t.Errorf("space %v", got.Space)
					}
					compare(t, got.Planes, p.Planes, most, float64(most)/2)
					compare(t, got.Planes, standard(t, file), 1, 0.25)
				})
			}
		}
	}
}

// The best quality is nearly exact, also for noise and the steepest edges.
func TestEncodeExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise, edges := picture(64, 64, samplings["4:4:4"]), picture(64, 64, samplings["4:4:4"])
	for i := range noise.Planes {
		for at := range noise.Planes[i].Pix {
			noise.Planes[i].Pix[at] = uint8(random.Uint32())
			edges.Planes[i].Pix[at] = uint8(random.Uint32()&1) * 255
		}
	}
	compare(t, decode(t, encode(t, noise, 100), 1).Planes, noise.Planes, 2, 0.6)
	compare(t, decode(t, encode(t, edges, 100), 1).Planes, edges.Planes, 2, 0.6)
}

// There is nothing in the file but what is needed to decode it.
func TestEncodeNoMetadata(t *testing.T) {
	file := encode(t, picture(75, 53, samplings["4:2:0"]), 80)
	if !bytes.HasPrefix(file[2:], []byte(jfif)) {
		t.Errorf("no JFIF header: %x", file[:20])
	}
	var markers []byte
	for at := 2; ; {
		markers = append(markers, file[at+1])
		if file[at+1] == markerSOS {
			break
		}
		at += 2 + int(file[at+2])<<8 + int(file[at+3])
	}
	want := []byte{markerAPP0, markerDQT, markerDQT, markerSOF0, markerDHT, markerDHT, markerDHT, markerDHT, markerSOS}
	if !bytes.Equal(markers, want) {
		t.Errorf("markers %x, want %x", markers, want)
	}
}

// The Huffman tables are better than the standard ones.
func TestEncodeSmall(t *testing.T) {
	p := picture(400, 300, samplings["4:2:0"])
	var std bytes.Buffer
	if err := stdjpeg.Encode(&std, asImage(p), &stdjpeg.Options{Quality: 75}); err != nil {
		t.Fatal(err)
	}
	if n := len(encode(t, p, 75)); n > std.Len()*95/100 {
		t.Errorf("%d bytes, %d with standard tables", n, std.Len())
	}
}

// asImage returns a 4:2:0 picture as the standard library has them.
func asImage(p raster.Picture) *image.YCbCr {
	return &image.YCbCr{
		Y: p.Planes[0].Pix, Cb: p.Planes[1].Pix, Cr: p.Planes[2].Pix,
		YStride: p.Planes[0].Stride, CStride: p.Planes[1].Stride,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rectangle{Max: p.Planes[0].Size},
	}
}

// The same picture is the same bytes, on any processor and in any release: a
// version that is made again has the digest that it had.
func TestEncodeSameBytes(t *testing.T) {
	p := picture(75, 53, samplings["4:2:0"])
	for i := range p.Planes { // in integers alone
		for at := range p.Planes[i].Pix {
			p.Planes[i].Pix[at] = uint8(at*at>>6 + 3*at + 50*i)
		}
	}
	const want = "08528335fe155214cfa7a05238ef96040ef8e3460b3a21a8d7dbedb5a362002a"
	if got := fmt.Sprintf("%x", sha256.Sum256(encode(t, p, 80))); got != want {
		t.Errorf("SHA-256 %s, want %s", got, want)
	}
}

func TestEncodeRefused(t *testing.T) {
	ok := picture(20, 10, samplings["4:2:0"])
	for name, p := range map[string]raster.Picture{
		"RGB":             {Space: raster.RGB, Planes: ok.Planes},
		"too few planes":  {Space: raster.YCbCr, Planes: ok.Planes[:2]},
		"4:2:2":           picture(20, 10, samplings["4:2:2"]),
		"chroma differs":  {Space: raster.YCbCr, Planes: []raster.Plane{ok.Planes[0], ok.Planes[1], ok.Planes[0]}},
		"no pixel":        {Space: raster.Gray, Planes: make([]raster.Plane, 1)},
		"too many pixels": {Space: raster.Gray, Planes: []raster.Plane{raster.NewPlane(image.Pt(0x10000, 1))}},
	} {
		if err := Encode(&bytes.Buffer{}, p, 80); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, quality := range []int{0, 101} {
		if err := Encode(&bytes.Buffer{}, ok, quality); !errors.Is(err, errQuality) {
			t.Errorf("quality %d: %v", quality, err)
		}
	}
}

// No code is longer than T.81 allows, however rare the values are, and there
// is one left of ones alone.
func TestCodeLengths(t *testing.T) {
	var f frequencies
	a, b := 1, 1
	for v := range 40 {
		f[v*3] = a
		a, b = b, a+b
	}
	c := f.best()
	left := 1 << longest
	for i, n := range c.counts {
		left -= int(n) << (longest - i - 1)
	}
	if left < 1 || len(c.values) != 40 || c.length[39*3] != 1 {
		t.Errorf("%d codes of 16 bits left, %d values, the most frequent of %d bits", left, len(c.values), c.length[59*3])
	}
}
