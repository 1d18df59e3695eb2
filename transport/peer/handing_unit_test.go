package peer

import (
	"context"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
)

// TestWhole: what is published is read again where some of it has come meanwhile, and shown
// without originals while more comes; what devices hand over beside it changes nothing, however
// many come and go.
func TestWhole(t *testing.T) {
	name, other := collection.Name{ID: collection.ID{1}}, collection.Name{ID: collection.ID{2}}
	for what, c := range map[string]struct {
		before       func(h *handing) // hand-overs that are on, but for the first
		during       func(h *handing) // the first three times that it is read
		loads, shows int
	}{
		"nothing":   {loads: 1},
		"another":   {before: func(h *handing) { h.begin(other) }, loads: 1},
		"others":    {during: func(h *handing) { h.begin(other)() }, loads: 1},
		"meanwhile": {during: func(h *handing) { h.begin(name)() }, loads: 4},
		"this":      {before: func(h *handing) { h.begin(name) }, loads: 2, shows: 1},
		"this, in two streams": {before: func(h *handing) {
			h.begin(name)
			h.begin(name)()
		}, loads: 2, shows: 1},
	} {
		p := &Author{base: &base{running: context.Background()}}
		if c.before != nil {
			c.before(&p.handing)
		}
		loads, shows := 0, 0
		_, err := p.whole(t.Context(), name, func() (engine.State, error) {
			if loads++; c.during != nil && loads <= 3 {
				c.during(&p.handing)
			}
			return engine.State{}, nil
		}, func() error {
			shows++
			p.handing.end(name)
			return nil
		})
		if err != nil || loads != c.loads || shows != c.shows {
			t.Errorf("%s: read %d times, shown %d, %v", what, loads, shows, err)
		}
		if p.handing.isOn(name) || p.handing.now[name] != nil {
			t.Errorf("%s: it is not forgotten", what)
		}
	}
}
