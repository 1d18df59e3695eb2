package flags

import (
	"context"
	"net/netip"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// Peer are the options of a computer at home, or a recipient's.
type Peer struct {
	P2P bool `name:"p2p" help:"Serve and fetch over the peer-to-peer network, too: originals are found there, and the user's cameras find this computer on the local network."`
	where
	Reachable bool           `name:"p2p-reachable" help:"Others reach this computer from outside: so it lists who has what, and helps those who are behind routers."`
	Networks  []netip.Prefix `name:"p2p-network" default:"127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7" help:"Networks beside public addresses in which others are."`
}

// Join implements program.NetworkFlags.
func (f *Peer) Join(ctx context.Context, env program.Env, at program.Place) (program.Network, error) {
	if !f.P2P {
		return nil, f.idle(f.Reachable)
	}
	identity, err := identityIn(at.Dir)
	if err != nil {
		return nil, err
	}
	return f.join(ctx, env, at, f.Networks, p2plink.Config{
		Identity: identity, Networks: f.Networks, Reachable: f.Reachable, Relay: f.Reachable, MapPort: !f.Reachable, Local: true,
	})
}
