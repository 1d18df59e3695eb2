//go:build !wasip1

package httplink_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Nobody inside a network is reached by a URL that somebody else has named, unless that
// network is listed, such as a family's own.
func ExamplePublicTransport() {
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "inside") }))
	defer inside.Close()

	strict := http.Client{Transport: httplink.PublicTransport()}
	_, err := strict.Get(inside.URL)
	fmt.Println(errors.Unwrap(errors.Unwrap(err)))

	atHome := http.Client{Transport: httplink.PublicTransport(netip.MustParsePrefix("127.0.0.0/8"))}
	answer, err := atHome.Get(inside.URL)
	fmt.Println(answer.StatusCode, err)
	// Output:
	// neither a public address nor in a network that is listed
	// 200 <nil>
}

// Ann's home is served with its own key, which is all that Bob's station goes by: at a
// relay, or wherever else he is led, he asks nothing.
func ExampleServerTLS() {
	ctx := context.Background()
	ann, bob := collection.UserID{1}, collection.UserID{2}
	annKey, _ := signature.GenerateKey(rand.Reader)
	annSigner, _ := signature.NewSigner(annKey, nil)
	bobKey, _ := signature.GenerateKey(rand.Reader)
	bobSigner, _ := signature.NewSigner(bobKey, nil)
	keys := new(signature.Keyring)
	_ = keys.Trust(bob, bobSigner.Public())

	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	home, _ := peer.New(ctx, ann, annSigner, peer.Config{Keys: keys, URL: "https://" + listener.Addr().String()})
	config, _ := httplink.ServerTLS(annKey)
	server := &http.Server{Handler: httplink.PeerHandler(home, httplink.HandlerOptions{}), TLSConfig: config}
	go server.ServeTLS(listener, "", "")
	defer server.Close()

	dial := httplink.Dialer(httplink.Caller{User: bob, Signer: bobSigner}, httplink.Options{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	at, _ := dial.Reach(home.Source()) // as Ann has handed it over, or the hub
	_, err := at.Settings(ctx)
	fmt.Println(err)

	other, _ := peer.New(ctx, bob, bobSigner, peer.Config{URL: home.Source().URL}) // another station is named there
	at, _ = dial.Reach(other.Source())
	_, err = at.Settings(ctx)
	fmt.Println(errors.Is(err, transport.ErrPeerKey))
	// Output:
	// transport: forbidden
	// true
}
