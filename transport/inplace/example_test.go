package inplace_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/inplace"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Ann's home shares a film from where it lies: what it keeps below has no copy of it.
func Example() {
	ctx := context.Background()
	dir := must(os.MkdirTemp("", "films"))
	defer os.RemoveAll(dir)
	film := filepath.Join(dir, "film.mp4")
	must(0, os.WriteFile(film, make([]byte, 1<<20), 0o600))

	below := new(memstore.Store) // filestore.Open in real life
	store := inplace.New(below)
	signer := must(signature.NewSigner(must(signature.GenerateKey(rand.Reader)), rand.Reader))
	home := must(peer.New(ctx, collection.UserID{1}, signer, peer.Config{Store: store}))

	item := collection.ItemID{2}
	open := func(_ context.Context, _ collection.ItemID, version int) (transport.Blob, error) {
		if version < 2 {
			return nil, transport.ErrNotFound // it has no smaller ones
		}
		return store.File(film)
	}
	body := collection.Body{Items: []collection.Item{{ID: item, Caption: "Film"}}}
	name := must(home.Author.Make(ctx, collection.Header{Title: "Films"}, body, open))

	blob := must(home.Reader.Open(ctx, transport.Ref{Collection: name, Item: item, Version: 2}))
	defer blob.Close()
	fmt.Println(must(io.Copy(io.Discard, io.NewSectionReader(blob, 0, blob.Size()))), "bytes are served")
	copies := 0
	for range below.List(ctx, "", "", 0) {
		copies++
	}
	fmt.Println(copies, "copies")
	// Output:
	// 1048576 bytes are served
	// 0 copies
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
