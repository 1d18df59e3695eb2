package transport_test

import (
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
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
	w := newWorld(t, hub.Config{})
	ann, bob, dan := w.user("ann"), w.user("bob"), w.user("dan")
	cam, home, b, d := w.camera(ann, 3), w.peer(ann, "home"), w.peer(bob, "bob"), w.peer(dan, "dan")
	name := cam.makeFor("title", []collection.UserID{bob, dan}, "eve@example.org")
	for _, station := range []transport.ShareReceiver{cam.hub, cam.link(home)} {
		_, err := cam.Share(t.Context(), station, name)
		must(t, err)
	}
	b.hears(t, notify.Shared, 3)
	must(t, w.hub.Accounts().Revoke(t.Context(), ann, "camera"))
	if known {
		must(t, home.Refresh(t.Context(), name))
	}
	must(t, b.Refresh(t.Context(), name))
	if _, err := d.Receive(t.Context()); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("somebody who has not seen the author's seal takes: %v", err)
	}

	must(t, home.Withdraw(t.Context(), name, cam.items[0].ID))
	must(t, home.Edit(t.Context(), name, func(h *collection.Header, _ []collection.Item) { h.Title = "Another" }))
	must(t, home.Publish(t.Context(), name))
	w.clock = w.clock.AddDate(0, 0, 1)
	for _, s := range []*station{home, b, d} {
		_, err := s.Receive(t.Context())
		must(t, err)
		v, err := s.View(t.Context(), name)
		must(t, err)
		if c := v.Collection(); c.Withdrawn() != 1 || c.Labelled() != 1 || c.Title() != "Another" || v.Verified().AuthorityOnly() {
			t.Errorf("%d withdrawn, %d labelled, %q, authority only: %v", c.Withdrawn(), c.Labelled(), c.Title(), v.Verified().AuthorityOnly())
		}
	}
	eve := w.user("eve")
	_, err := w.hub.As(eve).Collection(t.Context(), name)
	must(t, err)
}

// forging is a hub that gives out a collection which its author has never seen.
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
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	home := w.peer(ann, "home")
	c, err := collection.New(collection.Header{ID: collection.ID{1}, Author: ann, Authority: collection.KeyID(w.hub.PublicKey().ID()), Title: "forged"},
		collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}}}})
	must(t, err)
	c, err = c.CoSign(t.Context(), w.signer, w.now())
	must(t, err)
	data, err := c.MarshalBinary()
	must(t, err)
	home.reopen(func(cfg *peer.Config) {
		cfg.Hub = forging{w.hub.As(ann), transport.State{Edition: c.EditionDigest(), Collection: data}}
	})
	if err := home.Refresh(t.Context(), c.Name()); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("a forged collection: %v", err)
	}
	if names, err := home.Names(t.Context()); len(names) != 0 || err != nil {
		t.Errorf("kept %v, %v", names, err)
	}
}

// TestHeldBackOriginal: an original that is not announced is given to nobody who
// asks past the label, and to those who may vouch for it all the same.
func TestHeldBackOriginal(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Preview(t.Context(), name))
	full := ref(name, cam, 0, 2)
	ask := func(as collection.UserID) error {
		stream, err := home.Originals(as).Original(t.Context(), full, 0, -1)
		if err == nil {
			must(t, stream.Close())
		}
		return err
	}
	if err := ask(bob); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a reader who asks past the label: %v", err)
	}
	must(t, ask(ann))
	must(t, home.Publish(t.Context(), name))
	must(t, ask(bob))
	must(t, home.Withdraw(t.Context(), name, full.Item))
	if err := ask(bob); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a reader who asks for what is withdrawn: %v", err)
	}
}

// TestRevokedReader: a recipient's computer is lost. Its key opens nothing at the
// author's home computer any more, once that has heard of it.
func TestRevokedReader(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
	must(t, w.hub.Accounts().Revoke(t.Context(), bob, "bob"))
	must(t, home.Refresh(t.Context(), name))
	for range 2 {
		_, err := b.linkTo(home).Original(t.Context(), ref(name, cam, 1, 2), 0, -1)
		if !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("with a revoked key: %v", err)
		}
		home.reopen(nil)
	}
}
