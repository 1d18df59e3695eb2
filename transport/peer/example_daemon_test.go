//go:build !wasip1

package peer_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Ann's and Bob's homes are the same program, which has all in a folder and serves over TLS.
// Bob hears of what Ann shares as soon as previews are there, and wishes for an original, which
// comes by itself when she publishes. It is there, too, after his home was started again. They
// need no hub: one would be peer.Config.Hub, as httplink.HubOf makes it of the account.
func Example_daemon() {
	ctx := context.Background()
	dir := need(os.MkdirTemp("", "homes"))
	defer os.RemoveAll(dir)
	ann, bob := newDaemon(dir, "ann"), newDaemon(dir, "bob")
	home := ann.start(ctx, peer.Config{Keys: keysOf(ann, bob), Notifies: true})
	hears := peer.Config{Keys: keysOf(ann, bob), Homes: []transport.Source{home.Source()}}
	bobs := bob.start(ctx, hears)

	photo := transport.Ref{Item: collection.ItemID{7}, Version: 2}
	items, picnic := []collection.Item{{ID: photo.Item}}, collection.Header{Title: "Picnic"}
	body := collection.Body{Items: items, Recipients: []collection.UserID{bob.user}}
	photo.Collection = need(home.Author.Make(ctx, picnic, body, versions))
	fmt.Println("shared:", home.Author.PublishPartial(ctx, photo.Collection))
	fmt.Println("Bob hears:", bob.await(event.Arrived).News.Title)
	fmt.Println("he may not print:", bobs.Reader.Print(ctx, photo, os.Stdout) != nil)
	fmt.Println("he wishes:", bobs.Reader.Wish(ctx, photo))
	fmt.Println("published:", home.Author.Publish(ctx, photo.Collection))
	fmt.Println("it has come:", bob.await(event.WishFulfilled).Ref == photo)
	fmt.Println("stopped:", bob.stop(), ann.stop())

	bobs = bob.start(ctx, hears)
	fmt.Println(" printed:", bobs.Reader.Print(ctx, photo, os.Stdout))
	fmt.Println("stopped:", bob.stop())
	// Output:
	// shared: <nil>
	// Bob hears: Picnic
	// he may not print: true
	// he wishes: <nil>
	// published: <nil>
	// it has come: true
	// stopped: <nil> <nil>
	// the original printed: <nil>
	// stopped: <nil>
}

// daemon is a home, with its key and its store in a folder.
type daemon struct {
	account.Account
	signer *signature.Signer
	user   collection.UserID
	dir    string
	events chan event.Event
	stop   func() error
}

func newDaemon(dir, name string) *daemon {
	dir = filepath.Join(dir, name)
	own := need(account.Open(dir+".account", name, rand.Reader))
	signer := need(own.Signer())
	user := collection.UserOf(signer.ID()) // of a user with one station
	return &daemon{own, signer, user, dir, make(chan event.Event, 100), nil}
}

// start starts it, until stop is called.
func (d *daemon) start(ctx context.Context, cfg peer.Config) *peer.Peer {
	store := need(filestore.Open(d.dir))
	l := need(net.Listen("tcp", "127.0.0.1:0"))
	here := httplink.Options{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	cfg.Store, cfg.URL = store, "https://"+l.Addr().String()
	cfg.Dial = httplink.Dialer(httplink.Caller{User: d.user, Signer: d.signer}, here)
	cfg.Events = func(e event.Event) { d.events <- e }
	p := need(peer.New(ctx, d.user, d.signer, cfg))
	config := need(httplink.ServerTLS(d.Key))
	h := httplink.PeerHandler(p, httplink.HandlerOptions{})
	ctx, stop := context.WithCancel(ctx)
	end := make(chan error)
	go func() { end <- errors.Join(httplink.Serve(ctx, l, h, config, p.Run), store.Close()) }()
	d.stop = func() error { stop(); return <-end }
	return p
}

// await waits until something has happened.
func (d *daemon) await(k event.Kind) event.Event {
	e := <-d.events
	for e.Kind != k {
		e = <-d.events
	}
	return e
}

// keysOf is a keyring of people who have compared their keys.
func keysOf(people ...*daemon) *signature.Keyring {
	keys := new(signature.Keyring)
	for _, d := range people {
		need(0, keys.Trust(d.user, d.signer.Public()))
	}
	return keys
}

// versions are what there is of the photo.
func versions(_ context.Context, _ collection.ItemID, version int) (transport.Blob, error) {
	all := []string{"a thumbnail", "a screen version", "the original"}
	return transport.BytesBlob([]byte(all[version])), nil
}

func need[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
