package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Photo is what a camera has made of an item: versions by their places in the
// default ladder; nil = there is none.
type Photo [3][]byte

// Noise is n bytes that differ for every name.
func Noise(name string, n int) []byte {
	b := make([]byte, n)
	numbers(0, name).Read(b)
	return b
}

// NewPhoto is a thumbnail and an original of these sizes that differ for every name.
func NewPhoto(name string, thumbnail, original int) Photo {
	return Photo{Noise(name+", thumbnail", thumbnail), nil, Noise(name+", original", original)}
}

// Card is what is on the card of a camera.
type Card map[collection.ItemID]Photo

// Open is a device.MediaFunc.
func (c Card) Open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	data := c[item][version]
	if data == nil {
		return nil, transport.ErrNotFound
	}
	return blob{bytes.NewReader(data)}, nil
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

// Render makes what stands for a version: some of the original.
func Render(_ context.Context, p peer.Picture, w io.Writer) error {
	head := make([]byte, min(40, p.Original.Size()))
	if _, err := p.Original.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, err := fmt.Fprintf(w, "%s %d %x", p.Version.Name, p.Original.Size(), head)
	return err
}
