//go:build vips && cgo

package vips_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// Of a file that is cut short, what is there is shown.
func TestCutShort(t *testing.T) {
	whole := scene(t, 800, 600)
	want := mustMake(t, jobFor(whole, "image/jpeg", 800, 600, small))[0]
	got := mustMake(t, jobFor(whole[:len(whole)*3/4], "image/jpeg", 800, 600, small))[0]
	top := func(m image.Image) image.Image {
		return m.(*image.YCbCr).SubImage(image.Rect(0, 0, 160, 40))
	}
	if d := difference(top(want), top(got)); d > 0 {
		t.Errorf("the upper part differs by %d", d)
	}
}

func scanStart(file []byte) int {
	at := bytes.Index(file, []byte{0xff, 0xda})
	return at + 2 + int(file[at+2])<<8 + int(file[at+3])
}

func TestRefused(t *testing.T) {
	photo := scene(t, 800, 600)
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="9" height="9"/></svg>`)
	for name, c := range map[string]struct {
		file      []byte
		mediaType string
		want      error
	}{
		"no format of ours":    {svg, "image/svg+xml", media.ErrFormat},
		"document":             {[]byte("%PDF-1.4"), "application/pdf", media.ErrFormat},
		"nothing":              {nil, "image/jpeg", media.ErrCorrupt},
		"start marker only":    {photo[:2], "image/jpeg", media.ErrCorrupt},
		"header only":          {photo[:scanStart(photo)], "image/jpeg", media.ErrCorrupt},
		"another format":       {svg, "image/png", media.ErrCorrupt},
		"another size":         {scene(t, 1600, 600), "image/jpeg", media.ErrCorrupt},
		"of another loader":    {photo, "image/webp", media.ErrCorrupt},
		"cut in an HEIF box":   {variants(t)["image/heic"][:200], "image/heic", media.ErrCorrupt},
		"cut in a PNG's chunk": {variants(t)["image/png"][:40], "image/png", media.ErrCorrupt},
	} {
		_, err := engine(t).Make(t.Context(), jobFor(c.file, c.mediaType, 800, 600, small))
		if e := (*media.Error)(nil); !errors.Is(err, c.want) || !errors.As(err, &e) || e.MediaType != c.mediaType {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A picture in the gray that stands for missing samples is a picture all the same.
func TestUniform(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, of(color.Gray{128}, 800, 600), nil); err != nil {
		t.Fatal(err)
	}
	mustMake(t, jobFor(b.Bytes(), "image/jpeg", 800, 600, small))
}

// failing reads a file up to some place, where it calls a function.
type failing struct {
	io.ReaderAt
	from int64
	at   func() error
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.from {
		if err := f.at(); err != nil {
			return 0, err
		}
	}
	return f.ReaderAt.ReadAt(p, off)
}

// The disk's error is not taken for a damaged picture.
func TestSourceFails(t *testing.T) {
	broken := errors.New("disk broken")
	for name, file := range variants(t) {
		job := jobFor(file, typeOf(name), 800, 600, small)
		job.Source = failing{job.Source, job.Size / 2, func() error { return broken }}
		_, err := engine(t).Make(t.Context(), job)
		if !errors.Is(err, broken) || errors.Is(err, media.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Make ends with the context, at once and in the middle.
func TestContextEnds(t *testing.T) {
	for name, file := range variants(t) {
		ctx, cancel := context.WithCancel(t.Context())
		job := jobFor(file, typeOf(name), 800, 600, small)
		job.Source = failing{job.Source, job.Size / 2, func() error { cancel(); return nil }}
		for range 2 {
			if _, err := engine(t).Make(ctx, job); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// FuzzMake gives every loader any bytes: the engine answers, and a picture that it
// makes has the size that was asked for.
func FuzzMake(f *testing.F) {
	var types []string
	for name, file := range variants(f) {
		types = append(types, typeOf(name))
		f.Add(file, len(types)-1)
	}
	e := engine(f)
	f.Fuzz(func(t *testing.T, file []byte, which int) {
		job := jobFor(file, types[uint(which)%uint(len(types))], 800, 600, small)
		if cost, err := e.Cost(job); err != nil || cost > job.Budget {
			return
		}
		made, err := e.Make(t.Context(), job)
		if err == nil && (made[0].Width != 160 || made[0].Height != 120) {
			t.Errorf("%d × %d", made[0].Width, made[0].Height)
		}
	})
}
