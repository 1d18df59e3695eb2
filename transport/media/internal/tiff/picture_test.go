package tiff_test

import (
	"bytes"
	"errors"
	"image"
	"runtime"
	"slices"
	"testing"

	xtiff "golang.org/x/image/tiff"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff/tifftest"
)

// gray is the header of a picture of one strip whose data is given.
func gray(w, h uint32, compression uint16, data []byte, more ...tifftest.Field) tifftest.Dir {
	return append(tifftest.Dir{
		tifftest.Long(0x100, w), tifftest.Long(0x101, h), tifftest.Short(0x102, 8),
		tifftest.Short(0x103, compression), tifftest.Short(0x106, 1),
		tifftest.Place(0x111, data), tifftest.Long(0x117, uint32(len(data))),
	}, more...)
}

// strips is a picture whose rows are all the same strip.
func strips(w, h uint32, compression uint16, strip []byte) tifftest.Dir {
	sizes := slices.Repeat([]uint32{uint32(len(strip))}, int(h))
	return set(gray(w, h, compression, strip, tifftest.Long(0x116, 1)), tifftest.Long(0x117, sizes...))
}

// rgb is a picture of one pixel in colour.
func rgb(more ...tifftest.Field) tifftest.Dir {
	d := set(gray(1, 1, 1, []byte("rgba"), more...), tifftest.Short(0x102, 8, 8, 8))
	return set(d, tifftest.Short(0x106, 2))
}

// set replaces a field.
func set(d tifftest.Dir, f tifftest.Field) tifftest.Dir {
	d[slices.IndexFunc(d, func(g tifftest.Field) bool { return g.Tag == f.Tag })] = f
	return d
}

func file(dirs ...tifftest.Dir) []byte { return tifftest.File(tifftest.Big, tiff.TIFF, dirs...) }

func TestPicture(t *testing.T) {
	profile := bytes.Repeat([]byte("icc "), 40)
	data := file(gray(3, 2, 1, []byte("abcdef"), tifftest.Short(orientation, 8),
		tifftest.Bytes(0x8773, profile), tifftest.Sub(details, tifftest.Dir{tifftest.Short(colorSpace, 2)})))
	p, err := tiff.ReadPicture(section.Memory(data))
	if err != nil || p.Width != 3 || p.Height != 2 || p.Orientation != 8 || p.Bits != 8 || p.Samples != 1 || !p.EXIF.AdobeRGB {
		t.Errorf("%+v, %v", p, err)
	}
	if got := data[p.Profile.Off:][:p.Profile.Len]; !bytes.Equal(got, profile) {
		t.Errorf("profile %q", got)
	}
	m, err := xtiff.Decode(bytes.NewReader(data))
	if err != nil || m.Bounds() != image.Rect(0, 0, 3, 2) {
		t.Errorf("the decoder disagrees: %v", err)
	}
}

func TestRefusedPictures(t *testing.T) {
	jpeg := gray(1, 1, 7, []byte("x"))
	for name, c := range map[string]struct {
		data []byte
		err  error
	}{
		"no width":            {file(gray(0, 1, 1, []byte("x"))), tiff.ErrPicture},
		"JPEG inside":         {file(jpeg), tiff.ErrUnsupported},
		"a strip of 4 GB":     {file(set(gray(60000, 60000, 1, []byte("x")), tifftest.Long(0x117, 1<<31))), tiff.ErrPicture},
		"CMYK":                {file(set(gray(1, 1, 1, []byte("x")), tifftest.Short(0x106, 5))), tiff.ErrUnsupported},
		"no width of tiles":   {file(tifftest.Dir{tifftest.Short(0x142, 8), tifftest.Short(0x143, 8)}), tiff.ErrPicture},
		"one strip for all":   {file(strips(64, 64, 1, make([]byte, 64))), tiff.ErrPicture},
		"samples in planes":   {file(rgb(tifftest.Short(0x11c, 2))), tiff.ErrUnsupported},
		"fractions":           {file(rgb(tifftest.Short(0x153, 3, 3, 3))), tiff.ErrUnsupported},
		"a fourth sample":     {file(set(rgb(), tifftest.Short(0x102, 8, 8, 8, 8))), tiff.ErrUnsupported},
		"a million tiles":     {file(gray(60000, 60000, 1, []byte("x"), tifftest.Short(0x142, 8), tifftest.Short(0x143, 8))), tiff.ErrPicture},
		"tiles without sides": {file(gray(60, 60, 1, []byte("x"), tifftest.Short(0x142, 8))), tiff.ErrPicture},
		"no directory":        {[]byte("MM\x00*\x00\x00\x00\x00"), tiff.ErrDirectory},
		"BigTIFF":             {[]byte("II+\x00\x08\x00\x00\x00"), tiff.ErrFormat},
		"cut short":           {[]byte("II*\x00\x08\x00\x00"), section.ErrShort},
	} {
		if p, err := tiff.ReadPicture(section.Memory(c.data)); !errors.Is(err, c.err) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// The cost is never less than what the decoder allocates at once, and for a
// picture in strips not much more than the picture itself.
func TestCost(t *testing.T) {
	packed := bytes.Repeat([]byte{0x81, 7}, 1<<14) // 128 bytes for each pair
	for name, data := range map[string][]byte{
		"stored":    file(gray(2048, 1024, 1, make([]byte, 2048*1024))),
		"expanding": file(gray(2048, 1024, 32773, packed)),
	} {
		p, err := tiff.ReadPicture(section.Memory(data))
		if err != nil {
			t.Fatal(err)
		}
		if n := allocated(func() { _, err = xtiff.Decode(bytes.NewReader(data)) }); err != nil || n > p.Cost {
			t.Errorf("%s: %d bytes allocated, cost %d, error %v", name, n, p.Cost, err)
		}
	}
}

// A decoder for each row leaves as much garbage as the picture is large.
func TestCostOfGarbage(t *testing.T) {
	const w, h, deflate = 500, 4000, 8
	p, err := tiff.ReadPicture(section.Memory(file(strips(w, h, deflate, []byte("a few")))))
	if err != nil || p.Cost < 2*w*h {
		t.Errorf("cost %d of %d pixels, error %v", p.Cost, w*h, err)
	}
}

// allocated returns the bytes that f allocates, freed or not.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

func FuzzPicture(f *testing.F) {
	f.Add(file(gray(3, 2, 1, []byte("abcdef"), tifftest.Short(orientation, 8))))
	f.Add(file(gray(8, 8, 32773, []byte{0x81, 7}, tifftest.Short(0x142, 8), tifftest.Short(0x143, 8))))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := tiff.ReadPicture(section.Memory(data))
		if err != nil {
			return
		}
		if p.Width <= 0 || p.Height <= 0 || p.Cost <= 0 || p.Profile.Len > int64(len(data)) {
			t.Fatalf("%+v", p)
		}
		if p.Cost > 64<<20 {
			return
		}
		if n := allocated(func() { _, _ = xtiff.Decode(bytes.NewReader(data)) }); n > 4*p.Cost {
			t.Fatalf("%d bytes allocated, cost %d", n, p.Cost)
		}
	})
}
