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
	"github.com/glimpse-go/glimpse/transport/enrol"
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

// A new camera becomes one of Ann's stations at her home, over libp2p. On the local network, with
// Config.Local, Nearby finds the home for who is told Ann's id; here the camera is told where it is.
func Example_enrolment() {
	ctx := context.Background()
	here := p2plink.Config{
		Listen:   []string{"/ip4/127.0.0.1/udp/0/quic-v1"},
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	annKey, cameraKey := newSigner(), newSigner()
	ann := collection.UserOf(annKey.ID())
	homeHost, _ := p2plink.New(ctx, annKey, here)
	defer homeHost.Close()
	home, _ := station.New(ctx, ann, annKey, station.Config{URL: homeHost.URL()})
	attempt, _ := enrol.NewAttempt(ctx, enrol.Offer{User: ann, Key: annKey.Public()}, rand.Reader)
	open := httplink.HandlerOptions{Enrol: func(string) *enrol.Attempt { return attempt }}
	go http.Serve(homeHost.Listen(), httplink.PeerHandler(home, open)) // until the host is closed

	here.Bootstrap = []peer.AddrInfo{homeHost.Addresses()}
	cameraHost, _ := p2plink.New(ctx, nil, here)
	defer cameraHost.Close()
	over := httplink.Options{HTTP: &http.Client{Transport: cameraHost.Transport(nil)}}
	at := httplink.NewEnrolClient(homeHost.URL(), "", over)
	joiner, err := enrol.Join(ctx, at, cameraKey, signature.StationDevice, "camera", rand.Reader)
	fmt.Println("camera waits:", err)

	asking, code, err := attempt.Wait(ctx)
	fmt.Println("home asks:", asking.Name, code == joiner.Code(), err)
	// Both go on as in the Example of package enrol, once a person has said yes.

	// Output:
	// camera waits: <nil>
	// home asks: camera true <nil>
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
