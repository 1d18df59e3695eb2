package raster_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// foreign is an image of a kind that nobody knows.
type foreign struct{ image.Image }

// subImager is what all images of the standard library are.
type subImager interface {
	image.Image
	SubImage(image.Rectangle) image.Image
}

// every returns images of all kinds that hold anything, opaque or not.
func every(bounds image.Rectangle) []subImager {
	r := rand.New(rand.NewPCG(1, 2))
	palette := color.Palette{color.NRGBA{200, 100, 50, 128}, color.Gray{30}, color.Transparent, color.RGBA64{0xffff, 0x8000, 0, 0xffff}}
	all := []subImager{
		image.NewNRGBA(bounds), image.NewRGBA(bounds), image.NewNRGBA64(bounds), image.NewRGBA64(bounds),
		image.NewGray(bounds), image.NewGray16(bounds), image.NewCMYK(bounds), image.NewAlpha(bounds), image.NewPaletted(bounds, palette),
	}
	for _, m := range all {
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			for x := bounds.Min.X; x < bounds.Max.X; x++ {
				v := r.Uint64()
				m.(draw.Image).Set(x, y, color.NRGBA64{uint16(v), uint16(v >> 16), uint16(v >> 32), uint16(v >> 48)})
			}
		}
	}
	for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
		m := image.NewNYCbCrA(bounds, ratio)
		for _, plane := range [][]uint8{m.Y, m.Cb, m.Cr, m.A} {
			for i := range plane {
				plane[i] = uint8(r.Uint32())
			}
		}
		all = append(all, m, &m.YCbCr)
	}
	return all
}

// seen returns what an image shows on white, pixel by pixel.
func seen(m image.Image) (pix []uint8) {
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, b, a := m.At(x, y).RGBA()
			for _, v := range [3]uint32{r, g, b} {
				pix = append(pix, uint8((v+0xffff-a+128)/257))
			}
		}
	}
	return pix
}

// chromaStands makes chroma that stands for several pixels of each of them, as
// images of the standard library do.
func chromaStands(p raster.Picture) raster.Picture {
	size := p.Planes[0].Size
	for i, from := range p.Planes {
		bx, by := (size.X+from.Size.X-1)/from.Size.X, (size.Y+from.Size.Y-1)/from.Size.Y
		p.Planes[i] = plane(size, func(x, y int) uint8 { return from.Row(y / by)[x/bx] })
	}
	return p
}

func TestFromImage(t *testing.T) {
	for _, m := range every(image.Rect(0, 0, 24, 12)) {
		for _, part := range []image.Rectangle{image.Rect(0, 0, 24, 12), image.Rect(8, 4, 21, 9), image.Rect(3, 1, 20, 10)} {
			sub := m.SubImage(part)
			p := raster.FromImage(sub, part.Size())
			if got := raster.ToRGB(chromaStands(p), part.Size()); !near(got, seen(sub), 1) {
				t.Errorf("%T %v: not what is seen", m, part)
			}
		}
	}
}

func TestFromForeignImage(t *testing.T) {
	for _, m := range every(image.Rect(-3, 2, 5, 9)) {
		p := raster.FromImage(foreign{m}, image.Pt(8, 7))
		if got := raster.ToRGB(p, image.Pt(8, 7)); !near(got, seen(m), 1) {
			t.Errorf("%T: not what is seen", m)
		}
	}
}

// TestFromLargeImage has images that are brought down as they are read: nothing
// else comes of it in the end, and little memory is needed on the way.
func TestFromLargeImage(t *testing.T) {
	size := image.Pt(5, 4)
	for _, m := range every(image.Rect(0, 0, 97, 61)) {
		whole := raster.Scale(raster.FromImage(m, m.Bounds().Size()), size)
		small := raster.FromImage(m, size)
		for i, p := range raster.Scale(small, size).Planes {
			if d := farthest(t, p, whole.Planes[i]); d > 0 {
				t.Errorf("%T, plane %d: off by %d", m, i, d)
			}
		}
	}
}

// TestFromImageShares copies nothing of what decoders of JPEG return.
func TestFromImageShares(t *testing.T) {
	m := image.NewYCbCr(image.Rect(0, 0, 9, 7), image.YCbCrSubsampleRatio420)
	p := raster.FromImage(m, image.Pt(1, 1))
	if &p.Planes[0].Pix[0] != &m.Y[0] || &p.Planes[2].Pix[0] != &m.Cr[0] || fmt.Sprint(p.Planes[1].Size, p.Planes[1].Extent) != "(5,4) {4.5 3.5}" {
		t.Error("copied, or of another size:", p.Planes[1].Size, p.Planes[1].Extent)
	}
}

func BenchmarkFromImage(b *testing.B) {
	for _, m := range every(image.Rect(0, 0, 640, 480)) {
		for _, size := range []image.Point{{640, 480}, {80, 60}} {
			b.Run(fmt.Sprintf("%T to %v", m, size), func(b *testing.B) {
				b.SetBytes(640 * 480)
				for b.Loop() {
					raster.FromImage(m, size)
				}
			})
		}
	}
}
