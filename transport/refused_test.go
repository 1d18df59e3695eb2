package transport_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// refused is a collection that does not stand any more: its author's key was
// revoked and no authority has sealed it. Somebody else's lies beside it.
type refused struct {
	w              *world
	ann, bob       collection.UserID
	cam, other     *camera
	name, standing collection.Name
}

func newRefused(t *testing.T) *refused {
	w := newWorld(t, hub.Config{})
	r := &refused{w: w, ann: w.user("ann"), bob: w.user("bob")}
	r.cam, r.other = w.camera(r.ann, 1), w.camera(w.user("dan"), 1)
	var err error
	r.name, err = r.cam.Make(t.Context(), collection.Header{Title: "ann's"},
		collection.Body{Items: r.cam.items, Recipients: []collection.UserID{r.bob}})
	must(t, err)
	r.standing = r.other.make("dan's", r.bob)
	_, err = r.cam.Share(t.Context(), r.cam.hub, r.name)
	must(t, err)
	_, err = r.other.Share(t.Context(), r.other.hub, r.standing)
	must(t, err)
	must(t, w.hub.Accounts().Revoke(t.Context(), r.ann, "camera"))
	if _, err := w.hub.As(r.bob).Collection(t.Context(), r.name); !errors.Is(err, transport.ErrSeal) {
		t.Fatalf("bob reads what does not stand any more: %v", err)
	}
	return r
}

// TestRefusedCollectionIsNotSeen: that a collection does not stand any more is
// told to nobody who may not read it.
func TestRefusedCollectionIsNotSeen(t *testing.T) {
	r := newRefused(t)
	eve := r.w.hub.As(r.w.user("eve"))
	none := collection.Name{Author: r.ann, ID: collection.ID{9}}
	for _, name := range []collection.Name{r.name, r.standing, none} {
		_, one := eve.Collection(t.Context(), name)
		_, two := eve.Updates(t.Context(), name)
		_, three := eve.Version(t.Context(), transport.Ref{Collection: name, Item: r.cam.items[0].ID}, 0)
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
	got, err := r.w.hub.As(r.bob).Notifications(t.Context())
	must(t, err)
	if len(got.Waiting) != 2 {
		t.Fatalf("%d notifications wait", len(got.Waiting))
	}
	for _, d := range got.Waiting {
		if stands := d.Notification.Name() == r.standing; stands != (len(d.Notification.Cover) > 0) {
			t.Errorf("%s has a cover of %d bytes", d.Notification.Title, len(d.Notification.Cover))
		}
	}
}

// TestRefusedCollectionBesideOthers: its author shares the same items again with
// another key, and completes them.
func TestRefusedCollectionBesideOthers(t *testing.T) {
	r := newRefused(t)
	cam, home := r.w.camera(r.ann, 0), r.w.peer(r.ann, "home")
	cam.items, cam.versions = r.cam.items, r.cam.versions
	again := cam.make("again", r.bob)
	_, err := cam.Share(t.Context(), cam.hub, again)
	must(t, err)
	_, err = cam.Share(t.Context(), cam.link(home), again)
	must(t, err)
	must(t, home.Publish(t.Context(), again))
	if n := r.w.labelled(t, r.bob, again); n != 0 {
		t.Errorf("%d labels", n)
	}
}

// labelled counts the labels of a collection at the hub.
func (w *world) labelled(t *testing.T, reader collection.UserID, name collection.Name) int {
	t.Helper()
	s, err := w.hub.As(reader).Collection(t.Context(), name)
	must(t, err)
	c, err := collection.Decode(s.Collection)
	must(t, err)
	return c.Labelled()
}

// TestRefusedCollectionExpires: its versions expire as all others do.
func TestRefusedCollectionExpires(t *testing.T) {
	r := newRefused(t)
	must(t, r.w.hub.Expire(t.Context(), r.w.clock.Add(time.Hour)))
	for r, err := range r.w.hubStore.Scan(t.Context(), "age/") {
		must(t, err)
		t.Errorf("%s is left", r.Key)
	}
	r.w.inStep(t)
	for _, cam := range []*camera{r.cam, r.other} {
		for name, err := range cam.Collections(t.Context()) {
			must(t, err)
			c, err := cam.Collection(t.Context(), name)
			must(t, err)
			d, _ := c.Digest(0, 0)
			if _, err := r.w.hubStore.Open(t.Context(), "v/"+cam.user.String()+"/"+d.String()); !errors.Is(err, transport.ErrNotFound) {
				t.Errorf("%s: %v", c.Title(), err)
			}
		}
	}
}

// TestRefusedCollectionAtAPeer: nor does a peer tell one who hands it something.
func TestRefusedCollectionAtAPeer(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, eve := w.user("ann"), w.user("bob"), w.user("eve")
	cam, b := w.camera(ann, 1), w.peer(bob, "bob")
	name, err := cam.Make(t.Context(), collection.Header{}, collection.Body{Items: cam.items, Recipients: []collection.UserID{bob}})
	must(t, err)
	_, err = cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	b.hears(t, notify.Shared, 1)
	_ = cam.show(b, cam.statementOn(signature.KeyStatement{Role: signature.RoleRevoked}, time.Second))
	if _, err := b.View(t.Context(), name); !errors.Is(err, transport.ErrSeal) {
		t.Fatalf("bob sees what does not stand any more: %v", err)
	}
	for _, id := range []collection.ID{name.ID, {9}} {
		n := notify.Notification{To: bob, Author: ann, Collection: id}
		err := b.Recipient(eve).Deliver(t.Context(), n)
		if err == nil || transport.NewFault(err).Error() != transport.ErrForbidden.Error() {
			t.Errorf("%v: %v", id, err)
		}
	}
}
