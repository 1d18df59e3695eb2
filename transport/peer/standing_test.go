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

// TestStoppedBeforeItReads: a key that is stopped after its request was let in, and before the
// last of that had come, gets nothing.
func TestStoppedBeforeItReads(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 2)
	labtest.Must(t, home.Learn(t.Context(), [][]byte{bob.Statement}))
	h := home.As(transport.Identity{User: bob.User, Key: bob.Key()})
	asked := []transport.Known{{Author: name.Author, ID: name.ID}, {Author: name.Author, ID: name.ID}}
	ways := map[string]func() error{
		"original":  func() error { return readAll(h.Original(t.Context(), cam.Ref(name, 0, 2), 0, -1)) },
		"originals": func() error { return readAll(originals["many"](t, h, cam, name)) },
		"versions":  func() error { return readAll(h.Versions(t.Context(), name, 0, nil)) },
		"feed": func() error {
			_, err := h.Changes(t.Context(), transport.ChangesRequest{})
			return err
		},
		"collections": func() (err error) {
			n := 0
			for s, failed := range h.Collections(t.Context(), asked) {
				if n, err = n+1, failed; err != nil && len(s.Collection) > 0 {
					t.Error("the collection comes with the refusal")
				}
			}
			if err != nil && n > 1 {
				t.Errorf("%d answers to a key that was stopped", n)
			}
			return err
		},
	}
	for what, read := range ways {
		if err := read(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.Revokes(bob.Station)
	labtest.Must(t, home.RefreshKeys(t.Context()))
	for what, read := range ways {
		if err := read(); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// readAll reads what has been opened to its end.
func readAll[R io.ReadCloser](r R, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}

// TestStoppedWhileItReadsMany: what comes of many collections ends with the key, too.
func TestStoppedWhileItReadsMany(t *testing.T) {
	w, _, home, bob, name := labtest.Published(t, hub.Config{}, 2)
	labtest.Must(t, home.Learn(t.Context(), [][]byte{bob.Statement}))
	var got []error
	asked := make([]transport.Known, 5)
	for i := range asked {
		asked[i] = transport.Known{Author: name.Author, ID: name.ID}
	}
	for _, err := range home.As(transport.Identity{User: bob.User, Key: bob.Key()}).Collections(t.Context(), asked) {
		if got = append(got, err); len(got) == 2 {
			w.Revokes(bob.Station)
			labtest.Must(t, home.RefreshKeys(t.Context()))
		}
	}
	if len(got) != 3 || got[0] != nil || got[1] != nil || !errors.Is(got[2], transport.ErrUnauthenticated) {
		t.Errorf("%v", got)
	}
}
