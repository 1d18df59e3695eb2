package engine

import "github.com/glimpse-go/glimpse/transport"

// Expired: versions are about to be removed here. Labels do not change by it:
// they say what is on the network, not what is in a cache.
type Expired struct{ Versions []transport.Bits }

func (Expired) event() {}

func (s State) expired(e Expired) (State, []Effect, error) {
	s.Held = lessColumns(s.Held, e.Versions)
	return s, nil, nil
}
