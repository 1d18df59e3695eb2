package p2plink_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/metrics"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// here is this computer, which all hosts of the tests dial.
var here = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// newHost puts a station on the network, which knows the stations that are there already.
func newHost(tb testing.TB, signer *signature.Signer, cfg p2plink.Config, there ...*p2plink.Host) *p2plink.Host {
	tb.Helper()
	if cfg.Networks == nil {
		cfg.Networks, cfg.Reachable = here, true
	}
	if cfg.Listen == nil {
		cfg.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
	}
	h, err := p2plink.New(tb.Context(), signer, cfg)
	must(tb, err)
	tb.Cleanup(func() { must(tb, h.Close()) })
	if len(there) > 0 {
		must(tb, h.Join(tb.Context(), addresses(there)...))
	}
	return h
}

func addresses(of []*p2plink.Host) (all []peer.AddrInfo) {
	for _, h := range of {
		all = append(all, h.Addresses())
	}
	return all
}

// serve serves a handler at a host until the test ends.
func serve(tb testing.TB, h *p2plink.Host, handler http.Handler) {
	tb.Helper()
	server, l := &http.Server{Handler: handler}, h.Listen()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // until it is closed
	}()
	tb.Cleanup(func() {
		must(tb, server.Close())
		<-done
	})
}

// nodes joins the stations of a lab over real hosts, as lab.Listeners does over listeners.
type nodes struct {
	tb testing.TB

	mu  sync.Mutex
	all map[string]*node
	cfg func(name string, cfg *p2plink.Config)
}

// node is one station.
type node struct {
	identity crypto.PrivKey
	id       peer.ID
	host     *p2plink.Host
	traffic  *traffic
	handler  http.Handler
	serves   bool
	stopped  bool
	between  between
}

// between stands between a station and those who fetch originals from it.
type between func(w http.ResponseWriter, r *http.Request, station http.Handler)

// put puts something there.
func (n *nodes) put(name string, b between) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[name].between = b
}

func newNetwork(tb testing.TB) *nodes { return &nodes{tb: tb, all: map[string]*node{}} }

func (n *nodes) node(name string) *node {
	if n.all[name] == nil {
		identity, _, err := crypto.GenerateEd25519Key(nil)
		must(n.tb, err)
		id, err := peer.IDFromPrivateKey(identity)
		must(n.tb, err)
		n.all[name] = &node{identity: identity, id: id}
	}
	return n.all[name]
}

// URL implements lab.Net.
func (n *nodes) URL(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return p2plink.URL(n.node(name).id)
}

// Start implements lab.Net.
func (n *nodes) Start(name string) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		return n.host(name, nil).Transport(nil).RoundTrip(r)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Serve implements lab.Net.
func (n *nodes) Serve(name string, key collection.KeyID, h http.Handler) {
	host := n.host(name, signerOf(n.tb, key))
	n.mu.Lock()
	defer n.mu.Unlock()
	node := n.all[name]
	node.handler = h
	if node.serves {
		return
	}
	node.serves = true
	serve(n.tb, host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		h, between := node.handler, node.between
		n.mu.Unlock()
		if between == nil || !strings.HasPrefix(r.URL.Path, "/v1/originals/") {
			h.ServeHTTP(w, r)
		} else {
			between(w, r, h)
		}
	}))
}

// host returns the host of a station; a station that serves has its key there, a new host if
// it has called others before.
func (n *nodes) host(name string, signer *signature.Signer) *p2plink.Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	node := n.node(name)
	if node.host != nil && (signer == nil || node.serves) {
		return node.host
	}
	if node.host != nil {
		must(n.tb, node.host.Close())
	}
	var there []*p2plink.Host
	for other, at := range n.all {
		if other != name && at.host != nil && !at.stopped {
			there = append(there, at.host)
		}
	}
	node.traffic = &traffic{by: map[protocol.ID]int64{}}
	cfg := p2plink.Config{Identity: node.identity, Options: []libp2p.Option{libp2p.BandwidthReporter(node.traffic)}}
	if n.cfg != nil {
		n.cfg(name, &cfg)
	}
	if len(cfg.Bootstrap) > 0 || cfg.Local {
		there = nil
	}
	node.host = newHost(n.tb, signer, cfg, there...)
	return node.host
}

// stop takes a station off the network for good.
func (n *nodes) stop(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[name].stopped = true
	must(n.tb, n.all[name].host.Close())
}

// bytes is how many bytes a station has sent and received in streams of a protocol.
func (n *nodes) bytes(name string, of protocol.ID) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[name].traffic.of(of)
}

// traffic counts bytes by protocol, at once: libp2p's own counter lags by two seconds.
type traffic struct {
	metrics.Reporter // nil: nobody asks for rates

	mu sync.Mutex
	by map[protocol.ID]int64
}

// LogSentMessage implements metrics.Reporter.
func (*traffic) LogSentMessage(int64) {}

// LogRecvMessage implements metrics.Reporter.
func (*traffic) LogRecvMessage(int64) {}

// LogSentMessageStream implements metrics.Reporter.
func (t *traffic) LogSentMessageStream(n int64, of protocol.ID, _ peer.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.by[of] += n
}

// LogRecvMessageStream implements metrics.Reporter.
func (t *traffic) LogRecvMessageStream(n int64, of protocol.ID, from peer.ID) {
	t.LogSentMessageStream(n, of, from)
}

func (t *traffic) of(protocol protocol.ID) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.by[protocol]
}

// stationProtocol is in which a station is asked who it is, and what it holds.
const stationProtocol = "/glimpse/station/1"

// signerOf returns who signs for a station of the lab.
func signerOf(tb testing.TB, key collection.KeyID) *signature.Signer {
	names := []string{"hub", "ann", "bob", "eve", "mallory", "carol", "dan"}
	for i := range 20 {
		names = append(names, fmt.Sprint("station ", i))
	}
	for _, name := range names {
		if s := lab.Signer(name); s.ID() == key {
			return s
		}
	}
	tb.Fatalf("nobody has the key %v", key)
	return nil
}

// patience is after how long a test is given up that waits for something which does not come.
const patience = 30 * time.Second

// await waits until something that happens beside has happened.
func await(tb testing.TB, what string, is func() bool) {
	tb.Helper()
	awaitNil(tb, what, func() error {
		if !is() {
			return errors.New("it has not come")
		}
		return nil
	})
}

// awaitNil waits until something succeeds. Where it does not the test fails with its last error.
func awaitNil(tb testing.TB, what string, does func() error) {
	tb.Helper()
	tick, end := time.NewTicker(5*time.Millisecond), time.After(patience)
	defer tick.Stop()
	for err := does(); err != nil; err = does() {
		select {
		case <-tick.C:
		case <-end:
			tb.Fatalf("%s: %v", what, err)
		case <-tb.Context().Done():
			tb.Fatalf("%s: %v", what, err)
		}
	}
}
