package main

import (
	"context"
	"crypto"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/transport/httplink"
)

// network is all that the stations share. It makes them listeners and clients,
// and counts every byte that they send one another, HTTP headers and TLS records included,
// handshakes aside.
type network struct {
	tricks tricks

	mu    sync.Mutex
	names map[string]string // of the stations, by host and port
	log   []exchange        // of all steps
	taken int               // so many belong to earlier steps
}

// exchange sums up requests of one kind from one station to another in one step, or, if to
// is empty, work of one kind that a station did by itself.
type exchange struct {
	from, to, what string
	requests       int
	sent, received int64 // bytes, as seen by from
	took           time.Duration
	running        int       // requests under way
	at             time.Time // since when, or when this is counted
}

func newNetwork(t tricks) *network { return &network{tricks: t, names: map[string]string{}} }

// listen opens a port of its own for a station, which shows its key there, and returns the
// base URL.
func (n *network) listen(station string, key crypto.Signer) (net.Listener, string, error) {
	config, err := httplink.ServerTLS(key)
	if err != nil {
		return nil, "", err
	}
	config.NextProtos = []string{"http/1.1"} // one request at a time on a connection can be counted
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names[l.Addr().String()] = station
	return l, "https://" + l.Addr().String(), nil
}

// thisComputer is where all stations of the story are. Real ones reach each other at public
// addresses, or list the networks of their homes.
var thisComputer = netip.MustParsePrefix("127.0.0.0/8")

// client makes a station its HTTP client, which connects to this computer and to public
// addresses, and counts.
func (n *network) client(station string) *http.Client {
	public := httplink.PublicTransport(thisComputer)
	dial := public.DialContext
	public.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &countedConn{Conn: c, network: n}, nil
	}
	public.DisableCompression, public.MaxIdleConnsPerHost = true, 8
	var way http.RoundTripper = httplink.NewTransport(public)
	if n.tricks.between != nil {
		way = n.tricks.between(station, way)
	}
	return &http.Client{Transport: &counter{network: n, from: station, next: way}}
}

// add counts what it is given of an exchange: requests, bytes or time. What runs side by side
// takes as long as all of it together.
func (n *network) add(e exchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.log[n.taken:]
	i := slices.IndexFunc(now, func(old exchange) bool { return old.from == e.from && old.to == e.to && old.what == e.what })
	if i < 0 {
		n.log = append(n.log, e)
		return
	}
	sum := &now[i]
	switch {
	case sum.running == 0 && e.running > 0:
		sum.at = e.at
	case sum.running > 0 && sum.running+e.running == 0:
		sum.took += e.at.Sub(sum.at)
	}
	sum.requests, sum.running = sum.requests+e.requests, sum.running+e.running
	sum.sent, sum.received = sum.sent+e.sent, sum.received+e.received
}

// begin counts that a request or work of one's own begins, and returns what counts
// that it has ended.
func (n *network) begin(e exchange) (end func()) {
	e.requests, e.running, e.at = 1, 1, time.Now()
	n.add(e)
	return sync.OnceFunc(func() {
		e.requests, e.running, e.at = 0, -1, time.Now()
		n.add(e)
	})
}

// take returns the exchanges of a step, in the order of their first requests, and begins
// another one.
func (n *network) take() []exchange {
	n.mu.Lock()
	defer n.mu.Unlock()
	rows := slices.Clone(n.log[n.taken:])
	n.taken = len(n.log)
	return slices.DeleteFunc(rows, func(e exchange) bool { return e.requests == 0 }) // bytes that came after all
}

// between sums up all that a station has exchanged with another so far, or with all.
func (n *network) between(from, to string) (sum exchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.log {
		if e.from == from && (e.to == to || to == "") {
			sum.requests, sum.took = sum.requests+e.requests, sum.took+e.took
			sum.sent, sum.received = sum.sent+e.sent, sum.received+e.received
		}
	}
	return sum
}

// requests returns how many requests a station has made so far, to anybody.
func (n *network) requests(from string) int { return n.between(from, "").requests }

// requestNames says in plain words what a request of package httplink is for.
var requestNames = map[string]string{
	"POST share": "share", "POST push": "share and upload", "POST upload": "upload", "PUT versions": "upload",
	"POST versions": "fetch versions", "POST announce": "announce", "GET collections": "read collection",
	"POST collections": "read collections", "GET updates": "read updates", "POST feed": "ask for news", "GET originals": "fetch originals",
}

// kindOf says from where to where a request goes, and what it is for.
func (n *network) kindOf(from string, r *http.Request) exchange {
	what := "check originals" // the only requests that a hub makes
	if from != "hub" {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
		what = requestNames[r.Method+" "+first]
	}
	if what == "" {
		what = r.Method + " " + r.URL.Path
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	to, known := n.names[r.URL.Host]
	if !known {
		to = r.URL.Host
	}
	return exchange{from: from, to: to, what: what}
}

// counter is a station's way to the network. It counts a request when it begins,
// so that one that fails, or never ends, counts too; its bytes as they pass the
// connection; and its time when the answer has been read.
type counter struct {
	network *network
	from    string
	next    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	kind := c.network.kindOf(c.from, r)
	end := c.network.begin(kind)
	trace := &httptrace.ClientTrace{GotConn: func(g httptrace.GotConnInfo) {
		conn := g.Conn
		if over, ok := conn.(*tls.Conn); ok {
			conn = over.NetConn()
		}
		if counted, ok := conn.(*countedConn); ok {
			counted.serves.Store(&kind)
		}
	}}
	answer, err := c.next.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		end()
		return nil, err
	}
	answer.Body = timedBody{answer.Body, end}
	return answer, nil
}

// timedBody is the body of an answer; end is called when it is closed.
type timedBody struct {
	io.ReadCloser
	end func()
}

// Close implements io.Closer.
func (b timedBody) Close() error {
	b.end()
	return b.ReadCloser.Close()
}

// countedConn counts the bytes of a connection for the request that it serves:
// HTTP/1.1 has one request at a time on a connection.
type countedConn struct {
	net.Conn
	network *network
	serves  atomic.Pointer[exchange]
}

// Read implements net.Conn.
func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.count(0, n)
	return n, err
}

// Write implements net.Conn.
func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.count(n, 0)
	return n, err
}

func (c *countedConn) count(sent, received int) {
	if kind := c.serves.Load(); kind != nil && sent+received > 0 {
		e := *kind
		e.sent, e.received = int64(sent), int64(received)
		c.network.add(e)
	}
}
