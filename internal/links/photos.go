package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
)

// photos are what is on the card of a camera.
type photos struct {
	items      []collection.Item
	thumbnails map[collection.ItemID][]byte
	original   []byte // of all, but for an id at its beginning
}

// newPhotos makes n photos with thumbnails of 2,000 to 3,000 bytes.
func newPhotos(n, original int) *photos {
	p := &photos{thumbnails: map[collection.ItemID][]byte{}, original: lab.Noise("original", original)}
	for i := range n {
		item := collection.Item{
			ID: collection.ItemID(lab.Noise(fmt.Sprint("id ", i), 16)), Caption: fmt.Sprintf("IMG_%04d.JPG", i+1), MediaType: "image/jpeg",
			Preview: lab.Noise(fmt.Sprint("preview ", i), 21+i%2), // as long as a ThumbHash of a photo
		}
		noise := lab.Noise(fmt.Sprint("thumbnail ", i), 3000)
		p.items = append(p.items, item)
		p.thumbnails[item.ID] = noise[:2000+binary.BigEndian.Uint16(noise)%1001]
	}
	return p
}

// Open implements device.Media. There is no screen version.
func (p *photos) Open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	switch version {
	case 0:
		return blob{bytes.NewReader(p.thumbnails[item])}, nil
	case 2:
		b := slices.Clone(p.original)
		copy(b, item[:])
		return blob{bytes.NewReader(b)}, nil
	}
	return nil, transport.ErrNotFound
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

// bodies are the thumbnails, in their order.
func (p *photos) bodies() (all [][]byte) {
	for _, item := range p.items {
		all = append(all, p.thumbnails[item.ID])
	}
	return all
}

// ids are the ids, in the same order.
func (p *photos) ids() (all [][]byte) {
	for _, item := range p.items {
		all = append(all, item.ID[:])
	}
	return all
}

// needed is how much of a collection must go, thumbnails aside: ids, digests, captions,
// previews, each media type once and the author's seal.
func needed(c collection.Collection) (bytes int) {
	types := map[string]bool{}
	for i := range c.Len() {
		item := c.Item(i)
		bytes += len(item.ID) + len(item.Caption) + len(item.Preview)
		for _, d := range item.Digests {
			if !d.IsZero() {
				bytes += len(d)
			}
		}
		if !types[item.MediaType] {
			types[item.MediaType] = true
			bytes += len(item.MediaType)
		}
	}
	return bytes + len(c.Header().AuthorSeal)
}

func sum(bodies [][]byte) (n int) {
	for _, b := range bodies {
		n += len(b)
	}
	return n
}
