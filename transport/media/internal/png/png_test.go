package png_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	stdpng "image/png"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/png"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// picture has another colour in every row.
func picture(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(y), uint8(7 * y), uint8(255 - y + x), 255})
		}
	}
	return m
}

func encoded(t testing.TB, m image.Image) []byte {
	var b bytes.Buffer
	if err := stdpng.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const afterIHDR = 33

func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// with puts chunks behind IHDR.
func with(data []byte, chunks ...[]byte) []byte {
	return slices.Concat(data[:afterIHDR], slices.Concat(chunks...), data[afterIHDR:])
}

func broken(chunk []byte) []byte {
	chunk[len(chunk)-1] ^= 1 // of the checksum
	return chunk
}

func equal(t *testing.T, name string, got image.Image, want *image.NRGBA, rows int) {
	t.Helper()
	for y := range rows {
		for x := range want.Rect.Dx() {
			r, g, b, _ := got.At(x, y).RGBA()
			if r2, g2, b2, _ := want.At(x, y).RGBA(); r != r2 || g != g2 || b != b2 {
				t.Fatalf("%s: pixel %d, %d is %v, want %v", name, x, y, got.At(x, y), want.At(x, y))
			}
		}
	}
}

func TestDecode(t *testing.T) {
	m := picture(40, 30)
	data := encoded(t, m)
	badData := bytes.Clone(data)
	badData[bytes.Index(data, []byte("IEND"))-5] ^= 1 // of IDAT's checksum
	for name, data := range map[string][]byte{
		"plain":              data,
		"bad text":           with(data, broken(chunk("tEXt", []byte("Comment\x00hello")))),
		"bad length of gAMA": with(data, broken(chunk("gAMA", []byte("1")))),
		"two profiles":       with(data, chunk("iCCP", []byte("a\x00\x00")), chunk("iCCP", []byte("b\x00\x00"))),
		"bad IDAT checksum":  badData,
		"no IEND":            data[:len(data)-12],
	} {
		if _, err := stdpng.Decode(bytes.NewReader(data)); err == nil && name == "bad text" {
			t.Errorf("%s: image/png takes it, so this package is not needed for it", name)
		}
		got, err := png.Decode(section.Memory(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		equal(t, name, got, m, 30)
	}
}

// All kinds of samples come out as image/png has them.
func TestKinds(t *testing.T) {
	src := picture(37, 19)
	for name, m := range map[string]interface {
		image.Image
		Set(x, y int, c color.Color)
	}{
		"gray":    image.NewGray(src.Rect),
		"gray16":  image.NewGray16(src.Rect),
		"palette": image.NewPaletted(src.Rect, color.Palette{color.White, color.Transparent, color.Black}),
		"RGBA":    image.NewNRGBA(src.Rect),
		"RGBA64":  image.NewNRGBA64(src.Rect),
	} {
		for i := range src.Rect.Dx() * src.Rect.Dy() {
			m.Set(i%37, i/37, src.At(i%37, i/37))
		}
		data := encoded(t, m)
		want, _ := stdpng.Decode(bytes.NewReader(data))
		got, err := png.Decode(section.Memory(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for y := range 19 {
			if got.At(y, y) != want.At(y, y) {
				t.Errorf("%s at %d: %v, want %v", name, y, got.At(y, y), want.At(y, y))
			}
		}
	}
}

func TestCut(t *testing.T) {
	m := picture(400, 100)
	data := encoded(t, m)
	shown := 0
	for n := 0; n < len(data); n += 3 {
		got, err := png.Decode(section.Memory(data[:n]))
		var some *section.PartialError
		switch {
		case errors.As(err, &some):
			equal(t, "cut", got, m, some.Rows)
			if !errors.Is(err, section.ErrShort) || some.Rows < shown {
				t.Errorf("cut at %d: %v", n, err)
			}
			shown = some.Rows
		case err != nil && got != nil:
			t.Errorf("cut at %d: a picture and %v", n, err)
		}
	}
	if shown < 80 {
		t.Errorf("%d rows at most were shown of a cut file", shown)
	}
}

func TestHeader(t *testing.T) {
	profile := bytes.Repeat([]byte("profile "), 1000)
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(profile)
	z.Close()
	chroma := make([]byte, 32)
	chroma[31] = 9
	data := with(encoded(t, picture(3, 2)), chunk("iCCP", append([]byte("name\x00\x00"), packed.Bytes()...)),
		chunk("sRGB", []byte{0}), chunk("gAMA", []byte{0, 0, 0xb1, 0x8f}), chunk("cHRM", chroma), chunk("eXIf", []byte("II*\x00")))
	f := section.Memory(data)
	h, err := png.ReadHeader(f)
	if err != nil || h.Width != 3 || h.Height != 2 || h.Depth != 8 || !h.SRGB || h.Gamma != 45455 || h.Chroma[7] != 9 {
		t.Errorf("%+v, %v", h, err)
	}
	if got := string(data[h.EXIF.Off:][:h.EXIF.Len]); got != "II*\x00" {
		t.Errorf("EXIF data %q", got)
	}
	if got := h.Profile(f); !bytes.Equal(got, profile) {
		t.Errorf("profile of %d bytes, want %d", len(got), len(profile))
	}
}

// A profile that would inflate to more than anybody needs is left out.
func TestProfileBomb(t *testing.T) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(make([]byte, 8<<20))
	z.Close()
	f := section.Memory(with(encoded(t, picture(1, 1)), chunk("iCCP", append([]byte("n\x00\x00"), packed.Bytes()...))))
	if h, err := png.ReadHeader(f); err != nil || h.Profile(f) != nil {
		t.Errorf("%v", err)
	}
}

func TestRefused(t *testing.T) {
	data := encoded(t, picture(2, 2))
	huge := bytes.Clone(data)
	huge[16] = 0x80
	for name, c := range map[string]struct {
		data []byte
		err  error
	}{
		"empty":      {nil, png.ErrFormat},
		"other":      {[]byte("GIF89a..."), png.ErrFormat},
		"Apple's":    {slices.Concat(data[:8], chunk("CgBI", make([]byte, 4)), data[8:]), png.ErrApple},
		"no header":  {slices.Concat(data[:8], data[afterIHDR:]), png.ErrHeader},
		"no width":   {slices.Concat(data[:8], chunk("IHDR", make([]byte, 13))), png.ErrHeader},
		"huge width": {huge, png.ErrHeader},
		"magic only": {data[:8], png.ErrHeader},
		"no IDAT":    {data[:afterIHDR], png.ErrNoRows},
	} {
		if _, err := png.Decode(section.Memory(c.data)); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, picture(5, 4)))
	f.Add(encoded(f, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.White, color.Transparent})))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := section.Memory(data)
		h, err := png.ReadHeader(file)
		if err != nil || h.Cost > 64<<20 || h.Height > 1<<17 { // as package media bounds them
			return
		}
		if profile := h.Profile(file); len(profile) > 4<<20 {
			t.Errorf("profile of %d bytes", len(profile))
		}
		m, _ := png.Decode(file)
		if m != nil && m.Bounds().Size() != image.Pt(h.Width, h.Height) {
			t.Errorf("size %v, header %+v", m.Bounds(), h)
		}
	})
}
