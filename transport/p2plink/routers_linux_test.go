package p2plink_test

import (
	"errors"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/protocol"
	circuit "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// relayProtocol is in which relays carry to those who have places there.
const relayProtocol protocol.ID = "/libp2p/circuit/relay/0.2.0/stop"

// TestTwoHouses: homes behind routers find each other through a relay, which carries a little in
// the first seconds, and fetch without it.
func TestTwoHouses(t *testing.T) {
	t.Parallel()
	const relays = "60.0.0.1"
	limit := circuit.RelayLimit{Duration: 30 * time.Second, Data: 64 << 10}
	h := newHouses(t, newInternet(t, "masquerade"))
	h.changes(func(name string, cfg *p2plink.Config) {
		if name == relays {
			cfg.Options = append(cfg.Options, libp2p.EnableRelayService(circuit.WithLimit(&limit)))
		}
	})
	h.knows(relays)
	const size = 1 << 20
	h.moveIn(1, size)
	await(t, "that Ann's home is found", func() bool {
		found, err := h.host(h.bob).Find(t.Context(), h.ann.Views(h.name))
		must(t, err)
		return len(found) == 1 && found[0].URL == h.host(h.ann).URL()
	})
	h.bob.HearsFrom(h.ann, notify.Shared, 0)
	awaitNil(t, "a direct way", h.direct)
	carried := h.net.bytes(relays, relayProtocol)
	h.net.stop(relays) // it is not needed any more
	h.bob.FetchesAll(h.cam, h.name, 2, false)
	h.bob.Shows(h.cam, h.name, 2)
	if carried == 0 || carried > 2*limit.Data {
		t.Errorf("the relay carried %d bytes", carried)
	}
	t.Logf("the relay carried %d bytes until there was a direct way, and none of 2 originals of %d after that", carried, size)
}

// TestNoWay: where routers choose another port for each destination, no connection passes, and it
// is stated which router that is.
func TestNoWay(t *testing.T) {
	for what, routers := range map[string]struct {
		a, b        string
		here, there bool
	}{
		"both":  {symmetric, symmetric, true, true},
		"Ann's": {symmetric, "masquerade", false, true},
		"Bob's": {"masquerade", symmetric, true, false},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHouses(t, newInternet(t, routers.a, routers.b), "60.0.0.1", "60.0.0.2")
			h.moveIn(2, 0)
			h.bob.HearsFrom(h.ann, notify.Shared, 0)
			err := h.direct()
			here, there := errors.Is(err, p2plink.ErrSymmetricHere), errors.Is(err, p2plink.ErrSymmetricThere)
			if !errors.Is(err, transport.ErrUnreachable) || here != routers.here || there != routers.there {
				t.Error(err)
			}
		})
	}
}

// TestLearns: a station finds out itself that it is behind a router, and takes a place at a relay.
func TestLearns(t *testing.T) {
	t.Parallel()
	h := newHouses(t, newInternet(t, "masquerade"), "60.0.0.1")
	h.changes(func(_ string, cfg *p2plink.Config) {
		cfg.Options = append(cfg.Options, func(c *libp2p.Config) error {
			c.AutoNATConfig.ForceReachability = nil
			return nil
		})
	})
	ann := h.net.host("ann", nil)
	await(t, "a place at the relay", func() bool { return relayed(ann) == 1 })
}
