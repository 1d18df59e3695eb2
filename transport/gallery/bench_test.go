package gallery_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// BenchmarkHome lists the latest 60 albums of a home that keeps more and more of 200 items each.
func BenchmarkHome(b *testing.B) {
	ann := collection.UserID{1}
	signer := lab.Signer("ann")
	keys := new(signature.Keyring)
	if err := keys.Pin(ann, signer.Public()); err != nil {
		b.Fatal(err)
	}
	store, err := filestore.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	p, err := peer.New(b.Context(), ann, signer, peer.Config{Keys: keys, Store: store})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(p.Close(context.WithoutCancel(b.Context())), store.Close()); err != nil {
			b.Error(err)
		}
	})
	nothing := func(context.Context, collection.ItemID, int) (transport.Blob, error) {
		return nil, transport.ErrNotFound
	}
	station := gallery.OfHome(p, signature.PublicKey{}, nil, httplink.HandlerOptions{})
	kept := 0
	for _, albums := range []int{100, 1_000, 4_000} {
		for ; kept < albums; kept++ {
			var items []collection.Item
			for i := range 200 {
				items = append(items, collection.Item{ID: collection.ItemID{byte(i), 1}, MediaType: "image/jpeg"})
			}
			if _, err := p.Author.Make(b.Context(), collection.Header{Title: fmt.Sprint("Album ", kept)}, collection.Body{Items: items}, nothing); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("albums=%d", albums), func(b *testing.B) {
			for b.Loop() {
				if latest, err := station.Latest(b.Context(), ann, 0, 60); err != nil || len(latest) != 60 {
					b.Fatal(len(latest), err)
				}
			}
		})
	}
}
