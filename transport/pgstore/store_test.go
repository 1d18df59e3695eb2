package pgstore_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/pgstore"
	"github.com/glimpse-go/glimpse/transport/pgstore/pgtest"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// joined has the records in PostgreSQL, and blobs in memory.
type joined struct {
	*pgstore.Records
	transport.Blobs
}

// stores opens stores, all that one test opens in one schema. A crash of a process
// leaves it with new connections, which is what the next one of a test has.
func stores(server *pgtest.Server) func(testing.TB) transport.Store {
	urls := map[testing.TB]string{}
	blobs := map[testing.TB]*memstore.Store{}
	return func(t testing.TB) transport.Store {
		if blobs[t] == nil {
			urls[t], blobs[t] = server.URL(), new(memstore.Store)
		} else {
			blobs[t] = blobs[t].Reopen()
		}
		return joined{open(t, urls[t]), blobs[t]}
	}
}

func TestStore(t *testing.T) {
	transporttest.Store(t, stores(pgtest.Start(t)))
}

func open(t testing.TB, url string) *pgstore.Records {
	t.Helper()
	r, err := pgstore.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}
