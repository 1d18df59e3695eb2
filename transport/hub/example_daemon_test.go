//go:build !wasip1

package hub_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A hub has all that it keeps in a folder, and is served over TLS with its own key. Ann and
// Bob become users, each with a station that makes its key where it stays. After the hub was
// stopped and started again it knows them, and stops a station that was lost.
func Example_daemon() {
	ctx := context.Background()
	dir := must(os.MkdirTemp("", "hub"))
	defer os.RemoveAll(dir)
	d := start(ctx, dir)
	fmt.Println("Ann joins:", d.join(ctx, "ann@example.org", filepath.Join(dir, "ann")))
	fmt.Println("Bob joins:", d.join(ctx, "bob@example.org", filepath.Join(dir, "bob")))
	fmt.Println("stopped:", d.stop())

	d = start(ctx, dir)
	ann := must(account.Open(filepath.Join(dir, "ann"), "", nil))
	found, err := d.Accounts().ByAddress(ctx, "ann@example.org")
	fmt.Println("it knows Ann:", found == ann.User, err)
	ann.Hub[0] = d.url // it listens at another port each time
	client := must(httplink.HubOf(ann, httplink.Options{}))
	_, err = client.NewIdentifiers(ctx, 1)
	fmt.Println("Ann's station is let in:", err)
	fmt.Println("it was lost:", d.Accounts().Revoke(ctx, ann.User, "home"))
	_, err = client.NewIdentifiers(ctx, 1)
	fmt.Println("and is let in:", err)
	fmt.Println("stopped:", d.stop())
	// Output:
	// Ann joins: <nil>
	// Bob joins: <nil>
	// stopped: <nil>
	// it knows Ann: true <nil>
	// Ann's station is let in: <nil>
	// it was lost: <nil>
	// and is let in: transport: not authenticated
	// stopped: <nil>
}

// daemon is a hub that runs.
type daemon struct {
	*hub.Hub
	url  string
	open atomic.Pointer[enrol.Attempt] // of a station that may join
	stop func() error
}

// start starts the hub of a folder. Its key is made at the first start.
func start(ctx context.Context, dir string) *daemon {
	own := must(account.Open(filepath.Join(dir, "key"), "hub", rand.Reader))
	store := must(filestore.Open(filepath.Join(dir, "store")))
	dial := httplink.Dialer(must(httplink.CallerOf(own)), httplink.Options{}) // reaches homes
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	d := &daemon{url: "https://" + l.Addr().String()}
	d.Hub = must(hub.New(ctx, must(own.Signer()), hub.Config{Store: store, Dial: dial}))
	config := must(httplink.ServerTLS(own.Key))
	h := httplink.HubHandler(d.Hub, httplink.HandlerOptions{
		Who:   httplink.BySeal(d.Keys(), d.PublicKey().ID(), nil),
		Enrol: func(string) *enrol.Attempt { return d.open.Load() },
	})
	ctx, stop := context.WithCancel(ctx)
	end := make(chan error)
	go func() { end <- errors.Join(httplink.Serve(ctx, l, h, config, d.Run), store.Close()) }()
	d.stop = func() error { stop(); return <-end }
	return d
}

// join makes a user of who starts with a station, whose account is in a file. First both sides
// compare the codes that attempt.Wait and j.Code return.
func (d *daemon) join(ctx context.Context, address, path string) error {
	offer := enrol.Offer{Authority: d.PublicKey(), Hub: []string{d.url}}
	attempt := must(enrol.NewAttempt(ctx, offer, rand.Reader))
	d.open.Store(attempt)
	// The operator says yes:
	go d.Accounts().Enrol(ctx, attempt, &hub.Person{Addresses: []string{address}})
	a := must(account.Open(path, "home", rand.Reader))
	to := httplink.NewEnrolClient(d.url, "", httplink.Options{})
	j := must(enrol.Join(ctx, to, must(a.Signer()), signature.StationPeer, a.Name, rand.Reader))
	err := a.Join(must(j.Confirm(ctx)))
	a.Pinned = true // the hub shows its own key, as the invitation has said
	return errors.Join(err, a.Save(path))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
