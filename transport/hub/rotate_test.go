package hub_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// operating is a roster by which an authority's root key lists operating keys.
func operating(t *testing.T, number uint64, root *signature.Signer, keys ...*signature.Signer) signature.Roster {
	r := signature.Roster{}
	for _, key := range keys {
		station, err := signature.NewStation(t.Context(), collection.UserID{}, key, signature.StationPeer)
		labtest.Must(t, err)
		r = r.Join(station)
	}
	r.Number = number
	r, err := r.Sign(t.Context(), root)
	labtest.Must(t, err)
	return r
}

// TestAuthorityRotates: collections name the authority's root, which is offline; the hub
// works with one key after the other, and labels go in what was shared before.
func TestAuthorityRotates(t *testing.T) {
	root, first, second := lab.Signer("root"), lab.Signer("hub"), lab.Signer("hub 2")
	roster := operating(t, 1, root, first)
	w := labtest.New(t, hub.Config{Roster: roster})
	use := func(r signature.Roster, key *signature.Signer) {
		data, err := r.MarshalBinary()
		labtest.Must(t, err)
		w.Hub.Statement, w.Hub.Signer = data, key
		w.Configure(func(cfg *hub.Config) { cfg.Roster = r })
	}
	use(roster, first)
	ann, reader := w.User("ann"), w.User("bob")
	cam, home, bob := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(reader, "bob")
	name := cam.Album("title", reader)
	c, err := cam.Collection(t.Context(), name)
	labtest.Must(t, err)
	if c.Authority() != collection.KeyID(root.Public().ID()) {
		t.Fatalf("the authority is %v", c.Authority())
	}
	cam.Shares(name)
	cam.Syncs(home, name)
	bob.Hears(notify.Shared, 1)
	use(operating(t, 2, root, first, second), second)
	home.Publishes(name)
	bob.Hears(notify.Available, 0)
	next := cam.Album("next", reader)
	cam.Shares(next)
	bob.Hears(notify.Shared, 0) // it is there already
	if _, err := hub.New(t.Context(), lab.Signer("hub 3"), hub.Config{Roster: roster}); !errors.Is(err, signature.ErrKey) {
		t.Errorf("a key that is not listed: %v", err)
	}
}
