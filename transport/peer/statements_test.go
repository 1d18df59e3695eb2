package peer_test

import (
	"context"
	"iter"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// keyScans is a store that counts the walks through all keys.
type keyScans struct {
	transport.Store
	n int
}

func (s *keyScans) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	if strings.HasPrefix(prefix, "y/") {
		s.n++
	}
	return s.Store.Scan(ctx, prefix, after, limit)
}

// TestStatementsOfTheParties: who reads a collection at a peer gets what was said of its
// parties' keys, before and after a start, and the peer does not walk through all that
// it knows for it.
func TestStatementsOfTheParties(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(bob, "bob")
	name := cam.Album("title", bob)
	store := &keyScans{Store: home.Store}
	home.Restart(func(cfg *peer.Config) { cfg.Store = store })
	cam.Syncs(home, name)
	for _, what := range []string{"as learned", "after a start"} {
		before := store.n
		state, err := b.To(home.Station).Collection(t.Context(), name)
		labtest.Must(t, err)
		if len(state.Keys) != 1 || store.n != before { // the roster that lists the camera and the peer
			t.Errorf("%s: %d statements, %d walks", what, len(state.Keys), store.n-before)
		}
		home.Restart(func(cfg *peer.Config) { cfg.Store = store })
	}
}
