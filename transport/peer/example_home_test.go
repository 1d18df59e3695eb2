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

// Two peers that know one another's keys need no hub: Ann's holds the originals
// back for a while, and tells Bob's itself.
func ExampleReader_ReceiveFrom() {
	ctx := context.Background()
	ann, bob := collection.UserID{1}, collection.UserID{2}
	annKey, bobKey := newSigner(), newSigner()
	keys := new(signature.Keyring)
	if err := keys.Trust(ann, annKey.Public()); err != nil {
		fmt.Println(err)
	}
	if err := keys.Trust(bob, bobKey.Public()); err != nil {
		fmt.Println(err)
	}
	anns, _ := peer.New(ctx, ann, annKey, peer.Config{Keys: keys, URL: "anns"})
	bobs, _ := peer.New(ctx, bob, bobKey, peer.Config{Keys: keys, // over HTTP: httplink.Dialer
		Dial: func(transport.Source) transport.Home { return anns.As(transport.Identity{User: bob}) }})

	photo := collection.ItemID{7}
	name, err := anns.Author.Make(ctx, collection.Header{Title: "Picnic"},
		collection.Body{Items: []collection.Item{{ID: photo}}, Recipients: []collection.UserID{bob}}, photos{}.Open)
	fmt.Println("made:", err)
	for _, publish := range []func(context.Context, collection.Name) error{anns.Author.PublishPartial, anns.Author.Publish} {
		err := publish(ctx, name)
		news, err2 := bobs.Reader.ReceiveFrom(ctx, anns.Source())
		fmt.Println(news[0].Title+":", news[0].Note, err, err2)
	}
	var printer bytes.Buffer
	err = bobs.Reader.Print(ctx, transport.Ref{Collection: name, Item: photo, Version: 2}, &printer)
	fmt.Println(printer.String(), err)
	// Output:
	// made: <nil>
	// Picnic: Previews come first; you will hear again when the full versions are there. <nil> <nil>
	// Picnic: All items are there in full. <nil> <nil>
	// the original <nil>
}
