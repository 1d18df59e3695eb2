package transport_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestReadsAfterClose: a hub that is closed gives nothing any more, whoever
// asks, and takes nothing.
func TestReadsAfterClose(t *testing.T) {
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail, GuestVersions: 1})
	ann := w.user("ann")
	cam := w.camera(ann, 1)
	name := cam.makeFor("title", nil, "eve@example.org")
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	token := w.postOnce(mail)[0].Token
	h, guests := w.hub.As(ann), w.hub.LinkAccess()
	ask := map[string]func() error{
		"collection": func() error { _, err := h.Collection(t.Context(), name); return err },
		"updates":    func() error { _, err := h.Updates(t.Context(), name); return err },
		"version":    func() error { s, err := h.Version(t.Context(), ref(name, cam, 0, 0), 0); return closed(s, err) },
		"verify": func() error {
			_, err := h.(transport.RemoteVerifier).VerifySeal(t.Context(), transport.VerifyRequest{})
			return err
		},
		"identifiers":   func() error { _, err := h.(transport.IDAllocator).NewIdentifiers(t.Context(), 1); return err },
		"glimpse":       func() error { _, err := guests.Glimpse(t.Context(), token); return err },
		"guest version": func() error { s, err := guests.GuestVersion(t.Context(), token, 0, 0, 0); return closed(s, err) },
		"parked":        func() error { _, err := w.hub.Parked(t.Context()); return err },
		"revoke link":   func() error { return w.hub.RevokeLink(t.Context(), token) },
		"revoke links":  func() error { return w.hub.RevokeLinks(t.Context(), name) },
	}
	for what, ask := range ask {
		if err := ask(); errors.Is(err, transport.ErrClosed) {
			t.Errorf("%s, before Close: %v", what, err)
		}
	}
	must(t, w.hub.Close(t.Context()))
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
	mail := new(notify.Memory)
	w := newWorld(t, hub.Config{Channel: mail, GuestVersions: 1})
	ann := w.user("ann")
	cam := w.camera(ann, 1)
	name := cam.makeFor("title", nil, "eve@example.org")
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	member, err := w.hub.As(ann).Version(t.Context(), ref(name, cam, 0, 0), 0)
	must(t, err)
	guest, err := w.hub.LinkAccess().GuestVersion(t.Context(), w.postOnce(mail)[0].Token, 0, 0, 0)
	must(t, err)
	for _, stream := range []*transport.Stream{member, guest} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if err := w.hub.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("closed while a version was read: %v", err)
		}
		cancel()
		data, err := io.ReadAll(stream)
		if err != nil || len(data) != 4096 {
			t.Errorf("read %d bytes, %v", len(data), err)
		}
		must(t, errors.Join(stream.Close(), stream.Close())) // twice is once
	}
	must(t, w.hub.Close(t.Context()))
}
