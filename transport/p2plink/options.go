package p2plink

import (
	"github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	"github.com/libp2p/go-libp2p/config"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

// The protocols of a station.
const (
	httpProtocol    = "/glimpse/http/1"
	stationProtocol = "/glimpse/station/1"
)

// privatePrefix begins the protocols of the table that only stations of Glimpse serve.
const privatePrefix = "/glimpse"

// What one host may have open here at once; package httplink bounds what it does in it.
const (
	maxRequests  = 64
	maxCalls     = 48 // that this one makes at once: the others wait
	maxQuestions = 8
)

func (h *Host) options(table config.RoutingC) ([]libp2p.Option, error) {
	c := h.cfg
	manager, err := limits()
	if err != nil {
		return nil, err
	}
	options := []libp2p.Option{
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Transport(libp2pquic.NewTransport),
		libp2p.ConnectionGater(gater{c.Networks}), libp2p.Routing(table), libp2p.DisableMetrics(),
		libp2p.UserAgent("glimpse"), libp2p.ResourceManager(manager),
	}
	if c.Identity != nil {
		options = append(options, libp2p.Identity(c.Identity))
	}
	if len(c.Listen) > 0 {
		options = append(options, libp2p.ListenAddrStrings(c.Listen...))
	}
	return append(append(options, h.routers()...), c.Options...), nil
}

// limits are those of libp2p, and what one host may ask of the station.
func limits() (network.ResourceManager, error) {
	all := rcmgr.DefaultLimits
	libp2p.SetDefaultServiceLimits(&all)
	perPeer := func(n int) rcmgr.BaseLimit {
		return rcmgr.BaseLimit{StreamsInbound: n, StreamsOutbound: n, Streams: 2 * n, Memory: 256 << 20}
	}
	all.AddProtocolPeerLimit(httpProtocol, perPeer(maxRequests), rcmgr.BaseLimitIncrease{})
	all.AddProtocolPeerLimit(stationProtocol, perPeer(maxQuestions), rcmgr.BaseLimitIncrease{})
	return rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(all.AutoScale()), rcmgr.WithMetricsDisabled())
}

func (h *Host) tableOptions() []dht.Option {
	c, mode := h.cfg, dht.ModeAutoServer
	if c.Client {
		mode = dht.ModeClient
	}
	options := []dht.Option{dht.Mode(mode), dht.BootstrapPeersFunc(h.bootstrap)}
	if c.Public {
		options = append(options, dht.QueryFilter(dht.PublicQueryFilter), dht.RoutingTableFilter(dht.PublicRoutingTableFilter))
	} else {
		options = append(options, dht.ProtocolPrefix(privatePrefix), dht.DisableValues())
	}
	return append(options, c.Table...)
}

// bootstrap is whom the table dials while it has nobody: not before the host listens. A connection
// that is dialled earlier leaves from a port of its own, so that the other end reports an address
// at which nobody listens; and if it stays the only one, no way through a router is ever found.
func (h *Host) bootstrap() []peer.AddrInfo {
	if !h.listens.Load() {
		return nil
	}
	return h.cfg.Bootstrap
}
