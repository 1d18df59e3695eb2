package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc/icctest"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// drawn is a picture that stands for one kind that people have.
type drawn struct {
	name        string
	draw        func(width, height int) *image.YCbCr
	orientation int // 0 = none is said
	save        func(b *bench, ctx context.Context, d drawn, m *image.YCbCr, name string) error
}

// collection is what is measured without -photos: mostly JPEGs of cameras and phones.
func collection(quick bool) []drawn {
	list := []drawn{
		{"lake.jpg", landscape(0, 10), 0, asCamera},
		{"fence.jpg", fence, 1, asCamera},
		{"portrait.jpg", landscape(1, 6), 6, asPhone},
		{"night.jpg", night, 0, asCamera},
		{"letter.jpg", letter, 0, asCamera},
		{"screenshot.png", letter, 0, asPNG},
	}
	if quick {
		return list
	}
	return append(list,
		drawn{"forest.jpg", landscape(2, 24), 1, asPhone},
		drawn{"hills.jpg", landscape(3, 14), 8, asCamera},
		drawn{"fog.jpg", landscape(4, 3), 3, asPhone},
		drawn{"hut.jpg", landscape(5, 12), 1, asCamera},
		drawn{"lake.webp", landscape(6, 8), 0, asWebP},
	)
}

// drawAll draws the collection into a folder and returns the files.
func (b *bench) drawAll(ctx context.Context) (files []string, err error) {
	dir, err := b.folder("drawn")
	width, height := 4000, 3000
	if b.quick {
		width, height = 1600, 1200
	}
	for _, d := range collection(b.quick) {
		file := filepath.Join(dir, d.name)
		if err == nil {
			err = d.save(b, ctx, d, d.draw(width, height), file)
		}
		files = append(files, file)
	}
	return files, err
}

// asCamera writes a JPEG as a camera does that is held so.
func asCamera(_ *bench, _ context.Context, d drawn, m *image.YCbCr, name string) error {
	return d.jpeg(m, name, nil)
}

// asPhone adds what most phones say of their colours: Display P3.
func asPhone(_ *bench, _ context.Context, d drawn, m *image.YCbCr, name string) error {
	return d.jpeg(m, name, icctest.DisplayP3(4).Bytes())
}

// jpeg writes one with a profile, in one segment (ICC.1:2022, annex B.4), or
// without.
func (d drawn) jpeg(m *image.YCbCr, name string, profile []byte) error {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, stored(m, d.orientation), &jpeg.Options{Quality: 92}); err != nil {
		return err
	}
	data := file.Bytes()
	if profile != nil {
		body := append([]byte("ICC_PROFILE\x00\x01\x01"), profile...)
		head := []byte{0xff, 0xe2, byte((len(body) + 2) >> 8), byte(len(body) + 2)}
		data = slices.Concat(data[:2], head, body, data[2:])
	}
	return os.WriteFile(name, mediatest.EXIF{Orientation: d.orientation}.AddTo(data), 0o600)
}

func asPNG(_ *bench, _ context.Context, _ drawn, m *image.YCbCr, name string) error {
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	return writeFile(name, func(f *os.File) error { return e.Encode(f, m) })
}

func asWebP(b *bench, ctx context.Context, _ drawn, m *image.YCbCr, name string) error {
	temporary := name + ".jpg"
	err := writeFile(temporary, func(f *os.File) error { return jpeg.Encode(f, m, &jpeg.Options{Quality: 95}) })
	if err != nil {
		return err
	}
	err = b.run(ctx, "webpsave", temporary, name, "--reduction-effort", "2")
	return errors.Join(err, os.Remove(temporary))
}

func writeFile(name string, write func(*os.File) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
