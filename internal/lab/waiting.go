package lab

import (
	"context"
	"fmt"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Entry is what a hub's or a peer's feed for a user has of a collection, under
// "o/USER/COLLECTION".
type Entry struct {
	Number   uint64             `cbor:"1,keyasint"`
	Delivery transport.Delivery `cbor:"2,keyasint"`
}

// Told is what a peer has been told of a collection last, under "n/COLLECTION".
type Told struct {
	Notification notify.Notification `cbor:"1,keyasint"`
	Seen         collection.Digest   `cbor:"2,keyasint"`
}

// Leased is the record of a job that a hub or a peer has to do.
type Leased struct {
	Until int64  `cbor:"1,keyasint"` // when another process may take it over, in milliseconds since 1970
	Job   []byte `cbor:"2,keyasint"`
}

// Waiting returns what an entry's record holds, and whether it waits to be read.
func Waiting(ctx context.Context, from transport.Records, r transport.Record) (d transport.Delivery, waits bool, err error) {
	e, err := transport.Decode[Entry](r.Value)
	if err != nil {
		return d, false, err
	}
	user, _, _ := strings.Cut(strings.TrimPrefix(r.Key, "o/"), "/")
	found, err := from.Get(ctx, fmt.Sprintf("news/%s/%016x", user, e.Number))
	return e.Delivery, err == nil && found[0].Version > 0, err
}
