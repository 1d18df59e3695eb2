package transport_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// errBattery is what a device hears of its store when the battery is empty.
var errBattery = errors.New("the battery is empty")

// dying is a store of which a kind of record cannot be changed any more.
type dying struct {
	transport.Store
	kind string
}

func (d dying) Apply(ctx context.Context, changes ...transport.Change) error {
	for _, c := range changes {
		if strings.HasPrefix(c.Key, d.kind) {
			return errBattery
		}
	}
	return d.Store.Apply(ctx, changes...)
}

// silent is a hub whose answers to shares are lost.
type silent struct{ transport.Hub }

func (s silent) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	_, err := s.Hub.Share(ctx, share)
	return transport.Answer{}, errors.Join(transport.ErrUnreachable, err)
}

// starts makes the camera's device again on a store.
func (c *camera) starts(store transport.Store) {
	c.Device = device.New(c.user, c.signer, device.MediaFunc(c.open), device.Config{Now: c.w.now, Store: store})
}

// TestDeviceNotifiesAfterACrash: whenever a device that would tell the recipients
// stops, it finishes later what it has begun, and nobody hears twice.
func TestDeviceNotifiesAfterACrash(t *testing.T) {
	for what, dies := range map[string]func(*camera, *memstore.Store) transport.ShareReceiver{
		"before the share": func(c *camera, s *memstore.Store) transport.ShareReceiver {
			return nobodyThere{c.hub}
		},
		"before the answer": func(c *camera, s *memstore.Store) transport.ShareReceiver {
			return silent{c.hub}
		},
		"after the answer": func(c *camera, s *memstore.Store) transport.ShareReceiver {
			c.starts(dying{s, "o/"})
			return c.hub
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t, hub.Config{})
			ann, bob := w.user("ann"), w.user("bob")
			cam, b, store := w.camera(ann, 1), w.peer(bob, "bob"), new(memstore.Store)
			cam.starts(store)
			name := cam.make("title", bob)
			_, err := cam.ShareAndNotify(t.Context(), dies(cam, store), name, cam.reach(b))
			if !errors.Is(err, errBattery) && !errors.Is(err, transport.ErrUnreachable) {
				t.Fatal(err)
			}
			cam.starts(store)
			for range 2 {
				must(t, cam.Notify(t.Context(), cam.hub, cam.reach(b)))
			}
			b.hears(t, notify.Shared, 1)
			if news, err := b.Receive(t.Context()); len(news) > 0 || err != nil {
				t.Errorf("heard again: %d, %v", len(news), err)
			}
			before := cam.wire.requests.Load()
			must(t, cam.Notify(t.Context(), cam.hub, cam.reach(b)))
			if n := cam.wire.requests.Load() - before; n != 0 {
				t.Errorf("%d requests with nothing to tell", n)
			}
		})
	}
}

// nobodyThere is a hub that cannot be reached.
type nobodyThere struct{ transport.Hub }

func (nobodyThere) Share(context.Context, transport.Share) (transport.Answer, error) {
	return transport.Answer{}, transport.ErrUnreachable
}

// TestDeviceForgetsToNotify: what was forgotten is not shared again, nor is what
// never was there.
func TestDeviceForgetsToNotify(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 1), w.peer(bob, "bob")
	name := cam.make("title", bob)
	if _, err := cam.ShareAndNotify(t.Context(), nobodyThere{cam.hub}, name, cam.reach(b)); !errors.Is(err, transport.ErrUnreachable) {
		t.Fatal(err)
	}
	must(t, cam.Forget(t.Context(), name))
	if _, err := cam.ShareAndNotify(t.Context(), cam.hub, name, cam.reach(b)); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	must(t, cam.Notify(t.Context(), cam.hub, cam.reach(b)))
}

// deliverFunc is a recipient's station as a function.
type deliverFunc func(notify.Notification) error

func (f deliverFunc) Deliver(_ context.Context, n notify.Notification) error { return f(n) }

// TestDeviceNotifiesNewerNews: news that comes while older news is told is not lost.
func TestDeviceNotifiesNewerNews(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.make("title", bob)
	away := func(collection.UserID) transport.Recipient { return nil }
	shared := func() {
		answer, err := cam.ShareAndNotify(t.Context(), cam.hub, name, away)
		if !answer.Notify || !errors.Is(err, transport.ErrUnreachable) {
			t.Fatalf("answer %+v, %v", answer, err)
		}
	}
	shared()
	var told []int
	reach := func(collection.UserID) transport.Recipient {
		return deliverFunc(func(n notify.Notification) error {
			if told = append(told, n.Labelled); len(told) == 1 { // meanwhile
				_, err := cam.Share(t.Context(), cam.link(home), name)
				must(t, err)
				must(t, home.Publish(t.Context(), name))
				shared()
			}
			return nil
		})
	}
	for range 2 {
		must(t, cam.Notify(t.Context(), cam.hub, reach))
	}
	if len(told) != 2 || told[0] != 1 || told[1] != 0 {
		t.Errorf("labels in what was told: %v", told)
	}
}
