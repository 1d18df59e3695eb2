package folderlink

import (
	"errors"
	"maps"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// FuzzFiles: what is read is written as it was, but for the order, and what is refused says so.
func FuzzFiles(f *testing.F) {
	c, err := collection.New(collection.Header{ID: collection.ID{1}, Author: collection.UserID{2}},
		collection.Body{Items: []collection.Item{{ID: collection.ItemID{3}}, {ID: collection.ItemID{4}}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("03000000000000000000000000000000 2 DCIM/a b.jpg\n04000000000000000000000000000000 0 é\n"))
	f.Add([]byte("04000000000000000000000000000000 2 a\n03000000000000000000000000000000 0 ../a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := decodeFiles(text, c)
		if err != nil {
			if !errors.Is(err, transport.ErrMalformed) {
				t.Error(err)
			}
			return
		}
		written := read.encode(c)
		again, err := decodeFiles(written, c)
		if err != nil || !maps.Equal(read, again) || len(written) != len(text) {
			t.Errorf("%q became %q, %v", text, written, err)
		}
	})
}
