package peer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestTakeBack: what is lost is labelled again, in a new generation, and
// completed again.
func TestTakeBack(t *testing.T) {
	_, cam, home, b, name := labtest.Published(t, hub.Config{}, 2)
	labtest.Must(t, home.Author.TakeBack(t.Context(), name, cam.Items[0].ID))
	b.Hears(notify.Lost, 1)
	b.CannotFetch(label.ErrPending, cam.Ref(name, 0, 2))
	home.Publishes(name)
	b.Hears(notify.Available, 0)
	b.Fetches(cam.Ref(name, 0, 2))
}

// TestEdition: the author gives a better title later, and availability is not
// disturbed.
func TestEdition(t *testing.T) {
	_, _, home, b, name := labtest.Published(t, hub.Config{}, 2)
	labtest.Must(t, home.Author.Edit(t.Context(), name, func(h *collection.Header, items []collection.Item) {
		h.Title, items[0].Caption = "Picnic", "the cake"
	}))
	b.Refreshes(name)
	if c := b.Views(name); c.Title() != "Picnic" || c.Item(0).Caption != "the cake" || c.Labelled() != 0 {
		t.Errorf("%q, %q, %d labels", c.Title(), c.Item(0).Caption, c.Labelled())
	}
}

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
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, attic, b := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(ann, "attic"), w.Peer(bob, "bob")
	name := cam.Album("title", bob)
	for _, s := range []*labtest.Peer{home, attic} {
		cam.Syncs(s, name)
	}
	line := &severed{w.Hub.Hub.As(ann), true}
	attic.Restart(func(c *peer.Config) {
		c.Hub = line
		c.Render = peer.RendererFunc(func(_ context.Context, p peer.Picture, w io.Writer) error {
			_, err := fmt.Fprintf(w, "another %s version of %v", p.Version.Name, p.Item.ID)
			return err
		})
	})
	if err := attic.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrUnreachable) {
		t.Fatalf("the line broke, and publish returned %v", err)
	}
	home.Publishes(name)
	b.Hears(notify.Shared, 0)
	line.cut = false
	attic.Withdraws(name, cam.Items[1].ID)
	attic.Retitles(name, "Another")
	attic.Publishes(name)
	home.Refreshes(name)
	b.Receives()
	for _, s := range []*labtest.Peer{home, attic, b} {
		if c := s.Views(name); c.Title() != "Another" || c.Withdrawn() != 1 || c.Labelled() != 1 {
			t.Errorf("%q, %d withdrawn, %d labelled", c.Title(), c.Withdrawn(), c.Labelled())
		}
	}
	b.Fetches(cam.Ref(name, 0, 1))
	attic.Fetches(cam.Ref(name, 0, 1))
}

// TestTitleWithoutKeyboard: the device composes a title; the author gives a
// better one later, and captions, of which the recipients hear. Availability is
// not disturbed.
func TestTitleWithoutKeyboard(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob")
	cam.Device = device.New(ann, cam.Signer, device.MediaFunc(cam.Card.Open), device.Config{Now: w.Now, Name: "Camera", Owner: "Ann"})
	name := cam.Album("", bob)
	cam.Shares(name)
	news := b.Receives()
	if len(news) != 1 || news[0].Title != "2026-07-01 Camera Ann" {
		t.Fatalf("heard %+v", news)
	}
	cam.Syncs(home, name)
	better := func(title, caption string) {
		labtest.Must(t, home.Author.Edit(t.Context(), name, func(h *collection.Header, items []collection.Item) {
			h.Title, items[0].Caption = title, caption
		}))
	}
	better("Picnic", "the cake")
	readsEdited(t, b, "Picnic", "the cake", 2)
	home.Publishes(name) // with digests of screens: an edition that nobody hears of
	b.Hears(notify.Available, 0)
	better("Picnic", "the cake, eaten")
	readsEdited(t, b, "Picnic", "the cake, eaten", 0)
	better("The picnic", "the cake, eaten")
	readsEdited(t, b, "The picnic", "the cake, eaten", 0)
	b.Fetches(cam.Ref(name, 0, 2))
}

func readsEdited(t *testing.T, s *labtest.Peer, title, caption string, labelled int) {
	t.Helper()
	news := s.Receives()
	if len(news) != 1 || news[0].Reason != notify.Edited || news[0].Title != title || news[0].Labelled != labelled {
		t.Fatalf("heard %+v", news)
	}
	if c := s.Views(news[0].Name()); c.Title() != title || c.Item(0).Caption != caption || c.Labelled() != labelled {
		t.Errorf("%q, %q, %d labels", c.Title(), c.Item(0).Caption, c.Labelled())
	}
}
