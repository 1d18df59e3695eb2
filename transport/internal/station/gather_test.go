package station

import (
	"context"
	"testing"

	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// busy is a home that may not be asked now.
type busy struct{ transport.Home }

func (busy) Version(context.Context, transport.Ref, int64) (*transport.Stream, error) {
	return nil, ErrLater
}

// TestGatherLater: what is wanted of a station that may not be asked now stays wanted; of one
// that does not have it, it does not.
func TestGatherLater(t *testing.T) {
	k, _, c := newCore(t, 1)
	before := must(k.Load(t.Context(), c.Name()))
	after := before
	after.Wants = []engine.Want{{User: c.Author(), URL: "home", Versions: []transport.Bits{transport.BitsOf(0)}}}
	stores(t, k, before, after)
	for _, test := range []struct {
		home transport.Home
		left int
	}{{busy{}, 1}, {nil, 0}} {
		reach := func(context.Context, transport.Source) (transport.Home, error) {
			if test.home == nil {
				return nil, transport.ErrUnreachable
			}
			return test.home, nil
		}
		must(k.Gather(t.Context(), Result{State: must(k.Load(t.Context(), c.Name()))}, reach))
		if n := len(must(k.Load(t.Context(), c.Name())).Wants); n != test.left {
			t.Errorf("%d are left of one, want %d", n, test.left)
		}
	}
}
