package pgstore_test

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/pgstore"
)

// Example opens the records of a hub, with blobs from elsewhere. It needs a server, so
// it is not run.
func Example() {
	ctx := context.Background()
	records, err := pgstore.Open(ctx, "postgres://glimpse@db.example.org/glimpse")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer records.Close()
	var store transport.Store = struct {
		*pgstore.Records
		transport.Blobs
	}{records, new(memstore.Store)}
	version, err := store.Apply(ctx, transport.Batch{
		Changes: []transport.Change{{Key: "greeting", Value: []byte("hello")}},
	})
	fmt.Println(version, err)
}
