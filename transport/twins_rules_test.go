package transport_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestTwinOfAnotherUser: that the hub holds some bytes for one author is neither
// seen nor used by another one who has their digest.
func TestTwinOfAnotherUser(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, eve := w.user("ann"), w.user("eve")
	cam, thief := w.camera(ann, 1), w.camera(eve, 1)
	_, err := cam.Share(t.Context(), cam.hub, cam.make("title"))
	must(t, err)
	thief.versions[thief.items[0].ID] = cam.versions[cam.items[0].ID]
	stolen := thief.make("stolen", eve)
	if a := thief.offers(t, stolen); a.Next != transport.Upload || !a.Missing[0].Has(0) || len(a.Parts) != 0 {
		t.Errorf("the hub says that it holds another author's version: %+v", a)
	}
	if _, err := thief.hub.Version(t.Context(), ref(stolen, thief, 0, 0), 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("another author's version: %v", err)
	}
	_, err = thief.hub.PutVersion(t.Context(), ref(stolen, thief, 0, 0), 0, strings.NewReader(""))
	if !errors.Is(err, transport.ErrDigest) {
		t.Errorf("uploaded without having it: %v", err)
	}
	_, err = thief.Share(t.Context(), thief.hub, stolen) // who does have the bytes shares them
	must(t, err)
}

// TestTwinHandOver: equal bytes are carried over a local link once, and count once.
func TestTwinHandOver(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 3), w.peer(bob, "bob")
	b.reopen(accepts(3))
	cam.copies(2)
	name := cam.make("title", bob)
	_, err := cam.HandOver(t.Context(), cam.link(b), name, 2*4096+70_000)
	must(t, err)
	b.shows(t, name, cam, 0)
	v, err := b.View(t.Context(), name)
	must(t, err)
	for i, want := range []bool{true, false, true} {
		if v.Held(i).Has(2) != want {
			t.Errorf("original %d: held %v", i, !want)
		}
	}
}

// TestTwinWithdrawn: an item that is withdrawn takes nothing from its twin, in this
// collection or another, and gets nothing from it.
func TestTwinWithdrawn(t *testing.T) {
	w, cam, home, b, name := atHome(t, 2, collection.Body{})
	cam.copies(1)
	twins := cam.make("twins", b.user)
	must(t, shared(cam.Share(t.Context(), cam.link(home), twins)))
	must(t, home.Publish(t.Context(), twins))
	must(t, home.Withdraw(t.Context(), twins, cam.items[0].ID))
	must(t, home.Publish(t.Context(), name))
	_, err := b.Receive(t.Context())
	must(t, err)
	must(t, w.hub.Probe(t.Context()))
	if err := b.Fetch(t.Context(), ref(twins, cam, 0, 2)); !errors.Is(err, label.ErrWithdrawn) {
		t.Errorf("withdrawn: %v", err)
	}
	must(t, b.Fetch(t.Context(), ref(twins, cam, 1, 2)))
	must(t, b.Fetch(t.Context(), ref(twins, cam, 1, 0)))
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

func shared(_ transport.Answer, err error) error { return err }

// TestTwinExpires: a version that a later collection has a twin of stays in the
// cache for as long as if it had come with that collection.
func TestTwinExpires(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 1), w.peer(bob, "bob")
	must(t, shared(cam.Share(t.Context(), cam.hub, cam.make("old"))))
	w.clock = w.clock.Add(time.Hour)
	cam.add(1)
	cam.copies(1)
	cam.items = cam.items[1:]
	name := cam.make("new", bob)
	must(t, shared(cam.Share(t.Context(), cam.hub, name)))
	must(t, w.hub.Expire(t.Context(), w.clock))
	b.hears(t, notify.Shared, 1)
	b.fetchAll(t, name, cam, 0, true)
	b.shows(t, name, cam, 0)
	w.clock = w.clock.Add(time.Hour)
	must(t, w.hub.Expire(t.Context(), w.clock))
	if _, err := b.hub.Version(t.Context(), ref(name, cam, 0, 0), 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("it never expires: %v", err)
	}
}
