package flags

import (
	"context"
	"net/netip"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// Hub are the options of a hub. Others reach it from outside, so it is where they begin: it lists
// who has what, and carries for homes behind routers until they have found a direct way.
type Hub struct {
	P2P bool `name:"p2p" help:"Check originals over the peer-to-peer network, too: homes are reached there that nobody reaches over HTTPS, and begin there with the network."`
	where
}

// everywhere is where those may be who join the network at a hub.
var everywhere = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// Join implements program.NetworkFlags.
func (f *Hub) Join(ctx context.Context, env program.Env, at program.Place) (program.Network, error) {
	if !f.P2P {
		return nil, f.idle(false)
	}
	identity, err := identityOf(at.Key.Private)
	if err != nil {
		return nil, err
	}
	return f.join(ctx, env, at, everywhere, p2plink.Config{Identity: identity, Networks: at.Networks, Reachable: true, Relay: true})
}
