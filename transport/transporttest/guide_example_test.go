package transporttest_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A hub in somebody else's server: below a path, for those whom that knows by its own means.
func Example_framework() {
	ctx := context.Background()
	h := must(hub.New(ctx, newSigner(), hub.Config{}))
	ann := must(h.Accounts().Register(ctx, hub.Person{Name: "Ann"}))

	known := sessions{"a cookie": ann}
	station := httplink.HubHandler(h, httplink.HandlerOptions{Who: known})
	site := http.NewServeMux() // or the router of a framework that takes an http.Handler
	site.Handle("/glimpse/", http.StripPrefix("/glimpse", station))

	server := httptest.NewServer(site)
	defer server.Close()
	client := httplink.NewClient(server.URL+"/glimpse", httplink.Bearer("a cookie"), httplink.Options{})
	ids, err := client.NewIdentifiers(ctx, 3)
	fmt.Println(len(ids.Items), "ids for items,", err)
	// Output: 3 ids for items, <nil>
}

// sessions says who calls by what the server's own login has handed out.
type sessions map[string]collection.UserID

func (s sessions) Authenticate(r *http.Request) (transport.Identity, error) {
	if user, ok := s[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]; ok {
		return transport.Identity{User: user}, nil
	}
	return transport.Identity{}, transport.ErrUnauthenticated
}

// The firmware of a camera: its photos are in flash, its key is in a secure element, and it
// speaks another link than HTTP.
func Example_firmware() {
	ctx := context.Background()
	h := must(hub.New(ctx, newSigner(), hub.Config{}))
	ann := must(h.Accounts().Register(ctx, hub.Person{Name: "Ann"}))
	key := newSigner() // it is enrolled in real life: see package enrol
	proof := must(signature.ProvePossession(ctx, key, h.PublicKey().ID(), ann))
	must(h.Accounts().AddKey(ctx, ann, "camera", key.Public(), proof))

	photos := flash{}
	camera := device.New(ann, element{key}, photos, device.Config{Authority: h.PublicKey().ID()})
	var body collection.Body
	for _, exposure := range []string{"lake", "hut"} {
		id := must(camera.NewItemID())
		photos[id] = [3][]byte{0: []byte("small " + exposure), 2: []byte("a " + exposure + " as the sensor saw it")}
		body.Items = append(body.Items, collection.Item{ID: id, Caption: exposure, MediaType: "image/jpeg"})
	}
	name := must(camera.Make(ctx, collection.Header{ID: collection.ID{1}, Title: "Picnic"}, body))
	answer, err := camera.Share(ctx, over(tokens{h}, ann.String()), name)
	fmt.Println(answer.Next, err)
	// Output: done <nil>
}

// flash has the versions of items by their places in the ladder: thumbnail, screen, original.
type flash map[collection.ItemID][3][]byte

func (f flash) Open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	if data := f[item][version]; data != nil {
		return transport.BytesBlob(data), nil
	}
	return nil, transport.At(transport.ErrNotFound, item.String())
}

// element is a secure element: it seals a statement of some hundred bytes, and keeps its key.
type element struct{ key *signature.Signer }

func (e element) ID() [32]byte { return e.key.ID() }

func (e element) Sign(ctx context.Context, typ string, statement []byte) ([]byte, error) {
	return e.key.Sign(ctx, typ, statement)
}

func newSigner() *signature.Signer {
	return must(signature.NewSigner(must(signature.GenerateKey(rand.Reader)), rand.Reader))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
