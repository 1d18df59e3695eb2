package media_test

import (
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff/tifftest"
)

// bitmap is a BMP file of 8 × 8 pixels of one colour, with a mask for alpha.
func bitmap(blue, green, red, alpha byte) []byte {
	const head, side, fields = 108, 8, 3
	b := append([]byte("BM"), make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, 14+head)
	for _, v := range []uint32{head, side, side, 1 | 32<<16, fields, 0, 0, 0, 0, 0, 0xff0000, 0xff00, 0xff, 0xff000000} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = append(b, make([]byte, 14+head-len(b))...)
	return append(b, slices.Repeat([]byte{blue, green, red, alpha}, side*side)...)
}

// Many programs leave the fourth byte of a bitmap's pixels zero.
func TestBitmapWithAlpha(t *testing.T) {
	for alpha, want := range map[byte]color.RGBA{0: red, 255: red, 1: snow} {
		_, p := mustMake(t, &media.Maker{}, bitmap(red.B, red.G, red.R, alpha), media.Box{W: 8, H: 8})
		if got := shown(t, p[0]).At(4, 4); !near(got, want) {
			t.Errorf("alpha %d: %v, want %v", alpha, got, want)
		}
	}
}

// The gamma that stands beside the colours of sRGB, for programs that do not know
// them, changes nothing; another does, but for one that makes no sense.
func TestGammaOfPNG(t *testing.T) {
	const dark = 40
	m := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range m.Pix {
		m.Pix[i] = dark
	}
	plain := asPNG(t, m)
	primaries := numbers(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
	for name, c := range map[string]struct {
		chunks []byte
		same   bool
	}{
		"of sRGB":         {pngChunk("gAMA", numbers(45455)), true},
		"and primaries":   {slices.Concat(pngChunk("gAMA", numbers(45455)), pngChunk("cHRM", primaries)), true},
		"none":            {pngChunk("gAMA", numbers(0)), true},
		"next to nothing": {pngChunk("gAMA", numbers(1)), true},
		"linear":          {pngChunk("gAMA", numbers(100000)), false},
	} {
		_, p := mustMake(t, &media.Maker{}, slices.Concat(plain[:33], c.chunks, plain[33:]), media.Box{W: 8, H: 8})
		got := color.GrayModel.Convert(shown(t, p[0]).At(4, 4)).(color.Gray).Y
		if same := got >= dark-2 && got <= dark+2; same != c.same {
			t.Errorf("%s: %d of %d", name, got, dark)
		}
	}
}

func numbers(values ...uint32) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// A TIFF picture of a kind that only libvips reads is not called damaged.
func TestOtherTIFF(t *testing.T) {
	cmyk := tifftest.Dir{
		tifftest.Long(0x100, 1), tifftest.Long(0x101, 1), tifftest.Short(0x102, 8, 8, 8, 8), tifftest.Short(0x103, 1),
		tifftest.Short(0x106, 5), tifftest.Place(0x111, []byte("cmyk")), tifftest.Long(0x117, 4),
	}
	wantError(t, makeOf(tifftest.File(tifftest.Little, tiff.TIFF, cmyk), &media.Maker{}), media.ErrNoEngine)
}
