package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// severed is a hub that cannot be reached any more once something is uploaded.
type severed struct {
	transport.Hub
	cut bool
}

func (s *severed) Upload(ctx context.Context, name collection.Name, r io.Reader) (transport.Answer, error) {
	if s.cut {
		return transport.Answer{}, transport.ErrUnreachable
	}
	return s.Hub.Upload(ctx, name, r)
}

func (s *severed) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	c, err := collection.Decode(share.Collection)
	if err != nil || s.cut && c.Header().Edition > 0 {
		return transport.Answer{}, errors.Join(err, transport.ErrUnreachable)
	}
	return s.Hub.Share(ctx, share)
}

// TestTwoStationsMakeAVersion: the line of a station breaks after it has made and
// sealed a screen version, and another one makes and publishes it in another
// way. The first takes the other's edition, keeps what was said at it, and goes
// on.
func TestTwoStationsMakeAVersion(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, attic, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(ann, "attic"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	for _, s := range []*station{home, attic} {
		_, err := cam.Share(t.Context(), cam.link(s), name)
		must(t, err)
	}
	line := &severed{w.hub.As(ann), true}
	attic.reopen(func(c *peer.Config) {
		c.Hub = line
		c.Render = peer.RendererFunc(func(_ context.Context, p peer.Picture, w io.Writer) error {
			_, err := fmt.Fprintf(w, "another %s version of %v", p.Version.Name, p.Item.ID)
			return err
		})
	})
	if err := attic.Publish(t.Context(), name); !errors.Is(err, transport.ErrUnreachable) {
		t.Fatalf("the line broke, and publish gave %v", err)
	}
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	line.cut = false
	must(t, attic.Withdraw(t.Context(), name, cam.items[1].ID))
	must(t, attic.Edit(t.Context(), name, func(h *collection.Header, _ []collection.Item) { h.Title = "Another" }))
	must(t, attic.Publish(t.Context(), name))
	must(t, home.Refresh(t.Context(), name))
	_, err := b.Receive(t.Context())
	must(t, err)
	for _, s := range []*station{home, attic, b} {
		v, err := s.View(t.Context(), name)
		must(t, err)
		c := v.Collection()
		if c.Title() != "Another" || c.Withdrawn() != 1 || c.Labelled() != 1 {
			t.Errorf("%q, %d withdrawn, %d labelled", c.Title(), c.Withdrawn(), c.Labelled())
		}
	}
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 1)))
	must(t, attic.Fetch(t.Context(), ref(name, cam, 0, 1)))
}
