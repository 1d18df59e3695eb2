package peer_test

import (
	"context"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// lying is a station that names no items for a source of another user's.
type lying struct {
	transport.Home
	of collection.UserID
}

func (l lying) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	s, err := l.Home.Updates(ctx, name)
	for i := range s.Sources {
		if s.Sources[i].User == l.of {
			s.Sources[i].Items, s.Sources[i].Endpoint = nil, []byte("none")
		}
	}
	return s, err
}

// TestFoundSpoilsNoSource: whoever is found says nothing of what others serve that takes them
// away.
func TestFoundSpoilsNoSource(t *testing.T) {
	f := newFinding(t, false)
	f.bob.Restart(func(cfg *peer.Config) {
		dial := cfg.Dial
		cfg.Dial = func(to transport.Source) transport.Home {
			if home := dial(to); to.User == f.eve.User && home != nil {
				return lying{home, f.ann.User}
			}
			return dial(to)
		}
	})
	before, err := f.bob.Reader.View(t.Context(), f.name)
	labtest.Must(t, err)
	labtest.Must(t, f.bob.Reader.Refresh(t.Context(), f.name, f.eve.Source()))
	after, err := f.bob.Reader.View(t.Context(), f.name)
	labtest.Must(t, err)
	for _, s := range before.Sources() {
		kept := false
		for _, now := range after.Sources() {
			kept = kept || now.User == s.User && now.URL == s.URL && string(now.Endpoint) == string(s.Endpoint) && s.Items.Without(now.Items).IsEmpty()
		}
		if !kept {
			t.Errorf("lost %v %s: %v", s.User, s.URL, after.Sources())
		}
	}
}
