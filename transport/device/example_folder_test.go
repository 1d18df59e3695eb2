package device_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// A camera shares the photos of a folder with Bob, by the hub, which gets their thumbnails, and
// hands all over to Ann's home when it is near. What it has made is in a store beside them.
func Example_folder() {
	ctx := context.Background()
	dir := must(os.MkdirTemp("", "camera"))
	defer os.RemoveAll(dir)
	for _, name := range []string{"lake.jpg", "lake.jpg.small", "hut.jpg", "hut.jpg.small"} {
		must(0, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
	}
	own := must(account.Open(filepath.Join(dir, "account"), "camera", rand.Reader))
	signer := must(own.Signer())
	// The hub is in memory here; over HTTPS it is httplink.HubOf(own, httplink.Options{}).
	authority := must(account.New("hub", rand.Reader))
	h := must(hub.New(ctx, must(authority.Signer()), hub.Config{}))
	ann := must(h.Accounts().Register(ctx, hub.Person{Name: "Ann"}))
	bob := must(h.Accounts().Register(ctx, hub.Person{Name: "Bob"}))
	proof := must(signature.ProvePossession(ctx, signer, h.PublicKey().ID(), ann))
	must(h.Accounts().AddKey(ctx, ann, own.Name, signer.Public(), proof))

	store := must(filestore.Open(filepath.Join(dir, "store")))
	defer store.Close()
	photos, config := device.Files{}, device.Config{Store: store, Authority: h.PublicKey().ID()}
	camera := device.New(ann, signer, photos, config)
	body := collection.Body{Recipients: []collection.UserID{bob}}
	for _, path := range must(filepath.Glob(filepath.Join(dir, "*.jpg"))) {
		item := collection.Item{ID: must(camera.NewItemID()), Caption: filepath.Base(path)}
		photos[item.ID] = []string{path + ".small", "", path} // no screen version
		body.Items = append(body.Items, item)
	}
	name := must(camera.MakeFor(ctx, collection.Header{Title: "Picnic"}, body))
	shared, err := camera.Share(ctx, h.As(ann), name)
	fmt.Println("shared:", shared.Next, err)
	told := must(h.As(bob).Changes(ctx, transport.ChangesRequest{})).Entries[0].Notification
	fmt.Printf("Bob hears of %d photos, the first is %q\n", told.Items, told.Cover)

	// Over HTTPS httplink.Dialer reaches one of own.Sources.
	keys := new(signature.Keyring)
	must(0, keys.Trust(ann, signer.Public()))
	home := must(peer.New(ctx, ann, must(own.Signer()), peer.Config{Keys: keys}))
	synced, err := camera.Sync(ctx, home.As(transport.Identity{User: ann}), name)
	fmt.Println("synced:", synced.Next, err)
	hut := transport.Ref{Collection: name, Item: body.Items[0].ID, Version: 2}
	fmt.Println(" is at home:", home.Reader.Print(ctx, hut, os.Stdout))
	// Output:
	// shared: done <nil>
	// Bob hears of 2 photos, the first is "hut.jpg.small"
	// synced: done <nil>
	// hut.jpg is at home: <nil>
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
