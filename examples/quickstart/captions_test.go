package main

import (
	"context"
	"io"
	"slices"
	"testing"
)

// Whatever a file is called, people recognise it by its caption. Those whose names
// look alike are two items all the same.
func TestCaptions(t *testing.T) {
	names := []string{"caf\xe9.jpg", "a\nb.jpg", "photo\u202egpj.exe", "evil\x1b[2J.jpg", "\xfcber/na\xefve.jpg", "IMG.JPG", "IMG.jpg", "e\u0301.jpg", "\u00e9.jpg"}
	f := folder{files: files{}}
	for i, name := range names {
		f.files[name] = small(i)
	}
	var got []string
	err := perform(t.Context(), options{photos: f.lay(t), json: true}, io.Discard, tricks{end: func(c *cast) {
		view, err := c.recipients[0].peer.Reader.View(context.Background(), c.camera.name)
		if err != nil {
			t.Error(err)
			return
		}
		for i := range view.Collection().Len() {
			got = append(got, view.Collection().Item(i).Caption)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"café.jpg", "a␊b.jpg", "photo�gpj.exe", "evil␛[2J.jpg", "über/naïve.jpg", "IMG.JPG", "IMG.jpg", "e\u0301.jpg", "\u00e9.jpg"}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%q instead of %q", got, want)
	}
}
