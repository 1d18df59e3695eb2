package mediafiles_test

import (
	"context"
	"crypto/rand"
	"image"
	"image/jpeg"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// world is a hub, a device of Ann's and a peer of Bob's.
type world struct {
	t       *testing.T
	hub     *hub.Hub
	ann     collection.UserID
	bobID   collection.UserID
	folder  mediafiles.Folder
	camera  *device.Device
	station transport.Hub // for the camera
	bob     *peer.Peer
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	var err error
	w.hub, err = hub.New(t.Context(), newSigner(t), hub.Config{})
	must(t, err)
	server := httptest.NewServer(httplink.HubHandler(w.hub, httplink.HandlerOptions{}))
	t.Cleanup(server.Close)
	var link transport.Hub
	var signer *signature.Signer
	w.ann, signer, w.station = w.register("Ann", server.URL)
	w.camera = device.New(w.ann, signer, &w.folder, device.Config{})
	w.bobID, signer, link = w.register("Bob", server.URL)
	keys := new(signature.Keyring)
	must(t, keys.AddAuthority(w.hub.PublicKey()))
	w.bob, err = peer.New(t.Context(), w.bobID, signer, peer.Config{Keys: keys, Hub: link})
	must(t, err)
	return w
}

func newSigner(t *testing.T) *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	must(t, err)
	s, err := signature.NewSigner(key, rand.Reader)
	must(t, err)
	return s
}

// register makes a user with one credential.
func (w *world) register(name, url string) (collection.UserID, *signature.Signer, transport.Hub) {
	ctx, accounts := w.t.Context(), w.hub.Accounts()
	user, err := accounts.Register(ctx, hub.Person{Name: name})
	must(w.t, err)
	signer := newSigner(w.t)
	proof, err := signature.ProvePossession(ctx, signer, w.hub.PublicKey().ID(), user)
	must(w.t, err)
	_, err = accounts.AddKey(ctx, user, "one", signer.Public(), proof)
	must(w.t, err)
	token, err := accounts.Issue(ctx, user, "one")
	must(w.t, err)
	return user, signer, httplink.NewClient(url, httplink.Bearer(token), httplink.Options{})
}

// share makes a collection of files and shares it with the hub.
func (w *world) share(paths ...string) collection.Name {
	var items []collection.Item
	for _, path := range paths {
		id, err := w.camera.NewItemID()
		must(w.t, err)
		item, err := w.folder.Add(context.Background(), id, path)
		must(w.t, err)
		items = append(items, item)
	}
	name, err := w.camera.Make(w.t.Context(),
		collection.Header{Title: "Holiday", Authority: collection.KeyID(w.hub.PublicKey().ID())},
		collection.Body{Items: items, Recipients: []collection.UserID{w.bobID}})
	must(w.t, err)
	answer, err := w.camera.Share(w.t.Context(), w.station, name)
	must(w.t, err)
	if answer.Next != transport.Done {
		w.t.Fatalf("shared, then %v", answer.Next)
	}
	return name
}

// thumbnail is what Bob sees of an item.
func (w *world) thumbnail(ref transport.Ref) image.Image {
	must(w.t, w.bob.Reader.Fetch(w.t.Context(), ref))
	b, err := w.bob.Reader.Open(w.t.Context(), ref)
	must(w.t, err)
	defer b.Close()
	picture, err := jpeg.Decode(io.NewSectionReader(b, 0, b.Size()))
	must(w.t, err)
	return picture
}
