package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

var (
	small  = media.Box{W: 160, H: 120}
	screen = media.Box{W: 640, H: 480}
)

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if typed := (*media.Error)(nil); !errors.As(err, &typed) || !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
	}
}

func makeOf(file []byte, m *media.Maker) error {
	_, _, err := m.Make(context.Background(), bytes.NewReader(file), int64(len(file)), small)
	return err
}

// What is cut in its last quarter is shown as far as it goes; of what is cut
// before that, not even the thumbnail inside is taken.
func TestTruncated(t *testing.T) {
	webp, err := os.ReadFile("testdata/lossless.webp")
	if err != nil {
		t.Fatal(err)
	}
	thumb := sample(t, 1, 160, 120, mediatest.EXIF{})
	inside := mediatest.EXIF{Orientation: 1, Thumbnail: thumb}
	for name, c := range map[string]struct {
		file  []byte
		shown []int // percent
	}{
		"JPEG":                {asJPEG(t, noise(640, 480)), []int{90, 98}},
		"JPEG with thumbnail": {inside.AddTo(asJPEG(t, noise(640, 480))), []int{90, 98}},
		"PNG":                 {asPNG(t, noise(64, 48)), []int{90, 98}},
		"WebP":                {webp, nil}, // what is lossless has no order to go by
	} {
		for _, percent := range []int{2, 10, 50, 70, 90, 98} {
			err := makeOf(c.file[:len(c.file)*percent/100], &media.Maker{})
			if slices.Contains(c.shown, percent) && err != nil {
				t.Errorf("%s, %d %%: %v", name, percent, err)
			}
			if !slices.Contains(c.shown, percent) && !errors.Is(err, media.ErrCorrupt) {
				t.Errorf("%s, %d %%: %v", name, percent, err)
			}
		}
		if err := makeOf(c.file, &media.Maker{}); err != nil {
			t.Errorf("%s as a whole: %v", name, err)
		}
	}
}

// Damage that a decoder can notice is reported.
func TestDamaged(t *testing.T) {
	file := asPNG(t, mediatest.Scene(1, 64, 48))
	file[len(file)/2] ^= 0xff
	wantError(t, makeOf(file, &media.Maker{}), media.ErrCorrupt)
	for _, head := range []string{"\xff\xd8", "\xff\xd8\xff\xd9", "\xff\xd8\xff\xc0\x00\x00", "\xff\xd8\xff\xc0\x00\x04\x08\x00\xff\xda\x00\x02",
		"\x89PNG\r\n\x1a\n", "GIF89a", "RIFF\x04\x00\x00\x00WEBPVP8 "} {
		err := makeOf([]byte(head), &media.Maker{})
		wantError(t, err, media.ErrCorrupt)
	}
}

func TestTextNamedJPEG(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.jpg")
	if err := os.WriteFile(path, []byte("not a photo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, _, err := new(media.Maker).File(context.Background(), path, small)
	wantError(t, err, media.ErrFormat)
	if e := (*media.Error)(nil); !errors.As(err, &e) || e.Name != "notes.jpg" {
		t.Errorf("the file is not named: %v", err)
	}
	if info.MediaType != "text/plain; charset=utf-8" {
		t.Errorf("media type %q", info.MediaType)
	}
}

func TestFileOfAnotherName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "photo.txt")
	if err := os.WriteFile(path, asPNG(t, mediatest.Scene(1, 64, 48)), 0o600); err != nil {
		t.Fatal(err)
	}
	info, pictures, err := new(media.Maker).File(context.Background(), path, small)
	if err != nil || info.MediaType != "image/png" || len(pictures) != 1 {
		t.Errorf("%+v, %d pictures, %v", info, len(pictures), err)
	}
}

func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	_, _, err := new(media.Maker).File(context.Background(), filepath.Join(dir, "gone.jpg"), small)
	wantError(t, err, fs.ErrNotExist)
	_, _, err = new(media.Maker).File(context.Background(), dir, small)
	wantError(t, err, media.ErrFormat)
}

// pngHeader is a PNG of which there is nothing but the header.
func pngHeader(w, h uint32, depth, kind, interlaced byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, depth, kind, 0, 0, interlaced)
	return append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", b)...)
}

// jpegHeader is a JPEG with three components, one of them sampled twice in both
// directions, of which there is nothing but the header.
func jpegHeader(w, h uint16, marker byte) []byte {
	b := []byte{0xff, 0xd8, 0xff, marker, 0, 17, 8}
	b = binary.BigEndian.AppendUint16(b, h)
	b = binary.BigEndian.AppendUint16(b, w)
	return append(b, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0)
}

// Memory is counted before it is taken. A picture that fits is then found to
// be cut short; one that does not is refused without allocating for it.
func TestTooLarge(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"PNG bomb":                   {pngHeader(1<<31-1, 1<<31-1, 16, 6, 0), media.ErrTooLarge},
		"one row":                    {pngHeader(1<<31-1, 1, 8, 2, 0), media.ErrTooLarge},
		"12 megapixel PNG":           {pngHeader(4000, 3000, 8, 2, 0), media.ErrCorrupt},
		"12 megapixel PNG, 16 bits":  {pngHeader(4000, 3000, 16, 2, 0), media.ErrTooLarge},
		"12 megapixel PNG, passes":   {pngHeader(4000, 3000, 8, 2, 1), media.ErrTooLarge},
		"24 megapixel JPEG":          {jpegHeader(6000, 4000, 0xc0), media.ErrCorrupt},
		"24 megapixel progressive":   {jpegHeader(6000, 4000, 0xc2), media.ErrCorrupt}, // scaled as it is decoded
		"progressive JPEG bomb":      {jpegHeader(65535, 65535, 0xc2), media.ErrTooLarge},
		"65 kilopixel thin JPEG":     {jpegHeader(65535, 1, 0xc0), media.ErrCorrupt},
		"JPEG bomb":                  {jpegHeader(65535, 65535, 0xc0), media.ErrTooLarge},
		"lossless JPEG":              {jpegHeader(100, 100, 0xc3), media.ErrNoEngine},
		"GIF bomb":                   {[]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02"), media.ErrTooLarge},
		"two million rows":           {pngHeader(1, 1<<21, 8, 0, 0), media.ErrTooLarge},
		"GIF frame beyond a pixel":   {[]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02"), media.ErrTooLarge},
		"WebP bomb":                  {[]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0e\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00\x00\x00\x00\x00\x00\x00"), media.ErrTooLarge},
		"WebP of a false length":     {[]byte("RIFF\xff\xff\xff\x7fWEBPVP8 \xf0\xff\xff\x7f\x00\x00\x00\x9d\x01\x2a\x10\x00\x10\x00"), media.ErrCorrupt},
		"moving WebP without frames": {[]byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x0f\x00\x00\x0f\x00\x00"), media.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			wantError(t, makeOf(c.file, &media.Maker{Budget: 64 << 20}), c.want)
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; c.want == media.ErrTooLarge && got > 1<<20 {
				t.Errorf("%d bytes allocated for a picture refused", got)
			}
		})
	}
}

// A box is memory too.
func TestBoxTooLarge(t *testing.T) {
	file := asPNG(t, image.NewGray(image.Rect(0, 0, 1000, 1000)))
	m := &media.Maker{Budget: 16 << 20}
	if err := makeOf(file, m); err != nil {
		t.Fatal(err)
	}
	_, _, err := m.Make(context.Background(), bytes.NewReader(file), int64(len(file)), media.Box{W: 900, H: 900})
	wantError(t, err, media.ErrTooLarge)
}

// readerFunc is a reader that fails.
type readerFunc func(p []byte, off int64) (int, error)

func (f readerFunc) ReadAt(p []byte, off int64) (int, error) { return f(p, off) }

// A failing disk is not a damaged picture.
func TestReaderFails(t *testing.T) {
	file := sample(t, 1, 640, 480, mediatest.EXIF{})
	broken := errors.New("disk on fire")
	for _, at := range []int64{0, 600, int64(len(file)) / 2} {
		r := readerFunc(func(p []byte, off int64) (int, error) {
			if off+int64(len(p)) > at {
				return 0, broken
			}
			return bytes.NewReader(file).ReadAt(p, off)
		})
		_, _, err := new(media.Maker).Make(context.Background(), r, int64(len(file)), small)
		wantError(t, err, broken)
		if errors.Is(err, media.ErrCorrupt) {
			t.Errorf("failing at %d is said to be a damaged picture", at)
		}
	}
}

// The end of the context ends decoding.
func TestCancelled(t *testing.T) {
	file := asPNG(t, noise(800, 600))
	ctx, cancel := context.WithCancel(context.Background())
	r := readerFunc(func(p []byte, off int64) (int, error) {
		if off > int64(len(file))/2 {
			cancel()
		}
		return bytes.NewReader(file).ReadAt(p, off)
	})
	_, _, err := new(media.Maker).Make(ctx, r, int64(len(file)), small)
	wantError(t, err, context.Canceled)
}

// noise is a picture that no encoder makes much smaller.
func noise(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, v := range rand.New(rand.NewPCG(1, 2)).Perm(len(m.Pix)) {
		m.Pix[i] = byte(v)
	}
	return m
}

// Bytes between segments are skipped, as the decoder does.
func TestBytesBetweenSegments(t *testing.T) {
	file := sample(t, 1, 64, 48, mediatest.EXIF{Orientation: 6})
	for _, junk := range []string{"\x00", "abc", "\xff", "\xff\xff", "\xff\x00", "x\xff\x00"} {
		dirty := slices.Concat(file[:2], []byte(junk), file[2:])
		info, _, err := new(media.Maker).Make(context.Background(), bytes.NewReader(dirty), int64(len(dirty)), small)
		if err != nil || info.Orientation != 6 {
			t.Errorf("%q: %+v, %v", junk, info, err)
		}
	}
}
