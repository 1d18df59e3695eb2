package s3store_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/s3store"
	"github.com/glimpse-go/glimpse/transport/s3store/s3test"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// joined is a store of this package's blobs and of records in memory.
type joined struct {
	transport.Blobs
	transport.Records
}

// opener returns what opens the store of a test, in a bucket of its own.
func opener(server *s3test.Server) func(testing.TB) transport.Store {
	buckets := map[testing.TB]string{}
	records := map[testing.TB]*memstore.Store{}
	return func(t testing.TB) transport.Store {
		if records[t] == nil {
			buckets[t], records[t] = server.Bucket(t), new(memstore.Store)
		}
		return joined{open(t, server.URL, s3store.Config{Bucket: buckets[t], Prefix: "some/where/"}), records[t]}
	}
}

func open(t testing.TB, url string, config s3store.Config) *s3store.Store {
	t.Helper()
	if config.Spool == "" {
		config.Spool = t.TempDir()
	}
	s, err := s3store.Open(t.Context(), s3test.Client(url), config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T)       { transporttest.Store(t, opener(s3test.Start(t))) }
func TestSharedStore(t *testing.T) { transporttest.SharedStore(t, opener(s3test.Start(t))) }
