package p2plink

import (
	"context"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/host/autorelay"
	"github.com/libp2p/go-libp2p/p2p/protocol/holepunch"
	ma "github.com/multiformats/go-multiaddr"
)

const (
	// punching is how long requests to a station that a relay carries wait for a direct way, which
	// is looked for every punchTick, and punchAfter how long an attempt at one may take.
	punching, punchAfter = 8 * time.Second, 2 * time.Second
	punchTick            = 50 * time.Millisecond
	// beginning is within what time a host learns at which address its router is seen.
	beginning = 4 * time.Second
	// relayAgain is how long a relay that did not answer is left alone, and relaysAgain how often
	// others are looked for while there is none.
	relayAgain, relaysAgain = time.Minute, 5 * time.Second
)

// routers are the options for stations behind routers, and for those that help them.
func (h *Host) routers() []libp2p.Option {
	options := []libp2p.Option{
		libp2p.EnableHolePunching(holepunch.WithTracer(&h.punched), holepunch.WithAddrFilter(&h.punched),
			holepunch.DirectDialTimeout(punchAfter)),
		libp2p.EnableAutoRelayWithPeerSource(h.relays, autorelay.WithMinCandidates(1), autorelay.WithBootDelay(0),
			autorelay.WithBackoff(relayAgain), autorelay.WithMinInterval(relaysAgain)),
	}
	if h.cfg.Reachable {
		options = append(options, libp2p.ForceReachabilityPublic())
	}
	if h.cfg.Relay {
		options = append(options, libp2p.EnableRelayService(), libp2p.EnableNATService())
	}
	if h.cfg.MapPort {
		options = append(options, libp2p.NATPortMap())
	}
	return options
}

// relays is an autorelay.PeerSource: stations that may carry for this one.
func (h *Host) relays(_ context.Context, n int) <-chan peer.AddrInfo {
	all := h.cfg.Relays
	if all == nil {
		all = append(all, h.cfg.Bootstrap...)
		for _, id := range h.table.RoutingTable().ListPeers() {
			all = append(all, h.host.Peerstore().PeerInfo(id))
		}
	}
	all = all[:min(n, len(all))]
	found := make(chan peer.AddrInfo, len(all))
	defer close(found)
	for _, at := range all {
		found <- at
	}
	return found
}

// stream opens a stream for requests to a station. As long as a relay has carried what goes there
// for a short while alone, it waits for the direct way that both stations are about to open,
// since a relay carries little.
func (h *Host) stream(ctx context.Context, to peer.ID) (network.Stream, error) {
	anyway := network.WithAllowLimitedConn(ctx, "glimpse")
	if err := h.reach(anyway, to); err != nil {
		return nil, err
	}
	if h.mayPunch(to) {
		if s, err := h.directStream(ctx, to); err == nil {
			return s, nil
		}
	}
	return h.host.NewStream(anyway, to, httpProtocol)
}

// reach connects to a station, by way of a relay if ctx lets it. A host that has just begun waits
// before that until it knows at which address its own router is seen: the two try for a direct way
// when they connect, and not again.
func (h *Host) reach(ctx context.Context, to peer.ID) error {
	if h.host.Network().Connectedness(to) == network.NotConnected &&
		!slices.ContainsFunc(h.host.Peerstore().Addrs(to), h.isDirect) {
		h.awaitAddress(ctx)
	}
	return h.host.Connect(ctx, peer.AddrInfo{ID: to}) // which looks for addresses, and dials them
}

// isDirect reports whether an address is dialled, and not one at a relay.
func (h *Host) isDirect(at ma.Multiaddr) bool {
	_, err := at.ValueForProtocol(ma.P_CIRCUIT)
	return err != nil && gater{h.cfg.Networks}.InterceptAddrDial("", at)
}

// awaitAddress waits until the host knows at which address its router is seen, or should.
func (h *Host) awaitAddress(ctx context.Context) {
	tick := time.NewTicker(punchTick)
	defer tick.Stop()
	for !h.cfg.Reachable && time.Since(h.began) < beginning && !h.punches() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// punches reports whether the host knows that, without which it does not try for a direct way.
func (h *Host) punches() bool {
	return slices.Contains(h.host.Mux().Protocols(), holepunch.Protocol)
}

// directStream opens a stream to a station that a relay reaches, once there is a direct way. It
// waits for that as long as there may be one.
func (h *Host) directStream(ctx context.Context, to peer.ID) (network.Stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		tick := time.NewTicker(punchTick)
		defer tick.Stop()
		for h.mayPunch(to) {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
		if h.host.Network().Connectedness(to) != network.Connected {
			cancel()
		}
	}()
	return h.host.NewStream(ctx, to, httpProtocol)
}

// mayPunch reports whether a station that only relays reach may yet be reached directly: not once
// that has failed.
func (h *Host) mayPunch(to peer.ID) bool {
	if h.host.Network().Connectedness(to) != network.Limited || h.punched.hopeless(to) {
		return false
	}
	return slices.ContainsFunc(h.host.Network().ConnsToPeer(to), func(c network.Conn) bool {
		return time.Since(c.Stat().Opened) < punching
	})
}
