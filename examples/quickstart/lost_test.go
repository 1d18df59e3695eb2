package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/find"
)

// during does something to the card when a chapter begins, and plays the story.
func during(t *testing.T, number int, dir string, do func()) (r result, err error) {
	t.Helper()
	err = perform(t.Context(), options{photos: dir, json: true}, new(bytes.Buffer), tricks{
		chapter: func(_ *cast, n int) error {
			if n == number {
				do()
			}
			return nil
		},
		end: func(c *cast) { r = *c.result },
	})
	return r, err
}

// A file that vanishes or changes before the camera has sealed anything is named
// and left out. The others go on.
func TestVanishesBeforeShare(t *testing.T) {
	for name, do := range map[string]struct {
		change func(t *testing.T, path string)
		words  string
	}{
		"vanishes": {func(t *testing.T, path string) { remove(t, path) }, "not there any more"},
		"grows":    {func(t *testing.T, path string) { write(t, path, append(threePhotos()[1], 'x')) }, "changed while it was being shared"},
		"replaced": {func(t *testing.T, path string) { write(t, path, noise(len(threePhotos()[1]))) }, "changed while it was being shared"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := photos(t)
			r, err := during(t, 2, dir, func() { do.change(t, filepath.Join(dir, "DSC04711.JPG")) })
			if err != nil || r.Items != 2 || r.OriginalsFetched != 4 {
				t.Errorf("%d items, %d originals fetched: %v", r.Items, r.OriginalsFetched, err)
			}
			said(t, "skipped", r.Skipped, map[string]string{"DSC04711.JPG": do.words})
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// One that is gone when the camera comes home keeps its label. All others go on.
func TestVanishesBeforeHandOver(t *testing.T) {
	dir := photos(t)
	r, err := during(t, 5, dir, func() { remove(t, filepath.Join(dir, "DSC04711.JPG")) })
	if err != nil || r.Items != 3 || r.LabelledSecond != 1 || r.OriginalsFetched != 4 {
		t.Errorf("%d items, %d with a label, %d originals fetched: %v", r.Items, r.LabelledSecond, r.OriginalsFetched, err)
	}
	said(t, "skipped", r.Skipped, map[string]string{"DSC04711.JPG": "not there any more"})
}

// A copy that is gone is no loss.
func TestCopyVanishesBeforeHandOver(t *testing.T) {
	dir := photos(t)
	write(t, filepath.Join(dir, "copy.JPG"), threePhotos()[1])
	r, err := during(t, 5, dir, func() { remove(t, filepath.Join(dir, "copy.JPG")) })
	if err != nil || r.Items != 4 || r.LabelledSecond != 0 || r.OriginalsFetched != 8 || len(r.Skipped) > 0 {
		t.Errorf("%d items, %d with a label, %d originals fetched, skipped %v: %v", r.Items, r.LabelledSecond, r.OriginalsFetched, r.Skipped, err)
	}
}

func TestAllVanish(t *testing.T) {
	dir := photos(t)
	_, err := during(t, 2, dir, func() {
		for n := range threePhotos() {
			remove(t, filepath.Join(dir, "DSC0471"+string(rune('0'+n))+".JPG"))
		}
	})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// A card that fails while it is read names the file.
func TestFailingCard(t *testing.T) {
	c, err := newCamera(&stage{root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.takePhoto(t.Context(), find.File{Name: "a.jpg", Path: filepath.Join(photos(t), "DSC04710.JPG")})
	if err != nil {
		t.Fatal(err)
	}
	c.photos[p.ID] = p
	blob, err := c.open(t.Context(), p.ID, original)
	if err != nil {
		t.Fatal(err)
	}
	blob.Close()
	if _, err = blob.ReadAt(make([]byte, 10), 0); !errors.Is(err, os.ErrClosed) || err.Error() != "a.jpg: cannot be read: file already closed" {
		t.Error(err)
	}
}

// The SDK speaks of items by their ids. People know files.
func TestErrorsNameFiles(t *testing.T) {
	a, b := named("a.jpg"), named("b ä.jpg")
	c := &cast{camera: &camera{photos: map[collection.ItemID]photo{a.ID: a, b.ID: b}}}
	for text, want := range map[string]string{
		"version 1 of item " + b.ID.String() + ": disk full":   `version 1 of "b ä.jpg": disk full`,
		"item " + a.ID.String() + ": fetch refused":            `"a.jpg": fetch refused`,
		"not found: " + b.ID.String():                          `not found: "b ä.jpg"`,
		"item " + named("").ID.String()[:31] + ": not an id":   "",
		"item " + collection.ItemID{1}.String() + ": not ours": "item " + collection.ItemID{1}.String() + ": not ours",
	} {
		cause := errors.New(text)
		got := c.named(cause)
		if want == "" {
			want = text
		}
		if got.Error() != want || !errors.Is(got, cause) {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// named is a photo of this name.
func named(caption string) (p photo) {
	rand.Read(p.ID[:]) // never fails
	p.Caption = caption
	return p
}
