package peer_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestProgress: how far large versions have come is told where they are handed over and where
// they are fetched, ascending, to their ends; of small ones nothing is.
func TestProgress(t *testing.T) {
	_, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	h, b := newDiary(), newDiary()
	home.Restart(func(cfg *peer.Config) { cfg.Events = h.take })
	bob.Restart(func(cfg *peer.Config) { cfg.Events = b.take })
	ref := cam.Ref(name, 0, 2)
	cam.Syncs(home, name)
	home.Publishes(name)
	bob.Receives()
	bob.Fetches(ref)
	size := int64(len(cam.Card[ref.Item][2]))
	for who, d := range map[string]*diary{"home": h, "bob": b} {
		all := d.of(event.Progress)
		var before int64
		for _, e := range all {
			if e.Ref != ref || e.Total != size || e.Done <= before {
				t.Errorf("%s: %+v after %d of %d bytes", who, e, before, size)
			}
			before = e.Done
		}
		if len(all) == 0 || len(all) > 18 || before != size {
			t.Errorf("%s: %d events, to %d of %d bytes", who, len(all), before, size)
		}
	}
}

// TestLeftOut: a version that cannot be made is named, and the others go on.
func TestLeftOut(t *testing.T) {
	_, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 3)
	d := newDiary()
	bad := cam.Ref(name, 1, 1)
	home.Restart(func(cfg *peer.Config) {
		render := cfg.Render
		cfg.Events, cfg.Render = d.take, peer.RendererFunc(func(ctx context.Context, p peer.Picture, w io.Writer) error {
			if p.Item.ID == bad.Item {
				return errors.ErrUnsupported
			}
			return render.Render(ctx, p, w)
		})
	})
	cam.Syncs(home, name)
	home.Publishes(name)
	all := d.of(event.LeftOut)
	if len(all) == 0 || all[0].Ref != bad || !errors.Is(all[0].Err, errors.ErrUnsupported) {
		t.Errorf("left out: %+v", all)
	}
	if len(d.of(event.Published)) != 1 {
		t.Error("it is not published")
	}
}

// TestKeysAreSeen: each key that becomes known is told once, also over a restart.
func TestKeysAreSeen(t *testing.T) {
	_, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	d := newDiary()
	bob.Restart(func(cfg *peer.Config) { cfg.Events = d.take })
	cam.Syncs(home, name)
	home.Publishes(name)
	bob.Receives()
	bob.Restart(func(cfg *peer.Config) { cfg.Events = d.take })
	bob.Refreshes(name)
	seen := map[any]int{}
	for _, e := range d.of(event.KeySeen) {
		seen[e.Key]++
		if e.User != cam.User && e.User != bob.User {
			t.Errorf("seen %+v", e)
		}
	}
	if seen[cam.Key()] != 1 {
		t.Errorf("the camera's key is told %d times", seen[cam.Key()])
	}
	for key, n := range seen {
		if n > 1 {
			t.Errorf("%v is told %d times", key, n)
		}
	}
}

// TestHooksTellOfHandOver: the end of a hand-over is told, once, and who has handed it over.
func TestHooksTellOfHandOver(t *testing.T) {
	w := labtest.Listening(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 3), w.Peer(ann, "home")
	d := newDiary()
	home.Restart(func(cfg *peer.Config) { cfg.Events = d.take })
	name := cam.Album("first")
	cam.Syncs(home, name)
	over := d.of(event.HandedOver)
	if len(over) != 1 || over[0].Ref.Collection != name || over[0].User != ann || over[0].Key != cam.Key() || over[0].Err != nil {
		t.Errorf("told %+v", over)
	}
}
