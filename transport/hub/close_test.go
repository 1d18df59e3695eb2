package hub_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestGracefulStop: a hub that is closed ends those who wait, and takes no more.
func TestGracefulStop(t *testing.T) {
	w := labtest.New(t, hub.Config{Wait: time.Hour})
	bob := w.Peer(w.User("bob"), "bob")
	done := make(chan error)
	go func() {
		_, err := bob.Reader.Receive(context.Background())
		done <- err
	}()
	for bob.Requests.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	if err := <-done; err != nil && !errors.Is(err, transport.ErrStopped) {
		t.Errorf("the waiting request: %v", err)
	}
	if _, err := bob.Reader.Receive(t.Context()); !errors.Is(err, transport.ErrStopped) || errors.Is(err, transport.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// withGuest is a hub with a collection that a guest may look at, too.
func withGuest(t *testing.T) (w *labtest.World, cam *labtest.Camera, name collection.Name, token string) {
	post := new(notify.Memory)
	w = labtest.New(t, hub.Config{Mail: mail.Config{Channel: post, GuestVersions: 1}})
	cam = w.Camera(w.User("ann"), 1)
	name = cam.AlbumFor("title", nil, "eve@example.org")
	cam.Shares(name)
	return w, cam, name, w.Letters(post)[0].Token
}

// TestReadsAfterClose: a hub that is closed returns nothing any more, whoever
// asks, and takes nothing.
func TestReadsAfterClose(t *testing.T) {
	w, cam, name, token := withGuest(t)
	h, guests := w.Hub.Hub.As(cam.User), w.Hub.Hub
	ask := map[string]func() error{
		"collection": func() error { _, err := h.Collection(t.Context(), name); return err },
		"updates":    func() error { _, err := h.Updates(t.Context(), name); return err },
		"version":    func() error { s, err := h.Version(t.Context(), cam.Ref(name, 0, 0), 0); return closed(s, err) },
		"verify": func() error {
			_, err := h.(transport.RemoteVerifier).VerifySeal(t.Context(), transport.VerifyRequest{})
			return err
		},
		"identifiers":   func() error { _, err := h.(transport.IDAllocator).NewIdentifiers(t.Context(), 1); return err },
		"glimpse":       func() error { _, err := guests.Glimpse(t.Context(), token); return err },
		"guest version": func() error { s, err := guests.GuestVersion(t.Context(), token, 0, 0, 0); return closed(s, err) },
		"parked":        func() error { _, err := w.Hub.Hub.Mail().Parked(t.Context(), collection.UserID{}); return err },
		"revoke link":   func() error { return w.Hub.Hub.Mail().RevokeLink(t.Context(), token) },
		"revoke links":  func() error { return w.Hub.Hub.Mail().RevokeLinks(t.Context(), name) },
	}
	for what, ask := range ask {
		if err := ask(); errors.Is(err, transport.ErrClosed) {
			t.Errorf("%s, before Close: %v", what, err)
		}
	}
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	for what, ask := range ask {
		if err := ask(); !errors.Is(err, transport.ErrClosed) {
			t.Errorf("%s, after Close: %v", what, err)
		}
	}
}

// closed closes a stream that was opened.
func closed(s *transport.Stream, err error) error {
	if err != nil {
		return err
	}
	return s.Close()
}

// TestCloseWaitsForReaders: who reads a version when the hub is told to stop
// reads it to its end.
func TestCloseWaitsForReaders(t *testing.T) {
	w, cam, name, token := withGuest(t)
	member, err := w.Hub.Hub.As(cam.User).Version(t.Context(), cam.Ref(name, 0, 0), 0)
	labtest.Must(t, err)
	guest, err := w.Hub.Hub.GuestVersion(t.Context(), token, 0, 0, 0)
	labtest.Must(t, err)
	for _, stream := range []*transport.Stream{member, guest} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if err := w.Hub.Hub.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("closed while a version was read: %v", err)
		}
		cancel()
		data, err := io.ReadAll(stream)
		if err != nil || len(data) != 4096 {
			t.Errorf("read %d bytes, %v", len(data), err)
		}
		labtest.Must(t, errors.Join(stream.Close(), stream.Close())) // twice is once
	}
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
}

// TestCloseLeavesJobs: a job that nobody has begun with when the hub is told to stop is
// another process's, as soon as its lease has ended.
func TestCloseLeavesJobs(t *testing.T) {
	store := new(memstore.Store)
	w := labtest.New(t, hub.Config{Store: store})
	ann, bob := w.User("ann"), w.User("bob")
	cam := w.Camera(ann, 1)
	var beside []func()
	h, err := hub.New(t.Context(), w.Hub.Signer, hub.Config{Store: store, Now: w.Now, Beside: func(work func()) { beside = append(beside, work) }})
	labtest.Must(t, err)
	cam.SharesWith(h.As(ann), cam.Album("title", bob))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Close(over); len(beside) == 0 || !errors.Is(err, context.Canceled) {
		t.Fatalf("closed with %d jobs: %v", len(beside), err)
	}
	for _, work := range beside {
		work()
	}
	labtest.Must(t, h.Close(t.Context()))
	w.Probes()
	if n := len(w.Waiting(bob)); n != 0 {
		t.Errorf("a hub that is closed has told of %d", n)
	}
	w.Pass(time.Minute)
	w.Probes()
	if n := len(w.Waiting(bob)); n != 1 {
		t.Errorf("the other one has told of %d", n)
	}
}
