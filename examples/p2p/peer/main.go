// Peer is examples/peer, which can also take part in a peer-to-peer network: originals are found
// there without a server, and the user's cameras find this computer on the local network.
//
//	go run ./examples/p2p/peer run -p2p -data DIR
//	go run ./examples/p2p/peer run -p2p -p2p-join MULTIADDR -data DIR
//
//	DIR/p2p.key                      who it is on the network; all else is as there
package main

import (
	"github.com/glimpse-go/glimpse/examples/internal/peerprogram"
	"github.com/glimpse-go/glimpse/examples/p2p/internal/flags"
)

func main() { peerprogram.Main(new(flags.Peer)) }
