package device_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A camera shares one photo; the hub asks for its thumbnail only.
func Example() {
	ctx := context.Background()
	h, _ := hub.New(ctx, newSigner(), hub.Config{})
	ann, _ := h.Accounts().Register(ctx, hub.Person{Name: "Ann"})
	bob, _ := h.Accounts().Register(ctx, hub.Person{Name: "Bob"})
	signer := newSigner()
	proof, _ := signature.ProvePossession(ctx, signer, h.PublicKey().ID(), ann) // that the camera has the key
	if _, err := h.Accounts().AddKey(ctx, ann, "camera", signer.Public(), proof); err != nil {
		fmt.Println(err)
		return
	}

	// The media of this camera: a thumbnail and an original, no screen version.
	media := device.MediaFunc(func(_ context.Context, _ collection.ItemID, version int) (transport.Blob, error) {
		switch version {
		case 0:
			return open("a thumbnail"), nil
		case 2:
			return open("an original of many bytes"), nil
		}
		return nil, transport.ErrNotFound
	})
	camera := device.New(ann, signer, media, device.Config{})
	photo, _ := camera.NewItemID()
	name, err := camera.Make(ctx,
		collection.Header{Title: "Picnic", Authority: collection.KeyID(h.PublicKey().ID())},
		collection.Body{Items: []collection.Item{{ID: photo, MediaType: "image/jpeg"}}, Recipients: []collection.UserID{bob}})
	fmt.Println("made:", err)

	answer, err := camera.Share(ctx, h.As(ann), name) // in process; over a network with httplink.NewClient
	fmt.Println("shared:", answer.Next, err)

	waiting, _ := h.As(bob).Changes(ctx, transport.ChangesRequest{})
	n := waiting.Entries[0].Notification
	fmt.Printf("Bob hears of %q with %q: %s\n", n.Title, n.Cover, n.Note)
	// Output:
	// made: <nil>
	// shared: done <nil>
	// Bob hears of "Picnic" with "a thumbnail": Previews come first; you will hear again when the full versions are there.
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func open(s string) transport.Blob { return blob{bytes.NewReader([]byte(s))} }

func newSigner() *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	signer, err := signature.NewSigner(key, rand.Reader)
	if err != nil {
		panic(err)
	}
	return signer
}
