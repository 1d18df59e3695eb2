package raw_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/media/internal/raw"
	"github.com/glimpse-go/glimpse/transport/media/internal/raw/rawtest"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff/tifftest"
)

// picture is a JPEG file of the given size.
func picture(w, h int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		panic(err) // memory does not fail
	}
	return b.Bytes()
}

func file() rawtest.File {
	return rawtest.File{
		Preview: picture(96, 64), Thumb: picture(16, 12),
		Orientation: 6, Width: 600, Height: 400, Taken: "2024:05:06 07:08:09", AdobeRGB: true,
	}
}

// inExif puts EXIF data into a JPEG file.
func inExif(jpeg []byte, o uint16, taken string) []byte {
	data := tifftest.File(tifftest.Little, tiff.TIFF, tifftest.Dir{
		tifftest.Short(0x112, o),
		tifftest.Sub(0x8769, tifftest.Dir{tifftest.Text(0x9003, taken), tifftest.Short(0xa001, 2)}),
	})
	n := len(data) + 8
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte(n >> 8), byte(n)}, "Exif\x00\x00"...)
	return append(append(head, data...), jpeg[2:]...)
}

func TestRead(t *testing.T) {
	for i, m := range rawtest.Makers() {
		f := file()
		if m.MediaType == raw.RAF {
			f.Preview = inExif(f.Preview, f.Orientation, f.Taken)
		}
		data := m.Make(f)
		p, err := raw.Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Errorf("%d %s: %v", i, m.MediaType, err)
			continue
		}
		if got := data[p.JPEG.Off:][:p.JPEG.Len]; !bytes.Equal(got, f.Preview) {
			t.Errorf("%d %s: preview of %d bytes at %d, want %d", i, m.MediaType, p.JPEG.Len, p.JPEG.Off, len(f.Preview))
		}
		p.JPEG = raw.Preview{}.JPEG
		want := raw.Preview{
			MediaType: m.MediaType, Orientation: 6, Width: 600, Height: 400,
			Taken: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), AdobeRGB: true,
		}
		if p != want {
			t.Errorf("%d %s: %+v, want %+v", i, m.MediaType, p, want)
		}
	}
}

// A file cut anywhere is refused or says what it said before, and a preview is
// always one that is in the file.
func TestCut(t *testing.T) {
	for _, m := range rawtest.Makers() {
		whole := m.Make(file())
		for n := range len(whole) {
			data := whole[:n]
			p, err := raw.Read(bytes.NewReader(data), int64(n))
			if err == nil {
				check(t, data, p)
			}
		}
	}
}

func check(t *testing.T, data []byte, p raw.Preview) {
	t.Helper()
	if p.JPEG.Off < 0 || p.JPEG.Len <= 2 || p.JPEG.Off+p.JPEG.Len > int64(len(data)) {
		t.Fatalf("%s: %+v of %d bytes", p.MediaType, p.JPEG, len(data))
	}
	if !bytes.HasPrefix(data[p.JPEG.Off:], []byte("\xff\xd8")) || p.Orientation < 1 || p.Orientation > 8 {
		t.Fatalf("%+v", p)
	}
}

func TestRefused(t *testing.T) {
	noPreview := file()
	noPreview.Preview, noPreview.Thumb = []byte("\xff\xd8\xff\xc3 lossless"), nil
	finished := tifftest.File(tifftest.Little, tiff.TIFF, tifftest.Dir{
		tifftest.Text(0x10f, "NIKON CORPORATION"), tifftest.Short(0x106, 2),
	})
	for name, c := range map[string]struct {
		data      []byte
		err       error
		mediaType string
	}{
		"empty":                            {nil, raw.ErrFormat, ""},
		"a JPEG file":                      {picture(1, 1), raw.ErrFormat, ""},
		"a picture that a maker's TIFF is": {finished, raw.ErrFormat, ""},
		"no preview":                       {noPreview.NEF(), raw.ErrNoPreview, raw.NEF},
		"no preview, boxes":                {noPreview.CR3(), raw.ErrNoPreview, raw.CR3},
		"loop":                             {[]byte("IIRO\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00"), raw.ErrNoPreview, raw.ORF},
		"no directory":                     {[]byte("IIU\x00\x00\x00\x00\x00"), tiff.ErrDirectory, ""},
	} {
		p, err := raw.Read(bytes.NewReader(c.data), int64(len(c.data)))
		if !errors.Is(err, c.err) || p.MediaType != c.mediaType {
			t.Errorf("%s: %q, %v", name, p.MediaType, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, m := range rawtest.Makers() {
		small := file()
		small.Preview, small.Thumb = picture(2, 1), picture(1, 1)
		f.Add(m.Make(small))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := raw.Read(bytes.NewReader(data), int64(len(data)))
		if err == nil {
			check(t, data, p)
		}
	})
}
