package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

var (
	red   = color.RGBA{0xe0, 0x10, 0x10, 0xff}
	green = color.RGBA{0x10, 0xc0, 0x10, 0xff}
	blue  = color.RGBA{0x10, 0x10, 0xe0, 0xff}
	grey  = color.RGBA{0x80, 0x80, 0x80, 0xff}
	snow  = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// corners is a picture with a colour of its own in each quarter.
func corners(w, h int, c ...color.RGBA) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, c[y*2/h*2+x*2/w])
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sample(t testing.TB, n, w, h int, x mediatest.EXIF) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := mediatest.Sample(&b, n, w, h, x); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustMake(t testing.TB, m *media.Maker, file []byte, boxes ...media.Box) (media.Info, []media.Picture) {
	t.Helper()
	info, pictures, err := m.Make(context.Background(), bytes.NewReader(file), int64(len(file)), boxes...)
	if err != nil {
		t.Fatal(err)
	}
	if len(pictures) != len(boxes) {
		t.Fatalf("%d pictures for %d boxes", len(pictures), len(boxes))
	}
	return info, pictures
}

// shown decodes a picture made and checks the size it claims.
func shown(t testing.TB, p media.Picture) image.Image {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if m.Bounds().Size() != image.Pt(p.Width, p.Height) {
		t.Fatalf("is %v, says %d×%d", m.Bounds().Size(), p.Width, p.Height)
	}
	return m
}

func near(a color.Color, b color.RGBA) bool {
	r, g, bl, _ := a.RGBA()
	d := func(x uint32, y uint8) int { return max(int(x>>8)-int(y), int(y)-int(x>>8)) }
	return d(r, b.R) < 40 && d(g, b.G) < 40 && d(bl, b.B) < 40
}

// wantCorners checks the middle of each quarter.
func wantCorners(t *testing.T, m image.Image, want ...color.RGBA) {
	t.Helper()
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	for i, c := range want {
		x, y := w/4+i%2*w/2, h/4+i/2*h/2
		if got := m.At(x, y); !near(got, c) {
			t.Errorf("corner %d is %v, want %v", i, got, c)
		}
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct{ w, h, boxW, boxH, wantW, wantH int }{
		{400, 300, 160, 120, 160, 120},
		{300, 400, 160, 120, 90, 120},
		{600, 400, 160, 120, 160, 107},
		{401, 299, 160, 120, 160, 119},
		{100, 50, 160, 120, 100, 50}, // never enlarged
		{160, 120, 160, 120, 160, 120},
		{161, 120, 160, 120, 160, 119},
		{2000, 3, 100, 100, 100, 1}, // at least one pixel
		{1, 2000, 100, 100, 1, 100},
		{400, 300, 0, 30, 40, 30},
		{400, 300, 40, 0, 40, 30},
		{400, 300, 0, 0, 400, 300},
	} {
		file := asPNG(t, corners(c.w, c.h, red, green, blue, grey))
		info, p := mustMake(t, &media.Maker{}, file, media.Box{W: c.boxW, H: c.boxH})
		if p[0].Width != c.wantW || p[0].Height != c.wantH {
			t.Errorf("%+v: got %d×%d", c, p[0].Width, p[0].Height)
		}
		if info.Width != c.w || info.Height != c.h {
			t.Errorf("%+v: info %+v", c, info)
		}
		shown(t, p[0])
	}
}

// The results stand in the order of the boxes, whatever order they are made in.
func TestSeveralBoxes(t *testing.T) {
	file := sample(t, 1, 800, 600, mediatest.EXIF{})
	boxes := []media.Box{{W: 40, H: 40}, {W: 400, H: 400}, {W: 8, H: 8}, {W: 200, H: 100}, {W: 5000, H: 5000}}
	_, pictures := mustMake(t, &media.Maker{}, file, boxes...)
	var widths []int
	for _, p := range pictures {
		shown(t, p)
		widths = append(widths, p.Width)
	}
	if want := []int{40, 400, 8, 133, 800}; !slices.Equal(widths, want) {
		t.Errorf("widths %v, want %v", widths, want)
	}
}

// EXIF 2.32, section 4.6.4: the corners as stored, and where they are to be
// seen, for both ways of making a thumbnail.
func TestOrientation(t *testing.T) {
	stored := []color.RGBA{red, green, blue, grey} // upper left, upper right, lower left, lower right
	for orientation, want := range [][]color.RGBA{
		1: {red, green, blue, grey},
		2: {green, red, grey, blue},
		3: {grey, blue, green, red},
		4: {blue, grey, red, green},
		5: {red, blue, green, grey},
		6: {blue, red, grey, green},
		7: {grey, green, blue, red},
		8: {green, grey, red, blue},
	} {
		if want == nil {
			continue
		}
		width, height := 80, 60
		if orientation >= 5 {
			width, height = height, width
		}
		thumb := asJPEG(t, corners(80, 60, stored...))
		file := mediatest.EXIF{Orientation: orientation, Thumbnail: thumb}.AddTo(asJPEG(t, corners(320, 240, stored...)))
		for _, trust := range []bool{false, true} {
			maker := &media.Maker{TrustEmbedded: trust}
			info, p := mustMake(t, maker, file, media.Box{W: width, H: height})
			if info.Orientation != orientation || info.Width != 4*width || info.Height != 4*height {
				t.Errorf("orientation %d: info %+v", orientation, info)
			}
			if p[0].Width != width || p[0].Height != height || p[0].Embedded != trust {
				t.Errorf("orientation %d, embedded trusted %v: %d×%d, embedded %v", orientation, trust, p[0].Width, p[0].Height, p[0].Embedded)
			}
			wantCorners(t, shown(t, p[0]), want...)
		}
	}
}

// Pictures of PNG and WebP files are turned too.
func TestOrientationOfOtherFormats(t *testing.T) {
	x := mediatest.EXIF{Orientation: 6, Taken: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)}.Bytes()
	plain := asPNG(t, corners(80, 60, red, green, blue, grey))
	withEXIF := slices.Concat(plain[:33], pngChunk("eXIf", x), plain[33:])
	for name, file := range map[string][]byte{"PNG": withEXIF, "WebP": webpWith(t, x)} {
		info, p := mustMake(t, &media.Maker{}, file, media.Box{W: 40, H: 40})
		if info.Orientation != 6 || p[0].Width != 30 || p[0].Height != 40 || info.Taken.Year() != 2024 {
			t.Errorf("%s: %+v, %d×%d", name, info, p[0].Width, p[0].Height)
		}
	}
}

func pngChunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// webpWith is the lossy sample, 64×48, with EXIF data.
func webpWith(t *testing.T, x []byte) []byte {
	t.Helper()
	file, err := os.ReadFile("testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	chunk := func(name string, data []byte) []byte {
		b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
		b = append(b, data...)
		return append(b, make([]byte, len(data)%2)...)
	}
	head := []byte{8, 0, 0, 0, 63, 0, 0, 47, 0, 0}
	body := slices.Concat([]byte("WEBP"), chunk("VP8X", head), file[12:], chunk("EXIF", x))
	return chunk("RIFF", body)
}

func TestWebP(t *testing.T) {
	for _, name := range []string{"lossy", "lossless", "alpha"} {
		file, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		info, p := mustMake(t, &media.Maker{}, file, media.Box{W: 32, H: 32})
		if info.MediaType != "image/webp" || p[0].Width != 32 || p[0].Height != 24 {
			t.Errorf("%s: %+v, %d×%d", name, info, p[0].Width, p[0].Height)
		}
		left := shown(t, p[0]).At(4, 4)
		if near(left, snow) != (name == "alpha") {
			t.Errorf("%s: left side is %v", name, left)
		}
	}
}

func TestTransparentIsWhite(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range 32 * 64 {
		m.SetNRGBA(32+i%32, i/32, color.NRGBA(red))
	}
	for _, side := range []int{64, 48, 8} { // as it is, one step, two steps
		_, p := mustMake(t, &media.Maker{}, asPNG(t, m), media.Box{W: side, H: side})
		wantCorners(t, shown(t, p[0]), snow, red, snow, red)
	}
}

// The first frame of an animation may cover a part of the canvas only.
func TestGIF(t *testing.T) {
	palette := color.Palette{color.RGBA{}, red, green}
	first := image.NewPaletted(image.Rect(20, 0, 40, 40), palette)
	second := image.NewPaletted(image.Rect(0, 0, 40, 40), palette)
	for i := range first.Pix {
		first.Pix[i] = 1
	}
	for i := range second.Pix {
		second.Pix[i] = 2
	}
	var b bytes.Buffer
	g := &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{1, 1}, Config: image.Config{ColorModel: palette, Width: 40, Height: 40}}
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	info, p := mustMake(t, &media.Maker{}, b.Bytes(), media.Box{W: 40, H: 40})
	if info.MediaType != "image/gif" || info.Width != 40 {
		t.Errorf("info %+v", info)
	}
	wantCorners(t, shown(t, p[0]), snow, red, snow, red)
}

// Greys, 16 bits, palettes: every kind of PNG is shown.
func TestKindsOfPNG(t *testing.T) {
	from := corners(64, 48, red, red, red, red)
	for name, m := range map[string]interface {
		image.Image
		Set(x, y int, c color.Color)
	}{
		"palette": image.NewPaletted(from.Rect, color.Palette{red, green}),
		"16 bits": image.NewNRGBA64(from.Rect),
		"opaque":  image.NewRGBA(from.Rect),
	} {
		for i := range 64 * 48 {
			m.Set(i%64, i/64, red)
		}
		_, p := mustMake(t, &media.Maker{}, asPNG(t, m), media.Box{W: 20, H: 20})
		if got := shown(t, p[0]).At(5, 5); !near(got, red) {
			t.Errorf("%s: %v", name, got)
		}
	}
	_, p := mustMake(t, &media.Maker{}, asPNG(t, image.NewGray16(from.Rect)), media.Box{W: 20, H: 20})
	if got := shown(t, p[0]).At(5, 5); !near(got, color.RGBA{A: 0xff}) {
		t.Errorf("grey: %v", got)
	}
}

// Where a photo was taken is not handed out, and nothing else of its EXIF data.
func TestNoMetadataLeaves(t *testing.T) {
	thumb := sample(t, 1, 160, 120, mediatest.EXIF{Place: true, Orientation: 1})
	file := sample(t, 1, 640, 480, mediatest.EXIF{Orientation: 1, Place: true, Thumbnail: thumb, Taken: time.Now()})
	if !bytes.Contains(file, []byte("Exif")) {
		t.Fatal("the sample has no EXIF data")
	}
	for _, trust := range []bool{false, true} {
		_, pictures := mustMake(t, &media.Maker{TrustEmbedded: trust}, file, media.Box{W: 160, H: 120})
		for _, what := range mediatest.Beside(pictures[0].JPEG) {
			t.Errorf("embedded trusted %v: %s", trust, what)
		}
	}
}

func TestQuality(t *testing.T) {
	file := sample(t, 1, 640, 480, mediatest.EXIF{})
	size := func(quality int) int {
		_, p := mustMake(t, &media.Maker{Quality: quality}, file, media.Box{W: 320, H: 240})
		return len(p[0].JPEG)
	}
	if size(0) != size(80) || size(30) >= size(80) || size(80) >= size(100) {
		t.Errorf("sizes %d %d %d %d", size(30), size(0), size(80), size(100))
	}
}

func TestInspect(t *testing.T) {
	taken := time.Date(2023, 2, 3, 4, 5, 6, 0, time.FixedZone("", 2*3600))
	file := sample(t, 1, 30, 40, mediatest.EXIF{Orientation: 8, Taken: taken})
	info, err := media.Inspect(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if info.MediaType != "image/jpeg" || info.Width != 30 || info.Height != 40 || info.Orientation != 8 || !info.Taken.Equal(taken) {
		t.Errorf("%+v", info)
	}
}

func TestMediaTypes(t *testing.T) {
	for content, want := range map[string]struct {
		mediaType string
		err       error
	}{
		"\x00\x00\x00\x18ftypheic":       {"image/heic", media.ErrCorrupt},
		"\x00\x00\x00\x18ftypavif":       {"image/avif", media.ErrCorrupt},
		"\x00\x00\x00\x18ftypqt  ":       {"video/quicktime", media.ErrFormat},
		"\x00\x00\x00\x18ftypisom":       {"video/mp4", media.ErrFormat},
		"\x00\x00\x00\x18ftyp3gp5":       {"video/3gpp", media.ErrFormat},
		"\x00\x00\x00\x18ftypM4A ":       {"audio/mp4", media.ErrFormat},
		"\x1aE\xdf\xa3 webm":             {"video/webm", media.ErrFormat},
		"\x1aE\xdf\xa3 matroska":         {"video/matroska", media.ErrFormat},
		"RIFF\x00\x00\x00\x00AVI LIST":   {"video/x-msvideo", media.ErrFormat},
		"%PDF-1.4":                       {"application/pdf", media.ErrFormat},
		"just a text":                    {"text/plain; charset=utf-8", media.ErrFormat},
		"#EXTM3U\nhttp://127.0.0.1/x.ts": {"text/plain; charset=utf-8", media.ErrFormat},
		"":                               {"", media.ErrEmpty},
	} {
		info, err := media.Inspect(bytes.NewReader([]byte(content)), int64(len(content)))
		if info.MediaType != want.mediaType {
			t.Errorf("%q is %q, want %q", content, info.MediaType, want.mediaType)
		}
		wantError(t, err, want.err)
	}
}
