package p2plink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/host/autorelay"
	"github.com/libp2p/go-libp2p/p2p/protocol/holepunch"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/glimpse-go/glimpse/transport"
)

const (
	// punching is how long requests to a station that a relay carries wait for a direct way, and
	// punchAfter how long an attempt at one may take.
	punching, punchAfter = 8 * time.Second, 2 * time.Second
	// relayAgain is how long a relay that did not answer is left alone, and relaysAgain how often
	// others are looked for while there is none.
	relayAgain, relaysAgain = time.Minute, 5 * time.Second
)

// routers are the options for stations behind routers, and for those that help them.
func (h *Host) routers() []libp2p.Option {
	options := []libp2p.Option{
		libp2p.EnableHolePunching(holepunch.WithTracer(&h.punched), holepunch.DirectDialTimeout(punchAfter)),
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
	if left := h.mayPunch(to); left > 0 {
		within, cancel := context.WithTimeout(ctx, left)
		defer cancel()
		if s, err := h.host.NewStream(within, to, httpProtocol); err == nil {
			return s, nil
		}
	}
	return h.host.NewStream(anyway, to, httpProtocol)
}

// mayPunch is for how long a station that only relays reach may yet be reached directly: not once
// that has failed.
func (h *Host) mayPunch(to peer.ID) (left time.Duration) {
	if h.host.Network().Connectedness(to) != network.Limited || h.punched.why(to) != "" {
		return 0
	}
	for _, c := range h.host.Network().ConnsToPeer(to) {
		left = max(left, punching-time.Since(c.Stat().Opened))
	}
	return left
}

// Direct returns nil if there is a direct connection with the station at a URL. Otherwise the
// error, which wraps transport.ErrUnreachable, says why not: there is none at all, or a relay
// carries it, and what came of the last attempt to do without.
func (h *Host) Direct(url string) error {
	id, err := PeerID(url)
	if err != nil {
		return err
	}
	switch h.host.Network().Connectedness(id) {
	case network.Connected:
		return nil
	case network.Limited:
		err = fmt.Errorf("by way of %s: %s", h.relayTo(id), cmp.Or(h.punched.why(id), "no direct connection has been tried yet"))
	default:
		err = errors.New("no connection")
	}
	return fmt.Errorf("%w: %w", transport.At(transport.ErrUnreachable, url), err)
}

// relayTo is who carries to a station, by name.
func (h *Host) relayTo(id peer.ID) string {
	for _, c := range h.host.Network().ConnsToPeer(id) {
		if relay, err := c.RemoteMultiaddr().ValueForProtocol(ma.P_P2P); err == nil {
			return "relay " + relay
		}
	}
	return "nobody"
}

// punched is what came of the last attempts to reach stations directly. It is a
// holepunch.EventTracer.
type punched struct {
	mu   sync.Mutex
	last map[peer.ID]string
}

// Trace implements holepunch.EventTracer.
func (p *punched) Trace(e *holepunch.Event) {
	var why string
	switch evt := e.Evt.(type) {
	case *holepunch.ProtocolErrorEvt:
		why = evt.Error
	case *holepunch.EndHolePunchEvt:
		why = evt.Error
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || len(p.last) >= maxKnown {
		p.last = map[peer.ID]string{}
	}
	p.last[e.Remote] = why
}

// why is the error of the last attempt; empty = there was none, or it succeeded.
func (p *punched) why(of peer.ID) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last[of]
}
