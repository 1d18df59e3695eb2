package peer_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// doubter is a recipient of a shared collection that does not believe the key
// with which it is sealed. Of another author it has heard before.
type doubter struct {
	*labtest.Peer
	w          *labtest.World
	cam, other *labtest.Camera
	name       collection.Name
}

func newDoubter(t *testing.T) *doubter {
	w := labtest.New(t, hub.Config{})
	ann, eve, bob := w.User("ann"), w.User("eve"), w.User("bob")
	d := &doubter{w: w, Peer: w.Peer(bob, "bob"), cam: w.Camera(ann, 1), other: w.Camera(eve, 1)}
	d.shares(d.other, "another")
	d.Hears(notify.Shared, 1)
	d.receives(t) // which acknowledges it
	d.name = d.shares(d.cam, "title")
	d.restart(nil)
	return d
}

func (d *doubter) shares(cam *labtest.Camera, title string) collection.Name {
	name := cam.Album(title, d.User)
	cam.Shares(name)
	return name
}

// restart makes the peer again, with another config besides if change is given.
func (d *doubter) restart(change func(*peer.Config)) {
	d.Restart(func(cfg *peer.Config) {
		cfg.Keys.Revoke(d.cam.Signer.Public().ID())
		if change != nil {
			change(cfg)
		}
	})
}

// receives reports whether the notification was tried, and in vain.
func (d *doubter) receives(t *testing.T) bool {
	t.Helper()
	news, err := d.Reader.Receive(t.Context())
	if err != nil && !errors.Is(err, transport.ErrSeal) || len(news) > 0 {
		t.Fatalf("heard %d, %v", len(news), err)
	}
	return err != nil
}

// waiting counts the notifications that are tried again.
func (d *doubter) waiting(t *testing.T) (n int) {
	t.Helper()
	for _, err := range d.Store.Scan(t.Context(), "f/", "", 0) {
		labtest.Must(t, err)
		n++
	}
	parked, err := d.Reader.Parked(t.Context())
	labtest.Must(t, err)
	return n - len(parked)
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
		d.w.Pass(step.after)
		d.restart(nil)
		if tried := d.receives(t); tried != step.tried {
			t.Errorf("step %d: tried %v", i, tried)
		}
	}
}

// TestUnverifiedIsNoLoop: while nothing else is news, each call is one request, for which the
// hub has nothing, so that it waits.
func TestUnverifiedIsNoLoop(t *testing.T) {
	d := newDoubter(t)
	if !d.receives(t) {
		t.Fatal("not tried")
	}
	before := d.Requests.Load()
	for range 4 {
		d.receives(t)
	}
	if n := d.Requests.Load() - before; n != 4 || len(d.w.Waiting(d.User)) > 0 {
		t.Errorf("%d requests, and the hub has news", n)
	}
}

// TestUnverifiedHoldsUpNobody: other news is given meanwhile, and the peer stops
// when it is told to.
func TestUnverifiedHoldsUpNobody(t *testing.T) {
	d := newDoubter(t)
	d.receives(t)
	other := d.shares(d.other, "other")
	if news := d.Receives(); len(news) != 1 || news[0].Name() != other {
		t.Errorf("heard %d", len(news))
	}
	d.restart(func(cfg *peer.Config) { cfg.Wait = time.Hour })
	ended, asked := make(chan bool), d.Requests.Load()
	go func() { ended <- d.receives(t) }()
	for d.Requests.Load() == asked {
		time.Sleep(time.Millisecond)
	}
	labtest.Must(t, d.Close(t.Context()))
	if <-ended {
		t.Error("tried within the pause")
	}
}

// TestUnverifiedIsParked: after twelve tries it comes no more and is listed; the
// next notification of the collection is tried anew.
func TestUnverifiedIsParked(t *testing.T) {
	d := newDoubter(t)
	w, home := d.w, d.w.Peer(d.cam.User, "home")
	first := w.Now()
	for i := range 12 {
		if parked, err := d.Reader.Parked(t.Context()); len(parked) != 0 || err != nil || i > 0 && d.waiting(t) != 1 {
			t.Fatalf("parked after %d tries: %v, %v", i, parked, err)
		}
		for !d.receives(t) {
			w.Pass(5 * time.Minute)
		}
	}
	if day := w.Now().Sub(first); day < 34*time.Hour || day > 36*time.Hour {
		t.Errorf("parked after %v", day)
	}
	d.restart(nil)
	if parked, err := d.Reader.Parked(t.Context()); !slices.Equal(parked, []collection.Name{d.name}) || err != nil {
		t.Errorf("parked are %v, %v", parked, err)
	}
	d.receives(t)
	d.receives(t)
	if n := d.waiting(t); n != 0 {
		t.Errorf("%d are owed", n)
	}

	d.cam.Syncs(home, d.name)
	home.Publishes(d.name)
	d.Hears(notify.Shared, 0) // the home computer has sealed it anew
	if parked, err := d.Reader.Parked(t.Context()); len(parked) != 0 || err != nil {
		t.Errorf("parked are %v, %v", parked, err)
	}
}

// TestUnverifiedUntilTheKeyIsKnown: another key ends the pause.
func TestUnverifiedUntilTheKeyIsKnown(t *testing.T) {
	d := newDoubter(t)
	d.receives(t)
	d.Restart(nil)
	d.Hears(notify.Shared, 1)
}

// TestParkedStaysParked: what was parked is not tried any more where the feed is read once
// more.
func TestParkedStaysParked(t *testing.T) {
	d := newDoubter(t)
	for range 12 {
		d.w.Pass(24 * time.Hour)
		d.receives(t)
	}
	lost := transport.Change{Key: lab.Cursor(transport.Source{})}
	_, err := d.Store.Apply(t.Context(), transport.Batch{Changes: []transport.Change{lost}})
	labtest.Must(t, err)
	if d.receives(t) {
		t.Error("tried again")
	}
	if n := d.waiting(t); n != 0 {
		t.Errorf("%d are owed", n)
	}
}

// TestWhatCouldNotBeOwedIsReadAgain: where the store fails for a moment while the feed is read,
// what was told then is heard when it works again.
func TestWhatCouldNotBeOwedIsReadAgain(t *testing.T) {
	_, cam, _, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	store := bob.Store
	failing := recordtest.New(store)
	failing.Fail("f/"+collection.UserID{}.String()+"/"+name.Author.String()+"/"+name.ID.String(), errors.New("the disk is away"))
	bob.Store = failing
	bob.Restart(nil)
	if _, err := bob.Reader.Receive(t.Context()); err == nil || !failing.Found() {
		t.Fatalf("no error: %v", err)
	}
	bob.Store = store
	bob.Restart(nil)
	bob.Hears(notify.Shared, 1)
}
