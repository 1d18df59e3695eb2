package p2plink

import (
	"net/netip"
	"slices"

	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

// gater has the host dial public addresses alone, and those in the networks: records of the
// table name any. Relays are judged by their own address.
type gater struct{ networks []netip.Prefix }

// InterceptAddrDial implements connmgr.ConnectionGater.
func (g gater) InterceptAddrDial(_ peer.ID, to ma.Multiaddr) bool {
	if manet.IsPublicAddr(to) {
		return true
	}
	ip, err := manet.ToIP(to)
	if err != nil {
		return false
	}
	at, ok := netip.AddrFromSlice(ip)
	return ok && slices.ContainsFunc(g.networks, func(n netip.Prefix) bool { return n.Contains(at.Unmap()) })
}

// InterceptPeerDial implements connmgr.ConnectionGater.
func (gater) InterceptPeerDial(peer.ID) bool { return true }

// InterceptAccept implements connmgr.ConnectionGater.
func (gater) InterceptAccept(network.ConnMultiaddrs) bool { return true }

// InterceptSecured implements connmgr.ConnectionGater.
func (gater) InterceptSecured(network.Direction, peer.ID, network.ConnMultiaddrs) bool { return true }

// InterceptUpgraded implements connmgr.ConnectionGater.
func (gater) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) { return true, 0 }
