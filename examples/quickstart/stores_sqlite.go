//go:build sqlite

package main

import (
	"context"

	"github.com/glimpse-go/glimpse/transport/sqlitestore"
)

// hubStores are what the hub can keep its records and blobs with, by the names that
// -store knows. SQLite takes long to build: it is there with the tag sqlite.
var hubStores = map[string]openStore{
	"sqlite": func(ctx context.Context, dir string) (ownedStore, error) { return sqlitestore.Open(ctx, dir) },
	"file":   openFiles,
}
