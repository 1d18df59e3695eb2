package peer_test

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
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// except renders as usual, but not what is made of some items of the
// camera: of them it says that it cannot.
func except(c *labtest.Camera, items ...int) peer.RendererFunc {
	return func(ctx context.Context, p peer.Picture, w io.Writer) error {
		for _, i := range items {
			if p.Item.ID == c.Items[i].ID {
				return fmt.Errorf("no program for it: %w", errors.ErrUnsupported)
			}
		}
		return lab.Render(ctx, p, w)
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
func atHome(t *testing.T, photos int, b collection.Body) (w *labtest.World, cam *labtest.Camera, home, bob *labtest.Peer, name collection.Name) {
	w = labtest.New(t, hub.Config{})
	ann, user := w.User("ann"), w.User("bob")
	cam, home, bob = w.Camera(ann, photos), w.Peer(ann, "home"), w.Peer(user, "bob")
	b.Recipients = append(b.Recipients, user)
	name = cam.AlbumOf("title", b)
	cam.Syncs(home, name)
	return w, cam, home, bob, name
}

// fetchesScreens expects all screen versions to come but one, which is not anywhere.
func fetchesScreens(s *labtest.Peer, cam *labtest.Camera, name collection.Name, lacks int) {
	for i := range cam.Items {
		if ref := cam.Ref(name, i, 1); i == lacks {
			s.CannotFetch(transport.ErrNotFound, ref)
		} else {
			s.Fetches(ref)
		}
	}
}

// TestUnsupported: of one item among three a version cannot be made. The others
// go on, its original goes too, and the version comes later, when it can be made.
func TestUnsupported(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 3, collection.Body{})
	var log bytes.Buffer
	home.Restart(rendering(except(cam, 1), &log))
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	bob.FetchesAll(cam, name, 0, false)
	fetchesScreens(bob, cam, name, 1)
	bob.FetchesAll(cam, name, 2, false)
	if s := log.String(); strings.Count(s, "left out") != 1 || !strings.Contains(s, cam.Items[1].ID.String()) || !strings.Contains(s, "no program for it") {
		t.Errorf("logged: %s", s)
	}
	home.Publishes(name) // still cannot
	bob.CannotFetch(transport.ErrNotFound, cam.Ref(name, 1, 1))

	home.Restart(nil)
	home.Publishes(name)
	bob.Refreshes(name)
	bob.Fetches(cam.Ref(name, 1, 1))
}

// TestUnsupportedIsShownBefore: recipients see what there is as soon as the rest
// was made, also where the originals are held back.
func TestUnsupportedIsShownBefore(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 3, collection.Body{})
	home.Restart(rendering(except(cam, 1), nil))
	home.PublishesPartial(name)
	bob.Hears(notify.Shared, 3)
	bob.Fetches(cam.Ref(name, 0, 1))
	bob.CannotFetch(transport.ErrNotFound, cam.Ref(name, 1, 1))
	home.Publishes(name)
	bob.Hears(notify.Available, 0)
	bob.Fetches(cam.Ref(name, 1, 2))
}

// TestNothingSupported: a peer that can make nothing publishes its originals all
// the same, after a device has shown the thumbnails.
func TestNothingSupported(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{})
	cam.Shares(name)
	bob.Hears(notify.Shared, 2)
	home.Restart(rendering(except(cam, 0, 1), nil))
	home.Publishes(name)
	bob.Hears(notify.Available, 0)
	bob.FetchesAll(cam, name, 2, false)
}

// TestUnsupportedDegrees: where labels are degrees, the others advance, and the
// item that lacks a version becomes complete.
func TestUnsupportedDegrees(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{Kind: label.Degree})
	home.Restart(rendering(except(cam, 1), nil))
	home.PublishesPartial(name)
	bob.Hears(notify.Shared, 2)
	c := bob.Views(name)
	for i, want := range []int{2, 1} {
		if _, rank := c.At(i); rank.Level() != want {
			t.Errorf("item %d is at %v, want level %d", i, rank, want)
		}
	}
	home.Publishes(name)
	bob.Hears(notify.Available, 0)
}

// TestUnsupportedHereMadeThere: what one peer cannot make, another of the same
// user that has the original can, whichever publishes first.
func TestUnsupportedHereMadeThere(t *testing.T) {
	for _, firstCan := range []bool{false, true} {
		w, cam, home, bob, name := atHome(t, 2, collection.Body{})
		attic := w.Peer(home.User, "attic")
		cam.Syncs(attic, name)
		first, second := home, attic
		home.Restart(rendering(except(cam, 1), nil))
		if firstCan {
			first, second = attic, home
		}
		first.Publishes(name)
		bob.Hears(notify.Shared, 0)
		second.Publishes(name)
		bob.Refreshes(name)
		bob.Fetches(cam.Ref(name, 1, 1))
	}
}

// TestUnsupportedWithoutHub: without a hub, too, the others go on, and the
// version comes when it can be made.
func TestUnsupportedWithoutHub(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 3)
	name := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User}})
	ann.Restart(rendering(except(cam, 1), nil))
	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Shared, 0)
	fetchesScreens(bob, cam, name, 1)
	bob.FetchesAll(cam, name, 2, false)
	ann.Restart(nil)
	ann.Publishes(name)
	bob.Refreshes(name)
	bob.Fetches(cam.Ref(name, 1, 1))
}

// TestRendererFails: any other error of a renderer ends the publishing.
func TestRendererFails(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{})
	full := errors.New("the disk is full")
	home.Restart(rendering(peer.RendererFunc(func(context.Context, peer.Picture, io.Writer) error { return full }), nil))
	if err := home.Author.Publish(t.Context(), name); !errors.Is(err, full) {
		t.Errorf("published: %v", err)
	}
	home.Restart(nil)
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	bob.Fetches(cam.Ref(name, 0, 1))
}

// TestUnsupportedAfterACrash: at whatever change of its store the hub crashes
// while a peer publishes what it cannot make all of, it comes to the same end.
func TestUnsupportedAfterACrash(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		w, cam, home, bob, name := atHome(t, 2, collection.Body{})
		home.Restart(rendering(except(cam, 1), nil))
		crash.Store = w.Hub.Store
		w.Restart(crash)
		err := home.Author.Publish(t.Context(), name)
		w.Restart(w.Hub.Store)
		if !crash.Crashed() {
			labtest.Must(t, err)
		}
		home.Publishes(name)
		bob.Hears(notify.Shared, 0)
		bob.Fetches(cam.Ref(name, 0, 1))
		bob.CannotFetch(transport.ErrNotFound, cam.Ref(name, 1, 1))
		bob.Fetches(cam.Ref(name, 1, 2))
	})
}
