package peer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestAfterRevocation: a camera is lost and its key revoked. What the hub has
// sealed of its collections stands: recipients go on with what they have, and the
// author's home computer seals it again, withdraws, edits and publishes.
func TestAfterRevocation(t *testing.T) {
	t.Run("which is known at home", func(t *testing.T) { afterRevocation(t, true) })
	t.Run("which is not", func(t *testing.T) { afterRevocation(t, false) })
}

func afterRevocation(t *testing.T, known bool) {
	w := labtest.New(t, hub.Config{})
	ann, bob, dan := w.User("ann"), w.User("bob"), w.User("dan")
	cam, home, b, d := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob"), w.Peer(dan, "dan")
	name := cam.AlbumFor("title", []collection.UserID{bob, dan}, "eve@example.org")
	cam.Shares(name)
	cam.Syncs(home, name)
	b.Hears(notify.Shared, 3)
	w.Revokes(cam.Station)
	if known {
		home.Refreshes(name)
	}
	b.Refreshes(name)
	if _, err := d.Reader.Receive(t.Context()); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("somebody who has not seen the author's seal takes: %v", err)
	}

	home.Withdraws(name, cam.Items[0].ID)
	home.Retitles(name, "Another")
	home.Publishes(name)
	w.Pass(24 * time.Hour)
	for _, s := range []*labtest.Peer{home, b, d} {
		s.Receives()
		v, err := s.Reader.View(t.Context(), name)
		labtest.Must(t, err)
		if c := v.Collection(); c.Withdrawn() != 1 || c.Labelled() != 1 || c.Title() != "Another" || v.Verified().AuthorityOnly() {
			t.Errorf("%d withdrawn, %d labelled, %q, authority only: %v", c.Withdrawn(), c.Labelled(), c.Title(), v.Verified().AuthorityOnly())
		}
	}
	eve := w.User("eve")
	_, err := w.Hub.Hub.As(eve).Collection(t.Context(), name)
	labtest.Must(t, err)
}

// forging is a hub that hands out a collection which its author has never seen.
type forging struct {
	transport.Hub
	state transport.State
}

func (f forging) Collection(context.Context, collection.Name) (transport.State, error) {
	return f.state, nil
}

func (f forging) Updates(context.Context, collection.Name) (transport.State, error) {
	return f.state, nil
}

// TestHubCannotSpeakForAuthor: what a hub alone has sealed is nobody's word, least
// of all at a station of the author's, which would seal it.
func TestHubCannotSpeakForAuthor(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	home := w.Peer(ann, "home")
	c, err := collection.New(collection.Header{ID: collection.ID{1}, Author: ann, Authority: w.Authority(), Title: "forged"},
		collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}}}})
	labtest.Must(t, err)
	c, err = c.CoSign(t.Context(), w.Hub.Signer, w.Now())
	labtest.Must(t, err)
	data, err := c.MarshalBinary()
	labtest.Must(t, err)
	home.Restart(func(cfg *peer.Config) {
		cfg.Hub = forging{w.Hub.Hub.As(ann), transport.State{Edition: c.EditionDigest(), Collection: data}}
	})
	if err := home.Reader.Refresh(t.Context(), c.Name()); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("a forged collection: %v", err)
	}
	if names, err := home.Names(t.Context()); len(names) != 0 || err != nil {
		t.Errorf("kept %v, %v", names, err)
	}
}

// TestRevokedReader: a recipient's computer is lost. Its key opens nothing at the
// author's home computer any more, once that has heard of it.
func TestRevokedReader(t *testing.T) {
	w, cam, home, b, name := labtest.Published(t, hub.Config{}, 2)
	b.Fetches(cam.Ref(name, 0, 2))
	w.Revokes(b.Station)
	home.Refreshes(name)
	for range 2 {
		_, err := b.To(home.Station).Original(t.Context(), cam.Ref(name, 1, 2), 0, -1)
		if !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("with a revoked key: %v", err)
		}
		home.Restart(nil)
	}
}

// TestCompleterHearsOfTheNewSeal: somebody who may complete a collection has not heard
// that the author's camera is lost, and the home computer has sealed it again. What
// they publish or say is taken.
func TestCompleterHearsOfTheNewSeal(t *testing.T) {
	for what, do := range map[string]func(*labtest.Peer, collection.Name) error{
		"publish": func(s *labtest.Peer, name collection.Name) error { return s.Author.Publish(t.Context(), name) },
		"tell":    func(s *labtest.Peer, name collection.Name) error { return s.Author.NotifyHub(t.Context(), name) },
	} {
		w := labtest.New(t, hub.Config{})
		ann, dan := w.User("ann"), w.User("dan")
		cam, home, d := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(dan, "dan")
		name := cam.AlbumOf("title", collection.Body{Completers: []collection.UserID{dan}})
		cam.Shares(name)
		cam.Syncs(home, name)
		d.Refreshes(name)
		w.Revokes(cam.Station)
		home.Publishes(name)
		if err := do(d, name); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		v, err := d.Reader.View(t.Context(), name)
		labtest.Must(t, err)
		if v.Verified().AuthorityOnly() || v.Collection().Labelled() != 0 {
			t.Errorf("%s: authority only: %v, %d labelled", what, v.Verified().AuthorityOnly(), v.Collection().Labelled())
		}
	}
}
