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
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// reach returns the stations that a camera knows, over HTTP.
func (c *camera) reach(known ...*station) func(collection.UserID) transport.Recipient {
	return func(u collection.UserID) transport.Recipient {
		for _, s := range known {
			if s.user == u {
				return c.link(s)
			}
		}
		return nil
	}
}

// TestDeviceNotifies: the device makes the collection, with labels, and tells the
// recipients itself; one who was away hears later, and all hear from the hub
// when the originals are there.
func TestDeviceNotifies(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, eve := w.user("ann"), w.user("bob"), w.user("eve")
	cam, home, b, e := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob"), w.peer(eve, "eve")
	name := cam.make("title", bob, eve)
	answer, err := cam.ShareAndNotify(t.Context(), cam.hub, name, cam.reach(b))
	if !answer.Notify || answer.Next != transport.Done || !errors.Is(err, transport.ErrUnreachable) {
		t.Fatalf("answer %+v, %v", answer, err)
	}
	if waiting, err := b.hub.Notifications(t.Context()); len(waiting.Waiting) != 0 || err != nil {
		t.Errorf("the hub tells too: %+v, %v", waiting, err)
	}
	news, err := b.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Reason != notify.Shared || news[0].Labelled != 2 || !bytes.Equal(news[0].Cover, cam.versions[cam.items[0].ID][0]) {
		t.Fatalf("Bob heard %+v", news)
	}
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 0)))
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("the original: %v", err)
	}
	must(t, cam.Notify(t.Context(), cam.hub, cam.reach(b, e)))
	e.hears(t, notify.Shared, 2)
	must(t, cam.Notify(t.Context(), cam.hub, cam.reach())) // nobody is left

	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	for _, s := range []*station{b, e} {
		s.hears(t, notify.Available, 0)
		must(t, s.Fetch(t.Context(), ref(name, cam, 1, 2)))
	}
}

// TestDeliverRefuses: news is taken from those who may complete the collection,
// for the station's own user, and once.
func TestDeliverRefuses(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, mallory := w.user("ann"), w.user("bob"), w.user("mallory")
	cam, b, m := w.camera(ann, 1), w.peer(bob, "bob"), w.peer(mallory, "mallory")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	waiting, err := b.hub.Notifications(t.Context())
	must(t, err)
	n := waiting.Waiting[0].Notification
	other := n
	other.To = mallory
	forged := n
	forged.Collection = collection.ID{1}
	for what, c := range map[string]struct {
		from *httplink.Client
		n    notify.Notification
		want error
	}{
		"from a stranger":  {m.linkTo(b), n, transport.ErrForbidden},
		"to somebody else": {cam.link(b), other, transport.ErrForbidden},
		"of nothing":       {cam.link(b), forged, transport.ErrNotFound},
		"good":             {cam.link(b), n, nil},
	} {
		if err := c.from.Deliver(t.Context(), c.n); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, cam.link(b).Deliver(t.Context(), n)) // a repeat
	b.hears(t, notify.Shared, 1)
	if news, err := b.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("heard again %v, %v", news, err)
	}
}

// TestPeerNotifies: by the hub's answer, the peer tells the recipients, and the hub
// does not.
func TestPeerNotifies(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	home.reopen(func(cfg *peer.Config) { cfg.Notifies, cfg.Wait = true, 10*time.Millisecond })
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	if waiting, err := b.hub.Notifications(t.Context()); len(waiting.Waiting) != 0 || err != nil {
		t.Errorf("the hub tells too: %+v, %v", waiting, err)
	}
	b.hearsFrom(t, home, notify.Shared, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 0)))
}
