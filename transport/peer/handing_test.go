package peer_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// read is a version on a card that says when it is read first.
type read struct {
	transport.Blob
	first func() error
}

func (r *read) ReadAt(b []byte, at int64) (int, error) {
	if at == 0 {
		if err := r.first(); err != nil {
			return 0, err
		}
	}
	return r.Blob.ReadAt(b, at)
}

// handOver is a collection that a camera hands over to a home, which is told to publish it
// all the while, and whose recipient receives all the while.
type handOver struct {
	w         *labtest.World
	cam       *labtest.Camera
	home, bob *labtest.Peer
	name      collection.Name
	sends     func(original int) error // before each original is sent
}

func newHandOver(t *testing.T, photos int) *handOver {
	h := &handOver{w: labtest.Listening(t, hub.Config{}), sends: func(int) error { return nil }}
	ann, bob := h.w.User("ann"), h.w.User("bob")
	h.cam, h.home, h.bob = h.w.Camera(ann, photos), h.w.Peer(ann, "home"), h.w.Peer(bob, "bob")
	h.name = h.cam.Album("title", bob)
	return h
}

// syncs hands over once, over the real handlers.
func (h *handOver) syncs(t *testing.T) error {
	originals := 0
	media := device.MediaFunc(func(ctx context.Context, id collection.ItemID, v int) (transport.Blob, error) {
		b, err := h.cam.Card.Open(ctx, id, v)
		if v != 2 || err != nil {
			return b, err
		}
		return &read{b, func() error {
			originals++
			return h.sends(originals)
		}}, nil
	})
	_, err := device.New(h.cam.User, h.cam.Signer, media, h.cam.DeviceConfig()).Sync(t.Context(), h.cam.To(h.home.Station), h.name)
	return err
}

// publishes begins to publish, and waits until the hub is asked to.
func (h *handOver) publishes(t *testing.T, all *sync.WaitGroup) {
	asked := h.home.Requests.Load()
	var ended atomic.Bool
	all.Go(func() {
		defer ended.Store(true)
		if err := h.home.Author.Publish(t.Context(), h.name); err != nil {
			t.Error("publish:", err)
		}
	})
	for h.home.Requests.Load() == asked && !ended.Load() && t.Context().Err() == nil {
	}
}

// awaits waits until so many originals are at home.
func (h *handOver) awaits(t *testing.T, n int) {
	for held := 0; held < n && t.Context().Err() == nil; {
		v, err := h.home.Reader.View(t.Context(), h.name)
		labtest.Must(t, err)
		held = 0
		for i := range h.cam.Items {
			if v.Held(i).Has(2) {
				held++
			}
		}
	}
}

// told returns all that Bob hears while something is done, and then.
func (h *handOver) told(t *testing.T, during func()) (news []notify.Notification) {
	ctx, cancel := context.WithCancel(t.Context())
	var receiving sync.WaitGroup
	receiving.Go(func() {
		for ctx.Err() == nil {
			some, _ := h.bob.Reader.Receive(ctx)
			news = append(news, some...)
		}
	})
	during()
	cancel()
	receiving.Wait()
	for some := h.bob.Receives(); len(some) > 0; some = h.bob.Receives() {
		news = append(news, some...)
	}
	return news
}

// TestPublishWhileHandingOver: a recipient is told twice, of the glimpses and of the originals,
// however often a home is told to publish what is still being handed over.
func TestPublishWhileHandingOver(t *testing.T) {
	photos := 200
	if testing.Short() {
		photos = 24
	}
	for what, first := range map[string]func(h *handOver){
		"shared":     func(h *handOver) { h.cam.Shares(h.name) },
		"not shared": func(*handOver) {},
		"by itself":  func(h *handOver) { runsBeside(t, h) },
	} {
		h := newHandOver(t, photos)
		first(h)
		var all sync.WaitGroup
		h.sends = func(n int) error {
			if n%(photos/8) == 2 {
				h.publishes(t, &all)
			}
			return nil
		}
		news := h.told(t, func() {
			labtest.Must(t, h.syncs(t))
			all.Wait()
		})
		if len(news) != 2 || news[0].Reason != notify.Shared || news[1].Reason != notify.Available || news[1].Labelled != 0 {
			t.Errorf("%s: told %d times: %+v", what, len(news), news)
		}
		h.bob.Fetches(h.cam.Ref(h.name, photos-1, 2))
	}
}

// runsBeside has the home publish what is handed over by itself, too, and what was due before.
func runsBeside(t *testing.T, h *handOver) {
	h.cam.Shares(h.name)
	labtest.Must(t, h.home.Reader.Refresh(t.Context(), h.name))
	labtest.Must(t, h.home.Author.PublishAt(t.Context(), h.name, h.w.Now()))
	running(t, h.home, func(cfg *peer.Config) { cfg.Publishes = true })
}

// TestPublishAfterAHandOverBrokeOff: what came is published when no more does, and the rest
// when that has come.
func TestPublishAfterAHandOverBrokeOff(t *testing.T) {
	h := newHandOver(t, 6)
	h.cam.Shares(h.name)
	var all sync.WaitGroup
	off := errors.New("the battery is empty")
	h.sends = func(n int) error {
		if n == 4 {
			h.awaits(t, 2) // the end of the third may not have left
			h.publishes(t, &all)
			return off
		}
		return nil
	}
	first := h.told(t, func() {
		if err := h.syncs(t); !errors.Is(err, off) {
			t.Errorf("handed over: %v", err)
		}
		all.Wait()
	})
	if len(first) != 2 || first[1].Labelled < 3 {
		t.Errorf("told %d: %+v", len(first), first[len(first)-1])
	}
	h.sends = func(n int) error {
		h.publishes(t, &all)
		return nil
	}
	then := h.told(t, func() {
		labtest.Must(t, h.syncs(t))
		all.Wait()
	})
	if len(then) != 1 || then[0].Reason != notify.Available || then[0].Labelled != 0 {
		t.Errorf("then told %+v", then)
	}
}

// TestPublishWaitsNoLonger: who waits for a hand-over to end may give up, and a home that is
// closed waits for none.
func TestPublishWaitsNoLonger(t *testing.T) {
	for what, want := range map[string]error{"given up": context.Canceled, "closed": transport.ErrClosed} {
		h := newHandOver(t, 3)
		ctx, cancel := context.WithCancel(t.Context())
		published := make(chan error, 1)
		h.sends = func(n int) error {
			if n != 3 {
				return nil
			}
			h.awaits(t, 1)
			asked := h.home.Requests.Load()
			go func() { published <- h.home.Author.Publish(ctx, h.name) }()
			for h.home.Requests.Load() == asked {
			}
			if what == "closed" {
				go h.home.Close(t.Context())
			} else {
				cancel()
			}
			if err := <-published; !errors.Is(err, want) {
				t.Errorf("%s: %v", what, err)
			}
			return nil
		}
		h.syncs(t)
		cancel()
	}
}
