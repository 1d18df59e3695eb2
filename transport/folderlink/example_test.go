package folderlink_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/folderlink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Ann's camera has never met a network. She puts its card into the computer at home.
func Example() {
	ctx, ann := context.Background(), collection.UserID{1}
	card := must(os.MkdirTemp("", "card"))
	defer os.RemoveAll(card)
	lake := filepath.Join(card, "DCIM", "lake.jpg")
	must(0, os.Mkdir(filepath.Dir(lake), 0o755))
	must(0, os.WriteFile(lake, []byte("the whole lake"), 0o644))

	// On the camera.
	key := must(signature.NewSigner(must(signature.GenerateKey(rand.Reader)), nil))
	photos := device.Files{{2}: {"", "", lake}}
	camera := device.New(ann, key, photos, device.Config{})
	name := must(camera.Make(ctx, collection.Header{Title: "Picnic"}, collection.Body{Items: []collection.Item{{ID: collection.ItemID{2}}}}))
	must(0, folderlink.Put(ctx, card, must(camera.Collection(ctx, name)), photos))

	// At home, which knows the camera's key.
	keys := new(signature.Keyring)
	must(0, keys.Trust(ann, key.Public()))
	homeKey := must(signature.NewSigner(must(signature.GenerateKey(rand.Reader)), nil))
	home := must(peer.New(ctx, ann, homeKey, peer.Config{Keys: keys}))
	root := must(os.OpenRoot(card))
	defer root.Close()
	for taken, err := range folderlink.Take(ctx, root, ann, home.As(transport.Identity{User: ann}), folderlink.Options{}) {
		fmt.Println(taken.Collection.Title(), taken.Bytes, len(taken.Left), err)
	}
	fmt.Println(home.Reader.Print(ctx, transport.Ref{Collection: name, Item: collection.ItemID{2}, Version: 2}, os.Stdout))
	// Output:
	// Picnic 14 0 <nil>
	// the whole lake<nil>
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
