package device_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// reach returns the stations that a camera knows.
func reach(c *labtest.Camera, known ...*labtest.Peer) func(collection.UserID) transport.Recipient {
	return func(u collection.UserID) transport.Recipient {
		for _, s := range known {
			if s.User == u {
				return c.To(s.Station)
			}
		}
		return nil
	}
}

// TestDeviceNotifies: the device makes the collection, with labels, and tells the
// recipients itself; one who was away hears later, and all hear from the hub
// when the originals are there.
func TestDeviceNotifies(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam, home, b, e := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob"), w.Peer(eve, "eve")
	name := cam.Album("title", bob, eve)
	answer, err := cam.ShareAndNotify(t.Context(), cam.ToHub(), name, reach(cam, b))
	if !answer.Notify || answer.Next != transport.Done || !errors.Is(err, transport.ErrUnreachable) {
		t.Fatalf("answer %+v, %v", answer, err)
	}
	if waiting := w.Waiting(b.User); len(waiting) != 0 {
		t.Errorf("the hub tells too: %+v", waiting)
	}
	news := b.Receives()
	if len(news) != 1 || news[0].Reason != notify.Shared || news[0].Labelled != 2 || !bytes.Equal(news[0].Cover, cam.Card[cam.Items[0].ID][0]) {
		t.Fatalf("Bob heard %+v", news)
	}
	b.Fetches(cam.Ref(name, 0, 0))
	b.CannotFetch(label.ErrPending, cam.Ref(name, 0, 2))
	labtest.Must(t, cam.Notify(t.Context(), cam.ToHub(), reach(cam, b, e)))
	e.Hears(notify.Shared, 2)
	labtest.Must(t, cam.Notify(t.Context(), cam.ToHub(), reach(cam))) // nobody is left

	cam.Syncs(home, name)
	home.Publishes(name)
	for _, s := range []*labtest.Peer{b, e} {
		s.Hears(notify.Available, 0)
		s.Fetches(cam.Ref(name, 1, 2))
	}
}

// TestDeviceNotifiesOfWithdrawal: a device that tells the recipients tells what the hub
// knew before it, also where the hub said that before the last request: nobody tells
// them later.
func TestDeviceNotifiesOfWithdrawal(t *testing.T) {
	for what, again := range map[string]func(*labtest.Camera){"share": func(*labtest.Camera) {}, "push": func(c *labtest.Camera) { c.Restart(c.Store) }} {
		_, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 3)
		cam.Syncs(home, name)
		home.Withdraws(name, cam.Items[1].ID)
		again(cam)
		answer, err := cam.ShareAndNotify(t.Context(), cam.ToHub(), name, reach(cam, b))
		labtest.Must(t, err)
		state, err := cam.ToHub().Collection(t.Context(), name)
		labtest.Must(t, err)
		c, err := collection.Decode(state.Collection)
		labtest.Must(t, err)
		now, err := notify.Availability(c)
		labtest.Must(t, err)
		if news := b.Receives(); !answer.Notify || len(news) != 1 || news[0].ID != notify.MakeID(state.Edition, now, b.User) {
			t.Errorf("%s: told by the device %v, not of the latest state: %+v", what, answer.Notify, news)
		}
	}
}

// errBattery is what a device hears of its store when the battery is empty.
var errBattery = errors.New("the battery is empty")

// dying is a store of which a kind of record cannot be changed any more.
type dying struct {
	transport.Store
	kind string
}

func (d dying) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	for _, c := range b.Changes {
		if strings.HasPrefix(c.Key, d.kind) {
			return 0, errBattery
		}
	}
	return d.Store.Apply(ctx, b)
}

// silent is a hub whose answers to shares are lost.
type silent struct{ transport.Hub }

func (s silent) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	_, err := s.Hub.Share(ctx, share)
	return transport.Answer{}, errors.Join(transport.ErrUnreachable, err)
}

func (s silent) Push(ctx context.Context, share transport.Share, stream io.Reader) (transport.Answer, error) {
	_, err := s.Hub.Push(ctx, share, stream)
	return transport.Answer{}, errors.Join(transport.ErrUnreachable, err)
}

// TestDeviceNotifiesAfterACrash: whenever a device that would tell the recipients
// stops, it finishes later what it has begun, and nobody hears twice.
func TestDeviceNotifiesAfterACrash(t *testing.T) {
	for what, dies := range map[string]func(*labtest.Camera) transport.ShareReceiver{
		"before the share":  func(c *labtest.Camera) transport.ShareReceiver { return nobodyThere{c.ToHub()} },
		"before the answer": func(c *labtest.Camera) transport.ShareReceiver { return silent{c.ToHub()} },
		"after the answer": func(c *labtest.Camera) transport.ShareReceiver {
			c.Restart(dying{c.Store, "o/"})
			return c.ToHub()
		},
	} {
		t.Run(what, func(t *testing.T) {
			_, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
			_, err := cam.ShareAndNotify(t.Context(), dies(cam), name, reach(cam, b))
			if !errors.Is(err, errBattery) && !errors.Is(err, transport.ErrUnreachable) {
				t.Fatal(err)
			}
			cam.Restart(cam.Store)
			for range 2 {
				labtest.Must(t, cam.Notify(t.Context(), cam.ToHub(), reach(cam, b)))
			}
			b.Hears(notify.Shared, 1)
			b.HearsNothing()
			before := cam.Requests.Load()
			labtest.Must(t, cam.Notify(t.Context(), cam.ToHub(), reach(cam, b)))
			if n := cam.Requests.Load() - before; n != 0 {
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

func (nobodyThere) Push(context.Context, transport.Share, io.Reader) (transport.Answer, error) {
	return transport.Answer{}, transport.ErrUnreachable
}

// TestDeviceForgetsToNotify: what was forgotten is not shared again, nor is what
// never was there.
func TestDeviceForgetsToNotify(t *testing.T) {
	_, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	if _, err := cam.ShareAndNotify(t.Context(), nobodyThere{cam.ToHub()}, name, reach(cam, b)); !errors.Is(err, transport.ErrUnreachable) {
		t.Fatal(err)
	}
	labtest.Must(t, cam.Forget(t.Context(), name))
	if _, err := cam.ShareAndNotify(t.Context(), cam.ToHub(), name, reach(cam, b)); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	labtest.Must(t, cam.Notify(t.Context(), cam.ToHub(), reach(cam, b)))
}

// deliverFunc is a recipient's station as a function.
type deliverFunc func(notify.Notification) error

func (f deliverFunc) Deliver(_ context.Context, n notify.Notification) error { return f(n) }

// TestDeviceNotifiesNewerNews: news that comes while older news is told is not lost.
func TestDeviceNotifiesNewerNews(t *testing.T) {
	_, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 1)
	away := func(collection.UserID) transport.Recipient { return nil }
	shared := func() {
		answer, err := cam.ShareAndNotify(t.Context(), cam.ToHub(), name, away)
		if !answer.Notify || !errors.Is(err, transport.ErrUnreachable) {
			t.Fatalf("answer %+v, %v", answer, err)
		}
	}
	shared()
	var told []int
	reach := func(collection.UserID) transport.Recipient {
		return deliverFunc(func(n notify.Notification) error {
			if told = append(told, n.Labelled); len(told) == 1 { // meanwhile
				cam.Syncs(home, name)
				home.Publishes(name)
				shared()
			}
			return nil
		})
	}
	for range 2 {
		labtest.Must(t, cam.Notify(t.Context(), cam.ToHub(), reach))
	}
	if len(told) != 2 || told[0] != 1 || told[1] != 0 {
		t.Errorf("labels in what was told: %v", told)
	}
}
