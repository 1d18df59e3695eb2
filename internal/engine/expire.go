package engine

import "github.com/glimpse-go/glimpse/transport"

// Expired: versions are about to be removed here. Labels do not change by it:
// they say what is on the network, not what is in a cache.
type Expired struct{ Versions []transport.Bits }

func (Expired) event() {}
