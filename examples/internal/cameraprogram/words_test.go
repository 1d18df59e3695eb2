package cameraprogram

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
)

// The SDK speaks of items by their ids. People know files: what keeps one back is said with
// its name, and nothing is made up for an item that is not here.
func TestErrorsCallFiles(t *testing.T) {
	here, elsewhere := collection.ItemID{1}, collection.ItemID{2}
	c := &camera{photos: map[collection.ItemID]place{here: {&album{Photos: []photo{{Caption: "lake ä.jpg"}}}, 0}}}
	for text, want := range map[string]string{
		"item " + here.String() + ": gone":      `"lake ä.jpg": gone`,
		"item " + elsewhere.String() + ": gone": "item " + elsewhere.String() + ": gone",
	} {
		err := c.each(t.Context(), nil)
		if err != nil {
			t.Error("no album keeps nothing back:", err)
		}
		c.albums = []*album{{}}
		err = c.each(t.Context(), func(*album) error { return errors.Join(errors.New(text), fs.ErrNotExist) })
		if want += "\n" + fs.ErrNotExist.Error(); err == nil || err.Error() != want || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v instead of %q", err, want)
		}
		c.albums = nil
	}
}
