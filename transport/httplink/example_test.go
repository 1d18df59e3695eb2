package httplink_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http/httptest"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A hub over HTTP, and a client of it with a token.
func Example() {
	ctx := context.Background()
	key, _ := signature.GenerateKey(rand.Reader)
	signer, _ := signature.NewSigner(key, rand.Reader)
	h, _ := hub.New(ctx, signer, hub.Config{})
	server := httptest.NewServer(httplink.HubHandler(h, httplink.HandlerOptions{}))
	defer server.Close()
	ann, _ := h.Accounts().Register(ctx, hub.Person{Name: "Ann"})
	token, _ := h.Accounts().Issue(ctx, ann, "home")

	client := httplink.NewClient(server.URL, httplink.Bearer(token), httplink.Options{})
	_, err := client.Collection(ctx, collection.Name{Author: ann, ID: collection.ID{1}})
	fmt.Println(errors.Is(err, transport.ErrNotFound), err)

	stranger := httplink.NewClient(server.URL, httplink.Bearer("guess"), httplink.Options{})
	_, err = stranger.Changes(ctx, transport.ChangesRequest{})
	fmt.Println(errors.Is(err, transport.ErrUnauthenticated), err)
	// Output:
	// true transport: not found
	// true transport: not authenticated
}
