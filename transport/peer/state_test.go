package peer_test

import (
	"context"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// misstates is a hub that sends something else with the first word on a collection than
// what it returns to who asks for it.
type misstates struct {
	transport.Hub
	state func(transport.State) transport.State
}

func (m misstates) Changes(ctx context.Context, read transport.ChangesRequest) (transport.Changes, error) {
	d, err := m.Hub.Changes(ctx, read)
	for i, waits := range d.Entries {
		if waits.State != nil {
			s := m.state(*waits.State)
			d.Entries[i].State = &s
		}
	}
	return d, err
}

// TestMisstated: what comes with a first word keeps nobody from the news that is to be had
// by asking.
func TestMisstated(t *testing.T) {
	var foreign []byte
	for what, state := range map[string]func(transport.State) transport.State{
		"nothing":            func(transport.State) transport.State { return transport.State{} },
		"garbage":            func(s transport.State) transport.State { s.Collection = []byte("garbage"); return s },
		"another collection": func(s transport.State) transport.State { s.Collection = foreign; return s },
		"without keys":       func(s transport.State) transport.State { s.Keys = nil; return s },
	} {
		t.Run(what, func(t *testing.T) {
			_, cam, _, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
			other := cam.Album("other", bob.User)
			_, foreign = cam.Encoded(other)
			cam.Shares(name)
			bob.Restart(func(cfg *peer.Config) { cfg.Hub = misstates{cfg.Hub, state} })
			bob.Hears(notify.Shared, 2)
			if _, err := bob.Reader.View(t.Context(), other); err == nil {
				t.Error("another collection is here")
			}
		})
	}
}
