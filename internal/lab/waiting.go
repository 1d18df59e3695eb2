package lab

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Entry is what a hub's or a peer's feed for a user has of a collection, under
// "o/USER/COLLECTION".
type Entry struct {
	Number       uint64              `cbor:"1,keyasint"`
	First        uint64              `cbor:"2,keyasint"`
	Seq          uint64              `cbor:"3,keyasint"`
	Notification notify.Notification `cbor:"4,keyasint"`
	Edited       uint64              `cbor:"5,keyasint"`
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

// Cursor returns the key of the record in which a peer has up to where it has read its
// user's feed at a peer, or, zero, at the hub.
func Cursor(at transport.Source) string {
	place := sha256.Sum256([]byte(at.URL))
	return fmt.Sprintf("cursor/%v/%x", at.User, place[:16])
}

// HasRead returns up to where a peer has read its user's feed at a peer, or, zero, at the
// hub.
func HasRead(ctx context.Context, peer transport.Records, at transport.Source) (c transport.Cursor, err error) {
	found, err := peer.Get(ctx, Cursor(at))
	if err == nil && found[0].Version > 0 {
		c, err = transport.Decode[transport.Cursor](found[0].Value)
	}
	return c, err
}
