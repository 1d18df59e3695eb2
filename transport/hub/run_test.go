package hub_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// runs has the world's hub run, until the test ends or stop is called.
func runs(t *testing.T, w *labtest.World) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Hub.Hub.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		labtest.Must(t, <-ended)
	})
	t.Cleanup(stop)
	return stop
}

// hears waits until a station hears of something.
func hears(t *testing.T, p *labtest.Peer, want notify.Reason) {
	t.Helper()
	for t.Context().Err() == nil {
		for _, n := range p.Receives() {
			if n.Reason == want {
				return
			}
		}
	}
	t.Fatalf("nobody tells that it is %v", want)
}

// TestRunGoesOn: what was left when a process ended is done by one that runs, although the
// disk fails at first, as it tells.
func TestRunGoesOn(t *testing.T) {
	w := labtest.New(t, hub.Config{Beside: func(func()) {}}) // nothing is done beside
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 1), w.Peer(bob, "bob")
	cam.Shares(cam.Album("title", bob))
	var full atomic.Bool
	failed := make(chan event.Event, 100)
	w.Configure(func(cfg *hub.Config) { cfg.Beside, cfg.Events = nil, func(e event.Event) { failed <- e } })
	w.Restart(&disk{Store: w.Hub.Store, apply: func([]transport.Change) error {
		if full.Load() {
			return transport.ErrStorage
		}
		return nil
	}})
	w.Pass(time.Minute) // the lease is over
	full.Store(true)
	runs(t, w)
	for e := range failed {
		if e.Kind == event.Failed && errors.Is(e.Err, transport.ErrStorage) {
			break
		}
	}
	full.Store(false)
	hears(t, b, notify.Shared)
}

// TestRunWritesToMembers: so it does where members alone are written to.
func TestRunWritesToMembers(t *testing.T) {
	w := newChannels(t, hub.Config{})
	bob := w.User("bob")
	w.chooses(bob, map[string]string{"chat": "bob@example.org"})
	runs(t, w.World)
	cam := w.Camera(w.User("ann"), 1)
	cam.Shares(cam.Album("Lake", bob))
	for len(w.chat.Letters()) == 0 && t.Context().Err() == nil {
		time.Sleep(time.Millisecond)
	}
}

// TestSharedIsTold: a collection that is new to the hub is told once, with who shares it.
func TestSharedIsTold(t *testing.T) {
	var told []event.Event
	w := labtest.New(t, hub.Config{Events: func(e event.Event) { told = append(told, e) }})
	cam := w.Camera(w.User("ann"), 1)
	name := cam.Album("title", w.User("bob"))
	for range 2 {
		cam.Shares(name)
	}
	if len(told) != 1 || told[0].Kind != event.Shared || told[0].Ref.Collection != name || told[0].User != cam.User {
		t.Errorf("told %v", told)
	}
}

// TestRunKeepsUp: who runs probes, has versions expire and writes letters; after its end
// nothing is taken any more.
func TestRunKeepsUp(t *testing.T) {
	post := new(notify.Memory)
	w, cam, home, bob, name := labtest.Published(t, hub.Config{
		MaxFailedProbes: 1, KeepVersions: time.Hour, Mail: mail.Config{Channel: post}}, 1)
	to := cam.AlbumFor("for eve", nil, "eve@example.org")
	labtest.Must(t, home.Close(t.Context()))
	w.Pass(2 * time.Hour)
	stop := runs(t, w)
	hears(t, bob, notify.Lost)
	ref := cam.Ref(name, 0, 0)
	for s, err := bob.ToHub().Version(t.Context(), ref, 0); !errors.Is(err, transport.ErrNotFound); s, err = bob.ToHub().Version(t.Context(), ref, 0) {
		if err == nil {
			err = s.Close()
		}
		labtest.Must(t, err)
	}
	cam.Shares(to)
	for len(post.Letters()) == 0 && t.Context().Err() == nil {
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := w.Hub.Hub.Resume(t.Context()); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("after its end: %v", err)
	}
}
