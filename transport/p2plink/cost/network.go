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
	libnet "github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// costs are what some hosts have done.
type costs struct {
	requests    int // to the table
	puts        int // of them, records that were left there
	connections int // that they have opened
	sent        int64
	received    int64
	requested   int64 // sent to stations that are known
	took        time.Duration
}

func (c costs) plus(o costs) costs {
	return costs{c.requests + o.requests, c.puts + o.puts, c.connections + o.connections,
		c.sent + o.sent, c.received + o.received, c.requested + o.requested, c.took + o.took}
}

func (c costs) minus(o costs) costs {
	return costs{c.requests - o.requests, c.puts - o.puts, c.connections - o.connections,
		c.sent - o.sent, c.received - o.received, c.requested - o.requested, c.took - o.took}
}

// node is a host whose traffic is counted.
type node struct {
	*p2plink.Host
	id   peer.ID
	seen *traffic
}

// nodes are the hosts of one network.
type nodes struct {
	all    []*node
	passed atomic.Int64 // how much later it is than it is, as a time.Duration

	mu    sync.Mutex
	asked map[peer.ID]*costs // requests and puts, by who asks
}

// add puts another host on the network. It knows some of those that are there.
func (n *nodes) add(ctx context.Context, signer *signature.Signer) (*node, error) {
	seen := &traffic{Notifiee: libnet.GlobalNoopNotifiee}
	cfg := p2plink.Config{
		Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Reachable: true, Now: func() time.Time { return time.Now().Add(time.Duration(n.passed.Load())) },
		Table:   []dht.Option{dht.DisableAutoRefresh(), dht.OnRequestHook(n.count)},
		Options: []libp2p.Option{libp2p.BandwidthReporter(seen), libp2p.ConnectionManager(seen)},
	}
	host, err := p2plink.New(ctx, signer, cfg)
	if err != nil {
		return nil, err
	}
	at := &node{host, host.Addresses().ID, seen}
	if n.all = append(n.all, at); len(n.all) == 1 {
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

// of returns what hosts have done until now.
func (n *nodes) of(hosts ...*node) (sum costs) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range hosts {
		one := costs{connections: int(h.seen.opened.Load()), sent: h.seen.sent.Load(), received: h.seen.received.Load(), requested: h.seen.requested.Load()}
		if asked := n.asked[h.id]; asked != nil {
			one.requests, one.puts = asked.requests, asked.puts
		}
		sum = sum.plus(one)
	}
	return sum
}

// settle is how long nothing may come for what is under way to count as arrived: records are
// left without an answer.
const settle = 150 * time.Millisecond

// settled waits until nothing is under way on the network any more.
func (n *nodes) settled(ctx context.Context) error {
	for last := n.of(n.all...); ; {
		select {
		case <-time.After(settle):
		case <-ctx.Done():
			return ctx.Err()
		}
		now := n.of(n.all...)
		if now == last {
			return nil
		}
		last = now
	}
}

func (n *nodes) close() error {
	var failed []error
	for _, h := range n.all {
		failed = append(failed, h.Close())
	}
	return errors.Join(failed...)
}
