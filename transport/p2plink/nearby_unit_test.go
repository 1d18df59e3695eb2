package p2plink

import (
	"testing"

	"github.com/libp2p/go-libp2p/core/network"
	ma "github.com/multiformats/go-multiaddr"
)

// from is a connection from an address.
type from struct {
	network.Conn
	at      string
	limited bool
}

func (f from) RemoteMultiaddr() ma.Multiaddr { return ma.StringCast(f.at) }

func (f from) Stat() network.ConnStats {
	return network.ConnStats{Stats: network.Stats{Limited: f.limited}}
}

// TestRelayedIsNotNearby: who comes by way of a relay is not on the local network, though the relay is, and
// bounds nothing of what it carries.
func TestRelayedIsNotNearby(t *testing.T) {
	const relay = "/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA/p2p-circuit"
	for _, k := range []struct {
		from
		want bool
	}{
		{from{at: "/ip4/192.168.1.7/tcp/4001"}, true}, {from{at: "/ip6/fe80::1/udp/4001/quic-v1"}, true},
		{from{at: "/ip4/8.8.8.8/tcp/4001"}, false}, {from{at: "/ip4/192.168.1.7/tcp/4001", limited: true}, false},
		{from{at: "/ip4/192.168.1.7/tcp/4001" + relay}, false}, {from{at: "/ip4/8.8.8.8/tcp/4001" + relay, limited: true}, false},
	} {
		if got := isNearby(k.from); got != k.want {
			t.Errorf("%s: %v", k.at, got)
		}
	}
}
