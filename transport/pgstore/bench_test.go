package pgstore_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/pgstore/pgtest"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// BenchmarkStore is about records; the blobs are in memory.
func BenchmarkStore(b *testing.B) {
	server := pgtest.Start(b)
	transporttest.BenchmarkStore(b, func(t testing.TB) transport.Store {
		return joined{open(t, server.URL()), new(memstore.Store)}
	})
}
