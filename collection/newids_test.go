package collection_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
)

// TestNewIDs: ids are what the randomness is, and there is none where that ends.
func TestNewIDs(t *testing.T) {
	want := [16]byte([]byte("sixteen bytes!!!"))
	for what, makeID := range map[string]func(io.Reader) ([16]byte, error){
		"collection": func(r io.Reader) ([16]byte, error) { id, err := collection.NewID(r); return id, err },
		"item":       func(r io.Reader) ([16]byte, error) { id, err := collection.NewItemID(r); return id, err },
		"user":       func(r io.Reader) ([16]byte, error) { id, err := collection.NewUserID(r); return id, err },
	} {
		if id, err := makeID(bytes.NewReader(want[:])); err != nil || id != want {
			t.Errorf("%s: %x, %v", what, id, err)
		}
		if _, err := makeID(bytes.NewReader(want[:15])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: of too little: %v", what, err)
		}
	}
}
