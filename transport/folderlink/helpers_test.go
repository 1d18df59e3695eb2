package folderlink_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/folderlink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// card is a camera's card, with an album of Ann's for Bob that nobody else has.
type card struct {
	t         *testing.T
	dir       string
	cam       *labtest.Camera
	home, bob *labtest.Peer
	name      collection.Name
	album     collection.Collection
	events    []event.Event // of the home
}

func newCard(t *testing.T, photos int) *card {
	t.Helper()
	_, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, photos)
	k := &card{t: t, dir: t.TempDir(), cam: cam, home: home, bob: bob, name: name}
	home.Restart(func(cfg *peer.Config) { cfg.Events = func(e event.Event) { k.events = append(k.events, e) } })
	k.put()
	return k
}

// put writes the photos onto the card, their thumbnails elsewhere, and what a home needs.
func (k *card) put() {
	k.t.Helper()
	k.album, _ = k.cam.Encoded(k.name)
	versions, elsewhere := map[collection.ItemID][]string{}, k.t.TempDir()
	for i, item := range k.cam.Items {
		small := filepath.Join(elsewhere, fmt.Sprint(i))
		write(k.t, small, k.cam.Card[item.ID][0])
		write(k.t, k.photo(i), k.cam.Card[item.ID][2])
		versions[item.ID] = []string{small, "", k.photo(i)}
	}
	labtest.Must(k.t, folderlink.Put(k.t.Context(), k.dir, k.album, versions))
}

// photo is the file of a photo.
func (k *card) photo(i int) string {
	return filepath.Join(k.dir, "DCIM", "100 LAKE", fmt.Sprintf("IMG %d.JPG", i))
}

// in is a file of the collection.
func (k *card) in(name string) string {
	return filepath.Join(k.dir, ".glimpse", k.name.ID.String(), name)
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	labtest.Must(t, os.MkdirAll(filepath.Dir(name), 0o700))
	labtest.Must(t, os.WriteFile(name, data, 0o600))
}

// atHome is Ann's home for a folder.
func (k *card) atHome() transport.ShareReceiver {
	return k.home.Peer.As(transport.Identity{User: k.name.Author})
}

// takes has a home take all that is in the folder, and returns what became of the one collection.
func (k *card) takes(home transport.ShareReceiver, o folderlink.Options) (taken folderlink.Taken, err error) {
	k.t.Helper()
	root, err := os.OpenRoot(k.dir)
	labtest.Must(k.t, err)
	defer root.Close()
	n := 0
	for t, e := range folderlink.Take(k.t.Context(), root, k.name.Author, home, o) {
		taken, err = t, e
		n++
	}
	if n > 1 {
		k.t.Errorf("%d collections were taken", n)
	}
	return taken, err
}

// handedOver reports whether the home has all that it can have of the folder.
func (k *card) handedOver() bool {
	return slices.ContainsFunc(k.events, func(e event.Event) bool { return e.Kind == event.HandedOver && e.Err == nil })
}

// published has the home publish what it has, and Bob hear of it with so many labels left.
func (k *card) published(labelled int) {
	k.t.Helper()
	k.home.Publishes(k.name)
	k.bob.Receives()
	if got := k.bob.Views(k.name).Labelled(); got != labelled {
		k.t.Errorf("%d labels are left instead of %d", got, labelled)
	}
}

// size is how many bytes all versions have.
func (k *card) size() (n int64) {
	for _, photo := range k.cam.Card {
		n += int64(len(photo[0]) + len(photo[2]))
	}
	return n
}

// between is a home of whose uploads something is done with the stream.
type between struct {
	transport.ShareReceiver
	upload func(io.Reader) io.Reader
}

func (b between) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return b.ShareReceiver.Upload(ctx, name, b.upload(stream))
}

// after does something once so many bytes have been read.
type after struct {
	io.Reader
	left int
	do   func()
}

func (a *after) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p[:min(len(p), 1<<10)])
	if a.left -= n; a.left <= 0 && a.do != nil {
		a.do()
		a.do = nil
	}
	return n, err
}
