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

// where are the options of all who stay on the network.
type where struct {
	Listen   []string `name:"p2p-listen" placeholder:"MULTIADDR" help:"Where to listen for that, such as /ip4/0.0.0.0/udp/4001/quic-v1; at any port, another one at each start, if empty."`
	Stations []string `name:"p2p-join" placeholder:"MULTIADDR" help:"Stations of which others are learnt, as they print where they are."`
	Public   bool     `name:"p2p-public" help:"Use the public table of libp2p, in which others read who has what, instead of Glimpse's own."`
}

// join puts a station on the network, and prints where it is for others who are in networks. What is
// in cfg stays.
func (w where) join(ctx context.Context, env program.Env, at program.Place, networks []netip.Prefix, cfg p2plink.Config) (program.Network, error) {
	quiet()
	if err := w.checkListen(); err != nil {
		return nil, err
	}
	others, err := addresses(w.Stations)
	if err != nil {
		return nil, err
	}
	cfg.Listen, cfg.Bootstrap, cfg.Public = w.listen(), others, w.Public
	h, err := p2plink.New(ctx, at.Key.Signer, cfg)
	if err != nil {
		return nil, w.why(err)
	}
	if len(others) > 0 && h.Alone() {
		fmt.Fprintln(env.Err, "Nobody of -p2p-join answers who serves the network; they are asked again, and until then others are found on the local network alone.")
	}
	return onNetwork{h}, tellWhere(env.Out, h.Addresses(), networks)
}

// anywhere is where a station listens that was not told where.
var anywhere = []string{"/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::/udp/0/quic-v1", "/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0"}

func (w where) listen() []string {
	if len(w.Listen) > 0 {
		return w.Listen
	}
	return anywhere
}

// addresses reads multiaddresses that end with a peer id.
func addresses(texts []string) (all []peer.AddrInfo, err error) {
	for _, text := range texts {
		a, err := ma.NewMultiaddr(text)
		if err != nil {
			return nil, program.Usage("-p2p-join %q: it is what another station prints at its start with -p2p: %w", text, err)
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
