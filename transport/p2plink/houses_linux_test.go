package p2plink_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	station "github.com/glimpse-go/glimpse/transport/peer"
)

// houses are Ann's home and Bob's behind a router each, and stations outside that both know.
type houses struct {
	*labtest.World
	in       *internet
	net      *nodes
	known    []peer.AddrInfo
	ann, bob *labtest.Peer
	cam      *labtest.Camera
	name     collection.Name
}

// newHouses builds the houses, and stations at addresses outside, which relay; nobody lives
// there yet. That they are behind routers the homes do not have to find out.
func newHouses(t *testing.T, in *internet, relays ...string) *houses {
	h := &houses{in: in, net: newNetwork(t)}
	h.net.cfg = func(name string, cfg *p2plink.Config) {
		cfg.Remember = -1
		switch cfg.Bootstrap = slices.Clone(h.known); name {
		case "ann":
			h.in.at("a", "192.168.1.2", cfg)
		case "bob", "bob-camera", "ann-camera":
			h.in.at("b", "192.168.1.2", cfg)
		default:
			h.in.at("wide", name, cfg)
			cfg.Reachable, cfg.Relay = true, true
			return
		}
		cfg.Options = append(cfg.Options, libp2p.ForceReachabilityPrivate())
	}
	h.knows(relays...)
	return h
}

// knows puts relays at addresses outside, which the homes know.
func (h *houses) knows(relays ...string) {
	for _, name := range relays {
		h.known = append(h.known, h.net.host(name, nil).Addresses())
	}
}

// changes has something else in the Config of the stations.
func (h *houses) changes(change func(name string, cfg *p2plink.Config)) {
	before := h.net.cfg
	h.net.cfg = func(name string, cfg *p2plink.Config) {
		before(name, cfg)
		change(name, cfg)
	}
}

// moveIn has Ann's home share two photos with Bob, and announce them, as soon as both homes have
// places at so many relays, and know their own addresses. 0 bytes are as many as usual.
func (h *houses) moveIn(relays, size int) {
	t := h.net.tb.(*testing.T)
	t.Helper()
	var peers []*labtest.Peer
	h.World, peers = labtest.NoHubOn(t, h.net, "ann", "bob")
	h.ann, h.bob = peers[0], peers[1]
	for _, p := range peers {
		p.Restart(func(cfg *station.Config) { cfg.Find = h.host(p).Find })
		await(t, "places at the relays", func() bool { return relayed(h.host(p)) == relays })
		await(t, "an address outside", h.host(p).Punches)
	}
	h.cam = h.Camera(h.ann.User, 2)
	for i, item := range h.cam.Items {
		if size > 0 {
			h.cam.Card[item.ID] = lab.NewPhoto(string(rune('a'+i)), 4096, size)
		}
	}
	body := collection.Body{Items: h.cam.Items, Recipients: []collection.UserID{h.bob.User}}
	var err error
	h.name, err = h.ann.Author.Make(t.Context(), collection.Header{Title: "Picnic"}, body, h.cam.Card.Open)
	must(t, err)
	h.ann.Publishes(h.name)
	must(t, h.host(h.ann).Announce(t.Context(), h.ann.Source(), h.ann.Views(h.name)))
}

func (h *houses) host(p *labtest.Peer) *p2plink.Host { return h.net.host(p.Name, nil) }

// direct is why Bob's home has no direct connection with Ann's.
func (h *houses) direct() error { return h.host(h.bob).Direct(h.host(h.ann).URL()) }

// carries is which of the relays carries between the homes.
func (h *houses) carries(relays ...string) string {
	for _, name := range relays {
		if err := h.direct(); err != nil && strings.Contains(err.Error(), h.net.host(name, nil).Addresses().ID.String()) {
			return name
		}
	}
	h.net.tb.Fatalf("no relay carries: %v", h.direct())
	return ""
}

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
