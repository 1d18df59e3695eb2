package peer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestStoppedWhileItReads: whatever a caller reads breaks off when the caller's key is stopped,
// and goes on where another one is.
func TestStoppedWhileItReads(t *testing.T) {
	for what, open := range map[string]func(h transport.Home, cam *labtest.Camera, ref transport.Ref) (io.ReadCloser, error){
		"original": func(h transport.Home, _ *labtest.Camera, ref transport.Ref) (io.ReadCloser, error) {
			return h.Original(t.Context(), ref, 0, -1)
		},
		"originals": func(h transport.Home, cam *labtest.Camera, ref transport.Ref) (io.ReadCloser, error) {
			return h.(transport.BulkOriginals).Originals(t.Context(), ref.Collection, transport.AllBits(len(cam.Items)))
		},
		"versions": func(h transport.Home, _ *labtest.Camera, ref transport.Ref) (io.ReadCloser, error) {
			return h.Versions(t.Context(), ref.Collection, 0, nil)
		},
		"feed": func(h transport.Home, _ *labtest.Camera, _ transport.Ref) (io.ReadCloser, error) {
			news, err := h.Changes(t.Context(), transport.ChangesRequest{Versions: true})
			return news.Versions, err
		},
	} {
		for _, stopped := range []bool{true, false} {
			w, cam, home, bob, _ := labtest.NewAlbum(t, hub.Config{}, 3)
			for i, item := range cam.Items { // of more than what is written at once
				cam.Card[item.ID] = lab.NewPhoto(fmt.Sprint("large ", i), 4096, 1<<20)
			}
			name := cam.Album("large", bob.User)
			home.Restart(func(cfg *peer.Config) { cfg.Notifies = true })
			cam.Syncs(home, name)
			home.Publishes(name)
			caller, other := bob, w.Camera(cam.User, 0)
			labtest.Must(t, home.Learn(t.Context(), [][]byte{bob.Statement, other.Statement}))
			r, err := open(home.As(transport.Identity{User: caller.User, Key: caller.Key()}), cam, cam.Ref(name, 0, 2))
			labtest.Must(t, err)
			_, err = io.ReadFull(r, make([]byte, 1))
			labtest.Must(t, err)
			if stopped {
				w.Revokes(caller.Station)
			} else {
				w.Revokes(other.Station)
			}
			labtest.Must(t, home.RefreshKeys(t.Context()))
			if _, err := io.ReadAll(r); errors.Is(err, transport.ErrUnauthenticated) != stopped || !stopped && err != nil {
				t.Errorf("%s, stopped %v: %v", what, stopped, err)
			}
			labtest.Must(t, r.Close())
		}
	}
}

// TestStoppedWhileItHandsOver: so does what a camera hands over; what came whole stays.
func TestStoppedWhileItHandsOver(t *testing.T) {
	h := newHandOver(t, 6)
	h.sends = func(n int) error {
		if n == 4 {
			h.awaits(t, 2)
			labtest.Must(t, h.home.Learn(context.Background(), [][]byte{statementOn(t, h.cam, signature.KeyStatement{Role: signature.RoleRevoked}, time.Second)}))
		}
		return nil
	}
	if err := h.syncs(t); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("handed over: %v", err)
	}
}
