// Camera is a device as small as one can be, to be measured by package footprint: it makes a
// collection of as many items as its argument says, shares it, thumbnails and all, with a hub that
// is not there, and prints the bytes that this has allocated and then /proc/self/status.
package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature/edsigner"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "camera:", err)
		os.Exit(1)
	}
}

func run(arg string) error {
	n, err := strconv.Atoi(arg)
	if err != nil {
		return err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	signer, err := edsigner.New(key)
	if err != nil {
		return err
	}
	camera := device.New(collection.UserID{1}, signer, &card{thumbnail: make([]byte, 4000)},
		device.Config{Store: new(memstore.Store)})
	before := allocated()
	if err := share(camera, n); err != nil {
		return err
	}
	fmt.Println(allocated() - before)
	status, err := os.ReadFile("/proc/self/status")
	os.Stdout.Write(status)
	return err
}

// share makes and shares a collection of n items.
func share(camera *device.Device, n int) error {
	items := make([]collection.Item, n)
	for i := range items {
		items[i].MediaType = "image/jpeg"
		var err error
		if items[i].ID, err = camera.NewItemID(); err != nil {
			return err
		}
	}
	ctx := context.Background()
	name, err := camera.Make(ctx, collection.Header{Title: "Harbour at dawn"},
		collection.Body{Items: items, Recipients: []collection.UserID{{2}}})
	if err != nil {
		return err
	}
	_, err = camera.Share(ctx, hub{}, name)
	return err
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// card has one thumbnail in memory, which begins with the id of the item that was opened last.
type card struct {
	thumbnail []byte
	bytes.Reader
}

func (c *card) Open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	if version > 0 {
		return nil, transport.ErrNotFound
	}
	copy(c.thumbnail, item[:])
	c.Reset(c.thumbnail)
	return c, nil
}

func (*card) Close() error { return nil }

// hub asks for all that it is offered, and keeps nothing.
type hub struct{}

func (h hub) Push(ctx context.Context, _ transport.Share, stream io.Reader) (transport.Answer, error) {
	return h.Upload(ctx, collection.Name{}, stream)
}

func (hub) Share(_ context.Context, s transport.Share) (transport.Answer, error) {
	return transport.Answer{Next: transport.Upload, Missing: s.Offers}, nil
}

func (hub) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	_, err := io.Copy(io.Discard, stream)
	return transport.Answer{Next: transport.Done}, err
}
