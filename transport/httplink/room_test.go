package httplink

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// TestRoom: what is a few bytes in CBOR and a line for every item in JSON is refused where it
// would be too much of it.
func TestRoom(t *testing.T) {
	for n, want := range map[int]error{maxShown / 2: nil, maxShown/2 + 1: transport.ErrTooLarge} {
		items := make([]collection.Item, n)
		ids := make([]collection.ItemID, n)
		for i := range items {
			binary.BigEndian.PutUint64(ids[i][:], uint64(i+1))
			items[i].ID = ids[i]
		}
		author := collection.UserID{1}
		c, err := collection.New(collection.Header{ID: collection.ID{1}, Author: author}, collection.Body{Items: items})
		if err != nil {
			t.Fatal(err)
		}
		u, err := c.Complete(author, ids...)
		if err != nil {
			t.Fatal(err)
		}
		var m transport.State
		if m.Collection, err = c.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
		update, err := u.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		m.Updates = [][]byte{update}
		if _, err := viewOf(m); !errors.Is(err, want) {
			t.Errorf("%d items: %v", n, err)
		}
		m.Collection, m.Updates = nil, nil
		m.Sources = []transport.Source{{Items: transport.AllBits(2 * n)}}
		if _, err := viewOf(m); !errors.Is(err, want) {
			t.Errorf("%d places: %v", 2*n, err)
		}
	}
}
