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
)

const (
	// punching is how long requests to a station that a relay carries wait for a direct way, which
	// is looked for every punchTick, and punchAfter how long an attempt at one may take.
	punching, punchAfter = 8 * time.Second, 2 * time.Second
	punchTick            = 50 * time.Millisecond
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
	if err := h.host.Connect(anyway, peer.AddrInfo{ID: to}); err != nil {
		return nil, err
	}
	if h.mayPunch(to) {
		if s, err := h.directStream(ctx, to); err == nil {
			return s, nil
		}
	}
	return h.host.NewStream(anyway, to, httpProtocol)
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
