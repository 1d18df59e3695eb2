package transport_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestSubCollections: two cameras of two authors, one parent; each keeps its own
// labels and rights, and who may not read one sees the others.
func TestSubCollections(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, carl, bob, eve := w.user("ann"), w.user("carl"), w.user("bob"), w.user("eve")
	cams := []*camera{w.camera(ann, 2), w.camera(carl, 1)}
	home, b, e := w.peer(ann, "home"), w.peer(bob, "bob"), w.peer(eve, "eve")
	names := []collection.Name{cams[0].make("Ann's", bob, eve), cams[1].make("Carl's", bob)}
	for i, cam := range cams {
		_, err := cam.Share(t.Context(), cam.hub, names[i])
		must(t, err)
	}
	parent, err := cams[0].Make(t.Context(), collection.Header{Title: "The wedding", Authority: collection.KeyID(w.hub.PublicKey().ID())},
		collection.Body{Recipients: []collection.UserID{bob, eve}, Subs: names})
	must(t, err)
	_, err = cams[0].Share(t.Context(), cams[0].hub, parent)
	must(t, err)
	_, err = cams[0].Share(t.Context(), cams[0].link(home), names[0])
	must(t, err)
	must(t, home.Publish(t.Context(), names[0]))

	for s, want := range map[*station]map[collection.Name]int{ // labels, -1 = not to be read
		b: {parent: 0, names[0]: 0, names[1]: 1},
		e: {parent: 0, names[0]: 0, names[1]: -1},
	} {
		must(t, s.Refresh(t.Context(), parent)) // the others are met on the walk
		got := map[collection.Name]int{}
		must(t, s.Walk(t.Context(), parent, func(depth int, name collection.Name, v *peer.View) error {
			if got[name] = -1; v != nil {
				got[name] = v.Collection().Labelled()
			}
			if wantDepth := min(1, len(got)-1); depth != wantDepth {
				t.Errorf("%v at depth %d", name, depth)
			}
			return nil
		}))
		for name, labels := range want {
			if n, ok := got[name]; !ok || n != labels || len(got) != len(want) {
				t.Errorf("%v: %d labels, want %d", name, n, labels)
			}
		}
	}
	must(t, b.Fetch(t.Context(), ref(names[0], cams[0], 0, 2)))
	if err := b.Fetch(t.Context(), ref(names[1], cams[1], 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("an original of the camera that has not synced: %v", err)
	}
}

// TestWalkEnds: an error of the visitor ends a walk, and what is not known cannot
// be walked.
func TestWalkEnds(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.make("title")
	if err := home.Walk(t.Context(), name, nil); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("walked what is not there: %v", err)
	}
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	stop := errors.New("stop")
	if err := home.Walk(t.Context(), name, func(int, collection.Name, *peer.View) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// TestTitleWithoutKeyboard: the device composes a title; the author gives a
// better one later, and captions, of which the recipients hear. Availability is
// not disturbed.
func TestTitleWithoutKeyboard(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	cam.Device = device.New(ann, cam.signer, device.MediaFunc(cam.open), device.Config{Now: w.now, Name: "Camera", Owner: "Ann"})
	name := cam.make("", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	news, err := b.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Title != "2026-07-01 Camera Ann" {
		t.Fatalf("heard %+v", news)
	}
	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	better := func(title, caption string) {
		must(t, home.Edit(t.Context(), name, func(h *collection.Header, items []collection.Item) {
			h.Title, items[0].Caption = title, caption
		}))
	}
	better("Picnic", "the cake")
	b.readsEdited(t, "Picnic", "the cake", 2)
	must(t, home.Publish(t.Context(), name)) // with digests of screens: an edition that nobody hears of
	b.hears(t, notify.Available, 0)
	better("Picnic", "the cake, eaten")
	b.readsEdited(t, "Picnic", "the cake, eaten", 0)
	better("The picnic", "the cake, eaten")
	b.readsEdited(t, "The picnic", "the cake, eaten", 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

func (s *station) readsEdited(t *testing.T, title, caption string, labelled int) {
	t.Helper()
	news, err := s.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Reason != notify.Edited || news[0].Title != title || news[0].Labelled != labelled {
		t.Fatalf("heard %+v", news)
	}
	v, err := s.View(t.Context(), news[0].Name())
	must(t, err)
	if c := v.Collection(); c.Title() != title || c.Item(0).Caption != caption || c.Labelled() != labelled {
		t.Errorf("%q, %q, %d labels", c.Title(), c.Item(0).Caption, c.Labelled())
	}
}

// TestComposedTitles: what is not known is left out.
func TestComposedTitles(t *testing.T) {
	day := time.Date(2026, 7, 1, 23, 0, 0, 0, time.UTC)
	for want, got := range map[string]string{
		"2026-07-01 Camera Ann": device.Title(day, " Camera ", "Ann"),
		"2026-07-01 Ann":        device.Title(day, "", "Ann"),
		"Camera":                device.Title(time.Time{}, "Camera", ""),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestKnownCollectionWithAnotherLadder: the peer that syncs it is refused, with
// what differs, as is one with other recipients or items; nothing changes.
func TestKnownCollectionWithAnotherLadder(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, eve := w.user("ann"), w.user("bob"), w.user("eve")
	cam, home := w.camera(ann, 2), w.peer(ann, "home")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	before, err := cam.hub.Collection(t.Context(), name)
	must(t, err)
	own, err := cam.Collection(t.Context(), name)
	must(t, err)
	ladder := label.Ladder{{Name: "thumbnail", Pixels: 100}, {Name: "screen", Pixels: 1000}, {Name: "original"}}
	for what, b := range map[string]collection.Body{
		"ladder":     {Items: own.Body().Items, Ladder: ladder, Recipients: []collection.UserID{bob}},
		"recipients": {Items: own.Body().Items, Recipients: []collection.UserID{bob, eve}},
		"items":      {Items: own.Body().Items[:1], Recipients: []collection.UserID{bob}},
	} {
		other, err := collection.New(own.Header(), b)
		must(t, err)
		other, err = other.Sign(t.Context(), home.signer, w.now())
		must(t, err)
		data, err := other.MarshalBinary()
		must(t, err)
		_, err = home.hub.Share(t.Context(), transport.Share{Collection: data, From: transport.Peer})
		var fault *transport.Fault
		if !errors.Is(err, transport.ErrDiffers) || !errors.As(err, &fault) || len(fault.Differs) != 1 || fault.Differs[0] != what {
			t.Errorf("another %s: %v", what, err)
		}
	}
	after, err := cam.hub.Collection(t.Context(), name)
	must(t, err)
	if !bytes.Equal(before.Collection, after.Collection) {
		t.Error("the collection has changed")
	}
}
