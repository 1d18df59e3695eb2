package hub_test

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// A hub works with one operating key after the other, which its root key lists: this is in
// RUNBOOK.md.
func ExampleConfig_rotation() {
	ctx, store := context.Background(), new(memstore.Store)
	root, first, second := newSigner(), newSigner(), newSigner()
	// list has the root list the keys of a hub. It is done where the root is.
	list := func(number uint64, keys ...*signature.Signer) signature.Roster {
		roster := signature.Roster{}
		for _, key := range keys {
			roster = roster.Join(must(signature.NewStation(ctx, collection.UserID{}, key, signature.StationPeer)))
		}
		roster.Number = number
		return must(roster.Sign(ctx, root))
	}
	h := must(hub.New(ctx, first, hub.Config{Store: store, Roster: list(1, first)}))
	fmt.Println("the authority is the root:", h.PublicKey().ID() == root.Public().ID())
	must(0, h.Close(ctx))
	// Years later, with the next key. The former one stays listed: what it has said stands.
	must(hub.New(ctx, second, hub.Config{Store: store, Roster: list(2, first, second)}))
	// It was stolen: without it, nothing stands that it alone has sealed.
	must(hub.New(ctx, second, hub.Config{Store: store, Roster: list(3, second)}))
	// Output:
	// the authority is the root: true
}
