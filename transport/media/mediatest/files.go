package mediatest

import (
	"bytes"
	"embed"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"path"
	"slices"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"
)

//go:embed testdata/*.jpg testdata/*.webp
var shipped embed.FS

// filesSize is the size of the pictures in most files.
var filesSize = image.Pt(201, 149)

// Files returns pictures as people have them, in all formats that can be made
// here: JPEG in every orientation, with and without another picture as its
// embedded thumbnail, with odd samplings, without what is usually there; with the
// profiles of wide colour spaces; raw files; PNG, GIF, BMP, TIFF and WebP.
func Files() []File {
	return slices.Concat(turnedFiles(), shippedFiles(), incompleteFiles(), profiledFiles(), rawFiles(), otherFiles())
}

// plain is a file that shows the four colours as they are.
func plain(name, mediaType string, data []byte) File {
	return File{name, mediaType, data, filesSize, Colours}
}

func cornersJPEG() []byte { return asJPEG(Corners(filesSize.X, filesSize.Y, Colours)) }

// turnedFiles are JPEGs of every orientation. The thumbnail inside, if there is
// one, is not the picture.
func turnedFiles() (files []File) {
	green := Colours[1]
	other := asJPEG(Corners(160, 119, [4]color.RGBA{green, green, green, green}))
	for o := 1; o <= 8; o++ {
		stored := asJPEG(turnedImage(Corners(filesSize.X, filesSize.Y, Colours), o))
		name := "orientation " + string(rune('0'+o))
		files = append(files, plain(name, "image/jpeg", EXIF{Orientation: o, Place: true}.AddTo(stored)),
			plain(name+", another thumbnail", "image/jpeg", EXIF{Orientation: o, Thumbnail: other}.AddTo(stored)))
	}
	return files
}

// turnedImage returns the upright m as it is stored for an orientation (EXIF
// 2.32, section 4.6.4).
func turnedImage(m *image.RGBA, orientation int) *image.RGBA {
	size := m.Rect.Size()
	if orientation >= 5 {
		size = image.Pt(size.Y, size.X)
	}
	stored := image.NewRGBA(image.Rectangle{Max: size})
	right, down := m.Rect.Dx()-1, m.Rect.Dy()-1
	for y := range size.Y {
		for x := range size.X {
			at := [9]image.Point{1: {x, y}, 2: {right - x, y}, 3: {right - x, down - y}, 4: {x, down - y},
				5: {y, x}, 6: {right - y, x}, 7: {right - y, down - x}, 8: {y, down - x}}[orientation]
			stored.SetRGBA(x, y, m.RGBAAt(at.X, at.Y))
		}
	}
	return stored
}

func shippedFiles() (files []File) {
	names, _ := fs.Glob(shipped, "testdata/*") // the pattern is sound
	for _, name := range names {
		data, err := shipped.ReadFile(name)
		must(err)
		mediaType := map[string]string{".jpg": "image/jpeg", ".webp": "image/webp"}[path.Ext(name)]
		files = append(files, plain(path.Base(name), mediaType, data))
	}
	return files
}

// incompleteFiles lack what JPEGs have, or have more than that.
func incompleteFiles() []File {
	whole := cornersJPEG()
	scan := bytes.Index(whole, []byte{0xff, 0xda})
	return []File{
		plain("no Huffman tables", "image/jpeg", withoutTables(whole)),
		plain("no end marker", "image/jpeg", whole[:len(whole)-2]),
		plain("cut in the last rows", "image/jpeg", whole[:scan+(len(whole)-scan)*97/100]),
		plain("bytes behind the end", "image/jpeg", slices.Concat(whole, make([]byte, 5000))),
		plain("another picture behind the end", "image/jpeg", slices.Concat(whole, asJPEG(image.NewGray(image.Rect(0, 0, 99, 99))))),
		plain("bytes between segments", "image/jpeg", slices.Concat(whole[:2], []byte("abc"), whole[2:])),
	}
}

// withoutTables removes the DHT segments, as in the frames of webcams' films. The
// encoder here uses the tables of ITU-T T.81, annex K.3, which then hold.
func withoutTables(jpeg []byte) []byte {
	out := slices.Clone(jpeg[:2])
	for at := 2; ; {
		n := 2 + int(jpeg[at+2])<<8 + int(jpeg[at+3])
		if jpeg[at+1] == 0xda {
			return append(out, jpeg[at:]...)
		}
		if jpeg[at+1] != 0xc4 {
			out = append(out, jpeg[at:at+n]...)
		}
		at += n
	}
}

func otherFiles() []File {
	m := Corners(filesSize.X, filesSize.Y, Colours)
	clear := image.NewNRGBA(m.Rect)
	draw.Draw(clear, image.Rectangle{Max: filesSize.Div(2)}, m, image.Point{}, draw.Src)
	onWhite := [4]color.RGBA{Colours[0], white, white, white}
	deep := image.NewRGBA64(m.Rect)
	draw.Draw(deep, deep.Rect, m, image.Point{}, draw.Src)
	few := image.NewPaletted(m.Rect, []color.Color{Colours[0], Colours[1], Colours[2], Colours[3]})
	draw.Draw(few, few.Rect, m, image.Point{}, draw.Src)
	return []File{
		plain("PNG", "image/png", asPNG(m)),
		plain("PNG of 16 bits", "image/png", asPNG(deep)),
		plain("PNG with a palette", "image/png", asPNG(few)),
		plain("PNG with a bad sum in a text", "image/png", badText(asPNG(m))),
		{"transparent PNG", "image/png", asPNG(clear), filesSize, onWhite},
		plain("GIF", "image/gif", encoded(func(w *bytes.Buffer) error { return gif.Encode(w, few, nil) })),
		plain("BMP", "image/bmp", encoded(func(w *bytes.Buffer) error { return bmp.Encode(w, m) })),
		plain("TIFF", "image/tiff", encoded(func(w *bytes.Buffer) error { return tiff.Encode(w, m, nil) })),
		plain("TIFF, compressed", "image/tiff", encoded(func(w *bytes.Buffer) error {
			return tiff.Encode(w, m, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
		})),
	}
}

// badText puts a text chunk with a wrong check sum behind the header.
func badText(png []byte) []byte {
	return slices.Insert(slices.Clone(png), 33, []byte("\x00\x00\x00\x05tEXta\x00bcdBAD!")...)
}

func asJPEG(m image.Image) []byte {
	return encoded(func(w *bytes.Buffer) error { return jpeg.Encode(w, m, &jpeg.Options{Quality: 95}) })
}

func asPNG(m image.Image) []byte {
	return encoded(func(w *bytes.Buffer) error { return png.Encode(w, m) })
}

func encoded(encode func(*bytes.Buffer) error) []byte {
	var b bytes.Buffer
	must(encode(&b))
	return b.Bytes()
}

// must stops on an error that only a mistake in this package can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
