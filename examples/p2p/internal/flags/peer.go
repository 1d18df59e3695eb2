// Package flags has the options by which the programs of this module take part in the
// peer-to-peer network.
package flags

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// Peer are the options of a computer at home, or a recipient's.
type Peer struct {
	P2P       bool           `name:"p2p" help:"Serve and fetch over the peer-to-peer network, too: originals are found there, and the user's cameras find this computer on the local network."`
	Listen    []string       `name:"p2p-listen" placeholder:"MULTIADDR" help:"Where to listen for that, such as /ip4/0.0.0.0/udp/4001/quic-v1; at any port if empty."`
	Stations  []string       `name:"p2p-join" placeholder:"MULTIADDR" help:"Stations of which others are learnt, as they print where they are."`
	Reachable bool           `name:"p2p-reachable" help:"Others reach this computer from outside: so it lists who has what, and helps those who are behind routers."`
	Public    bool           `name:"p2p-public" help:"List what is here in the public table of libp2p instead of Glimpse's own."`
	Networks  []netip.Prefix `name:"p2p-network" default:"127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7" help:"Networks beside public addresses in which others are."`
}

// Join implements program.NetworkFlags.
func (f *Peer) Join(ctx context.Context, env program.Env, s *program.Station) (program.Network, error) {
	if !f.P2P {
		return nil, nil
	}
	others, err := addresses(f.Stations)
	if err != nil {
		return nil, err
	}
	identity, err := identityIn(s.Dir)
	if err != nil {
		return nil, err
	}
	h, err := p2plink.New(ctx, s.OwnKey.Signer, p2plink.Config{
		Identity: identity, Listen: f.listen(), Bootstrap: others, Networks: f.Networks, Public: f.Public,
		Reachable: f.Reachable, Relay: f.Reachable, MapPort: !f.Reachable, Local: true,
	})
	if err != nil {
		return nil, err
	}
	at, err := peer.AddrInfoToP2pAddrs(ptr(h.Addresses()))
	for _, a := range at {
		fmt.Fprintf(env.Out, "Others join the network with -p2p-join %s\n", a)
	}
	return onNetwork{h}, err
}

// anywhere is where a station listens that was not told where.
var anywhere = []string{"/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::/udp/0/quic-v1", "/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0"}

func (f *Peer) listen() []string {
	if len(f.Listen) > 0 {
		return f.Listen
	}
	return anywhere
}

// addresses reads multiaddresses that end with a peer id.
func addresses(texts []string) (all []peer.AddrInfo, err error) {
	for _, text := range texts {
		a, err := ma.NewMultiaddr(text)
		if err != nil {
			return nil, program.Usage("-p2p-join %q: %w", text, err)
		}
		at, err := peer.AddrInfoFromP2pAddr(a)
		if err != nil {
			return nil, program.Usage("-p2p-join %q: it ends with /p2p/ and a peer id: %w", text, err)
		}
		all = append(all, *at)
	}
	return all, nil
}

// onNetwork is a program.Network.
type onNetwork struct{ *p2plink.Host }

// On implements program.Network.
func (onNetwork) On(url string) bool {
	_, err := p2plink.PeerID(url)
	return err == nil
}

func ptr[T any](v T) *T { return &v }
