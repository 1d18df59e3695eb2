package hub_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestHoard: whatever a user has a hub keep, a poll of another one reads and writes as much
// as before.
func TestHoard(t *testing.T) {
	store := &tally{Store: new(memstore.Store)}
	w := labtest.New(t, hub.Config{Store: store})
	mallory, bob := w.Camera(w.User("mallory"), 0), w.User("bob")
	poll := func() string {
		return store.of(t, "poll", func() error {
			return second(w.Hub.Hub.As(bob).Changes(t.Context(), transport.ChangesRequest{}))
		})
	}
	before := poll()
	n := 200_000
	if testing.Short() {
		n = 10_000
	}
	for k := range 5 {
		items := make([]collection.Item, n)
		for i := range items {
			binary.BigEndian.PutUint64(items[i].ID[:], uint64(i+1)*0x9e3779b97f4a7c15)
			items[i].ID[14], items[i].ID[15] = byte(k+1), 1
		}
		h := collection.Header{ID: collection.ID{9, byte(k)}, Author: mallory.User, Created: time.Unix(1, 0)}
		c, err := collection.New(h, collection.Body{Items: items})
		labtest.Must(t, err)
		c, err = c.Sign(t.Context(), mallory.Signer, w.Now())
		labtest.Must(t, err)
		data, err := c.MarshalBinary()
		labtest.Must(t, err)
		_, err = mallory.ToHub().Share(t.Context(), transport.Share{Collection: data})
		labtest.Must(t, err)
		if after := poll(); after != before {
			t.Errorf("%s, before %s", after, before)
		}
	}
	if u := usage(t, w, mallory.User); u.Collections != 5 || u.States < int64(5*16*n) {
		t.Errorf("%+v", u)
	}
}
