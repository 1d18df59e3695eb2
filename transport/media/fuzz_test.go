package media_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// Whatever the bytes, there are pictures that fit the box or a typed error.
func FuzzMake(f *testing.F) {
	thumb := sample(f, 1, 32, 24, mediatest.EXIF{})
	f.Add(sample(f, 1, 64, 48, mediatest.EXIF{Orientation: 6, Thumbnail: thumb}))
	f.Add(asPNG(f, mediatest.Scene(1, 8, 6)))
	f.Add(pngHeader(1<<31-1, 1<<31-1, 16, 6, 1))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	names, _ := filepath.Glob("testdata/*.webp")
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	maker := &media.Maker{Budget: 1 << 20}
	box := media.Box{W: 32, H: 24}
	f.Fuzz(func(t *testing.T, file []byte) {
		_, pictures, err := maker.Make(context.Background(), bytes.NewReader(file), int64(len(file)), box)
		if err != nil {
			for _, kind := range []error{media.ErrEmpty, media.ErrFormat, media.ErrNoEngine, media.ErrCorrupt, media.ErrTooLarge} {
				if e := (*media.Error)(nil); errors.As(err, &e) && e.Kind == kind {
					return
				}
			}
			t.Fatalf("error of no kind: %v", err)
		}
		if m := shown(t, pictures[0]); m.Bounds().Dx() > box.W || m.Bounds().Dy() > box.H {
			t.Errorf("%v does not fit", m.Bounds())
		}
	})
}
