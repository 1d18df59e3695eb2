package p2plink

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/discovery/mdns"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

const (
	// nearbyService is what stations look for on the local network (RFC 6763).
	nearbyService = "_glimpse._udp"
	// maxNear is of how many stations there the addresses are kept.
	maxNear      = 256
	askingNearby = 3 * time.Second
)

// homeOf stands for the homes of a user, where a station that may be one is asked.
func homeOf(user collection.UserID) topic {
	return sha256.Sum256(append([]byte("glimpse home\x00"), user[:]...))
}

// beNearby announces the host on the local network, under a random name, and hears of others.
func (h *Host) beNearby() error {
	if !h.cfg.Local {
		return nil
	}
	service := mdns.NewMdnsService(h.host, nearbyService, &h.near)
	if err := service.Start(); err != nil {
		return fmt.Errorf("local network: %w", err)
	}
	h.near.service = service
	return nil
}

// ServeNearby has stations of the local network find the host as a station of its user, from now
// on: those that know the id of the user, as stations of the same user and friends do, and ask
// for it. Others are told nothing. The source is as in Announce, and the error likewise.
func (h *Host) ServeNearby(as transport.Source) error {
	e, err := h.ownEndpoint(as)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.homes[homeOf(e.User)] = &announced{secret: e.User[:], endpoint: as.Endpoint}
	return nil
}

// Nearby returns the stations of a user that were found on the local network so far, and want to
// be (ServeNearby), as they have sealed it themselves; none is no error. Stations there that are
// not the user's learn no id. Whether the key of an endpoint is one of the user, the caller finds
// out, as that of each source.
func (h *Host) Nearby(ctx context.Context, user collection.UserID) ([]transport.Source, error) {
	of := sought{homeOf(user), user[:], 0}
	found := h.askNearby(ctx, of)
	return slices.DeleteFunc(found, func(s transport.Source) bool { return s.User != user }), ctx.Err()
}

// askNearby asks those of the local network, for a short while: whoever is there answers at once.
func (h *Host) askNearby(ctx context.Context, of sought) []transport.Source {
	ctx, cancel := context.WithTimeout(ctx, askingNearby)
	defer cancel()
	return h.askAll(ctx, h.near.stations(), of)
}

// isNearby reports whether who is at the other end is on the local network: the address of a relay
// there, which may carry as much as it likes, says nothing of whom it carries for.
func isNearby(c network.Conn) bool {
	at := c.RemoteMultiaddr()
	_, err := at.ValueForProtocol(ma.P_CIRCUIT)
	return err != nil && !c.Stat().Limited && !manet.IsPublicAddr(at)
}

// near are the hosts found on the local network. It is an mdns.Notifee.
type near struct {
	service mdns.Service

	mu  sync.Mutex
	all map[peer.ID]peer.AddrInfo
}

// HandlePeerFound implements mdns.Notifee. Who fills the network with names takes the place of
// others, and no more.
func (n *near) HandlePeerFound(at peer.AddrInfo) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all == nil {
		n.all = map[peer.ID]peer.AddrInfo{}
	}
	for id := range n.all {
		if len(n.all) < maxNear {
			break
		}
		delete(n.all, id)
	}
	n.all[at.ID] = at
}

// stations returns them, each once.
func (n *near) stations() <-chan peer.AddrInfo {
	n.mu.Lock()
	defer n.mu.Unlock()
	found := make(chan peer.AddrInfo, len(n.all))
	defer close(found)
	for at := range maps.Values(n.all) {
		found <- at
	}
	return found
}

func (n *near) close() error {
	if n.service == nil {
		return nil
	}
	return n.service.Close()
}
