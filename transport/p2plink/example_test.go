package p2plink_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	station "github.com/glimpse-go/glimpse/transport/peer"
)

// Ann's home is served over libp2p, and Bob's station calls it there: the roles do not know. His
// has peer.Config.Dial, and bobHost.Find as peer.Config.Find.
// Stations find each other's addresses by the hosts that they know.
func Example() {
	ctx := context.Background()
	ann, bob := collection.UserID{1}, collection.UserID{2}
	annSigner, bobSigner := newSigner(), newSigner()
	keys := new(signature.Keyring)
	_ = keys.Trust(bob, bobSigner.Public())
	onThisComputer := p2plink.Config{
		Listen:   []string{"/ip4/127.0.0.1/udp/0/quic-v1"},
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}

	annHost, _ := p2plink.New(ctx, annSigner, onThisComputer)
	defer annHost.Close()
	home, _ := station.New(ctx, ann, annSigner, station.Config{Keys: keys, URL: annHost.URL()})
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() {
		served <- httplink.Serve(serving, annHost.Listen(), httplink.PeerHandler(home, httplink.HandlerOptions{}), nil, home.Run)
	}()

	known := onThisComputer
	known.Bootstrap = []peer.AddrInfo{annHost.Addresses()}
	bobHost, _ := p2plink.New(ctx, bobSigner, known)
	defer bobHost.Close()
	caller := httplink.Caller{User: bob, Signer: bobSigner}
	dial := httplink.Dialer(caller, httplink.Options{HTTP: &http.Client{Transport: bobHost.Transport(nil)}})
	at, _ := dial.Reach(home.Source()) // as Ann has handed it over
	_, err := at.Settings(ctx)
	fmt.Println(err)

	stop()
	fmt.Println(<-served)
	// Output:
	// transport: forbidden
	// <nil>
}

func newSigner() *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // there is no randomness
	}
	signer, err := signature.NewSigner(key, nil)
	if err != nil {
		panic(err) // it is a key
	}
	return signer
}
