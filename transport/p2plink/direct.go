package p2plink

import (
	"cmp"
	"errors"
	"fmt"
	"sync"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/holepunch"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/glimpse-go/glimpse/transport"
)

// The router of this station, or of the other one, chooses another port for each destination
// (symmetric NAT; address-dependent mapping in RFC 4787, section 4.1): nobody can be told
// beforehand at which port the station is reached. That is known where at least two stations with
// public addresses are connected, such as two relays, and report different ports.
var (
	ErrSymmetricHere  = errors.New("p2plink: symmetric NAT at this station")
	ErrSymmetricThere = errors.New("p2plink: symmetric NAT at the other station")
)

// Direct returns nil if there is a direct connection with the station at a URL. Otherwise the
// error, which wraps transport.ErrUnreachable, says why not: there is none at all, or a relay
// carries it, and what came of the last attempt to do without, with ErrSymmetricHere and
// ErrSymmetricThere if they are known to be a reason.
func (h *Host) Direct(url string) error {
	id, err := PeerID(url)
	if err != nil {
		return err
	}
	switch h.host.Network().Connectedness(id) {
	case network.Connected:
		return nil
	case network.Limited:
		err = fmt.Errorf("by way of %s: %w", h.relayTo(id), h.punched.why(id))
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

// attempt is an attempt to reach a station directly.
type attempt struct {
	failed      string // why the last one did; empty = it has not ended yet, or succeeded
	failures    int    // since one has succeeded
	here, there bool   // whether the router is one with symmetric NAT
}

// maxPunches is how often libp2p tries, for one connection through a relay.
const maxPunches = 3

// hopeless reports whether nothing comes of trying again: hardly a router lets in what comes from
// another port than it has sent to.
func (a attempt) hopeless() bool {
	return a.failed != "" && (a.here || a.there || a.failures >= maxPunches)
}

func (a *attempt) ends(failed string) {
	if a.failed = failed; failed == "" {
		a.failures = 0
	} else {
		a.failures++
	}
}

// punched are the last attempts to reach stations directly. It is a holepunch.EventTracer, and
// sees as a holepunch.AddrFilter what addresses both stations have told one another.
type punched struct {
	mu   sync.Mutex
	last map[peer.ID]attempt
}

// Trace implements holepunch.EventTracer.
func (p *punched) Trace(e *holepunch.Event) {
	switch evt := e.Evt.(type) {
	case *holepunch.ProtocolErrorEvt:
		p.note(e.Remote, func(a *attempt) { a.ends(evt.Error) })
	case *holepunch.EndHolePunchEvt:
		p.note(e.Remote, func(a *attempt) { a.ends(evt.Error) })
	}
}

// FilterLocal implements holepunch.AddrFilter.
func (p *punched) FilterLocal(to peer.ID, all []ma.Multiaddr) []ma.Multiaddr {
	p.note(to, func(a *attempt) { a.here = manyPorts(all) })
	return all
}

// FilterRemote implements holepunch.AddrFilter.
func (p *punched) FilterRemote(from peer.ID, all []ma.Multiaddr) []ma.Multiaddr {
	p.note(from, func(a *attempt) { a.there = manyPorts(all) })
	return all
}

// manyPorts reports whether others see a station at several ports of one address. That is so, too,
// where it listens at several, or its router leads another one to it besides.
func manyPorts(all []ma.Multiaddr) bool {
	ports := map[string]string{}
	for _, at := range all {
		if len(at) < 2 {
			continue
		}
		host, port := at[0].String()+at[1].Protocol().Name, at[1].Value()
		if cmp.Or(ports[host], port) != port {
			return true
		}
		ports[host] = port
	}
	return false
}

func (p *punched) note(of peer.ID, change func(*attempt)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || len(p.last) >= maxKnown {
		p.last = map[peer.ID]attempt{}
	}
	a := p.last[of]
	change(&a)
	p.last[of] = a
}

// hopeless reports whether attempts to reach a station directly are in vain.
func (p *punched) hopeless(of peer.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last[of].hopeless()
}

// why is what came of the last attempt.
func (p *punched) why(of peer.ID) error {
	p.mu.Lock()
	a := p.last[of]
	p.mu.Unlock()
	switch {
	case a.failed == "":
		return errors.New("no direct connection has been tried yet")
	case a.here && a.there:
		return fmt.Errorf("%w, %w: %s", ErrSymmetricHere, ErrSymmetricThere, a.failed)
	case a.here:
		return fmt.Errorf("%w: %s", ErrSymmetricHere, a.failed)
	case a.there:
		return fmt.Errorf("%w: %s", ErrSymmetricThere, a.failed)
	}
	return errors.New(a.failed)
}
