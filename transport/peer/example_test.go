package peer_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Ann's camera shares a photo with Bob. Bob sees its thumbnail at once, and may print it
// when Ann's home peer has published the original. Everything runs in one
// process here; httplink puts HTTP in between.
func Example() {
	ctx := context.Background()
	authority := newSigner()
	h, _ := hub.New(ctx, authority, hub.Config{RequiredFromPeer: 1, Dial: func(s transport.Source) transport.Home {
		return network[s.URL].As(transport.Identity{Key: collection.KeyID(authority.Public().ID())})
	}})
	ann, annKey, annStatement := join(h, "Ann")
	bob, bobKey, bobStatement := join(h, "Bob")
	home := open(h, ann, annKey, annStatement, "home")
	bobs := open(h, bob, bobKey, bobStatement, "bobs")

	camera := device.New(ann, annKey, photos{}, device.Config{})
	photo, _ := camera.NewItemID()
	name, _ := camera.Make(ctx,
		collection.Header{Title: "Picnic", Authority: collection.KeyID(h.PublicKey().ID())},
		collection.Body{Items: []collection.Item{{ID: photo}}, Recipients: []collection.UserID{bob}})
	_, err := camera.Share(ctx, h.As(ann), name)
	fmt.Println("shared:", err)

	original := transport.Ref{Collection: name, Item: photo, Version: 2}
	news, _ := bobs.Reader.Receive(ctx)
	fmt.Println("Bob hears:", news[0].Title)
	for ref, err := range bobs.Reader.Versions(ctx, name, 0) {
		shown, _ := bobs.Reader.Open(ctx, ref)
		io.Copy(os.Stdout, io.NewSectionReader(shown, 0, shown.Size()))
		fmt.Println(",", err)
	}
	view, _ := bobs.Reader.View(ctx, name)
	fmt.Println("may:", view.Rights(0, 2))
	fmt.Println("print:", view.Check(0, 2, label.Print) != nil, bobs.Reader.Print(ctx, original, os.Stdout) != nil)

	_, err = camera.Sync(ctx, home.As(transport.Identity{User: ann}), name) // the local link at home
	fmt.Println("synced:", err)
	fmt.Println("published:", home.Author.Publish(ctx, name))

	news, _ = bobs.Reader.Receive(ctx)
	fmt.Println("Bob hears:", news[0].Note)
	var printer bytes.Buffer
	err = bobs.Reader.Print(ctx, original, &printer)
	fmt.Println(printer.String(), err)
	// Output:
	// shared: <nil>
	// Bob hears: Picnic
	// the thumbnail, <nil>
	// may: none
	// print: true true
	// synced: <nil>
	// published: <nil>
	// Bob hears: All items are there in full.
	// the original <nil>
}

// photos are the media of the camera.
type photos struct{}

func (photos) Open(_ context.Context, _ collection.ItemID, version int) (transport.Blob, error) {
	if version == 1 {
		return nil, transport.ErrNotFound
	}
	return blob{bytes.NewReader([]byte([]string{"the thumbnail", "", "the original"}[version]))}, nil
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

// network is how stations of this example reach one another.
var network = map[string]*peer.Peer{}

func open(h *hub.Hub, user collection.UserID, key *signature.Signer, statement []byte, address string) *peer.Peer {
	keys := new(signature.Keyring)
	if err := keys.AddAuthority(h.PublicKey()); err != nil {
		panic(err)
	}
	p, err := peer.New(context.Background(), user, key, peer.Config{
		Keys: keys, Hub: h.As(user), Statement: statement, URL: address,
		Dial: func(s transport.Source) transport.Home { return network[s.URL].As(transport.Identity{User: user}) },
	})
	if err != nil {
		panic(err)
	}
	network[address] = p
	return p
}

func join(h *hub.Hub, name string) (collection.UserID, *signature.Signer, []byte) {
	ctx := context.Background()
	user, err := h.Accounts().Register(ctx, hub.Person{Name: name})
	if err != nil {
		panic(err)
	}
	key := newSigner()
	proof, err := signature.ProvePossession(ctx, key, h.PublicKey().ID(), user) // that the station has the key
	if err != nil {
		panic(err)
	}
	statement, err := h.Accounts().AddKey(ctx, user, "home", key.Public(), proof)
	if err != nil {
		panic(err)
	}
	return user, key, statement
}

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

// A Renderer makes the partial versions that a hub asks a home peer for.
func ExampleRendererFunc() {
	render := peer.RendererFunc(func(_ context.Context, p peer.Picture, w io.Writer) error {
		_, err := fmt.Fprintf(w, "%d bytes scaled to %s", p.Original.Size(), p.Version.Name)
		return err
	})
	picture := peer.Picture{Version: label.Version{Name: "screen", Pixels: 640 * 480}, Original: blob{bytes.NewReader(make([]byte, 99))}}
	err := render.Render(context.Background(), picture, os.Stdout)
	fmt.Println(err)
	// Output: 99 bytes scaled to screen<nil>
}
