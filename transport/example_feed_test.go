package transport_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A station reads a feed from where it has read it, and another one from the beginning. Peers
// do this in Receive; the feed of a hub elsewhere is an httplink.Client.
func ExampleFeed() {
	ctx := context.Background()
	h, _ := hub.New(ctx, newSigner(), hub.Config{})
	ann, _ := h.Accounts().Register(ctx, hub.Person{Name: "Ann"})
	bob, _ := h.Accounts().Register(ctx, hub.Person{Name: "Bob"})
	share := cameraOf(ctx, h, ann, bob)
	read := func(station string, feed transport.Feed, after transport.Cursor) transport.Cursor {
		news, err := feed.Changes(ctx, transport.ChangesRequest{After: after})
		for _, e := range news.Entries {
			fmt.Printf("%s: %q is %v\n", station, e.Notification.Title, e.Notification.Reason)
		}
		if err != nil {
			fmt.Println(err)
		}
		return news.Next // to be stored, together with what was read
	}

	fmt.Println(share("Picnic"))
	after := read("phone", h.As(bob), transport.Cursor{})
	fmt.Println(share("Lake"))
	read("phone", h.As(bob), after)
	read("laptop", h.As(bob), transport.Cursor{})
	// Output:
	// <nil>
	// phone: "Picnic" is shared
	// <nil>
	// phone: "Lake" is shared
	// laptop: "Picnic" is shared
	// laptop: "Lake" is shared
}

func newSigner() *signature.Signer {
	key, _ := signature.GenerateKey(rand.Reader)
	signer, _ := signature.NewSigner(key, rand.Reader)
	return signer
}

// cameraOf returns what has a camera share one photo.
func cameraOf(ctx context.Context, h *hub.Hub, from, to collection.UserID) (share func(title string) error) {
	signer := newSigner()
	proof, _ := signature.ProvePossession(ctx, signer, h.PublicKey().ID(), from)
	_, enrolled := h.Accounts().AddKey(ctx, from, "camera", signer.Public(), proof)
	thumbnail := device.MediaFunc(func(context.Context, collection.ItemID, int) (transport.Blob, error) {
		return transport.BytesBlob([]byte("a thumbnail")), nil
	})
	camera := device.New(from, signer, thumbnail, device.Config{})
	return func(title string) error {
		photo, err := camera.NewItemID()
		if err = cmp.Or(enrolled, err); err != nil {
			return err
		}
		body := collection.Body{Items: []collection.Item{{ID: photo}}, Recipients: []collection.UserID{to}}
		name, err := camera.Make(ctx, collection.Header{Title: title, Authority: collection.KeyID(h.PublicKey().ID())}, body)
		if err == nil {
			_, err = camera.Share(ctx, h.As(from), name)
		}
		return err
	}
}
