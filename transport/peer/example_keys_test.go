package peer_test

import (
	"context"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// A home shows since when it has not heard of whom keys were revoked.
func ExamplePeer_Freshness() {
	ctx := context.Background()
	h, _ := hub.New(ctx, newSigner(), hub.Config{})
	ann, annKey, annStatement := join(h, "Ann")
	keys := new(signature.Keyring)
	if err := keys.AddAuthority(h.PublicKey()); err != nil {
		fmt.Println(err)
	}
	now := time.Date(2027, 7, 1, 12, 0, 0, 0, time.UTC)
	home, _ := peer.New(ctx, ann, annKey, peer.Config{
		Keys: keys, Statement: annStatement, Hub: h.As(ann), Now: func() time.Time { return now },
	})
	fmt.Println("heard:", home.RefreshKeys(ctx)) // as Run does every minute

	now = now.Add(8 * 24 * time.Hour) // the line is dead
	if f := home.Freshness(); f.Stale {
		fmt.Println("New people cannot read here. The hub was last heard on", f.Heard.UTC().Format(time.DateOnly))
	}
	// Output:
	// heard: <nil>
	// New people cannot read here. The hub was last heard on 2027-07-01
}
