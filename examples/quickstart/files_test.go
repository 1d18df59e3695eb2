package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// threePhotos are drawn once for all tests. They are just larger than a screen
// version, and so that each has several blocks.
var threePhotos = sync.OnceValue(func() (all [3][]byte) {
	for n := range all {
		all[n] = append(drawn(n, 720, 540, mediatest.EXIF{Orientation: 1 + 2*n}), noise(150_000+n)...)
	}
	return all
})

// noise returns bytes that look random, as those behind the end of a photo in which
// a phone keeps a short video.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

// photos makes a folder with three small photos.
func photos(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for n, data := range threePhotos() {
		write(t, filepath.Join(dir, fmt.Sprintf("DSC0471%d.JPG", n)), data)
	}
	return dir
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// drawn draws a photo.
func drawn(n, width, height int, x mediatest.EXIF) []byte {
	var b bytes.Buffer
	mediatest.Sample(&b, n, width, height, x) // never fails
	return b.Bytes()
}

// grey draws a picture in sixteen greys.
func grey(n int) *image.Paletted {
	scene := mediatest.Scene(n, 660, 500)
	palette := make(color.Palette, 16)
	for i := range palette {
		palette[i] = color.Gray{uint8(17 * i)}
	}
	m := image.NewPaletted(scene.Rect, palette)
	for i := range m.Pix {
		m.Pix[i] = scene.Y[i/m.Stride*scene.YStride+i%m.Stride] / 16
	}
	return m
}

// goodFiles are pictures as cameras and people make them, by name. They are made
// once for all tests.
var goodFiles = sync.OnceValue(func() map[string][]byte {
	var small, aPNG, aGIF bytes.Buffer
	jpeg.Encode(&small, mediatest.Scene(3, 160, 120), nil) // these never fail, either
	png.Encode(&aPNG, grey(4))
	gif.Encode(&aGIF, grey(5), nil)
	return map[string][]byte{
		"plain.jpg":           drawn(1, 720, 540, mediatest.EXIF{}),
		"upright.jpg":         drawn(2, 540, 720, mediatest.EXIF{Orientation: 6, Taken: time.Unix(1.7e9, 0)}),
		"with thumbnail.JPEG": drawn(3, 720, 540, mediatest.EXIF{Orientation: 3, Thumbnail: small.Bytes(), Place: true}),
		"picture.png":         aPNG.Bytes(),
		"picture.gif":         aGIF.Bytes(),
		"no extension":        drawn(6, 660, 500, mediatest.EXIF{}),
		"deeper/below.jpg":    drawn(7, 100, 80, mediatest.EXIF{}),
	}
})

// huge returns a PNG whose header claims 60,000 by 60,000 pixels.
func huge(small []byte) []byte {
	b := bytes.Clone(small)
	binary.BigEndian.PutUint32(b[16:], 60_000)
	binary.BigEndian.PutUint32(b[20:], 60_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// rated draws one photo with a note of its owner's: the same picture, other bytes.
func rated(stars int) []byte {
	return append(drawn(9, 720, 540, mediatest.EXIF{}), fmt.Sprintf("<xmp:Rating>%d</xmp:Rating>", stars)...)
}

// black draws what a camera takes under its cap.
func black(width int) []byte {
	var b bytes.Buffer
	png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 700)))
	return b.Bytes()
}

// thumbnailOf and iconOf make what the camera makes of a file, too.
func thumbnailOf(data []byte) []byte {
	var maker media.Maker
	options{}.equip(&maker)
	_, pictures, err := maker.Make(context.Background(), bytes.NewReader(data), int64(len(data)), thumbnailBox)
	if err != nil {
		panic(err)
	}
	return pictures[0].JPEG
}

func iconOf(name string) []byte {
	var maker media.Maker
	return maker.Icon(filepath.Ext(name), thumbnailBox).JPEG
}

// wideGIF draws a picture that has few bytes and needs more than a mebibyte, by
// whatever engine.
func wideGIF() []byte {
	var b bytes.Buffer
	gif.Encode(&b, image.NewPaletted(image.Rect(0, 0, 2000, 1500), color.Palette{color.Black, color.White}), nil)
	return b.Bytes()
}
