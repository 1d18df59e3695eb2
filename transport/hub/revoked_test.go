package hub_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// refused is a collection that does not stand any more: its author's key was
// revoked and no authority has sealed it. Somebody else's lies beside it.
type refused struct {
	w              *labtest.World
	ann, bob       collection.UserID
	cam, other     *labtest.Camera
	name, standing collection.Name
}

func newRefused(t *testing.T) *refused {
	w := labtest.New(t, hub.Config{})
	r := &refused{w: w, ann: w.User("ann"), bob: w.User("bob")}
	r.cam, r.other = w.Camera(r.ann, 1), w.Camera(w.User("dan"), 1)
	r.name = labtest.LoneAlbum(r.cam, "ann's", r.bob)
	r.standing = r.other.Album("dan's", r.bob)
	r.cam.Shares(r.name)
	r.other.Shares(r.standing)
	w.Revokes(r.cam.Station)
	if _, err := w.Hub.Hub.As(r.bob).Collection(t.Context(), r.name); !errors.Is(err, transport.ErrSeal) {
		t.Fatalf("bob reads what does not stand any more: %v", err)
	}
	return r
}

// TestRefusedCollectionIsNotSeen: that a collection does not stand any more is
// told to nobody who may not read it.
func TestRefusedCollectionIsNotSeen(t *testing.T) {
	r := newRefused(t)
	eve := r.w.Hub.Hub.As(r.w.User("eve"))
	none := collection.Name{Author: r.ann, ID: collection.ID{9}}
	for _, name := range []collection.Name{r.name, r.standing, none} {
		_, one := eve.Collection(t.Context(), name)
		_, two := eve.Updates(t.Context(), name)
		_, three := eve.Version(t.Context(), transport.Ref{Collection: name, Item: r.cam.Items[0].ID}, 0)
		_, four := eve.Announce(t.Context(), transport.Announcement{Author: name.Author, ID: name.ID})
		for _, err := range []error{one, two, three, four} {
			if err == nil || transport.NewFault(err).Error() != transport.ErrNotFound.Error() {
				t.Errorf("%v: %v", name, err)
			}
		}
	}
}

// TestRefusedCollectionInTheInbox: who is told of it hears of all others as well.
func TestRefusedCollectionInTheInbox(t *testing.T) {
	r := newRefused(t)
	waiting := r.w.Waiting(r.bob)
	if len(waiting) != 2 {
		t.Fatalf("%d notifications wait", len(waiting))
	}
	for _, d := range waiting {
		if stands := d.Notification.Name() == r.standing; stands != (len(d.Notification.Cover) > 0) {
			t.Errorf("%s has a cover of %d bytes", d.Notification.Title, len(d.Notification.Cover))
		}
	}
}

// TestRefusedCollectionBesideOthers: its author shares the same items again with
// another key, and completes them.
func TestRefusedCollectionBesideOthers(t *testing.T) {
	r := newRefused(t)
	cam, home := r.w.Camera(r.ann, 0), r.w.Peer(r.ann, "home")
	cam.Items = r.cam.Items
	maps.Copy(cam.Card, r.cam.Card)
	again := cam.Album("again", r.bob)
	cam.Shares(again)
	cam.Syncs(home, again)
	home.Publishes(again)
	if n := r.w.Labelled(r.bob, again); n != 0 {
		t.Errorf("%d labels", n)
	}
}

// revoking is a hub that hears that a camera is lost when its upload comes.
type revoking struct {
	transport.Hub
	revoke func() error
}

// Push has the hub read the stream when the key is revoked.
func (r revoking) Push(ctx context.Context, share transport.Share, stream io.Reader) (transport.Answer, error) {
	return r.Hub.Push(ctx, share, io.MultiReader(r, stream))
}

// Read revokes, and is at its end.
func (r revoking) Read([]byte) (int, error) {
	return 0, cmp.Or(r.revoke(), io.EOF)
}

// TestRevokedDuringUpload: a camera whose key is revoked while it uploads cannot
// seal the collection once more, and nobody takes in what was told with its share.
func TestRevokedDuringUpload(t *testing.T) {
	w, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	to := revoking{w.Hub.Hub.As(cam.User), func() error { return w.Hub.Hub.Accounts().Revoke(t.Context(), cam.User, cam.Name) }}
	if _, err := cam.Share(t.Context(), to, name); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("sealed with a revoked key: %v", err)
	}
	if news, err := b.Reader.Receive(t.Context()); len(news) > 0 || !errors.Is(err, transport.ErrSeal) {
		t.Errorf("heard %+v of what stood only when it was shared, %v", news, err)
	}
}

// TestNoHomeHasSealed: a camera shares photos that the home computer serves already
// in a second collection, and is lost before that has heard of it. The home
// computer takes nobody's word for it, and gives nothing out. So the hub takes the
// availability back, and who wishes for an original sees a label instead of a
// promise that nobody keeps. What the home computer has sealed itself is as it was.
func TestNoHomeHasSealed(t *testing.T) {
	w := labtest.New(t, hub.Config{MaxFailedProbes: 2})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob")
	first := cam.Album("first", bob)
	cam.Syncs(home, first)
	home.Publishes(first)
	second := cam.Album("second", bob)
	cam.Shares(second)
	b.Receives()
	w.Revokes(cam.Station)
	home.Publishes(first)

	b.Wishes(cam.Ref(second, 0, 2))
	b.HasWishes(1)
	for range 2 {
		w.Probes()
	}
	w.Pass(24 * time.Hour)
	b.RetriesWishes()
	b.HasWishes(1)
	b.CannotFetch(label.ErrPending, cam.Ref(second, 0, 2))
	b.Fetches(cam.Ref(first, 1, 2))
}

// TestTakenBackAfterRevocation: a camera is lost, and the home computer is off for
// long. Nobody is told, but who asks for an original is shown a label. When the home
// computer is back it seals the collection again, and what it serves is complete.
func TestTakenBackAfterRevocation(t *testing.T) {
	w := labtest.New(t, hub.Config{MaxFailedProbes: 1})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(bob, "bob")
	home.Restart(func(cfg *peer.Config) { cfg.Render = nil }) // it makes no edition of its own
	name := cam.Album("title", bob)
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Shared, 0)
	labtest.Must(t, home.Close(t.Context()))
	w.Revokes(cam.Station)
	w.Probes()
	b.HearsNothing()
	b.CannotFetch(label.ErrPending, cam.Ref(name, 0, 2))
	home.Restart(nil)
	home.Publishes(name)
	b.Hears(notify.Available, 0)
	b.Fetches(cam.Ref(name, 0, 2))
}
