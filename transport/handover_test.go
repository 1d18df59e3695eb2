package transport_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// accepts has a peer's user take the first n versions of what others hand over.
func accepts(n int) func(*peer.Config) {
	return func(cfg *peer.Config) {
		cfg.Accept = func(context.Context, collection.UserID, collection.Collection) int { return n }
	}
}

// sees checks what there is of the first item.
func (s *station) sees(t *testing.T, name collection.Name, draft bool, labelled int, held ...int) {
	t.Helper()
	v, err := s.View(t.Context(), name)
	must(t, err)
	var want label.Held
	for _, version := range held {
		want = want.With(version)
	}
	if v.Draft() != draft || v.Collection().Labelled() != labelled || v.Held(0) != want {
		t.Errorf("draft %v, %d labels, held %v; want %v, %d, %v", v.Draft(), v.Collection().Labelled(), v.Held(0), draft, labelled, want)
	}
}

// TestHandOver: A's device hands versions over to B, whose peer builds the
// collection with every item labelled; A's later sync completes it, and B is
// told by the hub.
func TestHandOver(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	b.reopen(accepts(3))
	name := cam.make("title", bob)
	_, err := cam.HandOver(t.Context(), cam.link(b), name, 3*4096)
	must(t, err)
	b.sees(t, name, true, 2, 0)
	blob, err := b.Open(t.Context(), ref(name, cam, 1, 0))
	must(t, err)
	must(t, blob.Close())
	b.refused(t, name, cam)

	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	b.sees(t, name, false, 0, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// TestHandOverWithoutHub: the same, and B is told by A's peer.
func TestHandOverWithoutHub(t *testing.T) {
	l := &lonely{newWorld(t, hub.Config{}), map[collection.UserID]signature.PublicKey{}}
	ann, bob := l.peer(collection.UserID{1}), l.peer(collection.UserID{2})
	l.open(ann)
	bob.start(l, accepts(1))
	cam := l.w.loneCamera(ann, 2)
	name, err := cam.Make(t.Context(), collection.Header{Title: "Picnic"}, collection.Body{Items: cam.items, Recipients: []collection.UserID{bob.user}})
	must(t, err)
	_, err = cam.HandOver(t.Context(), cam.link(bob), name, 1<<20)
	must(t, err)
	bob.sees(t, name, true, 2, 0) // Bob wants thumbnails only
	_, err = cam.Share(t.Context(), cam.link(ann), name)
	must(t, err)
	must(t, ann.Publish(t.Context(), name))
	bob.hearsFrom(t, ann, notify.Shared, 0)
	bob.sees(t, name, false, 0, 0)
	must(t, bob.Fetch(t.Context(), ref(name, cam, 1, 2)))
}

// loneCamera is a camera whose key is that of a peer without a hub.
func (w *world) loneCamera(s *station, photos int) *camera {
	cam := &camera{w: w, user: s.user, signer: s.signer, versions: map[collection.ItemID][3][]byte{}}
	cam.Device = device.New(s.user, s.signer, device.MediaFunc(cam.open), device.Config{Now: w.now})
	for i := range photos {
		cam.add(i)
	}
	return cam
}

// TestHandOverOfWhatTheNetworkKnows: B's peer takes the author's own collection,
// with the labels that it has, and only versions are handed over.
func TestHandOverOfWhatTheNetworkKnows(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	b.reopen(accepts(3))
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	_, err = cam.HandOver(t.Context(), cam.link(b), name, 1<<20)
	must(t, err)
	b.sees(t, name, false, 0, 0, 2)
	var out bytes.Buffer
	must(t, b.Print(t.Context(), ref(name, cam, 0, 2), &out))
}

// TestHandOverRefused: nothing is taken unless the user agrees, and is one of
// the recipients; nor from somebody who is not the author.
func TestHandOverRefused(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, eve := w.user("ann"), w.user("bob"), w.user("eve")
	cam, b, e := w.camera(ann, 1), w.peer(bob, "bob"), w.peer(eve, "eve")
	thief := w.camera(eve, 0)
	name := cam.make("title", bob)
	e.reopen(accepts(3))
	for what, to := range map[string]transport.ShareReceiver{
		"nobody asked": cam.link(b), "not a recipient": cam.link(e),
	} {
		if _, err := cam.HandOver(t.Context(), to, name, 1<<20); !errors.Is(err, transport.ErrForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	b.reopen(accepts(0))
	if _, err := cam.HandOver(t.Context(), cam.link(b), name, 1<<20); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("not wanted: %v", err)
	}
	b.reopen(accepts(3))
	if _, err := cam.HandOver(t.Context(), thief.link(b), name, 1<<20); !errors.Is(err, transport.ErrSeal) && !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("by another user's device: %v", err)
	}
	if names, err := b.Names(t.Context()); len(names) != 0 || err != nil {
		t.Errorf("kept %v, %v", names, err)
	}
}

// TestHandOverFits: the link's capacity decides what goes over.
func TestHandOverFits(t *testing.T) {
	for _, c := range []struct {
		capacity int64
		want     [3]int // items per version
	}{
		{0, [3]int{}}, {4095, [3]int{}}, {4096, [3]int{1}}, {2 * 4096, [3]int{2}},
		{2*4096 + 70_000, [3]int{2, 0, 1}}, {2*4096 + 70_000 + 70_001, [3]int{2, 0, 2}},
	} {
		w := newWorld(t, hub.Config{})
		ann, bob := w.user("ann"), w.user("bob")
		cam, b := w.camera(ann, 2), w.peer(bob, "bob")
		b.reopen(accepts(3))
		name := cam.make("title", bob)
		_, err := cam.HandOver(t.Context(), cam.link(b), name, c.capacity)
		must(t, err)
		v, err := b.View(t.Context(), name)
		must(t, err)
		var got [3]int
		for i := range cam.items {
			for version := range got {
				if v.Held(i).Has(version) {
					got[version]++
				}
			}
		}
		if got != c.want {
			t.Errorf("with %d bytes: %v, want %v", c.capacity, got, c.want)
		}
	}
}

// TestHandOverReplaced: a draft whose parts are not the author's gives way, and
// what is held of it is found again by its digest.
func TestHandOverReplaced(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 2), w.peer(bob, "bob")
	b.reopen(accepts(1))
	id := collection.ID{9}
	h := collection.Header{ID: id, Authority: collection.KeyID(w.hub.PublicKey().ID())}
	items := cam.items
	cam.items = []collection.Item{items[1]}
	name, err := cam.Make(t.Context(), h, collection.Body{Items: cam.items, Recipients: []collection.UserID{bob}})
	must(t, err)
	_, err = cam.HandOver(t.Context(), cam.link(b), name, 1<<20)
	must(t, err)
	_, err = cam.Make(t.Context(), h, collection.Body{Items: items, Recipients: []collection.UserID{bob}})
	must(t, err)
	_, err = cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	b.hears(t, notify.Shared, 2)
	v, err := b.View(t.Context(), name)
	must(t, err)
	if v.Held(0).Has(0) || !v.Held(1).Has(0) {
		t.Errorf("held %v and %v", v.Held(0), v.Held(1))
	}
}

// TestNamesOfADevice: two stations that have a collection's id and a device's
// own names call the items alike.
func TestNamesOfADevice(t *testing.T) {
	open := func(_ context.Context, name string, version int) (transport.Blob, error) {
		return blob{bytes.NewReader([]byte(name))}, nil
	}
	camera, reader := device.NewNamed(open), device.NewNamed(open)
	id := collection.ID{1}
	a, b := camera.Items(id, "DSC1.JPG", "DSC2.JPG"), reader.Items(id, "DSC2.JPG")
	if a[1].ID != b[0].ID || a[0].ID == a[1].ID || camera.Items(collection.ID{2}, "DSC1.JPG")[0].ID == a[0].ID {
		t.Errorf("%v and %v", a, b)
	}
	got, err := camera.Open(t.Context(), a[0].ID, 0)
	must(t, err)
	if got.Size() != int64(len("DSC1.JPG")) {
		t.Errorf("opened another")
	}
	if _, err := reader.Open(t.Context(), a[0].ID, 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a name that the reader was not told: %v", err)
	}
}

// TestHandOverOfWhatIsGone: what was deleted from the card is left out.
func TestHandOverOfWhatIsGone(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 2), w.peer(bob, "bob")
	b.reopen(accepts(3))
	name := cam.make("title", bob)
	cam.versions[cam.items[1].ID] = [3][]byte{}
	_, err := cam.HandOver(t.Context(), cam.link(b), name, 1<<20)
	must(t, err)
	b.sees(t, name, true, 2, 0, 2)
	b.fetches(t, ref(name, cam, 1, 0), false)
}
