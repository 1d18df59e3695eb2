package gallery_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery"
)

// between is a store in which something happens just before a change.
type between struct {
	transport.Store
	happens func()
}

func (b *between) Apply(ctx context.Context, batch transport.Batch) (uint64, error) {
	if h := b.happens; h != nil {
		b.happens = nil
		h()
	}
	return b.Store.Apply(ctx, batch)
}

// TestSessionEndsWhileItIsUsed: a session that ends while its use is noted has ended.
func TestSessionEndsWhileItIsUsed(t *testing.T) {
	s := serve(t, gallery.Config{Lasts: 30 * time.Hour})
	b, other := s.as(t, s.bob), s.as(t, s.bob)
	s.now = s.now.Add(2 * time.Hour)
	s.store.happens = func() { s.asks(t, other, "POST", "/signout", nil, url.Values{"everywhere": {"1"}}) }
	if status, h, _ := s.asks(t, b, "GET", "/settings", nil, nil); status != http.StatusOK || h.Get("Set-Cookie") != "" {
		t.Errorf("the page is answered with %d, %q", status, h.Get("Set-Cookie"))
	}
	if s.isIn(t, b) {
		t.Error("it goes on")
	}
}

// TestDamagedSessions: whoever signs out everywhere leaves nothing, whatever the store has of it.
func TestDamagedSessions(t *testing.T) {
	s := serve(t, gallery.Config{})
	b := s.as(t, s.bob)
	damaged := transport.Change{Key: "gallery/session/" + s.bob.String() + "/damaged", Value: []byte("{")}
	_, err := s.store.Apply(t.Context(), transport.Batch{Changes: []transport.Change{damaged}})
	labtest.Must(t, err)
	s.asks(t, b, "POST", "/signout", nil, url.Values{"everywhere": {"1"}})
	for r, err := range s.store.Scan(t.Context(), "gallery/session/", "", 0) {
		labtest.Must(t, err)
		t.Errorf("%s is left", r.Key)
	}
}
