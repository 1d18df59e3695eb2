package main

import (
	"fmt"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// What the simulation is of.
const (
	manyRecipients = 1000
	tries          = 200 // look-ups of a size of network, and collections of a recipient
	seed           = 1
)

// sizes are the networks that are simulated.
var sizes = []int{40, 100, 1000, 10_000, 100_000, 1_000_000}

// simulated is what a look-up takes on a network.
type simulated struct {
	hosts     int
	requests  float64 // of one look-up
	connected float64 // hosts that one recipient asks who looks for 200 items
}

// simulate has look-ups made, by one host for as many places.
func simulate(hosts int) simulated {
	m := newModel(hosts, seed)
	n, different := 0, map[uint64]bool{}
	by := m.ids[m.rand.IntN(hosts)]
	for range tries {
		asked := m.lookUp(by, m.rand.Uint64())
		n += len(asked)
		for _, host := range asked {
			different[host] = true
		}
	}
	return simulated{hosts, float64(n) / tries, float64(len(different))}
}

// agrees is how far two figures are from each other, as a factor.
func agrees(a, b float64) float64 { return max(a/b, b/a) }

// beyond simulates networks larger than those that fit, once it agrees with the one that was
// measured.
func (s *story) beyond() measure.Results {
	here := simulate(s.size.hosts)
	all := measure.Results{
		measure.Shown("requests of one look, simulated", here.requests, measure.Lower),
		measure.AtMost("factor between that and the measured", agrees(here.requests, s.perLook), 1.25),
	}
	for _, hosts := range sizes {
		s.sizes = append(s.sizes, simulate(hosts))
	}
	for _, at := range s.sizes {
		all = append(all, measure.Shown(fmt.Sprintf("requests of one look, %d hosts, simulated", at.hosts), at.requests, measure.Lower))
	}
	return append(all, s.sizes[len(s.sizes)-1].forMany(s.bytesPerLook/s.perLook)...)
}

// forMany is what many recipients cost a network, where a request has so many bytes.
func (at simulated) forMany(bytes float64) measure.Results {
	who, on := fmt.Sprintf("%d recipients", manyRecipients), fmt.Sprintf(", %d hosts, simulated", at.hosts)
	each := fmt.Sprintf("%s × %d items, by item%s", who, manyItems, on)
	looks := float64(manyRecipients * manyItems)
	return measure.Results{
		measure.Shown("requests, "+each, at.requests*looks, measure.Lower),
		measure.Shown("GB, "+each, at.requests*looks*bytes/1e9, measure.Lower),
		measure.Shown("hosts that each asks, "+each, at.connected, measure.Lower),
		measure.Shown("requests, "+who+", by collection"+on, at.requests*manyRecipients, measure.Lower),
	}
}
