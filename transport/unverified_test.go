package transport_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// doubter is a recipient of a shared collection that does not believe the key
// with which it is sealed. Of another author it has heard before.
type doubter struct {
	*station
	cam, other *camera
	name       collection.Name
}

func newDoubter(t *testing.T) *doubter {
	w := newWorld(t, hub.Config{})
	ann, eve, bob := w.user("ann"), w.user("eve"), w.user("bob")
	d := &doubter{station: w.peer(bob, "bob"), cam: w.camera(ann, 1), other: w.camera(eve, 1)}
	d.shares(t, d.other, "another")
	d.hears(t, notify.Shared, 1)
	d.name = d.shares(t, d.cam, "title")
	d.restart()
	return d
}

func (d *doubter) shares(t *testing.T, cam *camera, title string) collection.Name {
	name := cam.make(title, d.user)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	return name
}

func (d *doubter) restart() {
	d.reopen(func(cfg *peer.Config) {
		cfg.Keys.Revoke(d.cam.signer.Public().ID())
		cfg.Wait = time.Millisecond
	})
}

// receives reports whether the notification was tried, and in vain.
func (d *doubter) receives(t *testing.T) bool {
	t.Helper()
	news, err := d.Receive(t.Context())
	if err != nil && !errors.Is(err, transport.ErrSeal) || len(news) > 0 {
		t.Fatalf("heard %d, %v", len(news), err)
	}
	return err != nil
}

func (d *doubter) waiting(t *testing.T) int {
	t.Helper()
	waiting, err := d.hub.Notifications(t.Context())
	must(t, err)
	return len(waiting.Waiting)
}

// TestUnverifiedBacksOff: a notification that cannot be verified is tried again
// after a minute, then after two, whatever happens to the process.
func TestUnverifiedBacksOff(t *testing.T) {
	d := newDoubter(t)
	for i, step := range []struct {
		after time.Duration
		tried bool
	}{
		{0, true}, {0, false}, {59 * time.Second, false}, {time.Second, true},
		{time.Minute, false}, {time.Minute, true},
		{3 * time.Minute, false}, {time.Minute, true},
	} {
		d.w.clock = d.w.clock.Add(step.after)
		d.restart()
		if tried := d.receives(t); tried != step.tried {
			t.Errorf("step %d: tried %v", i, tried)
		}
	}
}

// TestUnverifiedIsNoLoop: while nothing else waits, the hub is not asked all the
// time, although it would answer at once.
func TestUnverifiedIsNoLoop(t *testing.T) {
	d := newDoubter(t)
	d.reopen(func(cfg *peer.Config) {
		cfg.Keys.Revoke(d.cam.signer.Public().ID())
		cfg.Wait = 50 * time.Millisecond
	})
	if !d.receives(t) {
		t.Fatal("not tried")
	}
	before, began := d.wire.requests.Load(), time.Now()
	for range 4 {
		d.receives(t)
	}
	if took, n := time.Since(began), d.wire.requests.Load()-before; took < 200*time.Millisecond || n != 4 {
		t.Errorf("%d requests in %v", n, took)
	}
}

// TestUnverifiedHoldsUpNobody: other news is given meanwhile, and the peer stops
// when it is told to.
func TestUnverifiedHoldsUpNobody(t *testing.T) {
	d := newDoubter(t)
	d.receives(t)
	other := d.shares(t, d.other, "other")
	news, err := d.Receive(t.Context())
	if err != nil || len(news) != 1 || news[0].Name() != other {
		t.Errorf("heard %d, %v", len(news), err)
	}
	d.reopen(func(cfg *peer.Config) { cfg.Keys.Revoke(d.cam.signer.Public().ID()); cfg.Wait = time.Hour })
	ended := make(chan bool)
	go func() { ended <- d.receives(t) }()
	time.Sleep(20 * time.Millisecond)
	must(t, d.Close(t.Context()))
	if <-ended {
		t.Error("tried within the pause")
	}
}

// TestUnverifiedIsParked: after twelve tries it comes no more and is listed; the
// next notification of the collection is tried anew.
func TestUnverifiedIsParked(t *testing.T) {
	d := newDoubter(t)
	w, home := d.w, d.w.peer(d.cam.user, "home")
	first := w.clock
	for i := range 12 {
		if parked, err := d.Parked(t.Context()); len(parked) != 0 || err != nil || d.waiting(t) != 1 {
			t.Fatalf("parked after %d tries: %v, %v", i, parked, err)
		}
		for !d.receives(t) {
			w.clock = w.clock.Add(5 * time.Minute)
		}
	}
	if day := w.clock.Sub(first); day < 34*time.Hour || day > 36*time.Hour {
		t.Errorf("parked after %v", day)
	}
	d.restart()
	if parked, err := d.Parked(t.Context()); !slices.Equal(parked, []collection.Name{d.name}) || err != nil {
		t.Errorf("parked are %v, %v", parked, err)
	}
	if n := d.waiting(t); n != 0 {
		t.Errorf("%d deliveries wait", n)
	}

	_, err := d.cam.Share(t.Context(), d.cam.link(home), d.name)
	must(t, err)
	must(t, home.Publish(t.Context(), d.name))
	d.hears(t, notify.Available, 0) // the home computer has sealed it anew
	if parked, err := d.Parked(t.Context()); len(parked) != 0 || err != nil {
		t.Errorf("parked are %v, %v", parked, err)
	}
}

// TestUnverifiedUntilTheKeyIsKnown: another key ends the pause.
func TestUnverifiedUntilTheKeyIsKnown(t *testing.T) {
	d := newDoubter(t)
	d.receives(t)
	d.reopen(nil)
	d.hears(t, notify.Shared, 1)
}

// deaf is a hub that does not hear what is acknowledged.
type deaf struct {
	transport.Hub
	deaf bool
}

func (d *deaf) Acknowledge(ctx context.Context, r transport.Receipts) error {
	if d.deaf {
		return nil
	}
	return d.Hub.Acknowledge(ctx, r)
}

// TestParkedIsAcknowledgedAgain: what was parked comes again if the word of it
// was lost, and is not tried any more.
func TestParkedIsAcknowledgedAgain(t *testing.T) {
	d := newDoubter(t)
	lossy := &deaf{Hub: d.hub, deaf: true}
	d.reopen(func(cfg *peer.Config) {
		cfg.Keys.Revoke(d.cam.signer.Public().ID())
		cfg.Wait, cfg.Hub = time.Millisecond, lossy
	})
	for range 12 {
		d.w.clock = d.w.clock.Add(24 * time.Hour)
		d.receives(t)
	}
	if n := d.waiting(t); n != 1 {
		t.Fatalf("%d deliveries wait", n)
	}
	lossy.deaf = false
	if d.receives(t) || d.waiting(t) != 0 {
		t.Error("tried again, or not acknowledged")
	}
}
