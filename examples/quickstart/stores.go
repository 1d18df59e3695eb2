package main

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
)

// openStore opens the store in a folder.
type openStore func(ctx context.Context, dir string) (ownedStore, error)

// ownedStore is a store that whoever opened it closes.
type ownedStore interface {
	transport.Store
	io.Closer
}

// openFiles is for devices and homes, and for a server that is to do without a database.
func openFiles(_ context.Context, dir string) (ownedStore, error) { return filestore.Open(dir) }
