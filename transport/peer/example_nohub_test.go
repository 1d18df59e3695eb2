package peer_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Ann shares a photo with Bob and Carol, without a hub. Carol is offline until Ann's home is gone:
// Bob's peer passes the collection on to her, seals and all, and the original, too. The label has
// gone there by gossip. Config.Homes names the friends from whom Run would receive.
func ExampleAuthor_PublishDue() {
	ctx := context.Background()
	users := map[string]collection.UserID{"ann": {1}, "bob": {2}, "carol": {3}}
	online, keys := map[string]*peer.Peer{}, new(signature.Keyring)
	start := func(name string, friends ...*peer.Peer) *peer.Peer {
		key, user := newSigner(), users[name]
		_ = keys.Trust(user, key.Public())                                                        // the users have compared them
		cfg := peer.Config{Keys: keys, URL: name, Dial: func(s transport.Source) transport.Home { // over HTTP: httplink.Dialer
			if at := online[s.URL]; at != nil {
				return at.As(transport.Identity{User: user})
			}
			return nil
		}}
		for _, friend := range friends {
			cfg.Homes = append(cfg.Homes, friend.Source())
		}
		p, err := peer.New(ctx, user, key, cfg)
		if err != nil {
			fmt.Println(err)
		}
		online[name] = p
		return p
	}
	bobs := start("bob")
	anns := start("ann", bobs)
	carols := start("carol", anns, bobs)

	photo := collection.ItemID{7}
	name, _ := anns.Author.Make(ctx, collection.Header{Title: "Picnic"},
		collection.Body{Items: []collection.Item{{ID: photo}}, Recipients: []collection.UserID{users["bob"], users["carol"]}}, photos{}.Open)
	original := transport.Ref{Collection: name, Item: photo, Version: 2}
	_ = anns.Author.PublishPartial(ctx, name)
	news, err := bobs.Reader.ReceiveFrom(ctx, anns.Source())
	fmt.Println("Bob:", news[0].Note, err)

	_ = anns.Author.Publish(ctx, name)
	_, err = anns.Author.PublishDue(ctx) // Run does so by itself
	fmt.Println("told:", err)
	news, err = bobs.Reader.Receive(ctx)
	fmt.Println("Bob:", news[0].Note, err, bobs.Reader.Fetch(ctx, original))

	delete(online, "ann")
	news, err = carols.Reader.ReceiveFrom(ctx, bobs.Source())
	fmt.Println("Carol:", news[0].Title, "by Ann:", news[0].Author == users["ann"], err)
	var printer bytes.Buffer
	err = carols.Reader.Print(ctx, original, &printer)
	fmt.Println(printer.String(), err)
	// Output:
	// Bob: Previews come first; you will hear again when the full versions are there. <nil>
	// told: <nil>
	// Bob: All items are there in full. <nil> <nil>
	// Carol: Picnic by Ann: true <nil>
	// the original <nil>
}
