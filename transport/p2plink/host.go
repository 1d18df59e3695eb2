package p2plink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/core/routing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
)

// Config says how a station takes part in the network. The zero Config works on the private
// network of Glimpse, with a new peer id.
type Config struct {
	// Identity is the key of the libp2p host: whoever keeps the station's URL keeps this. nil =
	// a new one.
	Identity crypto.PrivKey
	// Listen are multiaddresses, such as /ip4/0.0.0.0/udp/4001/quic-v1; nil = those of libp2p,
	// QUIC and TCP on all interfaces at any port.
	Listen []string
	// Bootstrap are stations of which the host learns others: New waits for those that answer.
	// nil = none, and on the public network those of libp2p.
	Bootstrap []peer.AddrInfo
	// Public is the public table of libp2p (Amino, /ipfs/kad/1.0.0) in place of Glimpse's own
	// (/glimpse/kad/1.0.0): millions of hosts more, whose records others read.
	Public bool
	// Client is for a station that asks the table and does not serve it, such as one on battery.
	Client bool
	// Reachable is for a station that others reach from outside where it listens, such as a hub:
	// the others ask until somebody who relays has tried (AutoNAT), and are meanwhile, and where
	// it failed, reached through relays.
	Reachable bool
	// Relay has the host help others who are behind routers, as soon as it is reached from outside
	// itself: it tells them whether they are, and carries the first bytes of connections to them,
	// until they have opened a direct one (DCUtR). It cannot read what it carries. That is 128 KiB
	// either way and two minutes of one connection, for 128 stations, unless Options say more.
	Relay bool
	// Relays are stations with Relay set that carry for this one where it is behind a router; nil
	// = those in Bootstrap and in the table that are willing.
	Relays []peer.AddrInfo
	// MapPort asks the router for a port at which others reach the host (UPnP; NAT-PMP, with which
	// libp2p v0.51 finds no router on Linux).
	MapPort bool
	// Local has the host find others on the local network, and be found there, by mDNS (RFC 6762):
	// under a random name, with its peer id and where it listens, in the open. So leave Identity
	// nil where a peer id that stays would tell who comes and goes, and list the network in
	// Networks. See Nearby.
	Local bool
	// Networks are those beside public addresses that are dialled: as in httplink.Options.
	Networks []netip.Prefix
	// Remember is for how long a search that found nobody counts: until then the same search
	// finds nobody, and asks nobody. 0 = 5 minutes, negative = not at all.
	Remember time.Duration
	// Again is how often Run announces what is served again; 0 = that of the constant.
	Again time.Duration
	// Options are more of libp2p's, such as a resource manager of one's own.
	Options []libp2p.Option
	// Table are more options of the distributed hash table.
	Table []dht.Option

	Now func() time.Time // nil = time.Now
}

func (c Config) withDefaults() Config {
	c.Remember = cmp.Or(c.Remember, 5*time.Minute)
	c.Again = cmp.Or(c.Again, Again)
	if c.Public && c.Bootstrap == nil {
		c.Bootstrap = dht.GetDefaultBootstrapPeerAddrInfos()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Again is how often a station announces what it serves, unless its Config says otherwise: the
// table keeps it for 48 hours.
const Again = 22 * time.Hour

// tableTick is how often Join looks whether the table has somebody.
const tableTick = 10 * time.Millisecond

// Host is a station on the network. All methods may be called concurrently.
type Host struct {
	cfg    Config
	host   host.Host
	table  *dht.IpfsDHT
	ways   *http.Transport // to other stations
	signer *signature.Signer
	seal   []byte // over the peer id
	asking turns.Turns[peer.ID]

	listens atomic.Bool // the host has begun to
	began   time.Time

	mu     sync.Mutex
	holds  map[topic]*announced
	homes  map[topic]*announced // users, who are told nearby alone
	vain   map[topic]time.Time  // searches that found nobody, and when
	known  map[peer.ID]collection.KeyID
	listen *listener

	punched punched
	near    near
}

// New puts a station on the network, until Close: it listens, and learns of others. The signer
// has the station's key, and may be nil for a device that only calls. Errors are those of the
// signer and of libp2p.
func New(ctx context.Context, signer *signature.Signer, cfg Config) (*Host, error) {
	h := &Host{
		cfg: cfg.withDefaults(), signer: signer,
		holds: map[topic]*announced{}, homes: map[topic]*announced{}, vain: map[topic]time.Time{}, known: map[peer.ID]collection.KeyID{},
	}
	if err := h.open(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *Host) open(ctx context.Context) (err error) {
	options, err := h.options(func(of host.Host) (routing.PeerRouting, error) {
		table, err := dht.New(of, h.tableOptions()...)
		if err == nil {
			h.table = table
		}
		return table, err
	})
	if err != nil {
		return err
	}
	if h.host, err = libp2p.New(options...); err != nil {
		return fmt.Errorf("libp2p: %w", err)
	}
	h.began = time.Now()
	h.listens.Store(true)
	h.ways = &http.Transport{
		DialTLSContext: h.dial, DisableCompression: true,
		IdleConnTimeout: 90 * time.Second, MaxIdleConnsPerHost: 8, MaxConnsPerHost: maxCalls, MaxResponseHeaderBytes: 64 << 10,
	}
	if h.signer != nil {
		if h.seal, err = h.signer.Sign(ctx, typeBinding, binding(h.host.ID())); err != nil {
			return fmt.Errorf("peer id: %w", err)
		}
		h.host.SetStreamHandler(stationProtocol, h.answer)
	}
	if err := h.table.Bootstrap(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	if len(h.cfg.Bootstrap) > 0 {
		_ = h.Join(ctx, h.cfg.Bootstrap...) // who is offline now is looked for by the table
	}
	if err := h.beNearby(); err != nil {
		return err
	}
	return ctx.Err()
}

// Join connects to stations of which the host learns others, beside those of Config.Bootstrap,
// and returns once its table has one of them, and what that knows. The error wraps
// transport.ErrUnreachable where none answers that serves the table.
func (h *Host) Join(ctx context.Context, stations ...peer.AddrInfo) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	failed := []error{transport.At(transport.ErrUnreachable, "nobody serves the table")}
	for _, at := range stations {
		if err := h.host.Connect(ctx, at); err != nil {
			failed = append(failed, err)
			continue
		}
		if h.servesTable(at.ID) && h.learns(ctx) {
			return nil
		}
	}
	return errors.Join(failed...)
}

// servesTable reports whether a station has said so, which it does when it is connected.
func (h *Host) servesTable(id peer.ID) bool {
	all, err := h.host.Peerstore().GetProtocols(id)
	return err == nil && slices.ContainsFunc(all, func(p protocol.ID) bool {
		return strings.HasSuffix(string(p), "/kad/1.0.0")
	})
}

// learns waits until the table has somebody, and asks for others. Whom it is connected to, the
// table takes up beside, once they have answered it.
func (h *Host) learns(ctx context.Context) bool {
	tick := time.NewTicker(tableTick)
	defer tick.Stop()
	for h.table.RoutingTable().Size() == 0 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	select {
	case <-h.table.RefreshRoutingTable():
		return true
	case <-ctx.Done():
		return false
	}
}

// Addresses are the peer id of the host and where it listens: for others to join it.
func (h *Host) Addresses() peer.AddrInfo {
	return peer.AddrInfo{ID: h.host.ID(), Addrs: h.host.Addrs()}
}

// URL is where the station is reached; see the function URL.
func (h *Host) URL() string { return URL(h.host.ID()) }

// Listen returns the connections of those who call the station, for httplink.Serve or an
// http.Server, without TLS. A host has one listener; closing it lets another take its place.
func (h *Host) Listen() net.Listener {
	l := &listener{of: h, streams: make(chan network.Stream)}
	l.ctx, l.stop = context.WithCancel(context.Background())
	h.mu.Lock()
	h.listen = l
	h.mu.Unlock()
	h.host.SetStreamHandler(httpProtocol, l.take)
	return l
}

// Close takes the station off the network.
func (h *Host) Close() error {
	h.mu.Lock()
	l := h.listen
	h.mu.Unlock()
	if l != nil {
		_ = l.Close() // it returns nil
	}
	if h.ways != nil {
		h.ways.CloseIdleConnections()
	}
	failed := []error{h.near.close()}
	if h.table != nil {
		failed = append(failed, h.table.Close())
	}
	if h.host != nil {
		failed = append(failed, h.host.Close())
	}
	return errors.Join(failed...)
}
