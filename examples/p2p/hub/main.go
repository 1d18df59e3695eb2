// Hub is examples/hub, which can also take part in a peer-to-peer network: it checks originals of
// homes there that nobody reaches over HTTPS, is where stations begin with the network, and helps
// those behind routers.
//
//	go run ./examples/p2p/hub -p2p -p2p-listen /ip4/0.0.0.0/udp/4001/quic-v1 -data DIR
//
// It prints where it is: peer run -p2p -p2p-join MULTIADDR. For that it needs no file more.
package main

import (
	"github.com/glimpse-go/glimpse/examples/internal/hubprogram"
	"github.com/glimpse-go/glimpse/examples/p2p/internal/flags"
)

func main() { hubprogram.Main(new(flags.Hub)) }
