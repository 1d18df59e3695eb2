package peer_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// originals are the ways in which originals are read at a home.
var originals = map[string]func(t *testing.T, h transport.Home, cam *labtest.Camera, name collection.Name) (io.ReadCloser, error){
	"one": func(t *testing.T, h transport.Home, cam *labtest.Camera, name collection.Name) (io.ReadCloser, error) {
		return h.Original(t.Context(), cam.Ref(name, 0, 2), 0, -1)
	},
	"many": func(t *testing.T, h transport.Home, cam *labtest.Camera, name collection.Name) (io.ReadCloser, error) {
		return h.(transport.BulkOriginals).Originals(t.Context(), name, transport.AllBits(len(cam.Items)))
	},
}

// TestOriginalsOfWhatIsGone: of what its author has ended, or goes on with without a reader, that
// reader gets no original, in no way, also in the middle of an answer with many.
func TestOriginalsOfWhatIsGone(t *testing.T) {
	for how, end := range map[string]func(home *labtest.Peer, cam *labtest.Camera, name collection.Name) error{
		"ended": func(home *labtest.Peer, _ *labtest.Camera, name collection.Name) error {
			return home.Author.End(t.Context(), name)
		},
		"left out": func(home *labtest.Peer, cam *labtest.Camera, name collection.Name) error {
			cam.Syncs(home, cam.AlbumOf("next", collection.Body{Replaces: []collection.ID{name.ID}}))
			return nil
		},
	} {
		w, cam, home, bob, _ := labtest.NewAlbum(t, hub.Config{}, 6)
		for i, item := range cam.Items { // of more than what is written at once
			cam.Card[item.ID] = lab.NewPhoto(fmt.Sprint("large ", i), 4096, 1<<20)
		}
		name := cam.Album("large", bob.User)
		cam.Shares(name)
		cam.Syncs(home, name)
		home.Publishes(name)
		labtest.Must(t, home.Learn(t.Context(), [][]byte{bob.Statement}))
		asBob := home.As(transport.Identity{User: bob.User, Key: bob.Key()})
		whole, err := originals["many"](t, asBob, cam, name)
		labtest.Must(t, err)
		_, err = io.ReadFull(whole, make([]byte, 1))
		labtest.Must(t, err)
		labtest.Must(t, end(home, cam, name))
		n, _ := io.Copy(io.Discard, whole)
		labtest.Must(t, whole.Close())
		if n > 3<<20 {
			t.Errorf("%s: %d bytes come in the middle of an answer", how, n)
		}
		for what, open := range originals {
			r, err := open(t, asBob, cam, name)
			if err == nil {
				n, _ := io.Copy(io.Discard, r)
				labtest.Must(t, r.Close())
				t.Errorf("%s: %s: %d bytes", how, what, n)
			} else if !errors.Is(err, transport.ErrEnded) && !errors.Is(err, transport.ErrNotFound) {
				t.Errorf("%s: %s: %v", how, what, err)
			}
		}
		_ = w
	}
}
