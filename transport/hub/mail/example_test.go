package mail_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// Somebody who is known by a mail address only gets a letter. Its token opens
// title and cover; whoever registers with the address reads the collection.
func Example() {
	ctx := context.Background()
	post := new(notify.Memory) // a program sends real mail here
	h, err := hub.New(ctx, newSigner(), hub.Config{Mail: mail.Config{Channel: post}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close(ctx)
	signer := newSigner()
	ann, err := h.Accounts().Register(ctx, hub.Person{Name: "Ann"})
	if err == nil {
		var proof []byte // that the camera has the key
		if proof, err = signature.ProvePossession(ctx, signer, h.PublicKey().ID(), ann); err == nil {
			_, err = h.Accounts().AddKey(ctx, ann, "camera", signer.Public(), proof)
		}
	}
	if err != nil {
		fmt.Println(err)
		return
	}

	camera := device.New(ann, signer, device.MediaFunc(thumbnail), device.Config{})
	photo, err := camera.NewItemID()
	if err != nil {
		fmt.Println(err)
		return
	}
	name, err := camera.MakeFor(ctx, collection.Header{Title: "Picnic", Authority: h.PublicKey().ID()}, collection.Body{Items: []collection.Item{{ID: photo}}}, "eve@example.org")
	if err == nil {
		_, err = camera.Share(ctx, h.As(ann), name)
	}
	fmt.Println("shared:", err)

	_, err = h.Mail().Deliver(ctx) // a program has h.Mail().Run(ctx) do so
	letter := post.Letters()[0]
	fmt.Println(letter.Address, letter.Title, string(letter.Cover), err)
	glimpse, err := h.Glimpse(ctx, letter.Token)
	fmt.Println(glimpse.Title, glimpse.Items, glimpse.Labelled, err)

	eve, err := h.Accounts().Register(ctx, hub.Person{Name: "Eve", Addresses: []string{"eve@example.org"}})
	if err == nil {
		_, err = h.As(eve).Collection(ctx, name)
	}
	fmt.Println("a member reads it:", err)
	// Output:
	// shared: <nil>
	// eve@example.org Picnic a thumbnail <nil>
	// Picnic 1 1 <nil>
	// a member reads it: <nil>
}

// thumbnail gives every item the same one.
func thumbnail(_ context.Context, _ collection.ItemID, version int) (transport.Blob, error) {
	if version > 0 {
		return nil, transport.ErrNotFound
	}
	return blob{strings.NewReader("a thumbnail")}, nil
}

type blob struct{ *strings.Reader }

func (blob) Close() error { return nil }

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
