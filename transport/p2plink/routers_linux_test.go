package p2plink_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	station "github.com/glimpse-go/glimpse/transport/peer"
)

// houses are Ann's home and Bob's behind a router each, and a relay that both know.
type houses struct {
	*labtest.World
	in       *internet
	net      *nodes
	ann, bob *labtest.Peer
	cam      *labtest.Camera
	name     collection.Name
}

// newHouses has Ann's home share photos with Bob, and announce them. The stations know others,
// and those with the names, which are willing to relay.
func newHouses(t *testing.T, in *internet, others []peer.AddrInfo, relays ...string) *houses {
	h, known := &houses{in: in, net: newNetwork(t)}, others
	h.net.cfg = func(name string, cfg *p2plink.Config) {
		cfg.Remember = -1
		switch cfg.Bootstrap = slices.Clone(known); name {
		case "ann":
			h.in.at("a", "192.168.1.2", cfg)
		case "bob", "bob-camera", "ann-camera":
			h.in.at("b", "192.168.1.2", cfg)
		default:
			h.in.at("wide", name, cfg)
			cfg.Reachable, cfg.Relay = true, true
		}
	}
	for _, name := range relays {
		known = append(known, h.net.host(name, nil).Addresses())
	}
	var peers []*labtest.Peer
	h.World, peers = labtest.NoHubOn(t, h.net, "ann", "bob")
	h.ann, h.bob = peers[0], peers[1]
	for _, p := range peers {
		p.Restart(func(cfg *station.Config) { cfg.Find = h.host(p).Find })
		await(t, "places at the relays", func() bool { return relayed(h.host(p)) == len(known) })
	}
	h.cam = h.Camera(h.ann.User, 2)
	body := collection.Body{Items: h.cam.Items, Recipients: []collection.UserID{h.bob.User}}
	var err error
	h.name, err = h.ann.Author.Make(t.Context(), collection.Header{Title: "Picnic"}, body, h.cam.Card.Open)
	must(t, err)
	h.ann.Publishes(h.name)
	must(t, h.host(h.ann).Announce(t.Context(), h.ann.Source(), h.ann.Views(h.name)))
	return h
}

func (h *houses) host(p *labtest.Peer) *p2plink.Host { return h.net.host(p.Name, nil) }

// relayed is how many relays carry for a host.
func relayed(h *p2plink.Host) int {
	relays := map[string]bool{}
	for _, at := range h.Addresses().Addrs {
		if before, _, ok := strings.Cut(at.String(), "/p2p-circuit"); ok {
			relays[before] = true
		}
	}
	return len(relays)
}

// TestTwoHouses: homes behind routers find each other through a relay, and fetch without it.
func TestTwoHouses(t *testing.T) {
	t.Parallel()
	h := newHouses(t, newInternet(t, "masquerade"), nil, "60.0.0.1")
	await(t, "that Ann's home is found", func() bool {
		found, err := h.host(h.bob).Find(t.Context(), h.ann.Views(h.name))
		must(t, err)
		return len(found) == 1 && found[0].URL == h.host(h.ann).URL()
	})
	h.bob.HearsFrom(h.ann, notify.Shared, 0)
	await(t, "a direct way", func() bool { // where a home did not know its address yet, by the next connection
		_, err := h.bob.Reader.ReceiveFrom(t.Context(), h.ann.Source())
		must(t, err)
		return h.host(h.bob).Direct(h.host(h.ann).URL()) == nil
	})
	h.net.stop("60.0.0.1") // it is not needed any more
	h.bob.FetchesAll(h.cam, h.name, 2, false)
	h.bob.Shows(h.cam, h.name, 2)
}

// TestNoWay: where routers choose another port for each destination, no connection passes both,
// and it is stated why. Relays carry what is small, and an original in parts, in as many
// connections as they make of it; another one where one has gone.
func TestNoWay(t *testing.T) {
	t.Parallel()
	h := newHouses(t, newInternet(t, "masquerade fully-random"), nil, "60.0.0.1", "60.0.0.2")
	h.bob.HearsFrom(h.ann, notify.Shared, 0)
	err := h.host(h.bob).Direct(h.host(h.ann).URL())
	if !errors.Is(err, transport.ErrUnreachable) || !strings.Contains(err.Error(), "dial") {
		t.Fatal(err)
	}
	for _, name := range []string{"60.0.0.1", "60.0.0.2"} {
		if strings.Contains(err.Error(), h.net.host(name, nil).Addresses().ID.String()) {
			h.net.stop(name) // that relay carried
		}
	}
	await(t, "the original", func() bool {
		return h.bob.Reader.Fetch(t.Context(), h.cam.Ref(h.name, 0, 2)) == nil
	})
	if err := h.host(h.bob).Direct(h.host(h.ann).URL()); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
}

// TestFloods: a relay that floods a home with streams and bytes keeps nobody else from it.
func TestFloods(t *testing.T) {
	t.Parallel()
	in := newInternet(t, "masquerade")
	var cfg p2plink.Config
	in.at("wide", "60.0.0.2", &cfg)
	flooder, err := libp2p.New(append(cfg.Options, libp2p.ListenAddrStrings(cfg.Listen...),
		libp2p.ForceReachabilityPublic(), libp2p.EnableRelayService())...)
	must(t, err)
	h := newHouses(t, in, []peer.AddrInfo{{ID: flooder.ID(), Addrs: flooder.Addrs()}}, "60.0.0.1")
	ann := h.host(h.ann).Addresses()
	var all sync.WaitGroup
	var refused atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	for _, protocol := range []protocol.ID{stationProtocol, httpProtocol} {
		all.Go(func() {
			for ctx.Err() == nil {
				s, err := flooder.NewStream(ctx, ann.ID, protocol)
				if err == nil {
					_, err = s.Write(make([]byte, 1000))
				}
				if err != nil {
					refused.Add(1)
				}
			}
		})
	}
	await(t, "that the home refuses streams", func() bool { return refused.Load() > 100 })
	h.bob.HearsFrom(h.ann, notify.Shared, 0)
	h.bob.FetchesAll(h.cam, h.name, 2, false)
	h.bob.Shows(h.cam, h.name, 2)
	stop()
	must(t, flooder.Close())
	all.Wait()
}
