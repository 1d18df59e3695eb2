package station

import (
	"context"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// TestPageIsBounded: nobody can make an answer too large for its reader with small
// collections that come with many key statements.
func TestPageIsBounded(t *testing.T) {
	k, signer, _ := newCore(t, 1)
	for i := range 8 {
		item := collection.Item{ID: collection.ItemID{byte(i + 1)}, Digests: []collection.Digest{{1}, {}, {2}}}
		h := collection.Header{ID: collection.ID{3, byte(i)}, Author: ann}
		c := must(collection.New(h, collection.Body{Items: []collection.Item{item}}))
		c = must(c.Sign(t.Context(), signer, time.Unix(1e9, 0)))
		keeps(t, k, c)
		n := must(notify.Make(c, notify.Shared, ""))
		n.To = ann
		must(record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
			return k.enter(t.Context(), tx, engine.Notify{Notification: n, Seq: 1}, []collection.UserID{ann})
		}))
	}
	keys := func(context.Context, engine.State) ([][]byte, error) { return [][]byte{make([]byte, maxAnswer)}, nil }
	heard := 0
	var at transport.Cursor
	for range 8 {
		page := must(k.Server.page(t.Context(), ann, at, keys))
		heard, at = heard+len(page.Entries), page.Next
		if data := must(transport.Encode(page)); len(data) > 2*maxAnswer+maxState {
			t.Errorf("%d entries in %d bytes", len(page.Entries), len(data))
		}
	}
	if heard != 8 {
		t.Errorf("heard %d of 8", heard)
	}
}
