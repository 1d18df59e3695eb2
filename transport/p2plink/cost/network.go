package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	pb "github.com/libp2p/go-libp2p-kad-dht/pb"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/metrics"
	libnet "github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// costs are what some hosts have sent.
type costs struct {
	requests    int // to the table
	puts        int // of them, records that were left there
	connections int
	bytes       int64
	took        time.Duration
}

func (c costs) minus(before costs) costs {
	return costs{c.requests - before.requests, c.puts - before.puts, c.connections - before.connections, c.bytes - before.bytes, c.took - before.took}
}

// node is a host whose traffic is counted.
type node struct {
	*p2plink.Host
	id      peer.ID
	traffic *metrics.BandwidthCounter
	opened  *opened
}

// nodes are the hosts of one network.
type nodes struct {
	all    []*node
	passed atomic.Int64 // how much later it is than it is, as a time.Duration

	mu    sync.Mutex
	asked map[peer.ID]*costs // requests and puts, by who asks
}

// opened counts the connections that a host opens.
type opened struct {
	swarm.MetricsTracer
	n atomic.Int64
}

// OpenedConnection implements swarm.MetricsTracer.
func (o *opened) OpenedConnection(by libnet.Direction, _ crypto.PubKey, _ libnet.ConnectionState, _ ma.Multiaddr) {
	if by == libnet.DirOutbound {
		o.n.Add(1)
	}
}

// add puts another host on the network. It knows some of those that are there.
func (n *nodes) add(ctx context.Context, signer *signature.Signer) (*node, error) {
	at := &node{traffic: metrics.NewBandwidthCounter(), opened: &opened{MetricsTracer: swarm.NewMetricsTracer()}}
	cfg := p2plink.Config{
		Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Reachable: true, Now: func() time.Time { return time.Now().Add(time.Duration(n.passed.Load())) },
		Table:   []dht.Option{dht.DisableAutoRefresh(), dht.OnRequestHook(n.count)},
		Options: []libp2p.Option{libp2p.BandwidthReporter(at.traffic), libp2p.SwarmOpts(swarm.WithMetricsTracer(at.opened))},
	}
	var err error
	if at.Host, err = p2plink.New(ctx, signer, cfg); err != nil {
		return nil, err
	}
	n.all, at.id = append(n.all, at), at.Addresses().ID
	if len(n.all) == 1 {
		return at, nil
	}
	there := n.all[(len(n.all)-1)/2]
	if err := at.Join(ctx, there.Addresses()); err != nil {
		return nil, fmt.Errorf("host %d: %w", len(n.all), err)
	}
	return at, nil
}

// count counts a message to a table.
func (n *nodes) count(_ context.Context, s libnet.Stream, m *pb.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	by := s.Conn().RemotePeer()
	if n.asked[by] == nil {
		n.asked[by] = new(costs)
	}
	n.asked[by].requests++
	if m.GetType() == pb.Message_ADD_PROVIDER {
		n.asked[by].puts++
	}
}

// of returns what hosts have sent until now.
func (n *nodes) of(hosts ...*node) (sum costs) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range hosts {
		if c := n.asked[h.id]; c != nil {
			sum.requests, sum.puts = sum.requests+c.requests, sum.puts+c.puts
		}
		sum.connections += int(h.opened.n.Load())
		for _, of := range []protocol.ID{"/glimpse/kad/1.0.0", "/glimpse/station/1"} {
			stats := h.traffic.GetBandwidthForProtocol(of)
			sum.bytes += stats.TotalIn + stats.TotalOut
		}
	}
	return sum
}

func (n *nodes) close() error {
	var failed []error
	for _, h := range n.all {
		failed = append(failed, h.Close())
	}
	return errors.Join(failed...)
}
