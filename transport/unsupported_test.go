package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// except renders as screen does, but not what is made of some items of the
// camera: of them it says that it cannot.
func (c *camera) except(items ...int) peer.RendererFunc {
	return func(ctx context.Context, p peer.Picture, w io.Writer) error {
		for _, i := range items {
			if p.Item.ID == c.items[i].ID {
				return fmt.Errorf("no program for it: %w", errors.ErrUnsupported)
			}
		}
		return screen(ctx, p, w)
	}
}

// rendering is a config of a peer that makes versions in a way, and logs.
func rendering(r peer.Renderer, log io.Writer) func(*peer.Config) {
	return func(cfg *peer.Config) {
		cfg.Render = r
		if log != nil {
			cfg.Log = slog.New(slog.NewTextHandler(log, nil))
		}
	}
}

// atHome is a camera of Ann's whose photos are on her home peer, in a collection
// for Bob that is not published yet.
func atHome(t *testing.T, photos int, b collection.Body) (w *world, cam *camera, home, bob *station, name collection.Name) {
	w = newWorld(t, hub.Config{})
	ann, user := w.user("ann"), w.user("bob")
	cam, home, bob = w.camera(ann, photos), w.peer(ann, "home"), w.peer(user, "bob")
	b.Recipients = append(b.Recipients, user)
	name = cam.makeBody("title", b)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	return w, cam, home, bob, name
}

// fetches expects a version to come, or not to be anywhere.
func (s *station) fetches(t *testing.T, ref transport.Ref, there bool) {
	t.Helper()
	err := s.Fetch(t.Context(), ref)
	if there && err != nil || !there && !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("version %d of %v: %v", ref.Version, ref.Item, err)
	}
}

// TestUnsupported: of one item among three a version cannot be made. The others
// go on, its original goes too, and the version comes later, when it can be made.
func TestUnsupported(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 3, collection.Body{})
	var log bytes.Buffer
	home.reopen(rendering(cam.except(1), &log))
	must(t, home.Publish(t.Context(), name))
	bob.hears(t, notify.Shared, 0)
	for i := range cam.items {
		bob.fetches(t, ref(name, cam, i, 0), true)
		bob.fetches(t, ref(name, cam, i, 1), i != 1)
		bob.fetches(t, ref(name, cam, i, 2), true)
	}
	if s := log.String(); strings.Count(s, "\n") != 1 || !strings.Contains(s, cam.items[1].ID.String()) || !strings.Contains(s, "no program for it") {
		t.Errorf("logged: %s", s)
	}
	must(t, home.Publish(t.Context(), name)) // still cannot
	bob.fetches(t, ref(name, cam, 1, 1), false)

	home.reopen(nil)
	must(t, home.Publish(t.Context(), name))
	must(t, bob.Refresh(t.Context(), name))
	bob.fetches(t, ref(name, cam, 1, 1), true)
}

// TestUnsupportedIsShownBefore: recipients see what there is as soon as the rest
// was made, also where the originals are held back.
func TestUnsupportedIsShownBefore(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 3, collection.Body{})
	home.reopen(rendering(cam.except(1), nil))
	must(t, home.Preview(t.Context(), name))
	bob.hears(t, notify.Shared, 3)
	bob.fetches(t, ref(name, cam, 0, 1), true)
	bob.fetches(t, ref(name, cam, 1, 1), false)
	must(t, home.Publish(t.Context(), name))
	bob.hears(t, notify.Available, 0)
	bob.fetches(t, ref(name, cam, 1, 2), true)
}

// TestNothingSupported: a peer that can make nothing publishes its originals all
// the same, after a device has shown the thumbnails.
func TestNothingSupported(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{})
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	bob.hears(t, notify.Shared, 2)
	home.reopen(rendering(cam.except(0, 1), nil))
	must(t, home.Publish(t.Context(), name))
	bob.hears(t, notify.Available, 0)
	bob.fetchesOriginals(t, name, cam)
}

// TestUnsupportedDegrees: where labels are degrees, the others advance, and the
// item that lacks a version becomes complete.
func TestUnsupportedDegrees(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{Kind: label.Degree})
	home.reopen(rendering(cam.except(1), nil))
	must(t, home.Preview(t.Context(), name))
	bob.hears(t, notify.Shared, 2)
	v, err := bob.View(t.Context(), name)
	must(t, err)
	for i, want := range []int{2, 1} {
		if _, rank := v.Collection().At(i); rank.Level() != want {
			t.Errorf("item %d is at %v, want level %d", i, rank, want)
		}
	}
	must(t, home.Publish(t.Context(), name))
	bob.hears(t, notify.Available, 0)
}

// TestUnsupportedHereMadeThere: what one peer cannot make, another of the same
// user that has the original can, whichever publishes first.
func TestUnsupportedHereMadeThere(t *testing.T) {
	for _, firstCan := range []bool{false, true} {
		w, cam, home, bob, name := atHome(t, 2, collection.Body{})
		attic := w.peer(home.user, "attic")
		_, err := cam.Share(t.Context(), cam.link(attic), name)
		must(t, err)
		first, second := home, attic
		home.reopen(rendering(cam.except(1), nil))
		if firstCan {
			first, second = attic, home
		}
		must(t, first.Publish(t.Context(), name))
		bob.hears(t, notify.Shared, 0)
		must(t, second.Publish(t.Context(), name))
		must(t, bob.Refresh(t.Context(), name))
		bob.fetches(t, ref(name, cam, 1, 1), true)
	}
}

// TestUnsupportedWithoutHub: without a hub, too, the others go on, and the
// version comes when it can be made.
func TestUnsupportedWithoutHub(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob := l.peer(collection.UserID{1}), l.peer(collection.UserID{2})
	l.open(ann, bob)
	name, cam := ann.album(3, 0, collection.Body{Recipients: []collection.UserID{bob.user}})
	ann.start(l, rendering(cam.except(1), nil))
	must(t, ann.Publish(t.Context(), name))
	bob.hearsFrom(t, ann, notify.Shared, 0)
	for i := range cam.items {
		bob.fetches(t, ref(name, cam, i, 1), i != 1)
		bob.fetches(t, ref(name, cam, i, 2), true)
	}
	ann.start(l, nil)
	must(t, ann.Publish(t.Context(), name))
	must(t, bob.Refresh(t.Context(), name))
	bob.fetches(t, ref(name, cam, 1, 1), true)
}

// TestRendererFails: any other error of a renderer ends the publishing.
func TestRendererFails(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{})
	full := errors.New("the disk is full")
	home.reopen(rendering(peer.RendererFunc(func(context.Context, peer.Picture, io.Writer) error { return full }), nil))
	if err := home.Publish(t.Context(), name); !errors.Is(err, full) {
		t.Errorf("published: %v", err)
	}
	home.reopen(nil)
	must(t, home.Publish(t.Context(), name))
	bob.hears(t, notify.Shared, 0)
	bob.fetches(t, ref(name, cam, 0, 1), true)
}

// TestUnsupportedAfterACrash: at whatever change of its store the hub crashes
// while a peer publishes what it cannot make all of, it comes to the same end.
func TestUnsupportedAfterACrash(t *testing.T) {
	for n := 0; ; n++ {
		w, cam, home, bob, name := atHome(t, 2, collection.Body{})
		home.reopen(rendering(cam.except(1), nil))
		crash := &transporttest.Crash{Store: w.hubStore, Before: n, After: n%2 == 0}
		w.restart(crash)
		err := home.Publish(t.Context(), name)
		w.restart(w.hubStore)
		if !crash.Crashed() {
			must(t, err)
			break
		}
		must(t, home.Publish(t.Context(), name))
		bob.hears(t, notify.Shared, 0)
		bob.fetches(t, ref(name, cam, 0, 1), true)
		bob.fetches(t, ref(name, cam, 1, 1), false)
		bob.fetches(t, ref(name, cam, 1, 2), true)
	}
}
